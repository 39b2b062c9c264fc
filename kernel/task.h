/*
 * task.h - the one kind of task: a thread of control and what it shares or owns.
 *
 * fork is clone that shares nothing, a thread is clone that shares all: a task points to its
 * address space, files and directories, each counted, so sharing is one more reference. What makes
 * it a thread of a process is in process.h.
 */
#pragma once

#include "kernel/abi.h"
#include "kernel/deadline.h"
#include "kernel/hart.h"
#include "kernel/lock.h"
#include "kernel/sched.h"
#include "kernel/sigqueue.h"
#include "kernel/trap.h"

struct process;
struct vfork;
struct vm;
struct files;
struct fs_context;

enum task_state {
	TASK_IDLE,		/* the idle task of a hart; 0, so what a hart boots on is one */
	TASK_NEW,		/* being made, not yet started */
	TASK_READY,		/* on the run queue or running */
	TASK_SLEEPING,		/* on a wait queue */
	TASK_STOPPED,		/* by SIGSTOP and the like */
	TASK_ZOMBIE,		/* ended */
};

#define TASK_NAME_LEN	16

/* trap.S knows the offsets of the first fields: trap.h, checked in trap.c. */
struct task {
	/* Touched by the task itself, or while it is switched out. */
	uint64_t kernel_sp;		/* while switched out: where its kernel context lies */
	uint64_t kernel_stack_top;	/* where a trap from user mode starts */
	struct hart *hart;		/* where it runs, or last ran */
	union trap_work work;		/* before it returns to user mode; see there for locks */
	struct trap_frame frame;	/* its user registers while it is in the kernel */
	uint64_t fp[33];		/* f0..f31, fcsr; stale while frame.status.FS is dirty */

	/* Fixed once made, but for what exec replaces. */
	int tid;
	struct process *process;	/* one reference; NULL for kernel tasks */
	char name[TASK_NAME_LEN];
	struct vm *vm;			/* NULL for kernel tasks */
	struct files *files;
	struct fs_context *fs;
	uint64_t start_time;		/* time_now() when made */
	uint32_t refs;			/* atomic; the pid table holds one */

	/* Guarded by sched_lock. */
	enum task_state state;
	enum sleep sleep;		/* which signals end its sleep */
	uint64_t allowed_harts;		/* bit n: harts[n] */
	struct list run_link;		/* on the run queue */
	struct deadline wake_up;	/* the end of a timed sleep */
	uint64_t run_since;		/* when it was switched to */
	uint64_t run_ticks;		/* time it has run, in ticks of the time CSR */

	/* Guarded by the lock of the queue it sleeps on. */
	struct list wait_link;

	/* Guarded by task_lock. */
	struct list pid_link;		/* bucket of the pid table */
	struct list thread_link;	/* on process->threads */
	struct vfork *vfork;		/* a parent that waits for task_end_vfork, or NULL */

	/* Signals: see signal.c. */
	struct pending pending;		/* for this thread */
	uint64_t signal_blocked;	/* bit n-1: signal n; changed by the task itself only */
	uint64_t signal_waited;		/* those it sleeps for in signal_wait, blocked or not */
	uint64_t signal_blocked_after;	/* after a call with a mask of its own, which it is in */
	bool signal_mask_lent;		/* now */
	stack_t alternate_stack;	/* ss_size 0: none */
	uint64_t sleep_deadline;	/* of a sleep a signal interrupted, should it go on; or 0 */
	struct signal_fault fault;	/* of signal_force, until it is acted upon; or sig is 0 */

	vaddr_t tid_out;		/* a new task stores its tid there; 0: nowhere */
	vaddr_t tid_clear;		/* and clears this word when it ends */
	vaddr_t robust_list;		/* the head of its list of locks, robust.c; 0: none */
};

extern struct spinlock task_lock;

/* What runs as the boot hart's idle task from the first line of C on. */
extern struct task boot_task;

/* The idle task of another hart, with a kernel stack; NULL: no memory. */
struct task *task_create_idle(struct hart *hart);

/* Process 1, which begins by running `start` in the kernel. 0 or -ENOMEM. */
int task_create_init(void (*start)(void));

/* A task with a kernel stack on which its first run calls `start` and then enters user mode, still
 * unknown to anybody. NULL: no memory. */
struct task *task_alloc(void (*start)(void));

/* It gives up its vm, files and fs, those that it has. */
void task_release_shares(struct task *task);

/* It no longer uses an address space lent by vfork: the parent goes on. task_lock is held. */
void task_end_vfork(struct task *task);

/* End the current task; and: its whole process. Status as wait4 reports it. */
void task_exit(int status) __attribute__((noreturn));
void task_exit_process(int status) __attribute__((noreturn));

/* Called by the scheduler once an ended task has left its stack. */
void task_has_ended(struct task *task);

/* A task by tid, with a reference; NULL when there is none. A process is found by its pid until it
 * is reaped. An ended task has no vm, files or fs. */
struct task *task_find(int tid);
struct task *task_find_or_self(int tid);	/* 0 is the current one */
struct task *task_get(struct task *task);
void task_put(struct task *task);		/* NULL is fine */

/* The smallest pid of a process greater than `after`; 0 when there is none. For walking /proc. */
int task_next_pid(int after);
size_t task_count(void);
size_t task_limit(void);		/* there can be no more */
extern int pid_max;		/* numbers are below it; can be set */

/* The vm of another task, with a reference; NULL when it has ended. */
struct vm *task_vm_get(struct task *task);
/* Its descriptor table, likewise (for /proc/pid/fd). */
struct files *task_files_get(struct task *task);
