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
 *	  address first)  ->  poller  ->  task  ->  page table (mm/pt.h)  ->  page cache  ->  slab
 *	  ->  kernel space  ->  frame  ->  sched  ->  output
 *
 * A sleeping lock is never waited for while a spin lock is held, and user memory is never touched
 * while a spin lock or the vm lock is held: its fault may need them. DEBUG=1 asserts both, not
 * the order.
 */
#pragma once

#include "mm/list.h"
#include "mm/types.h"

struct task;

struct spinlock {
	uint32_t held;		/* 1 while held; atomic */
	uint32_t owner;		/* logical hart + 1 of the holder; DEBUG=1 only */
};

#define SPINLOCK_INIT { 0, 0 }

static inline void spin_acquire(struct spinlock *lock)
{
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE)) {
		while (__atomic_load_n(&lock->held, __ATOMIC_RELAXED))
			;
	}
}

static inline void spin_release(struct spinlock *lock)
{
	store_release(&lock->held, 0);
}

#ifdef DEBUG
void spin_lock(struct spinlock *lock);
void spin_unlock(struct spinlock *lock);
#else
static inline void spin_lock(struct spinlock *lock)
{
	spin_acquire(lock);
}

static inline void spin_unlock(struct spinlock *lock)
{
	spin_release(lock);
}
#endif
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

/*
 * A sleeping lock that many hold to read or one to write. A reader who finds somebody waiting sleeps
 * until nobody holds it, so readers whose turns overlap do not keep it from becoming free. Who gets
 * it then is open: those who waited and those who just come race for it.
 */
struct rwlock {
	uint32_t state;		/* readers, or RWLOCK_WRITER, and RWLOCK_WAITED_FOR; atomic */
	struct spinlock lock;	/* guards waiters */
	struct task *writer;	/* who holds it alone, else NULL */
	struct waitq waiters;
};

#define RWLOCK_WRITER		(1u << 31)
#define RWLOCK_WAITED_FOR	(1u << 30)

void rwlock_init(struct rwlock *rw);
void rwlock_write_lock(struct rwlock *rw);
void rwlock_write_unlock(struct rwlock *rw);
bool rwlock_is_mine(const struct rwlock *rw);	/* to write */

void rwlock_read_wait(struct rwlock *rw);	/* counted as a reader too early */
void rwlock_wake(struct rwlock *rw);

static inline void rwlock_read_lock(struct rwlock *rw)
{
	if (__atomic_fetch_add(&rw->state, 1, __ATOMIC_ACQUIRE) >= RWLOCK_WAITED_FOR)
		rwlock_read_wait(rw);
}

/* Only if it can be had at once; so a spin lock may be held. */
static inline bool rwlock_try_read_lock(struct rwlock *rw)
{
	uint32_t state = __atomic_load_n(&rw->state, __ATOMIC_RELAXED);

	return state < RWLOCK_WAITED_FOR &&
		__atomic_compare_exchange_n(&rw->state, &state, state + 1, false,
					    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline void rwlock_read_unlock(struct rwlock *rw)
{
	if (__atomic_fetch_sub(&rw->state, 1, __ATOMIC_RELEASE) == (RWLOCK_WAITED_FOR | 1))
		rwlock_wake(rw);
}

void mutex_init(struct mutex *mutex);
void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
bool mutex_is_mine(const struct mutex *mutex);
