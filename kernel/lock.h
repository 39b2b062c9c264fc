/*
 * lock.h - spin locks and sleeping locks.
 *
 * The kernel runs with interrupts off (only the idle loop and user mode have them on) and is not
 * preempted, so a spin lock is just a spin lock: nobody on this hart can come in between.
 *
 * Lock order, outermost first; a lock may be taken only while holding locks to its left:
 *
 *	vm lock (sleeping) / inode lock (sleeping)  ->  pipe, console, files, inode spin locks
 *	  ->  page cache  ->  slab  ->  frame  ->  sched  ->  uart
 *
 * A sleeping lock is never taken while a spin lock is held, and user memory is never touched
 * while a spin lock or the vm lock is held: its fault may need them. An inode lock may be held
 * while the vm lock is taken, never the other way round. DEBUG=1 asserts both.
 */
#pragma once

#include "mm/list.h"
#include "mm/types.h"

struct task;

struct spinlock {
	uint32_t held;		/* 1 while held */
	uint32_t owner;		/* logical hart + 1 of the holder */
};

#define SPINLOCK_INIT { 0, 0 }

void spin_lock(struct spinlock *lock);
void spin_unlock(struct spinlock *lock);
bool spin_is_mine(const struct spinlock *lock);

/*
 * A sleeping lock: exclusive for writers. Whoever waits sleeps in order of arrival. Not
 * interruptible: holders never wait for anything but memory and other locks.
 */
struct mutex {
	struct spinlock lock;	/* guards what follows */
	struct task *owner;	/* NULL when free */
	struct list waiters;	/* struct task via task.wait_link */
};

#define MUTEX_INIT(name) { SPINLOCK_INIT, NULL, LIST_INIT((name).waiters) }

void mutex_init(struct mutex *mutex);
void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
bool mutex_is_mine(const struct mutex *mutex);
