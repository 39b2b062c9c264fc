/*
 * pipe.h - what the two halves of pipes share: the ring (pipe.c) and its ends (pipe_ends.c).
 */
#pragma once

#include "kernel/fs/inode.h"
#include "kernel/sched.h"
#include "mm/types.h"

#define RING_FRAMES	16
#define RING_SIZE	(RING_FRAMES * PAGE_SIZE)

/* A reader asleep. */
struct receiver {
	struct vm *vm;
	struct uio *uio;
	size_t got;		/* bytes that a writer has put there meanwhile */
};

struct pipe {
	struct spinlock lock;	/* guards what follows */
	uint32_t head, tail;	/* positions; head - tail bytes are in the pipe */
	uint32_t readers, writers;		/* open files */
	uint32_t reader_opens, writer_opens;	/* how many there ever were */
	bool reading, writing;	/* somebody copies right now */
	uint32_t hasty;		/* who must not block and only waits for that copy to be over */
	struct waitq read_wait, write_wait;
	struct receiver *receiver;	/* one of the readers asleep who want much; NULL: none */
	paddr_t frame[RING_FRAMES];	/* 0: not allocated; the marked writer fills them in */
};

static inline size_t bytes_in(const struct pipe *pipe)
{
	return pipe->head - pipe->tail;
}

long pipe_read(struct file *file, struct uio *uio, uint64_t *pos);
long pipe_write(struct file *file, struct uio *uio, uint64_t *pos);
