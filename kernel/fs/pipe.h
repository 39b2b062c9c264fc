/*
 * pipe.h - what the two halves of pipes share: the ring (pipe.c) and its ends (pipe_ends.c).
 */
#pragma once

#include "kernel/fs/inode.h"
#include "kernel/sched.h"
#include "mm/types.h"

#define RING_FRAMES	16
#define RING_SIZE	(RING_FRAMES * PAGE_SIZE)

/* Bytes of a writer's that a reader takes from where they lie: pipe_loan.c. */
struct pipe_loan {
	size_t offset, size;	/* from the first byte of the first frame on */
	unsigned count;
	bool served;		/* a reader has taken what it wanted */
	struct waitq lender;
	paddr_t frame[RING_FRAMES + 1];
};

struct pipe {
	struct spinlock lock;	/* guards what follows */
	uint32_t head, tail;	/* positions; head - tail bytes are in the pipe */
	uint32_t readers, writers;		/* open files */
	uint32_t reader_opens, writer_opens;	/* how many there ever were */
	bool reading, writing;	/* somebody copies right now */
	struct waitq read_wait, write_wait;
	struct pipe_loan *loan;	/* stands in for the ring; NULL: none */
	paddr_t frame[RING_FRAMES];	/* 0: not allocated; the marked writer fills them in */
};

static inline size_t bytes_in(const struct pipe *pipe)
{
	return pipe->head - pipe->tail;
}

/* For a writer that is marked and may sleep: is there a reader to lend bytes to? Then do it, with
 * the lock dropped meanwhile. => how many it took. */
bool pipe_wants_loan(const struct pipe *pipe, const struct uio *uio);
size_t pipe_lend(struct pipe *pipe, struct uio *uio);

long pipe_read(struct file *file, struct uio *uio, uint64_t *pos);
long pipe_write(struct file *file, struct uio *uio, uint64_t *pos);
