/*
 * limits.h - how much a process may use: RLIMIT_*. A child inherits them, exec keeps them.
 *
 * Enforced: AS, DATA and STACK (sys_mem.c, mm), NOFILE (files.c), FSIZE (ramfs.c), SIGPENDING
 * (signal.c), CPU (here). As for root on Linux, NPROC and MEMLOCK bind nobody. The others are kept
 * and have nothing to act on.
 */
#pragma once

#include "kernel/abi.h"

struct process;

struct limits {
	struct rlimit of[RLIM_NLIMITS];		/* changed holding task_lock */
};

/* What each is called, counts, and is for process 1. */
struct limit_kind {
	const char *name, *unit;
	struct rlimit first;
};
extern const struct limit_kind limit_kinds[RLIM_NLIMITS];

void limits_init(struct limits *limits);	/* those of process 1 */

/* The current process's soft limit. */
uint64_t limit_get(int resource);

/* On every timer tick of a program: RLIMIT_CPU. */
void limits_tick(void);
