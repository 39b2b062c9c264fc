/*
 * time.h - the clock and the timer interrupt.
 *
 * Kernel time is in ticks of the time CSR (privileged specification, "Timer"); the device tree
 * gives their frequency.
 */
#pragma once

#include "kernel/abi_time.h"
#include "mm/types.h"

#define NSEC_PER_SEC	1000000000ull
#define CSR_STIMECMP	0x14d	/* by number: an older assembler does not know Sstc */

static inline uint64_t time_now(void)
{
	uint64_t t;

	__asm__ volatile("rdtime %0" : "=r"(t));
	return t;
}

uint64_t time_to_ns(uint64_t ticks);
uint64_t time_from_ns(uint64_t ns);	/* rounds up; saturates */

static inline struct timespec time_spec(uint64_t ticks)
{
	uint64_t ns = time_to_ns(ticks);

	return (struct timespec){ (int64_t)(ns / NSEC_PER_SEC), (int64_t)(ns % NSEC_PER_SEC) };
}

/* Hundredths of a second, in which programs are told how long something ran. */
static inline uint64_t time_to_centis(uint64_t ticks)
{
	return time_to_ns(ticks) / (NSEC_PER_SEC / 100);
}

uint64_t time_after(uint64_t ns);	/* that long from now; never ~0 */

/* The struct timespec at a user address. => 0; -EFAULT; -EINVAL, out of range. */
int time_read_user(vaddr_t from, uint64_t *ns);
/* The end of a wait for so long; ~0 without one, 0 when it is not to be waited at all. */
int time_read_deadline(vaddr_t from, uint64_t *deadline);

/* The one timer of this hart: interrupt at or soon after `deadline`; ~0 = never. Sstc or SBI. */
void timer_set(uint64_t deadline);
