/*
 * Searching in blocks of bytes, and lesser relatives of memcpy.
 */
#include <string.h>

void *memchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	for (; n; n--, p++)
		if (*p == (unsigned char)c)
			return (void *)p;
	return NULL;
}

void *memrchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	while (n--)
		if (p[n] == (unsigned char)c)
			return (void *)(p + n);
	return NULL;
}

void *memmem(const void *s, size_t slen, const void *part, size_t plen)
{
	const char *p = s;

	for (; slen >= plen; p++, slen--)
		if (!memcmp(p, part, plen))
			return (void *)p;
	return NULL;
}

void *mempcpy(void *restrict to, const void *restrict from, size_t n)
{
	return (char *)memcpy(to, from, n) + n;
}

void *memccpy(void *restrict to, const void *restrict from, int stop, size_t n)
{
	const void *at = memchr(from, stop, n);

	if (!at) {
		memcpy(to, from, n);
		return NULL;
	}
	return mempcpy(to, from, (size_t)((const char *)at - (const char *)from) + 1);
}

void bcopy(const void *from, void *to, size_t n)
{
	memmove(to, from, n);
}

void bzero(void *to, size_t n)
{
	memset(to, 0, n);
}

int bcmp(const void *a, const void *b, size_t n)
{
	return memcmp(a, b, n);
}

/* The empty asm tells the compiler that the zeroes are looked at. */
void explicit_bzero(void *to, size_t n)
{
	memset(to, 0, n);
	__asm__ volatile("" : : "r"(to) : "memory");
}
