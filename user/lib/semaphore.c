/*
 * Semaphores.
 *
 * The value and the number of waiters change together: sem_post learns with its one store whether
 * somebody waits, and does not touch the semaphore after that. Whom it lets go on may free it.
 */
#include <errno.h>
#include <semaphore.h>
#include "user/lib/lock.h"

#define WAITER	(1ull << 32)

static unsigned value_of(uint64_t state)
{
	return (unsigned)state;
}

int sem_init(sem_t *sem, int shared, unsigned value)
{
	if (value > SEM_VALUE_MAX) {
		errno = EINVAL;
		return -1;
	}
	*sem = (sem_t){ .__state = value, .__shared = shared };
	return 0;
}

int sem_destroy(sem_t *sem)
{
	(void)sem;
	return 0;
}

/* One off the value, and `less` off the state, unless the value is 0. */
static int take(sem_t *sem, uint64_t less)
{
	uint64_t state = __atomic_load_n(&sem->__state, __ATOMIC_RELAXED);

	while (value_of(state) > 0) {
		if (__atomic_compare_exchange_n(&sem->__state, &state, state - 1 - less, 0,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return 1;
	}
	return 0;
}

int sem_trywait(sem_t *sem)
{
	if (take(sem, 0))
		return 0;
	errno = EAGAIN;
	return -1;
}

int sem_timedwait(sem_t *restrict sem, const struct timespec *restrict end)
{
	int *value = (int *)&sem->__state;	/* the lower half: little endian */
	int err;

	if (take(sem, 0))
		return 0;
	__atomic_fetch_add(&sem->__state, WAITER, __ATOMIC_RELAXED);
	while (!take(sem, WAITER)) {
		err = __futex_wait(value, 0, sem->__shared, CLOCK_REALTIME, end);
		if (err == 0 || err == EAGAIN)
			continue;
		__atomic_fetch_sub(&sem->__state, WAITER, __ATOMIC_RELAXED);
		errno = err;
		return -1;
	}
	return 0;
}

int sem_wait(sem_t *sem)
{
	return sem_timedwait(sem, NULL);
}

int sem_post(sem_t *sem)
{
	uint64_t state = __atomic_load_n(&sem->__state, __ATOMIC_RELAXED);
	int shared = sem->__shared;

	do {
		if (value_of(state) == SEM_VALUE_MAX) {
			errno = EOVERFLOW;
			return -1;
		}
	} while (!__atomic_compare_exchange_n(&sem->__state, &state, state + 1, 0,
					      __ATOMIC_RELEASE, __ATOMIC_RELAXED));
	if (state >= WAITER)
		__futex_wake((int *)&sem->__state, 1, shared);
	return 0;
}

int sem_getvalue(sem_t *restrict sem, int *restrict value)
{
	*value = (int)value_of(__atomic_load_n(&sem->__state, __ATOMIC_RELAXED));
	return 0;
}
