/*
 * task.h - the one kind of task: a thread of control and what it shares or owns.
 *
 * fork is clone that shares nothing, a thread is clone that shares all: a task points to its
 * address space, files and directories, each counted, so sharing is one more reference.
 */
#pragma once

#include "kernel/abi.h"
#include "kernel/lock.h"
#include "kernel/sched.h"
#include "kernel/trap.h"

struct hart;
struct vm;
struct files;
struct fs_context;

enum task_state {
	TASK_NEW,		/* being made */
	TASK_READY,		/* on the run queue or running */
	TASK_SLEEPING,		/* on a wait queue */
	TASK_STOPPED,		/* by SIGSTOP and the like */
	TASK_ZOMBIE,		/* ended, not yet waited for */
};

#define TASK_NAME_LEN	16

/* trap.S and switch.S know the offsets of the fields down to `fp`: see task_offsets.h. */
struct task {
	/* Fixed, or touched by the task itself only. */
	uint64_t kernel_sp;		/* while switched out: where its kernel context lies */
	uint64_t kernel_stack_top;	/* where a trap from user mode starts */
	struct trap_frame *frame;	/* user registers, at the top of the kernel stack */
	struct hart *hart;		/* where it runs, or last ran */
	uint64_t fp[33];		/* f0..f31, fcsr; valid unless the hart's are dirty */

	int pid;
	int tgid;			/* thread group; = pid without threads */
	char name[TASK_NAME_LEN];
	struct vm *vm;			/* NULL for kernel tasks */
	struct files *files;
	struct fs_context *fs;
	uint64_t start_time;		/* time_now() when made */
	uint64_t user_ticks, kernel_ticks;	/* times(): time CSR ticks */

	/* Guarded by sched_lock. */
	enum task_state state;
	bool on_hart;			/* some hart runs on its stack right now */
	bool woken;			/* a wake-up came */
	struct list run_link;		/* run queue */
	uint64_t deadline;		/* of a timed sleep */
	struct list timer_link;		/* sleepers with a deadline, earliest first */

	/* Guarded by the lock of the queue it sleeps on. */
	struct list wait_link;

	/* Guarded by task_lock. */
	struct task *parent;
	struct list children;		/* struct task via sibling */
	struct list sibling;
	struct list pid_link;		/* bucket of the pid table */
	int pgid, sid;
	int exit_status;		/* as wait4 reports it */
	struct waitq child_exit;	/* the parent waits here */
	uint64_t children_user_ticks, children_kernel_ticks;

	/* Guarded by signal_lock in signal.c. */
	uint64_t signal_pending;	/* bit n-1 = signal n */
	uint64_t signal_blocked;
	struct k_sigaction signal_action[64];
};

/* kernel/signal.h has what files and devices need: signal_pending, signal_send, signal_group. */
