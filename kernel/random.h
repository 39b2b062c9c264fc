/*
 * random.h - numbers that programs cannot predict from each other.
 *
 * A ChaCha20 generator. It is as good as its seed, and the seed is what the clock and the loader
 * gave: enough to give every program other numbers, not enough to make keys that protect anything.
 */
#pragma once

#include <stddef.h>

/* Stir in bytes that came from outside: the device tree's rng-seed, moments of interrupts. */
void random_add(const void *bytes, size_t size);

void random_bytes(void *bytes, size_t size);
