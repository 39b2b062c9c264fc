/*
 * The buffer of a stream: filling it from the descriptor, emptying it into
 * the descriptor, changing between the two.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/stream.h"

static unsigned char stdin_buffer[BUFSIZ];
static unsigned char stdout_buffer[BUFSIZ];

static FILE stderr_stream = {
	.fd = STDERR_FILENO,
	.flags = STREAM_WRITABLE,
	.mode = _IONBF,
};
static FILE stdout_stream = {
	.fd = STDOUT_FILENO,
	.flags = STREAM_WRITABLE,
	.mode = UNDECIDED,
	.buf = stdout_buffer,
	.cap = BUFSIZ,
	.next = &stderr_stream,
};
static FILE stdin_stream = {
	.fd = STDIN_FILENO,
	.flags = STREAM_READABLE,
	.mode = UNDECIDED,
	.buf = stdin_buffer,
	.cap = BUFSIZ,
	.next = &stdout_stream,
};

FILE *stdin = &stdin_stream;
FILE *stdout = &stdout_stream;
FILE *stderr = &stderr_stream;
FILE *__streams = &stdin_stream;
int __streams_lock;

/* An unbuffered stream still needs one byte to read into. */
static int get_buffer(FILE *f)
{
	if (f->mode == UNDECIDED) {
		int saved = errno;

		f->mode = isatty(f->fd) ? _IOLBF : _IOFBF;
		errno = saved;
	}
	if (f->buf)
		return 0;
	f->cap = f->mode == _IONBF ? UNGET_ROOM + 1 : BUFSIZ;
	f->buf = malloc(f->cap);
	if (!f->buf)
		return -1;
	f->flags |= STREAM_OWN_BUFFER;
	return 0;
}

static int fail(FILE *f, int err)
{
	errno = err;
	f->flags |= STREAM_ERROR;
	return -1;
}

static int write_all(FILE *f, const unsigned char *data, size_t n)
{
	while (n) {
		ssize_t done = write(f->fd, data, n);

		if (done < 0) {
			f->flags |= STREAM_ERROR;
			return -1;
		}
		data += done;
		n -= (size_t)done;
	}
	return 0;
}

/* What cannot be written is dropped, and remembered as an error. */
int __stream_flush(FILE *f)
{
	size_t n = f->pos;

	if (!(f->flags & STREAM_WRITING) || f->fd < 0)
		return 0;
	f->pos = 0;
	return write_all(f, f->buf, n);
}

/* Gives back to the descriptor what was read ahead and not used. */
static void drop_read_ahead(FILE *f)
{
	int saved = errno;

	if (f->end > f->pos)
		lseek(f->fd, -(off_t)(f->end - f->pos), SEEK_CUR);
	errno = saved;
	f->pos = f->end = 0;
	f->flags &= ~(unsigned)(STREAM_READING | STREAM_EOF);
}

int __stream_to_read(FILE *f)
{
	if (f->flags & STREAM_READING)
		return 0;
	if (!(f->flags & STREAM_READABLE))
		return fail(f, EBADF);
	if (get_buffer(f) < 0 || __stream_flush(f) < 0)
		return -1;
	f->pos = f->end = UNGET_ROOM;
	f->flags = (f->flags & ~(unsigned)STREAM_WRITING) | STREAM_READING;
	return 0;
}

int __stream_to_write(FILE *f)
{
	if (f->flags & STREAM_WRITING)
		return 0;
	if (!(f->flags & STREAM_WRITABLE))
		return fail(f, EBADF);
	if (f->mode != _IONBF && get_buffer(f) < 0)
		return -1;
	if (f->flags & STREAM_READING)
		drop_read_ahead(f);
	f->pos = f->end = 0;
	f->flags |= STREAM_WRITING;
	return 0;
}

/* More to read. Whoever is to answer must first see the question. */
int __stream_fill(FILE *f)
{
	ssize_t n;

	if (f->fd < 0) {
		f->flags |= STREAM_EOF;
		return -1;
	}
	if (f->mode != _IOFBF && f != stdout && stdout->mode == _IOLBF &&
	    ftrylockfile(stdout) == 0) {
		__stream_flush(stdout);
		funlockfile(stdout);
	}
	n = read(f->fd, f->buf + UNGET_ROOM, f->cap - UNGET_ROOM);
	if (n <= 0) {
		f->flags |= n == 0 ? STREAM_EOF : STREAM_ERROR;
		return -1;
	}
	f->pos = UNGET_ROOM;
	f->end = UNGET_ROOM + (size_t)n;
	return 0;
}

/* A whole buffer at once goes past the buffer; a string just ends. */
static void put_blocks(FILE *f, const unsigned char *data, size_t n)
{
	while (n) {
		size_t room = f->cap - f->pos;
		size_t m = n < room ? n : room;

		if (!f->pos && n >= f->cap && f->fd >= 0) {
			write_all(f, data, n);
			return;
		}
		memcpy(f->buf + f->pos, data, m);
		f->pos += m;
		data += m;
		n -= m;
		if (f->pos == f->cap) {
			if (f->fd < 0)
				return;
			__stream_flush(f);
		}
	}
}

/* The stream must be writing. Errors are seen in its flags. */
void __stream_put(FILE *f, const void *data, size_t n)
{
	const unsigned char *bytes = data;
	const unsigned char *newline = NULL;

	if (f->mode == _IONBF) {
		write_all(f, data, n);
		return;
	}
	if (f->mode == _IOLBF)
		newline = memrchr(data, '\n', n);
	if (newline) {
		size_t lines = (size_t)(newline - bytes) + 1;

		put_blocks(f, bytes, lines);
		__stream_flush(f);
		bytes += lines;
		n -= lines;
	}
	put_blocks(f, bytes, n);
}

/* At the end of the program: what is buffered is written, what was read ahead returned. A stream
 * that another thread is waiting in stays as it is. */
void __stdio_exit(void);

void __stdio_exit(void)
{
	for (FILE *f = __streams; f; f = f->next) {
		if (ftrylockfile(f) < 0)
			continue;
		if (f->flags & STREAM_READING)
			drop_read_ahead(f);
		else
			__stream_flush(f);
	}
}
