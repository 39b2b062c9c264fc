/*
 * lock.c - spin locks and sleeping locks. See lock.h for the rules and the order.
 */
#include "kernel/lock.h"

#include "kernel/hart.h"
#include "kernel/print.h"
#include "kernel/sched.h"
#include "kernel/task.h"

/* DEBUG=1 remembers who holds what. */
#ifdef DEBUG
void spin_lock(struct spinlock *lock)
{
	DEBUG_ASSERT(!spin_is_mine(lock));
	spin_acquire(lock);
	lock->owner = current->hart->id + 1;
	current->hart->spin_depth++;
}

void spin_unlock(struct spinlock *lock)
{
	DEBUG_ASSERT(spin_is_mine(lock));
	current->hart->spin_depth--;
	lock->owner = 0;
	spin_release(lock);
}
#endif

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

/* ---- many readers or one writer ---- */

void rwlock_init(struct rwlock *rw)
{
	*rw = (struct rwlock){ .lock = SPINLOCK_INIT };
	waitq_init(&rw->waiters);
}

static bool try_read(struct rwlock *rw)
{
	uint32_t state = __atomic_load_n(&rw->state, __ATOMIC_RELAXED);

	while (!(state & RWLOCK_WRITER)) {
		if (__atomic_compare_exchange_n(&rw->state, &state, state + 1, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return true;
	}
	return false;
}

static bool try_write(struct rwlock *rw)
{
	uint32_t state = __atomic_load_n(&rw->state, __ATOMIC_RELAXED) & RWLOCK_WAITED_FOR;

	if (!__atomic_compare_exchange_n(&rw->state, &state, state | RWLOCK_WRITER, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	rw->writer = current;
	return true;
}

/* The wish is noted first, then the lock is tried: whoever lets go after that sees the note, and
 * finds us asleep, for it needs rw->lock to wake. The note goes with the last who sleeps. */
static void wait_for(struct rwlock *rw, bool (*try)(struct rwlock *))
{
	for (;;) {
		__atomic_fetch_or(&rw->state, RWLOCK_WAITED_FOR, __ATOMIC_SEQ_CST);
		if (try(rw))
			break;
		waitq_sleep_always(&rw->waiters, &rw->lock);
	}
	if (list_is_empty(&rw->waiters.sleepers))
		__atomic_fetch_and(&rw->state, ~RWLOCK_WAITED_FOR, __ATOMIC_RELAXED);
}

void rwlock_wake(struct rwlock *rw)
{
	spin_lock(&rw->lock);
	__atomic_fetch_and(&rw->state, ~RWLOCK_WAITED_FOR, __ATOMIC_RELAXED);
	waitq_wake_all(&rw->waiters);
	spin_unlock(&rw->lock);
}

void rwlock_read_wait(struct rwlock *rw)
{
	DEBUG_ASSERT(current->hart->spin_depth == 0);
	DEBUG_ASSERT(rw->writer != current);
	rwlock_read_unlock(rw);
	spin_lock(&rw->lock);
	if (__atomic_load_n(&rw->state, __ATOMIC_RELAXED) & RWLOCK_WAITED_FOR)
		waitq_sleep_always(&rw->waiters, &rw->lock);	/* until it is free */
	wait_for(rw, try_read);
	spin_unlock(&rw->lock);
}

void rwlock_write_lock(struct rwlock *rw)
{
	DEBUG_ASSERT(current->hart->spin_depth == 0);
	DEBUG_ASSERT(rw->writer != current);
	if (try_write(rw))
		return;
	spin_lock(&rw->lock);
	wait_for(rw, try_write);
	spin_unlock(&rw->lock);
}

void rwlock_write_unlock(struct rwlock *rw)
{
	DEBUG_ASSERT(rw->writer == current);
	rw->writer = NULL;
	if (__atomic_fetch_and(&rw->state, ~RWLOCK_WRITER, __ATOMIC_SEQ_CST) & RWLOCK_WAITED_FOR)
		rwlock_wake(rw);
}

bool rwlock_is_mine(const struct rwlock *rw)
{
	return rw->writer == current;
}
