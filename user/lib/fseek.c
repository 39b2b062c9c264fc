/*
 * Where a stream is, and what it remembers: position, end of file, errors.
 */
#include <errno.h>
#include <unistd.h>
#include "user/lib/lock.h"
#include "user/lib/stream.h"

static int flush_all(void)
{
	int result = 0;

	__lock(&__streams_lock);
	for (FILE *f = __streams; f; f = f->next) {
		HOLD_STREAM(f);

		if (f->flags & STREAM_WRITING)
			result |= __stream_flush(f);
	}
	__unlock(&__streams_lock);
	return result;
}

/*
 * Written: the buffer goes out. Read: the descriptor moves back to where the
 * program believes it is. All streams when f is NULL.
 */
int fflush(FILE *f)
{
	if (!f)
		return flush_all();
	HOLD_STREAM(f);
	if (f->flags & STREAM_READING && f->end > f->pos &&
	    lseek(f->fd, -(off_t)(f->end - f->pos), SEEK_CUR) >= 0)
		f->pos = f->end;
	return __stream_flush(f);
}

/* What was pushed back or read ahead counts from where the program is. */
int fseeko(FILE *f, off_t offset, int whence)
{
	HOLD_STREAM(f);

	if (__stream_flush(f) < 0)
		return -1;
	if (whence == SEEK_CUR && f->flags & STREAM_READING)
		offset -= (off_t)(f->end - f->pos);
	if (lseek(f->fd, offset, whence) < 0)
		return -1;
	f->pos = f->end = 0;
	f->flags &= ~(unsigned)(STREAM_READING | STREAM_WRITING | STREAM_EOF);
	return 0;
}

int fseek(FILE *f, long offset, int whence)
{
	return fseeko(f, offset, whence);
}

off_t ftello(FILE *f)
{
	off_t at = lseek(f->fd, 0, SEEK_CUR);
	HOLD_STREAM(f);

	if (at < 0)
		return -1;
	return f->flags & STREAM_READING ? at - (off_t)(f->end - f->pos) : at + (off_t)f->pos;
}

long ftell(FILE *f)
{
	return ftello(f);
}

void rewind(FILE *f)
{
	fseeko(f, 0, SEEK_SET);
	clearerr(f);
}

int fgetpos(FILE *restrict f, fpos_t *restrict pos)
{
	*pos = ftello(f);
	return *pos < 0 ? -1 : 0;
}

int fsetpos(FILE *f, const fpos_t *pos)
{
	return fseeko(f, *pos, SEEK_SET);
}

int feof(FILE *f)
{
	return (f->flags & STREAM_EOF) != 0;
}

int ferror(FILE *f)
{
	return (f->flags & STREAM_ERROR) != 0;
}

void clearerr(FILE *f)
{
	HOLD_STREAM(f);

	f->flags &= ~(unsigned)(STREAM_EOF | STREAM_ERROR);
}

int fileno(FILE *f)
{
	if (f->fd < 0)
		errno = EBADF;
	return f->fd;
}
