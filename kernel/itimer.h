/*
 * itimer.h - timers that send signals: the three of setitimer, and those of timer_create.
 */
#pragma once

#include "kernel/deadline.h"
#include "kernel/sigqueue.h"

struct process;

#define TIMERS_MAX	64	/* of timer_create, for one process */

/* One that runs by the clock; times in ticks, guarded by task_lock. */
struct timer {
	struct deadline expiry;		/* when to look: not before it is due; unset: disarmed */
	uint64_t due;			/* when it expires next */
	uint64_t interval;		/* from then on again and again; 0: once */
	struct process *process;
};

/* One that timer_create made. */
struct created_timer {
	struct timer timer;
	struct list link;		/* in itimers.created */
	int id;
	int notify;			/* SIGEV_* */
	int tid;			/* the thread that SIGEV_THREAD_ID names */
	struct queued_signal signal;	/* what it sends */
};

/* One that runs by the time its process has run for, in ticks of that. */
struct cpu_timer {
	uint64_t due;			/* 0: disarmed */
	uint64_t interval;
};

/* Those of one process; guarded by task_lock. */
struct itimers {
	struct timer real;		/* ITIMER_REAL */
	struct cpu_timer cpu[2];	/* ITIMER_VIRTUAL, ITIMER_PROF */
	struct list created;		/* struct created_timer via link */
	unsigned count;			/* how many those are */
	int next_id;
};

void itimers_init(struct itimers *timers, struct process *process);

/* exec: those of timer_create go. The process ends: all of them. task_lock is held. */
void itimers_drop_created(struct itimers *timers);
void itimers_end(struct itimers *timers);

/* From `due` on, every `interval`; due ~0: disarm. task_lock is held. */
void timer_arm(struct timer *timer, uint64_t due, uint64_t interval);
/* Ticks until it expires; at least 1, and 0 when it is disarmed. */
uint64_t timer_left(const struct timer *timer);
/* NULL: no memory, or too many. */
struct created_timer *timer_create(struct itimers *timers);
void timer_drop(struct created_timer *timer);

/* The earliest expiry of all; ~0: none. */
uint64_t itimer_next(void);

/* On every timer interrupt: what is due sends its signal. */
void itimer_tick(uint64_t now);
