/*
 * sigqueue.h - signals that have been sent and not yet been acted upon, with what they carry.
 */
#pragma once

#include "kernel/abi.h"
#include "mm/list.h"
#include "mm/types.h"

#define SIGNAL_BIT(sig)	(1ull << ((sig) - 1))

struct queued_signal {
	struct list link;	/* in pending.queue */
	struct pending *in;	/* whose that is, while it is in one */
	bool of_timer;		/* a timer's, which keeps it */
	int overrun;		/* of a timer: si_overrun when it was last taken */
	siginfo_t info;
};

/* What a thread did itself: the signal it gets for that. */
struct signal_fault {
	int sig, code;
	vaddr_t addr;
};

/* Guarded by task_lock; the set may be read without, atomically. All zeros will not do. */
struct pending {
	uint64_t set;		/* bit n-1: signal n is pending */
	struct list queue;	/* struct queued_signal via link: what they carry, oldest first */
};

void pending_init(struct pending *pending);

static inline uint64_t pending_set(const struct pending *pending)
{
	return __atomic_load_n(&pending->set, __ATOMIC_RELAXED);
}

/*
 * A standard signal that is pending already is not added again; a real-time signal always is. => 0,
 * or -EAGAIN when what a real-time signal carries cannot be kept: for want of memory, or because as
 * many as `limit` are already (of the one user there is). A standard signal, or one from kill(), then
 * comes without: it is never lost.
 */
int pending_add(struct pending *pending, const siginfo_t *info, uint64_t limit);
unsigned pending_count(void);	/* how many signals that carry something there are */
/* It carries nothing. */
void pending_add_bit(struct pending *pending, int sig);
/* A timer's own, which must not be in a queue. */
void pending_add_queued(struct pending *pending, struct queued_signal *signal);

/* Take the oldest pending `sig`, or drop all of a set, or what a timer sent. */
void pending_take(struct pending *pending, int sig, siginfo_t *info);
void pending_discard(struct pending *pending, uint64_t set);
void pending_remove(struct queued_signal *signal);
