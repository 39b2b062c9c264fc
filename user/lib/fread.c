/*
 * Reading from streams: bytes, blocks and lines.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/stream.h"

/* Mostly the next byte is in the buffer. */
int fgetc(FILE *f)
{
	HOLD_STREAM(f);

	if (f->flags & STREAM_READING && f->pos < f->end)
		return f->buf[f->pos++];
	if (__stream_to_read(f) < 0)
		return EOF;
	if (f->pos == f->end && __stream_fill(f) < 0)
		return EOF;
	return f->buf[f->pos++];
}

int getc(FILE *f)
{
	return fgetc(f);
}

int getchar(void)
{
	return fgetc(stdin);
}

/* A string is not written to: what is pushed back there is what came from there. */
int ungetc(int c, FILE *f)
{
	HOLD_STREAM(f);

	if (c == EOF || __stream_to_read(f) < 0 || !f->pos)
		return EOF;
	f->pos--;
	if (f->buf[f->pos] != (unsigned char)c)
		f->buf[f->pos] = (unsigned char)c;
	f->flags &= ~(unsigned)STREAM_EOF;
	return (unsigned char)c;
}

/* What is in the buffer first; large rests are read straight to their place. */
static size_t read_bytes(FILE *f, unsigned char *to, size_t n)
{
	size_t done = 0;

	while (done < n) {
		size_t m = f->end - f->pos;

		if (m > n - done)
			m = n - done;
		memcpy(to + done, f->buf + f->pos, m);
		f->pos += m;
		done += m;
		if (n - done >= f->cap && f->fd >= 0) {
			ssize_t got = read(f->fd, to + done, n - done);

			if (got <= 0) {
				f->flags |= got == 0 ? STREAM_EOF : STREAM_ERROR;
				break;
			}
			done += (size_t)got;
		} else if (done < n && __stream_fill(f) < 0) {
			break;
		}
	}
	return done;
}

size_t fread(void *restrict buf, size_t size, size_t count, FILE *restrict f)
{
	size_t bytes;
	HOLD_STREAM(f);

	if (!size || __builtin_mul_overflow(size, count, &bytes) || __stream_to_read(f) < 0)
		return 0;
	return read_bytes(f, buf, bytes) / size;
}

/* The unread bytes in the buffer up to and including delim, or all, but at most max. */
static size_t run_length(const FILE *f, int delim, size_t max)
{
	size_t n = f->end - f->pos;
	const unsigned char *from = f->buf + f->pos, *hit;

	if (n > max)
		n = max;
	hit = memchr(from, delim, n);
	return hit ? (size_t)(hit - from) + 1 : n;
}

char *fgets(char *restrict buf, int size, FILE *restrict f)
{
	size_t room = size > 0 ? (size_t)size - 1 : 0, n = 0;
	HOLD_STREAM(f);

	if (size <= 0 || __stream_to_read(f) < 0)
		return NULL;
	while (n < room && (!n || buf[n - 1] != '\n')) {
		size_t m;

		if (f->pos == f->end && __stream_fill(f) < 0)
			break;
		m = run_length(f, '\n', room - n);
		memcpy(buf + n, f->buf + f->pos, m);
		f->pos += m;
		n += m;
	}
	buf[n] = 0;
	return (n || !room) && !ferror(f) ? buf : NULL;
}

static int grow(char **line, size_t *size, size_t need)
{
	size_t bigger = *line ? *size : 0;
	char *moved;

	if (bigger >= need)
		return 0;
	if (bigger < 64)
		bigger = 64;
	while (bigger < need)
		bigger *= 2;
	moved = realloc(*line, bigger);
	if (!moved)
		return -1;
	*line = moved;
	*size = bigger;
	return 0;
}

ssize_t getdelim(char **restrict line, size_t *restrict size, int delim, FILE *restrict f)
{
	size_t n = 0;
	HOLD_STREAM(f);

	if (__stream_to_read(f) < 0)
		return -1;
	while (!n || (unsigned char)(*line)[n - 1] != (unsigned char)delim) {
		size_t m;

		if (f->pos == f->end && __stream_fill(f) < 0)
			break;
		m = run_length(f, delim, f->cap);
		if (grow(line, size, n + m + 1) < 0) {
			f->flags |= STREAM_ERROR;
			return -1;
		}
		memcpy(*line + n, f->buf + f->pos, m);
		f->pos += m;
		n += m;
	}
	if (!n || ferror(f))
		return -1;
	(*line)[n] = 0;
	return (ssize_t)n;
}

ssize_t getline(char **restrict line, size_t *restrict size, FILE *restrict f)
{
	return getdelim(line, size, '\n', f);
}
