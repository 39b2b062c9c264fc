/*
 * process.h - what the threads of one program have in common: a place in the family, a group and
 * a session, the actions on signals, and one end. (What they run on and with is in task.h: address
 * space, files and directories are shared thread by thread, as clone says.)
 *
 * A process has the number of its first thread, the leader. It lasts from then until it is reaped,
 * and so does its leader's task, even if that thread ends before the others.
 */
#pragma once

#include "kernel/ids.h"
#include "kernel/itimer.h"
#include "kernel/limits.h"
#include "kernel/lock.h"
#include "kernel/sigqueue.h"

struct signal_actions;
struct task;

struct process {
	/* Fixed once made. */
	int pid;			/* = tid of its leader */
	uint32_t refs;			/* atomic: one of each of its tasks */
	int exit_signal;		/* what its parent gets when it ends; 0: none */
	struct signal_actions *actions;

	/* Guarded by task_lock. */
	struct task *leader;
	struct list threads;		/* struct task via thread_link: not on their way out */
	unsigned live;			/* how many those are */
	unsigned stopped;		/* how many of those have stopped */
	unsigned tasks;			/* how many have not left their stacks for good */
	struct process *parent;
	int parent_pid;			/* its number, 0 for process 1; read without the lock */
	struct list children;		/* struct process via sibling; those that have ended first */
	struct list sibling;
	int pgid, sid;
	bool off_terminal;		/* gave the session's terminal up for itself */
	bool execed;			/* setpgid by the parent comes too late */
	struct task *execing;		/* the thread that others end for; or NULL */
	bool exiting;			/* all threads are told to end, wait_status is set */
	bool ended;			/* no thread is left: may be reaped */
	int wait_status;		/* as wait4 reports it */
	int stop_signal;		/* what stopped it; 0: it is not stopped */
	bool stop_reported;		/* wait4 has told of the stop */
	bool continued;			/* SIGCONT came, not yet told */
	struct waitq child_change;	/* its threads wait here for children, or to be alone */
	uint64_t ended_ticks;		/* run_ticks of its threads that have ended */
	uint64_t children_ticks;	/* run time of reaped descendants */

	struct limits limits;		/* see limits.h; soft ones are read without the lock */
	struct ids ids;
	int death_signal;		/* sent when the parent ends; 0: none */

	/* Kept and told: all tasks run alike. (On Linux each thread has its own.) */
	int nice;			/* -20 .. 19 */
	int policy;			/* SCHED_* */

	/* Set by its own threads; nothing here depends on them. */
	bool dumpable;
	bool no_new_privs;

	struct pending pending;		/* signals for any of its threads */
	struct itimers timers;		/* those that send it signals */
};

extern struct process *init_process;	/* process 1; set once */

/* With one reference; no thread, no actions, no limits and ids yet. NULL: no memory. */
struct process *process_create(void);
struct process *process_get(struct process *process);
void process_put(struct process *process);
/* What a child has from its parent, the current process, besides what clone says. */
void process_inherit(struct process *child);

/* A new task is one of its threads from now on; the current one no longer is. task_lock is held. */
void process_add_thread(struct process *process, struct task *task);
void process_remove_thread(struct task *task);

/* The last task of the process has ended: tell the parent. => it is reaped; task_lock is held. */
bool process_has_ended(struct process *process);

/* The leader of a new process has got its number: the process becomes a child of the current one, or
 * of its parent. task_lock is held. */
void process_enter_family(struct task *leader, bool as_sibling);

/* All threads of the process end as soon as they can; the first status given counts. task_lock is
 * held. The current task, when it is one of them, still has to act on its SIGKILL. */
void process_kill(struct process *process, int status);

/* For exec: all threads but the current one end, and it is the leader. => 0, or -EINTR: the current
 * one ends as well. */
int process_become_single(void);

/* Wait for a child. => its pid, 0 (WNOHANG), -ECHILD, -EINTR. */
struct wait {
	int which, id;			/* P_ALL, P_PID, P_PGID (0: the caller's group) */
	int options;			/* W*: what of it, and how */
	int32_t status;			/* filled: as wait4 reports it */
	uint64_t ticks;			/* filled: its run time */
};
long process_wait(struct wait *w);

/* Job control, for signal.c; task_lock is held, and given up by a task that stops: the current one,
 * and so will the other threads. SIGCONT or SIGKILL lets a process go on. */
void process_stop(int sig);
void process_note_stop(struct process *process);
void process_note_continue(struct process *process);

/* Has it nobody left in its session, outside its group, who would let it go on? task_lock is held.
 * And its run time, in ticks of the time CSR. */
bool process_is_orphaned(const struct process *process);
uint64_t process_run_ticks(struct process *process);

/* A process is the child of another from now on; its link is the caller's. task_lock is held. */
void process_set_parent(struct process *child, struct process *parent);

/* setpgid; setsid. */
long process_set_group(int pid, int pgid);
long process_new_session(void);
/* Is there such a group, in that session? => 0, -ESRCH, -EPERM. */
int process_group_in_session(int pgid, int sid);
