/*
 * time.h - stands in for kernel/time.h on the host: the clock is a counter that the test moves.
 */
#pragma once

#include <stdint.h>

#define NSEC_PER_SEC	1000000000ull

extern uint64_t host_clock;	/* nanoseconds, and ticks */

static inline uint64_t time_now(void) { return ++host_clock; }
static inline uint64_t time_to_ns(uint64_t ticks) { return ticks; }
static inline uint64_t time_to_centis(uint64_t ticks) { return ticks / 10000000; }
