/*
 * lock.h - spin locks and sleeping locks.
 *
 * The kernel runs with interrupts off (only the idle loop and user mode have them on) and is not
 * preempted, so a spin lock is just a spin lock: nobody on this hart can come in between.
 *
 * Lock order, outermost first; a lock may be taken only while holding locks to its left:
 *
 *	file position  ->  inode  ->  vm (a parent's, then its new child's)	these three sleep
 *	  ->  pipe, console, descriptor table, tree, owner, lockf, random, futex bucket (two: the lower
 *	  address first)  ->  poller  ->  task  ->  page cache  ->  slab  ->  kernel space
 *	  ->  frame  ->  sched  ->  output
 *
 * A sleeping lock is never taken while a spin lock is held, and user memory is never touched
 * while a spin lock or the vm lock is held: its fault may need them. DEBUG=1 asserts both, not
 * the order.
 */
#pragma once

#include "mm/list.h"
#include "mm/types.h"

struct task;

struct spinlock {
	uint32_t held;		/* 1 while held */
	uint32_t owner;		/* logical hart + 1 of the holder; DEBUG=1 only */
};

#define SPINLOCK_INIT { 0, 0 }

void spin_lock(struct spinlock *lock);
void spin_unlock(struct spinlock *lock);
bool spin_is_mine(const struct spinlock *lock);	/* DEBUG=1 only */

/*
 * Tasks that sleep until something changes; see sched.h. Here because a mutex has one.
 */
struct waitq {
	struct list sleepers;	/* struct task via wait_link; oldest first */
	struct list watchers;	/* struct watch via link: who polls; see poll.h */
};

/*
 * A sleeping lock. The free case is one compare-and-swap. Waiting is not interruptible: holders
 * never wait for anything but memory and other locks.
 */
struct mutex {
	struct task *owner;	/* NULL when free; atomic */
	uint32_t waiting;	/* tasks in mutex_lock that did not get it at once; atomic */
	struct spinlock lock;	/* guards waiters */
	struct waitq waiters;
};

void mutex_init(struct mutex *mutex);
void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
bool mutex_is_mine(const struct mutex *mutex);
