/*
 * Repeatable pseudo-random numbers: a 64-bit linear congruential generator
 * (Knuth's MMIX constants), of which the upper bits are handed out.
 */
#include <stdint.h>
#include <stdlib.h>

static uint64_t state = 1;

long random(void)
{
	state = state * 6364136223846793005UL + 1442695040888963407UL;
	return (long)(state >> 33);
}

void srandom(unsigned seed)
{
	state = seed;
}

int rand(void)
{
	return (int)random();
}

void srand(unsigned seed)
{
	srandom(seed);
}

int rand_r(unsigned *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return (int)(*seed >> 1);
}
