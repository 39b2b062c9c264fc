/*
 * ids.h - whom a process acts for: users, groups, capabilities.
 *
 * The kernel knows one user, root, and no file asks who opens it: these are kept, inherited and
 * handed out, and only bind the calls that change them. (On Linux each thread has its own, and the
 * C library makes them alike; here a process has them.)
 */
#pragma once

#include "mm/types.h"

#define GROUPS_MAX	32	/* supplementary ones */
#define CAP_FULL	((1ull << 41) - 1)

struct id_set { uint32_t real, effective, saved, fs; };

struct ids {			/* guarded by task_lock */
	struct id_set user, group;
	uint32_t groups[GROUPS_MAX];
	unsigned group_count;
	uint64_t cap_effective, cap_permitted, cap_inheritable;
};

/* As exec leaves them: the saved are the effective ones, root has all capabilities. */
void ids_exec(struct ids *ids);
