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
void waitq_init(struct waitq *q);

/* Which signals end a sleep: none, those that end the task, or any. */
enum sleep { SLEEP_ALWAYS, SLEEP_KILLABLE, SLEEP_INTERRUPTIBLE };

/*
 * Give up `lock`, sleep until woken, take `lock` again. No wake-up between is lost. Wake-ups may
 * be spurious: test the condition again. => 0, or -EINTR when a signal is pending (then perhaps
 * without having slept). waitq_sleep_until also returns -ETIMEDOUT at `deadline` (time_now units).
 */
int waitq_sleep(struct waitq *q, struct spinlock *lock);
int waitq_sleep_killable(struct waitq *q, struct spinlock *lock);	/* only a fatal signal */
void waitq_sleep_always(struct waitq *q, struct spinlock *lock);	/* whatever signals come */
int waitq_sleep_until(struct waitq *q, struct spinlock *lock, uint64_t deadline);
/* The same, but only what ends the task wakes it early. */
void waitq_pause(struct waitq *q, struct spinlock *lock, uint64_t deadline);

/* Wake the oldest or all sleepers, and everyone who polls; the caller holds the queue's lock. */
void waitq_wake_one(struct waitq *q);
void waitq_wake_all(struct waitq *q);

/* Would nobody hear a wake-up? */
static inline bool waitq_is_empty(const struct waitq *q)
{
	return list_is_empty(&q->sleepers) && list_is_empty(&q->watchers);
}

/* Start a new task; a signal came for a task: wake it if that ends its sleep, interrupt its hart if
 * it runs. (For the latter task_lock is held.) */
void sched_start(struct task *task);
void sched_interrupt(struct task *task);

/* Job control: give up `lock` and stop until somebody who holds it calls sched_continue. */
void sched_stop(struct spinlock *lock);
void sched_continue(struct task *task);

/* The task runs on these harts only from now on (bit n: harts[n]; not 0). */
void sched_set_allowed(struct task *task, uint64_t harts);

/* Let others run; the caller stays runnable. */
void sched_yield(void);

/*
 * Long loops in the kernel call this every few hundred microseconds, holding no spin lock: it
 * lets others run when the time slice is used up, and is true when a fatal signal waits, so that
 * the loop can end early.
 */
bool sched_point(void);

/* The current task has ended: task_has_ended is told when its stack is no longer used. */
void sched_exit(void) __attribute__((noreturn));

/* The earliest expiry of a timer (itimer.h) has become another. */
void sched_arm_timer(void);

/* On every timer interrupt: wake those whose deadline has passed, end the time slice. */
void sched_tick(void);

/* What a hart does when it has nothing to do: the body of its idle task. */
void sched_idle(void) __attribute__((noreturn));

/* Called by trap.S in a new task; releases what switching held. */
void sched_finish_switch(struct task *prev);

/* Floating-point registers of the current task: bring task->fp up to date (fork, signals); load
 * them from it (sigreturn); make them all zero (exec). */
void fp_sync(struct task *task);
void fp_load(struct task *task);
void fp_clear(void);

/* Time the task has run, in ticks of the time CSR. */
uint64_t sched_run_ticks(struct task *task);
