/*
 * pid.h - the table of tasks by number, for those who make and reap tasks and processes. task_lock is held.
 */
#pragma once

#include "kernel/task.h"

/* Give a new task the next free number and enter it. -EAGAIN: there are as many as can be. */
int pid_enter(struct task *task);
void pid_leave(struct task *task);
/* The one is found by the other's number from now on, which leaves. */
void pid_take_over(struct task *task, struct task *other);

struct task *pid_lookup(int tid);	/* NULL: there is none */
struct process *pid_process(int pid);	/* likewise; a tid that is no leader's names none */

/* Send to a group; => 0, -ESRCH: it is empty. And: is there such a process in it? */
int pid_signal_group(int pgid, const siginfo_t *info);
bool pid_group_has(int pgid, bool (*matches)(const struct process *));

/* To all but process 1 and the sender; task_lock is not held. */
int pid_signal_others(const siginfo_t *info);
/* How many signals were for several processes so far; task_lock need not be held. */
uint64_t pid_sent_to_many(void);
