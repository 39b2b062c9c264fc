/*
 * random.h - numbers that programs cannot predict from each other.
 *
 * A ChaCha20 generator. It is as good as its seed: that of the device tree, and the clock. Where the
 * tree has none that is enough to give every program other numbers, not to make keys.
 */
#pragma once

#include "mm/types.h"

#define RANDOM_SEED	32	/* bytes */

struct uio;

void random_seed(const uint8_t seed[RANDOM_SEED]);	/* at boot, before anybody asks */
void random_bytes(void *bytes, size_t size);
long random_read(struct uio *uio);		/* fill it. => bytes, -EFAULT */
