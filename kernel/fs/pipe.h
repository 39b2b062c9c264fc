/*
 * pipe.h - what the two halves of pipes share: the ring (pipe.c) and its ends (pipe_ends.c).
 */
#pragma once

#include "kernel/fs/inode.h"
#include "kernel/sched.h"
#include "mm/types.h"

#define RING_FRAMES	16
#define RING_SIZE	(RING_FRAMES * PAGE_SIZE)

/* One side of a transfer past the ring. */
struct party {
	struct vm *vm;
	struct uio *uio;
	size_t moved;		/* bytes that went this way, if any */
};

struct pipe {
	struct spinlock lock;	/* guards what follows */
	uint32_t head, tail;	/* positions; head - tail bytes are in the pipe */
	uint32_t readers, writers;		/* open files */
	uint32_t reader_opens, writer_opens;	/* how many there ever were */
	bool reading, writing;	/* somebody copies right now */
	uint32_t hasty;		/* who must not block and only waits for that copy to be over */
	struct waitq read_wait, write_wait;
	struct party *receiver, *sender;	/* one asleep on each side who wants much; NULL: none */
	paddr_t frame[RING_FRAMES];	/* 0: not allocated; the marked writer fills them in */
};

static inline size_t bytes_in(const struct pipe *pipe)
{
	return pipe->head - pipe->tail;
}

long pipe_read(struct file *file, struct uio *uio, uint64_t *pos);
long pipe_write(struct file *file, struct uio *uio, uint64_t *pos);
