/*
 * hart.h - stands in for kernel/hart.h where the kernel's files are compiled for the host, which has
 * no register tp: the current task is a variable of kernel/test/fs_host.c.
 */
#pragma once

#include "kernel/layout.h"
#include "mm/types.h"

struct task;

struct hart {
	unsigned id;
	unsigned long hartid;
	struct task *idle;
	unsigned spin_depth;
};

extern struct hart harts[MAX_HARTS];
extern unsigned harts_online;
extern struct task *current;

static inline uint64_t harts_mask(void)
{
	return 1;
}
