/*
 * Locks on the kernel's futex: the kernel is asked only when somebody has to wait or to be woken.
 */
#include <errno.h>
#include <limits.h>
#include "kernel/abi_call.h"
#include "kernel/abi_task.h"
#include "user/lib/lock.h"

/* The kernel's answer as it is: errno must not change here. */
static long futex(int *word, int op, int value, const struct timespec *time, int bits)
{
	register long a0 __asm__("a0") = (long)word;
	register long a1 __asm__("a1") = op;
	register long a2 __asm__("a2") = value;
	register long a3 __asm__("a3") = (long)time;
	register long a4 __asm__("a4") = 0;
	register long a5 __asm__("a5") = bits;
	register long a7 __asm__("a7") = SYS_futex;

	__asm__ volatile("ecall" : "+r"(a0)
			 : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7) : "memory");
	return a0;
}

int __futex_wait(int *word, int value, int shared, int clock, const struct timespec *end)
{
	int op = FUTEX_WAIT_BITSET | (shared ? 0 : FUTEX_PRIVATE_FLAG);

	if (clock == CLOCK_REALTIME)
		op |= FUTEX_CLOCK_REALTIME;
	if (end && end->tv_sec < 0 && (unsigned long)end->tv_nsec < 1000000000)
		return ETIMEDOUT;	/* before all time: the kernel would not understand */
	return (int)-futex(word, op, value, end, (int)FUTEX_BITSET_MATCH_ANY);
}

void __futex_wake(int *word, int count, int shared)
{
	futex(word, FUTEX_WAKE | (shared ? 0 : FUTEX_PRIVATE_FLAG), count, NULL, 0);
}

int __trylock(int *word)
{
	int is_free = 0;

	return __atomic_compare_exchange_n(word, &is_free, 1, 0, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

/* Whoever had to wait holds it as 2: there may be more that wait. */
int __lock_until(int *word, int shared, const struct timespec *end)
{
	if (__trylock(word))
		return 0;
	while (__atomic_exchange_n(word, 2, __ATOMIC_ACQUIRE)) {
		int err = __futex_wait(word, 2, shared, CLOCK_REALTIME, end);

		if (err == ETIMEDOUT || err == EINVAL)
			return err;
	}
	return 0;
}

void __unlock_shared(int *word, int shared)
{
	if (__atomic_exchange_n(word, 0, __ATOMIC_RELEASE) == 2)
		__futex_wake(word, 1, shared);
}

void __lock(int *word)
{
	__lock_until(word, 0, NULL);
}

void __unlock(int *word)
{
	__unlock_shared(word, 0);
}
