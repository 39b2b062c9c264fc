/*
 * poll.h - waiting for several things at once.
 *
 * Whoever polls is a struct poller. It puts one struct watch on each wait queue whose wake-ups it
 * wants to hear of, looks at everything once more, and sleeps until one of them fires. What is
 * polled knows nothing of this but its own queue: waking that wakes the watchers too.
 */
#pragma once

#include "kernel/lock.h"

struct poller {
	struct spinlock lock;	/* guards what follows; taken while the lock of a queue is held */
	struct waitq asleep;	/* the task that polls, while it sleeps */
	bool woken;		/* something has changed since this was cleared */
};

struct watch {
	struct list link;	/* in waitq.watchers, guarded by `lock` */
	struct spinlock *lock;	/* of the queue's owner */
	struct poller *poller;
};

/* The watches of one call, handed from file to file. A NULL table only asks: nothing is put on any
 * queue. */
struct poll_table {
	struct poller *poller;
	struct watch *watch;	/* room enough: POLL_QUEUES for each file */
	size_t count;
};

#define POLL_QUEUES	2	/* one file waits on no more of them */

/* For what can be polled, under the lock that guards the queue: hear of its wake-ups. */
void poll_watch(struct poll_table *table, struct waitq *q, struct spinlock *lock);
void poll_end(struct poll_table *table);

/* Sleep until a watch fires or has fired since the last sleep. => 0, -EINTR, -ETIMEDOUT. */
void poller_init(struct poller *poller);
int poller_sleep(struct poller *poller, uint64_t deadline);
void poller_wake(struct poller *poller);
