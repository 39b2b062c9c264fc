/*
 * The inside of a FILE, for user/lib alone.
 *
 * A stream has one buffer, which serves either reading or writing at a time:
 *
 *	reading   buf [ used up | pos..end: not yet read | ... cap ]
 *	writing   buf [ 0..pos: not yet written | ... cap ]
 *
 * Reading leaves UNGET_ROOM bytes free at the beginning, so that ungetc always
 * has a place to put something. A stream over a string has no descriptor: its
 * buffer is all there is.
 */
#ifndef USER_LIB_STREAM_H
#define USER_LIB_STREAM_H

#include <stdio.h>

#define UNGET_ROOM	8

enum {
	STREAM_READABLE = 1,
	STREAM_WRITABLE = 2,
	STREAM_READING = 4,	/* the buffer holds what was read */
	STREAM_WRITING = 8,	/* the buffer holds what is to be written */
	STREAM_EOF = 16,
	STREAM_ERROR = 32,
	STREAM_OWN_BUFFER = 64,	/* free it at the end */
	STREAM_OWN_FILE = 128,	/* free the FILE itself too */
};

struct __file {
	int fd;			/* -1: over a string */
	unsigned flags;
	int mode;		/* _IOFBF, _IOLBF, _IONBF, or UNDECIDED */
	unsigned char *buf;	/* NULL until first needed */
	size_t cap;
	size_t pos;
	size_t end;
	pid_t child;		/* of popen */
	struct __file *next;	/* in the list of open streams */

	int lock;		/* while a thread uses the stream; see flockfile */
	unsigned depth;		/* how often its owner holds it, less one */
	void *owner;		/* a thread's errno: no two have the same; atomic */
};

/*
 * A function that begins with this holds the stream until it returns, on whichever way:
 * the compiler calls the function named by `cleanup` when the variable goes out of scope.
 */
#define HOLD_STREAM(f)								\
	__attribute__((cleanup(__stream_let_go), unused)) FILE *held_ = (flockfile(f), f)

static inline void __stream_let_go(FILE **held)
{
	funlockfile(*held);
}

#define UNDECIDED (-1)		/* line buffered if it turns out to be a terminal */

extern FILE *__streams;		/* guarded by */
extern int __streams_lock;	/* which is taken before the lock of a stream */

int __stream_parse_mode(const char *mode, int *oflags);
int __stream_to_read(FILE *f);
int __stream_to_write(FILE *f);
int __stream_fill(FILE *f);
int __stream_flush(FILE *f);
void __stream_put(FILE *f, const void *data, size_t n);

/* The format engine of printf; returns what the whole text measures. */
int __format(FILE *f, const char *fmt, va_list ap);

#endif
