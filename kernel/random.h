/*
 * random.h - numbers that programs cannot predict from each other.
 *
 * A ChaCha20 generator. It is as good as its seed, and the seed is the clock: enough to give every
 * program other numbers, not enough to make keys that protect anything.
 */
#pragma once

#include <stddef.h>

struct uio;

void random_bytes(void *bytes, size_t size);
long random_read(struct uio *uio);		/* fill it. => bytes, -EFAULT */
