/*
 * signal.h - sending signals and acting on them.
 */
#pragma once

#include "kernel/abi.h"
#include "kernel/sigqueue.h"
#include "mm/types.h"

struct process;
struct task;
struct trap_frame;

#define SIGNALS_UNBLOCKABLE	(SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))

/* What a process does on each signal; counted, threads share it; guarded by task_lock. */
struct signal_actions {
	uint32_t refs;				/* atomic */
	uint64_t set;				/* bit n-1: that of signal n may be other than zeros */
	struct sigaction action[SIGRTMAX];	/* [signal - 1] */
};

struct signal_actions *signal_actions_create(void);		/* all default; NULL: no memory */
struct signal_actions *signal_actions_clone(const struct signal_actions *from);
struct signal_actions *signal_actions_ref(struct signal_actions *actions);
void signal_actions_put(struct signal_actions *actions);
bool signal_actions_are_shared(const struct signal_actions *actions);
/* After exec: what had a handler is default again, what was ignored stays so. */
void signal_actions_reset(struct signal_actions *actions);

/* What goes with a signal that the current process, or with SI_KERNEL nobody, sends. */
siginfo_t signal_info(int sig, int code);

/*
 * Send to a process, where any one thread that does not block it acts, or to one thread; wakes who
 * must act. A signal that ends the process does so at once. task_lock is held. => 0, or -EAGAIN: a
 * real-time signal could not be queued.
 */
int signal_send(struct process *process, const siginfo_t *info);
int signal_send_thread(struct task *task, const siginfo_t *info);
/* The same for what a timer sends; to any thread when `thread` is NULL. */
void signal_send_queued(struct process *process, struct task *thread, struct queued_signal *signal);

/* To the current thread, in its own name; task_lock is not held, other spin locks may be. */
void signal_raise(int sig);

/* To every process of a group, as signal_info says; task_lock is not held. => 0, or -ESRCH when
 * the group is empty. */
int signal_group(int pgid, int sig, int code);

/* The current task did something that ends in this signal whether it is blocked or not. */
void signal_force(int sig, int code, vaddr_t addr);

/* The current task must return to user mode to act on a signal; and: it will end there. */
bool signal_is_pending(void);
bool signal_is_fatal(void);
bool signal_is_fatal_for(const struct task *task);	/* the latter, of any task */

/* Would the current thread not notice this signal: is it ignored or blocked? */
bool signal_is_shut_out(int sig);

/* Does a parent want to hear of its children at all? False: they are reaped by themselves. */
bool signal_wants_children(const struct process *parent);

/* Which signals a process ignores because it has said so, and which it has handlers for. */
void signal_sets(const struct process *process, uint64_t *ignored, uint64_t *caught);

/* What is pending for a thread or its process. */
uint64_t signal_pending_for(const struct task *task);

/* The process ignores `sig` from now on: it is no longer pending anywhere. task_lock is held. */
void signal_discard_ignored(struct process *process, int sig);

/* The current task's mask from now on; SIGKILL and SIGSTOP cannot be blocked. */
void signal_set_blocked(uint64_t set);

/* The current thread blocks these or ends: what of them is pending for the process is another's to
 * act upon. task_lock is held. */
void signal_hand_over(struct process *process, uint64_t set);

/*
 * For a call with a mask of its own (ppoll): it holds until the call restores the old one. When the
 * call ends with -EINTR it leaves that to signal_act, so that what was let through for the call is
 * acted upon; a handler then goes back to the old mask.
 */
void signal_lend_mask(uint64_t set);
void signal_restore_mask(void);
/* The mask that holds when the call is over. */
uint64_t signal_mask_after(void);

/* Wait for one of a set and take it, without acting on it. => its number, -EINTR, -EAGAIN: none
 * until the deadline; 0: do not wait. */
int signal_wait(uint64_t set, uint64_t deadline, siginfo_t *info);

/* A call was interrupted: signal_act decides how it ends, even if another thread was faster. */
bool signal_has_interrupted(const struct trap_frame *frame);

/* On the way back to user mode: act on what is pending. May not return. */
void signal_act(struct trap_frame *frame);
