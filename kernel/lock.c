/*
 * lock.c - spin locks and sleeping locks. See lock.h for the rules and the order.
 */
#include "kernel/lock.h"

#include "kernel/hart.h"
#include "kernel/print.h"
#include "kernel/sched.h"
#include "kernel/task.h"

static uint32_t me(void)
{
	return current->hart->id + 1;
}

void spin_lock(struct spinlock *lock)
{
	DEBUG_ASSERT(!spin_is_mine(lock));
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE)) {
		while (__atomic_load_n(&lock->held, __ATOMIC_RELAXED))
			;
	}
	lock->owner = me();
	current->hart->spin_depth++;
}

void spin_unlock(struct spinlock *lock)
{
	DEBUG_ASSERT(spin_is_mine(lock));
	current->hart->spin_depth--;
	lock->owner = 0;
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

bool spin_is_mine(const struct spinlock *lock)
{
	return lock->owner == me();
}

void mutex_init(struct mutex *mutex)
{
	mutex->lock = (struct spinlock)SPINLOCK_INIT;
	mutex->owner = NULL;
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
