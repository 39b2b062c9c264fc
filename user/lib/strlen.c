/*
 * The length of a string, eight bytes at a time. An aligned word never
 * crosses a page, so looking past the string's end inside one is harmless.
 */
#include <stdint.h>
#include <string.h>

typedef uint64_t __attribute__((may_alias)) word;

#define ONES	0x0101010101010101UL
#define HIGHS	0x8080808080808080UL

/* Nonzero when a byte of w is zero: only there does the borrow set its high bit. */
static uint64_t has_zero(uint64_t w)
{
	return (w - ONES) & ~w & HIGHS;
}

size_t strlen(const char *s)
{
	const char *p = s;

	for (; (uintptr_t)p % sizeof(word); p++)
		if (!*p)
			return (size_t)(p - s);
	while (!has_zero(*(const word *)p))
		p += sizeof(word);
	while (*p)
		p++;
	return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t n)
{
	const char *end = memchr(s, 0, n);

	return end ? (size_t)(end - s) : n;
}
