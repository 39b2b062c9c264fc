/*
 * The printf family: where the text goes. What it is, format.c knows.
 */
#include <errno.h>
#include <stdlib.h>
#include "user/lib/stream.h"

/* Text for a descriptor gathers in a buffer, so that a short line is one write. */
static int format_to_descriptor(int fd, const char *fmt, va_list ap, unsigned *flags)
{
	unsigned char buf[512];
	FILE f = {
		.fd = fd,
		.flags = STREAM_WRITABLE | STREAM_WRITING,
		.mode = _IOFBF,
		.buf = buf,
		.cap = sizeof(buf),
	};
	int n = __format(&f, fmt, ap);

	__stream_flush(&f);
	*flags |= f.flags & STREAM_ERROR;
	return f.flags & STREAM_ERROR ? -1 : n;
}

int vfprintf(FILE *restrict f, const char *restrict fmt, va_list ap)
{
	unsigned before = f->flags & STREAM_ERROR;
	int n;
	HOLD_STREAM(f);

	if (__stream_to_write(f) < 0)
		return -1;
	if (f->mode == _IONBF)
		return format_to_descriptor(f->fd, fmt, ap, &f->flags);
	f->flags &= ~(unsigned)STREAM_ERROR;
	n = __format(f, fmt, ap);
	if (f->flags & STREAM_ERROR)
		return -1;
	f->flags |= before;
	return n;
}

int vdprintf(int fd, const char *restrict fmt, va_list ap)
{
	unsigned flags = 0;

	return format_to_descriptor(fd, fmt, ap, &flags);
}

/* What does not fit is counted and dropped. */
int vsnprintf(char *restrict buf, size_t size, const char *restrict fmt, va_list ap)
{
	FILE f = {
		.fd = -1,
		.flags = STREAM_WRITABLE | STREAM_WRITING,
		.mode = _IOFBF,
		.buf = (unsigned char *)buf,
		.cap = size ? size - 1 : 0,
	};
	int n = __format(&f, fmt, ap);

	if (size)
		buf[f.pos] = 0;
	return n;
}

int vsprintf(char *restrict buf, const char *restrict fmt, va_list ap)
{
	return vsnprintf(buf, (size_t)PTRDIFF_MAX, fmt, ap);
}

int vprintf(const char *restrict fmt, va_list ap)
{
	return vfprintf(stdout, fmt, ap);
}

int vasprintf(char **restrict out, const char *restrict fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	*out = n < 0 ? NULL : malloc((size_t)n + 1);
	return *out ? vsnprintf(*out, (size_t)n + 1, fmt, ap) : -1;
}

int printf(const char *restrict fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vfprintf(stdout, fmt, ap);
	va_end(ap);
	return n;
}

int fprintf(FILE *restrict f, const char *restrict fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vfprintf(f, fmt, ap);
	va_end(ap);
	return n;
}

int dprintf(int fd, const char *restrict fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vdprintf(fd, fmt, ap);
	va_end(ap);
	return n;
}

int sprintf(char *restrict buf, const char *restrict fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsprintf(buf, fmt, ap);
	va_end(ap);
	return n;
}

int snprintf(char *restrict buf, size_t size, const char *restrict fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

int asprintf(char **restrict out, const char *restrict fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(out, fmt, ap);
	va_end(ap);
	return n;
}
