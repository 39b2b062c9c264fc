/*
 * bits.h - counting bits without the compiler's library (rv64 has no instruction for it).
 */
#pragma once

#include <stdint.h>

/* The number of the lowest bit that is set; x is not 0. */
static inline unsigned lowest_bit(uint64_t x)
{
	unsigned n = 0;

	for (unsigned half = 32; half > 0; half /= 2) {
		if (!(x & ((1ull << half) - 1))) {
			x >>= half;
			n += half;
		}
	}
	return n;
}
