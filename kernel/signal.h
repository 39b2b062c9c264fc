/*
 * signal.h - sending signals and acting on them.
 */
#pragma once

#include "mm/types.h"

struct task;

/* Send to one task; wakes it if it sleeps and must act. 0 is no signal. */
void signal_send(struct task *task, int sig);

/* To every task of a process group. => 0, or -ESRCH when the group is empty. */
int signal_group(int pgid, int sig);

/* True when the current task must return to user mode to act on a signal. */
bool signal_is_pending(void);
