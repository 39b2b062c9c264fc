/*
 * Opening and closing streams, and choosing their buffers.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/lock.h"
#include "user/lib/stream.h"

/* Returns the stream's flags and open's in *oflags; -1 is a mode that is none. */
int __stream_parse_mode(const char *mode, int *oflags)
{
	int flags, both = strchr(mode, '+') != NULL;

	switch (*mode) {
	case 'r':
		flags = STREAM_READABLE;
		*oflags = 0;
		break;
	case 'w':
		flags = STREAM_WRITABLE;
		*oflags = O_CREAT | O_TRUNC;
		break;
	case 'a':
		flags = STREAM_WRITABLE;
		*oflags = O_CREAT | O_APPEND;
		break;
	default:
		errno = EINVAL;
		return -1;
	}
	*oflags |= both ? O_RDWR : flags == STREAM_READABLE ? O_RDONLY : O_WRONLY;
	if (strchr(mode, 'e'))
		*oflags |= O_CLOEXEC;
	if (strchr(mode, 'x'))
		*oflags |= O_EXCL;
	return both ? STREAM_READABLE | STREAM_WRITABLE : flags;
}

FILE *fdopen(int fd, const char *mode)
{
	int oflags, flags = __stream_parse_mode(mode, &oflags);
	FILE *f;

	if (flags < 0 || fcntl(fd, F_GETFL) < 0)
		return NULL;
	f = calloc(1, sizeof(*f));
	if (!f)
		return NULL;
	f->fd = fd;
	f->flags = (unsigned)flags | STREAM_OWN_FILE;
	f->mode = UNDECIDED;
	__lock(&__streams_lock);
	f->next = __streams;
	__streams = f;
	__unlock(&__streams_lock);
	return f;
}

FILE *fopen(const char *restrict path, const char *restrict mode)
{
	int oflags, fd;
	FILE *f;

	if (__stream_parse_mode(mode, &oflags) < 0)
		return NULL;
	fd = open(path, oflags, 0666);
	if (fd < 0)
		return NULL;
	f = fdopen(fd, mode);
	if (!f)
		close(fd);
	return f;
}

static void free_buffer(FILE *f)
{
	if (f->flags & STREAM_OWN_BUFFER)
		free(f->buf);
	f->flags &= ~(unsigned)STREAM_OWN_BUFFER;
	f->buf = NULL;
	f->cap = f->pos = f->end = 0;
}

/* The same FILE on another file: how a program redirects its own stdout. */
FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict f)
{
	int oflags, flags = __stream_parse_mode(mode, &oflags), fd;
	HOLD_STREAM(f);

	fflush(f);
	if (flags < 0)
		return NULL;
	fd = open(path, oflags, 0666);
	if (fd < 0)
		return NULL;
	if (fd != f->fd) {
		int moved = dup3(fd, f->fd, oflags & O_CLOEXEC);

		close(fd);
		if (moved < 0)
			return NULL;
	}
	f->pos = f->end = 0;
	f->flags = (unsigned)flags | (f->flags & (STREAM_OWN_BUFFER | STREAM_OWN_FILE));
	f->mode = f == stderr ? _IONBF : UNDECIDED;
	return f;
}

/* Off the list first: then nobody but the caller knows the stream. */
int fclose(FILE *f)
{
	FILE **link = &__streams;
	int result;

	__lock(&__streams_lock);
	while (*link && *link != f)
		link = &(*link)->next;
	if (*link)
		*link = f->next;
	__unlock(&__streams_lock);
	result = fflush(f);
	if (close(f->fd) < 0)
		result = EOF;
	free_buffer(f);
	if (f->flags & STREAM_OWN_FILE)
		free(f);
	else
		f->flags = 0;
	return result;
}

/* Only before the first reading or writing, as POSIX demands. */
int setvbuf(FILE *restrict f, char *restrict buf, int mode, size_t size)
{
	HOLD_STREAM(f);

	if (mode < _IOFBF || mode > _IONBF)
		return -1;
	f->mode = mode;
	if (buf && size > UNGET_ROOM && mode != _IONBF) {
		free_buffer(f);
		f->buf = (unsigned char *)buf;
		f->cap = size;
	}
	return 0;
}

void setbuf(FILE *restrict f, char *restrict buf)
{
	setvbuf(f, buf, buf ? _IOFBF : _IONBF, BUFSIZ);
}

void setlinebuf(FILE *f)
{
	setvbuf(f, NULL, _IOLBF, 0);
}
