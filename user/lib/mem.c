/*
 * Blocks of bytes: copying, filling, comparing, in words where it pays.
 *
 * A word is touched only at its own alignment, since unaligned accesses may be
 * emulated and slow. When source and destination are aligned differently,
 * copying reads whole words of the source and shifts them together.
 *
 * Built with -fno-tree-loop-distribute-patterns: these loops must not become
 * calls of the functions they make.
 */
#include <stdint.h>
#include <string.h>

typedef uint64_t __attribute__((may_alias)) word;

#define WORD sizeof(word)
#define LANES 8			/* words moved in one turn of the main loops */

static size_t offset_in_word(const void *p)
{
	return (uintptr_t)p % WORD;
}

static void copy_words(word *to, const word *from, size_t words)
{
	for (; words >= LANES; words -= LANES, to += LANES, from += LANES) {
		word a = from[0], b = from[1], c = from[2], d = from[3];
		word e = from[4], f = from[5], g = from[6], h = from[7];

		to[0] = a;
		to[1] = b;
		to[2] = c;
		to[3] = d;
		to[4] = e;
		to[5] = f;
		to[6] = g;
		to[7] = h;
	}
	while (words--)
		*to++ = *from++;
}

/*
 * The source begins `skew` bytes (1 .. 7) into *from:
 *
 *	from   |....abcd|efghijkl|mnop....|
 *	to     |abcdefgh|ijklmnop|
 *
 * Reading the words that hold the first and last bytes stays inside their pages.
 */
static void copy_shifted(word *to, const word *from, size_t skew, size_t words)
{
	unsigned right = (unsigned)skew * 8, left = 64 - right;
	word low = *from++;

	while (words--) {
		word high = *from++;

		*to++ = low >> right | high << left;
		low = high;
	}
}

/*
 * From the beginnings upward. A destination below its source may overlap it:
 * each step reads its words before it writes, and writes below all that is
 * still to be read.
 */
static void copy_up(unsigned char *t, const unsigned char *f, size_t n)
{
	size_t skew;

	if (n >= 2 * WORD) {
		for (; offset_in_word(t); n--)
			*t++ = *f++;
		skew = offset_in_word(f);
		if (skew)
			copy_shifted((word *)t, (const word *)(f - skew), skew, n / WORD);
		else
			copy_words((word *)t, (const word *)f, n / WORD);
		t += n / WORD * WORD;
		f += n / WORD * WORD;
		n %= WORD;
	}
	while (n--)
		*t++ = *f++;
}

static void copy_words_down(word *to, const word *from, size_t words)
{
	for (; words >= LANES; words -= LANES) {
		word a, b, c, d, e, f, g, h;

		to -= LANES;
		from -= LANES;
		a = from[0], b = from[1], c = from[2], d = from[3];
		e = from[4], f = from[5], g = from[6], h = from[7];
		to[0] = a;
		to[1] = b;
		to[2] = c;
		to[3] = d;
		to[4] = e;
		to[5] = f;
		to[6] = g;
		to[7] = h;
	}
	while (words--)
		*--to = *--from;
}

/* From the ends toward the beginnings, for a destination above its source. */
static void copy_down(unsigned char *t, const unsigned char *f, size_t n)
{
	if (n >= 2 * WORD && offset_in_word(t) == offset_in_word(f)) {
		for (; offset_in_word(t); n--)
			*--t = *--f;
		copy_words_down((word *)t, (const word *)f, n / WORD);
		t -= n / WORD * WORD;
		f -= n / WORD * WORD;
		n %= WORD;
	}
	while (n--)
		*--t = *--f;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	copy_up(to, from, n);
	return to;
}

/* Upward is right unless the destination begins inside the source. */
void *memmove(void *to, const void *from, size_t n)
{
	if ((uintptr_t)to - (uintptr_t)from >= n)
		copy_up(to, from, n);
	else
		copy_down((unsigned char *)to + n, (const unsigned char *)from + n, n);
	return to;
}

void *memset(void *to, int c, size_t n)
{
	unsigned char *t = to;

	if (n >= 2 * WORD) {
		word fill = (unsigned char)c * 0x0101010101010101UL;
		word *w;

		for (; offset_in_word(t); n--)
			*t++ = (unsigned char)c;
		w = (word *)t;
		for (; n >= LANES * WORD; n -= LANES * WORD, w += LANES) {
			w[0] = fill;
			w[1] = fill;
			w[2] = fill;
			w[3] = fill;
			w[4] = fill;
			w[5] = fill;
			w[6] = fill;
			w[7] = fill;
		}
		for (; n >= WORD; n -= WORD)
			*w++ = fill;
		t = (unsigned char *)w;
	}
	while (n--)
		*t++ = (unsigned char)c;
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *p = a, *q = b;

	if (offset_in_word(p) == offset_in_word(q)) {
		for (; n && offset_in_word(p); n--, p++, q++)
			if (*p != *q)
				return *p - *q;
		for (; n >= WORD && *(const word *)p == *(const word *)q; n -= WORD) {
			p += WORD;
			q += WORD;
		}
	}
	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}
