/*
 * Condition variables.
 *
 * Whoever waits notes the turn, lets go of the mutex and sleeps while the turn is the same; a
 * signal makes it another. One that comes after the mutex was let go is thus never missed (unless
 * exactly 2^32 of them come before the waiter sleeps).
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include "user/lib/lock.h"

#define LAST_WAKES	0x40000000	/* in __waiters: pthread_cond_destroy waits */

int pthread_cond_init(pthread_cond_t *restrict c, const pthread_condattr_t *restrict attr)
{
	*c = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
	if (attr) {
		c->__clock = attr->__clock;
		c->__shared = attr->__shared;
	}
	return 0;
}

/* Those that a broadcast has woken may still be on their way out. The last one tells. */
int pthread_cond_destroy(pthread_cond_t *c)
{
	int n = __atomic_or_fetch(&c->__waiters, LAST_WAKES, __ATOMIC_ACQ_REL);

	while (n != LAST_WAKES) {
		__futex_wait(&c->__waiters, n, c->__shared, CLOCK_REALTIME, NULL);
		n = __atomic_load_n(&c->__waiters, __ATOMIC_ACQUIRE);
	}
	return 0;
}

int pthread_cond_timedwait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m,
			   const struct timespec *restrict end)
{
	int turn, err, relock;

	__atomic_fetch_add(&c->__waiters, 1, __ATOMIC_SEQ_CST);
	turn = __atomic_load_n(&c->__turn, __ATOMIC_SEQ_CST);
	err = pthread_mutex_unlock(m);
	if (!err)
		err = __futex_wait(&c->__turn, turn, c->__shared, c->__clock, end);
	if (__atomic_sub_fetch(&c->__waiters, 1, __ATOMIC_ACQ_REL) == LAST_WAKES)
		__futex_wake(&c->__waiters, 1, c->__shared);
	if (err == EPERM)
		return err;
	relock = pthread_mutex_lock(m);
	if (relock)
		return relock;
	return err == ETIMEDOUT || err == EINVAL ? err : 0;
}

int pthread_cond_wait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m)
{
	return pthread_cond_timedwait(c, m, NULL);
}

static void next_turn(pthread_cond_t *c, int wake)
{
	if (__atomic_load_n(&c->__waiters, __ATOMIC_SEQ_CST) == 0)
		return;
	__atomic_fetch_add(&c->__turn, 1, __ATOMIC_SEQ_CST);
	__futex_wake(&c->__turn, wake, c->__shared);
}

int pthread_cond_signal(pthread_cond_t *c)
{
	next_turn(c, 1);
	return 0;
}

int pthread_cond_broadcast(pthread_cond_t *c)
{
	next_turn(c, INT_MAX);
	return 0;
}

/* ---- attributes ---- */

int pthread_condattr_init(pthread_condattr_t *attr)
{
	*attr = (pthread_condattr_t){ CLOCK_REALTIME, PTHREAD_PROCESS_PRIVATE };
	return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attr)
{
	(void)attr;
	return 0;
}

int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock)
{
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return EINVAL;
	attr->__clock = clock;
	return 0;
}

int pthread_condattr_setpshared(pthread_condattr_t *attr, int shared)
{
	if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
		return EINVAL;
	attr->__shared = shared;
	return 0;
}
