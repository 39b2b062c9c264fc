/*
 * Writing to streams: bytes, blocks and strings.
 */
#include <errno.h>
#include <string.h>
#include "user/lib/stream.h"

/* Whether all n bytes were taken without an error. */
static int put(FILE *f, const void *data, size_t n)
{
	unsigned before = f->flags & STREAM_ERROR;
	HOLD_STREAM(f);

	if (__stream_to_write(f) < 0)
		return 0;
	f->flags &= ~(unsigned)STREAM_ERROR;
	__stream_put(f, data, n);
	if (f->flags & STREAM_ERROR)
		return 0;
	f->flags |= before;
	return 1;
}

size_t fwrite(const void *restrict buf, size_t size, size_t count, FILE *restrict f)
{
	size_t bytes;

	if (!size || !count || __builtin_mul_overflow(size, count, &bytes))
		return 0;
	return put(f, buf, bytes) ? count : 0;
}

/* Mostly a byte goes into the buffer and that is all. */
int fputc(int c, FILE *f)
{
	unsigned char byte = (unsigned char)c;
	HOLD_STREAM(f);

	if (f->flags & STREAM_WRITING && f->mode == _IOFBF && f->pos + 1 < f->cap)
		return f->buf[f->pos++] = byte;
	return put(f, &byte, 1) ? byte : EOF;
}

int putc(int c, FILE *f)
{
	return fputc(c, f);
}

int putchar(int c)
{
	return fputc(c, stdout);
}

int fputs(const char *restrict s, FILE *restrict f)
{
	return put(f, s, strlen(s)) ? 0 : EOF;
}

int puts(const char *s)
{
	HOLD_STREAM(stdout);

	return fputs(s, stdout) < 0 || fputc('\n', stdout) < 0 ? EOF : 0;
}

void perror(const char *what)
{
	int err = errno;

	if (what && *what)
		fprintf(stderr, "%s: %s\n", what, strerror(err));
	else
		fprintf(stderr, "%s\n", strerror(err));
	errno = err;
}
