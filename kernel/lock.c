/*
 * lock.c - spin locks and sleeping locks. See lock.h for the rules and the order.
 */
#include "kernel/lock.h"

#include "kernel/hart.h"
#include "kernel/print.h"
#include "kernel/sched.h"
#include "kernel/task.h"

/* DEBUG=1 remembers who holds what; otherwise a lock is one word that is swapped in and cleared. */
#ifdef DEBUG
static void note_locked(struct spinlock *lock)
{
	lock->owner = current->hart->id + 1;
	current->hart->spin_depth++;
}

static void note_unlocked(struct spinlock *lock)
{
	current->hart->spin_depth--;
	lock->owner = 0;
}
#else
static void note_locked(struct spinlock *lock)
{
	(void)lock;
}

static void note_unlocked(struct spinlock *lock)
{
	(void)lock;
}
#endif

void spin_lock(struct spinlock *lock)
{
	DEBUG_ASSERT(!spin_is_mine(lock));
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE)) {
		while (__atomic_load_n(&lock->held, __ATOMIC_RELAXED))
			;
	}
	note_locked(lock);
}

void spin_unlock(struct spinlock *lock)
{
	DEBUG_ASSERT(spin_is_mine(lock));
	note_unlocked(lock);
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

bool spin_is_mine(const struct spinlock *lock)
{
	return lock->owner == current->hart->id + 1;
}

void mutex_init(struct mutex *mutex)
{
	mutex->lock = (struct spinlock)SPINLOCK_INIT;
	mutex->owner = NULL;
	mutex->waiting = 0;
	waitq_init(&mutex->waiters);
}

void mutex_lock(struct mutex *mutex)
{
	struct task *free = NULL;

	DEBUG_ASSERT(current->hart->spin_depth == 0);
	DEBUG_ASSERT(mutex->owner != current);
	if (__atomic_compare_exchange_n(&mutex->owner, &free, current, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return;
	spin_lock(&mutex->lock);
	for (;;) {
		/* Announce the waiter first, then try: whoever unlocks looks after letting go. */
		__atomic_fetch_add(&mutex->waiting, 1, __ATOMIC_SEQ_CST);
		free = NULL;
		if (__atomic_compare_exchange_n(&mutex->owner, &free, current, false,
						__ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
			break;
		waitq_sleep_always(&mutex->waiters, &mutex->lock);
		__atomic_fetch_sub(&mutex->waiting, 1, __ATOMIC_RELAXED);
	}
	__atomic_fetch_sub(&mutex->waiting, 1, __ATOMIC_RELAXED);
	spin_unlock(&mutex->lock);
}

void mutex_unlock(struct mutex *mutex)
{
	DEBUG_ASSERT(mutex->owner == current);
	__atomic_store_n(&mutex->owner, NULL, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&mutex->waiting, __ATOMIC_SEQ_CST) == 0)
		return;
	spin_lock(&mutex->lock);
	waitq_wake_one(&mutex->waiters);
	spin_unlock(&mutex->lock);
}

bool mutex_is_mine(const struct mutex *mutex)
{
	return mutex->owner == current;
}
