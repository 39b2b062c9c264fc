/*
 * Done by one thread while the others wait.
 */
#include <limits.h>
#include <pthread.h>
#include "user/lib/lock.h"

enum { NOT_YET, RUNNING, AWAITED, DONE };	/* AWAITED: running, and somebody waits */

int pthread_once(pthread_once_t *once, void (*fn)(void))
{
	int state = NOT_YET;

	if (__atomic_compare_exchange_n(once, &state, RUNNING, 0, __ATOMIC_ACQUIRE,
					__ATOMIC_ACQUIRE)) {
		fn();
		if (__atomic_exchange_n(once, DONE, __ATOMIC_RELEASE) == AWAITED)
			__futex_wake(once, INT_MAX, 0);
		return 0;
	}
	while (state != DONE) {
		if (state == AWAITED ||
		    __atomic_compare_exchange_n(once, &state, AWAITED, 0, __ATOMIC_ACQUIRE,
						__ATOMIC_ACQUIRE))
			__futex_wait(once, AWAITED, 0, CLOCK_REALTIME, NULL);
		state = __atomic_load_n(once, __ATOMIC_ACQUIRE);
	}
	return 0;
}
