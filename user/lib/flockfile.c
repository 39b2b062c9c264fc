/*
 * The lock of a stream. It is recursive, so that a function which holds a stream can call another.
 */
#include <errno.h>
#include "user/lib/lock.h"
#include "user/lib/stream.h"

static int is_mine(FILE *f)
{
	return __atomic_load_n(&f->owner, __ATOMIC_RELAXED) == &errno;
}

static void own(FILE *f, void *owner)
{
	__atomic_store_n(&f->owner, owner, __ATOMIC_RELAXED);
}

void flockfile(FILE *f)
{
	if (is_mine(f)) {
		f->depth++;
		return;
	}
	__lock(&f->lock);
	own(f, &errno);
}

int ftrylockfile(FILE *f)
{
	if (is_mine(f)) {
		f->depth++;
		return 0;
	}
	if (!__trylock(&f->lock))
		return -1;
	own(f, &errno);
	return 0;
}

void funlockfile(FILE *f)
{
	if (f->depth) {
		f->depth--;
		return;
	}
	own(f, NULL);
	__unlock(&f->lock);
}

/* In the child of fork nobody uses any stream, whatever the other threads of the parent did. */
void __stdio_fork(int after, int in_child)
{
	if (!after) {
		__lock(&__streams_lock);
		return;
	}
	for (FILE *f = __streams; f && in_child; f = f->next) {
		if (is_mine(f))
			continue;
		f->lock = 0;
		f->depth = 0;
		f->owner = NULL;
	}
	__unlock(&__streams_lock);
}
