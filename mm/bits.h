/*
 * bits.h - counting bits without the compiler's library (rv64 has no instruction for it).
 */
#pragma once

#include <stdint.h>

/*
 * The number of the lowest bit that is set; x is not 0. The factor is a de Bruijn sequence: whichever
 * way it is shifted, its upper six bits are others.
 */
static inline unsigned lowest_bit(uint64_t x)
{
	static const uint8_t number[64] = {
		0,  1,  2,  53, 3,  7,  54, 27, 4,  38, 41, 8,  34, 55, 48, 28,
		62, 5,  39, 46, 44, 42, 22, 9,  24, 35, 59, 56, 49, 18, 29, 11,
		63, 52, 6,  26, 37, 40, 33, 47, 61, 45, 43, 21, 23, 58, 17, 10,
		51, 25, 36, 32, 60, 20, 57, 16, 50, 31, 19, 15, 30, 14, 13, 12,
	};

	return number[(x & -x) * 0x022fdd63cc95386dull >> 58];
}
