/*
 * time.c - ticks and nanoseconds, and the timer of a hart.
 */
#include "kernel/time.h"

#include "boot/fdt.h"
#include "boot/sbi.h"

/* Exact and without overflow on the way: the device tree's frequency has 32 bits. */
uint64_t time_to_ns(uint64_t ticks)
{
	uint64_t seconds = ticks / machine.timebase, rest = ticks % machine.timebase;
	uint64_t ns;

	if (__builtin_mul_overflow(seconds, NSEC_PER_SEC, &ns) ||
	    __builtin_add_overflow(ns, rest * NSEC_PER_SEC / machine.timebase, &ns))
		return UINT64_MAX;
	return ns;
}

uint64_t time_from_ns(uint64_t ns)
{
	uint64_t seconds = ns / NSEC_PER_SEC, rest = ns % NSEC_PER_SEC;
	uint64_t ticks;

	if (__builtin_mul_overflow(seconds, machine.timebase, &ticks) ||
	    __builtin_add_overflow(
		    ticks, (rest * machine.timebase + NSEC_PER_SEC - 1) / NSEC_PER_SEC, &ticks))
		return UINT64_MAX;
	return ticks;
}

uint64_t time_after(uint64_t ns)
{
	uint64_t now = time_now(), ticks = time_from_ns(ns);

	return ticks > UINT64_MAX - 1 - now ? UINT64_MAX - 1 : now + ticks;
}

void timer_set(uint64_t deadline)
{
	if (machine.sstc)
		__asm__ volatile("csrw %0, %1" : : "i"(CSR_STIMECMP), "r"(deadline));
	else
		sbi_set_timer(deadline);
}
