/*
 * sched.h - who runs, who sleeps, who wakes whom.
 */
#pragma once

#include "kernel/lock.h"

struct task;

/*
 * A wait queue: tasks that sleep until something changes. The condition they wait for and the
 * queue itself are guarded by one spin lock of the queue's owner:
 *
 *	spin_lock(&pipe->lock);
 *	while (pipe is empty) {
 *		err = waitq_sleep(&pipe->readers, &pipe->lock);
 *		if (err)			// -EINTR: a signal wants to be acted upon
 *			break;
 *	}
 */
struct waitq {
	struct list sleepers;	/* struct task via task.wait_link; oldest first */
};

void waitq_init(struct waitq *q);

/*
 * Give up `lock`, sleep until woken, take `lock` again. No wake-up between is lost. Wake-ups may
 * be spurious: test the condition again. => 0, or -EINTR when a signal is pending (then perhaps
 * without having slept). waitq_sleep_until also returns -ETIMEDOUT at `deadline` (time_now units).
 */
int waitq_sleep(struct waitq *q, struct spinlock *lock);
int waitq_sleep_until(struct waitq *q, struct spinlock *lock, uint64_t deadline);

/* Wake the oldest or all sleepers; the caller holds the queue's lock. */
void waitq_wake_one(struct waitq *q);
void waitq_wake_all(struct waitq *q);

/* Make a task that is not on any queue runnable, on the hart that suits best. */
void sched_ready(struct task *task);

/* Let others run; the caller stays runnable. Long loops in the kernel call sched_point often
 * enough (every few hundred microseconds): it yields when the time slice is used up and returns
 * true when a fatal signal waits, so that the loop can stop early. No spin lock may be held. */
void sched_yield(void);
bool sched_point(void);

/* The current task ends: never returns. */
void sched_exit(void) __attribute__((noreturn));

void sched_idle(void) __attribute__((noreturn));
