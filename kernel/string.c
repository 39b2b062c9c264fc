/*
 * string.c - the few string functions a kernel needs. The compiler calls the mem* ones by itself.
 */
#include "kernel/string.h"

#include <stdbool.h>
#include <stdint.h>

/* Or the compiler would see that the loops below are memcpy and memset, and call those. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")

#define WORD	sizeof(uint64_t)

static bool both_aligned(const void *a, const void *b)
{
	return (((uintptr_t)a | (uintptr_t)b) & (WORD - 1)) == 0;
}

void *memcpy(void *dst, const void *src, size_t size)
{
	uint8_t *d = dst;
	const uint8_t *s = src;

	if (both_aligned(d, s)) {
		for (; size >= 8 * WORD; size -= 8 * WORD, d += 8 * WORD, s += 8 * WORD) {
			const uint64_t *from = (const uint64_t *)s;
			uint64_t *to = (uint64_t *)d;
			uint64_t a = from[0], b = from[1], c = from[2], e = from[3];
			uint64_t f = from[4], g = from[5], h = from[6], i = from[7];

			to[0] = a;
			to[1] = b;
			to[2] = c;
			to[3] = e;
			to[4] = f;
			to[5] = g;
			to[6] = h;
			to[7] = i;
		}
		for (; size >= WORD; size -= WORD, d += WORD, s += WORD)
			*(uint64_t *)d = *(const uint64_t *)s;
	}
	while (size-- > 0)
		*d++ = *s++;
	return dst;
}

void *memmove(void *dst, const void *src, size_t size)
{
	uint8_t *d = dst;
	const uint8_t *s = src;

	if (d <= s || d >= s + size)
		return memcpy(dst, src, size);
	while (size-- > 0)
		d[size] = s[size];
	return dst;
}

void *memset(void *dst, int c, size_t size)
{
	uint8_t *d = dst;
	uint64_t word = (uint8_t)c * 0x0101010101010101ull;

	while (size > 0 && ((uintptr_t)d & (WORD - 1))) {
		*d++ = c;
		size--;
	}
	for (; size >= 8 * WORD; size -= 8 * WORD, d += 8 * WORD) {
		uint64_t *to = (uint64_t *)d;

		to[0] = word;
		to[1] = word;
		to[2] = word;
		to[3] = word;
		to[4] = word;
		to[5] = word;
		to[6] = word;
		to[7] = word;
	}
	for (; size >= WORD; size -= WORD, d += WORD)
		*(uint64_t *)d = word;
	while (size-- > 0)
		*d++ = c;
	return dst;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *x = a, *y = b;

	for (; size > 0; size--, x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}

void *memchr(const void *mem, int c, size_t size)
{
	for (const uint8_t *p = mem; size > 0; size--, p++) {
		if (*p == (uint8_t)c)
			return (void *)p;
	}
	return NULL;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

size_t strlen(const char *s)
{
	return strnlen(s, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t max)
{
	for (; max > 0; max--, a++, b++) {
		if (*a != *b || !*a)
			return (uint8_t)*a - (uint8_t)*b;
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			return NULL;
	}
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	for (; (s = strchr(s, c)) != NULL; s++) {
		last = s;
		if (!c)
			break;
	}
	return (char *)last;
}

bool strcopy(char *dst, const char *src, size_t size)
{
	size_t n = strnlen(src, size - 1);

	memcpy(dst, src, n);
	dst[n] = '\0';
	return src[n] == '\0';
}
