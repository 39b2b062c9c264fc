/*
 * signal.c - the way of a signal, from being sent to being acted upon.
 *
 *	signal_send		is it ignored? then that was all
 *	  -> pending_add	into the set of the thread, or of its process (sigqueue.c)
 *	  -> wake_for		a thread that does not block it leaves its sleep or its user code, or,
 *				when the signal ends the process, all of them do
 *	signal_act		there, on the way back to user mode:
 *	  -> take		one out of the set, with what it carries
 *	  -> process_stop, task_exit_process, or run_handler -> sigframe_enter (sigframe.c)
 *
 * All of it is guarded by task_lock. Only whether something is pending is read without: then the
 * thread goes to look. What is ignored is dropped when it is sent, and when it becomes ignored; so
 * what is pending and not blocked always means work: for the thread that wake_any has chosen, or
 * that has unblocked it (work.signals). Masks: sigmask.c; actions: sigaction.c; calls: sys_signal.c.
 */
#include "kernel/signal.h"

#include "kernel/fault.h"
#include "kernel/hart.h"
#include "kernel/process.h"
#include "kernel/sigframe.h"
#include "kernel/task.h"
#include "mm/bits.h"

#define BIT(sig)	SIGNAL_BIT(sig)
#define IGNORED_BY_DEFAULT	(BIT(SIGCHLD) | BIT(SIGURG) | BIT(SIGWINCH) | BIT(SIGCONT))
#define STOPS		(BIT(SIGSTOP) | BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU))
#define FAULTS		(BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGFPE))

static struct sigaction *action_of(const struct process *process, int sig)
{
	return &process->actions->action[sig - 1];
}

/* Process 1 takes no default action that would end or stop it: nobody could restart it. */
static bool is_ignored(const struct process *process, int sig)
{
	void (*handler)(int) = action_of(process, sig)->sa_handler;

	if (handler == SIG_DFL)
		return (BIT(sig) & IGNORED_BY_DEFAULT) || process->pid == 1;
	return handler == SIG_IGN;
}

static bool ends_the_process(const struct process *process, int sig)
{
	return action_of(process, sig)->sa_handler == SIG_DFL && !is_ignored(process, sig) &&
	       !(BIT(sig) & STOPS);
}

bool signal_wants_children(const struct process *parent)
{
	const struct sigaction *action = action_of(parent, SIGCHLD);

	return action->sa_handler != SIG_IGN && !(action->sa_flags & SA_NOCLDWAIT);
}

/* ---- sending ---- */

siginfo_t signal_info(int sig, int code)
{
	siginfo_t info = { .si_signo = sig, .si_code = code };

	if (code != SI_KERNEL)
		info.si_pid = current->process->pid;
	return info;
}

static void discard_all(struct process *process, uint64_t set)
{
	struct task *task;

	pending_discard(&process->pending, set);
	list_for_each(task, &process->threads, thread_link)
		pending_discard(&task->pending, set);
}

void signal_discard_ignored(struct process *process, int sig)
{
	if (is_ignored(process, sig))
		discard_all(process, BIT(sig));
}

/* Stopping and going on undo each other, whatever becomes of the signal itself. */
static void job_control(struct process *process, int sig)
{
	if (BIT(sig) & STOPS)
		discard_all(process, BIT(SIGCONT));
	if (sig != SIGCONT)
		return;
	discard_all(process, STOPS);
	process_note_continue(process);
}

/* A stopped thread acts on nothing but SIGKILL, which stops at nothing. */
static bool may_act(const struct task *task, int sig)
{
	uint64_t blocked = task->signal_blocked & ~task->signal_waited;

	if (sig == SIGKILL)
		return true;
	return !(blocked & BIT(sig)) && task->state != TASK_STOPPED;
}

/* What it blocks it only waits for. */
static void wake_for(struct task *task, int sig)
{
	if (ends_the_process(task->process, sig) && !(task->signal_blocked & BIT(sig)))
		process_kill(task->process, sig);
	else
		sched_interrupt(task);
}

static void wake_any(struct process *process, int sig)
{
	struct task *task;

	list_for_each(task, &process->threads, thread_link) {
		if (may_act(task, sig)) {
			wake_for(task, sig);
			return;
		}
	}
}

/* `queued` is what to queue when it is a timer's. As in Linux it is the leader alone, of a process,
 * that has a say in whether what is ignored is kept because it is blocked. */
static int send(struct process *process, struct task *thread, const siginfo_t *info,
		struct queued_signal *queued)
{
	struct pending *pending = thread ? &thread->pending : &process->pending;
	uint64_t blocked = thread ? thread->signal_blocked : process->leader->signal_blocked;
	int sig = info->si_signo, err = 0;

	if (sig == 0 || list_is_empty(thread ? &thread->thread_link : &process->threads))
		return 0;
	job_control(process, sig);
	if (is_ignored(process, sig) && !(blocked & BIT(sig)))
		return 0;
	if (queued)
		pending_add_queued(pending, queued);
	else
		err = pending_add(pending, info,
				  process->limits.of[RLIMIT_SIGPENDING].rlim_cur);
	if (err)
		return err;
	if (!thread)
		wake_any(process, sig);
	else if (may_act(thread, sig))
		wake_for(thread, sig);
	return 0;
}

int signal_send(struct process *process, const siginfo_t *info)
{
	return send(process, NULL, info, NULL);
}

int signal_send_thread(struct task *task, const siginfo_t *info)
{
	return send(task->process, task, info, NULL);
}

void signal_send_queued(struct process *process, struct task *thread, struct queued_signal *signal)
{
	send(process, thread, &signal->info, signal);
}

void signal_raise(int sig)
{
	siginfo_t info = signal_info(sig, SI_USER);

	spin_lock(&task_lock);
	signal_send_thread(current, &info);
	spin_unlock(&task_lock);
}

/* The thread cannot go on: who ignores or blocks what says so is ended by it, process 1 too. */
void signal_force(int sig, int code, vaddr_t addr)
{
	struct task *task = current;
	struct sigaction *action = action_of(task->process, sig);

	spin_lock(&task_lock);
	if (action->sa_handler == SIG_IGN || (task->signal_blocked & BIT(sig))) {
		action->sa_handler = SIG_DFL;
		task->signal_blocked &= ~BIT(sig);
	}
	task->fault = (struct signal_fault){ .sig = sig, .code = code, .addr = addr };
	task->work.signals = true;
	spin_unlock(&task_lock);
}

/* ---- what is pending ---- */

uint64_t signal_pending_for(const struct task *task)
{
	return pending_set(&task->pending) | pending_set(&task->process->pending);
}

bool signal_is_pending(void)
{
	const struct task *task = current;
	uint64_t blocked = task->signal_blocked & ~task->signal_waited;

	return (signal_pending_for(task) & ~blocked) || task->fault.sig;
}

/* Whatever ends a process comes to each of its threads as SIGKILL: process_kill. */
bool signal_is_fatal(void)
{
	return signal_is_fatal_for(current);
}

bool signal_is_fatal_for(const struct task *task)
{
	return pending_set(&task->pending) & BIT(SIGKILL);
}

/* For a thread that was woken for the sake of its process and does not act now: another may. */
void signal_hand_over(struct process *process, uint64_t set)
{
	for (set &= process->pending.set; set; set &= set - 1)
		wake_any(process, lowest_bit(set) + 1);
}

/* ---- acting ---- */

/* Which comes first: a fault that somebody sent, then by number. */
static int first_of(uint64_t set)
{
	if (set & BIT(SIGKILL))
		return SIGKILL;
	return lowest_bit(set & FAULTS ? set & FAULTS : set) + 1;
}

/* One of `wanted`: the thread's own first, then its process's. => its number; 0: none. */
static int take(uint64_t wanted, siginfo_t *info)
{
	struct pending *pending = &current->pending;
	uint64_t set = pending->set & wanted;
	int sig;

	if (!set) {
		pending = &current->process->pending;
		set = pending->set & wanted;
	}
	if (!set)
		return 0;
	sig = first_of(set);
	pending_take(pending, sig, info);
	return sig;
}

int signal_wait(uint64_t set, uint64_t deadline, siginfo_t *info)
{
	struct waitq nobody;	/* a signal is what ends the sleep */
	int sig, err = deadline ? 0 : -ETIMEDOUT;

	waitq_init(&nobody);
	spin_lock(&task_lock);
	current->signal_waited = set;
	while (!(sig = take(set, info)) && !err)
		err = waitq_sleep_until(&nobody, &task_lock, deadline);
	current->signal_waited = 0;
	signal_hand_over(current->process, set);
	spin_unlock(&task_lock);
	if (sig)
		return sig;
	return err == -ETIMEDOUT ? -EAGAIN : err;
}

/* What this very thread did: before all others but SIGKILL. */
static int take_fault(siginfo_t *info)
{
	struct signal_fault fault = current->fault;

	if (!fault.sig || signal_is_fatal())
		return 0;
	*info = (siginfo_t){ .si_signo = fault.sig, .si_code = fault.code };
	info->si_addr = (void *)fault.addr;
	current->fault.sig = 0;
	return fault.sig;
}

/* Stop, unless the terminal asks for it and nobody is left who could let the process go on. With
 * task_lock held before and after. */
static void stop(int sig)
{
	struct process *process = current->process;

	if (sig != SIGSTOP && process_is_orphaned(process))
		return;
	process_stop(sig);
	spin_lock(&task_lock);
}

/*
 * Act on what needs no handler; may not return. => the first signal that has one, with its action,
 * or 0. A fault ends even process 1, and whom another thread has just made ignore it.
 */
static int take_handled(siginfo_t *info, struct sigaction *action)
{
	struct process *process = current->process;
	int fault, sig;

	spin_lock(&task_lock);
	for (;;) {
		fault = take_fault(info);
		sig = fault ? fault : take(~current->signal_blocked, info);
		if (!sig)
			break;
		*action = *action_of(process, sig);
		if (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN)
			break;
		if (is_ignored(process, sig) && !fault && sig != SIGKILL)
			continue;
		if (BIT(sig) & STOPS) {
			stop(sig);
			continue;
		}
		spin_unlock(&task_lock);
		if (sig == SIGKILL)
			task_exit(sig);		/* process_kill came before */
		task_exit_process(sig);
	}
	if (sig && (action->sa_flags & SA_RESETHAND))
		action_of(process, sig)->sa_handler = SIG_DFL;
	current->work.signals = signal_is_pending();
	spin_unlock(&task_lock);
	return sig;
}

bool signal_has_interrupted(const struct trap_frame *frame)
{
	return frame->cause == CAUSE_ECALL && frame->reg[REG_A0] == (uint64_t)-EINTR;
}

/*
 * signal(7): a call that was interrupted begins anew when no handler has run, or the handler's
 * action says so; waits with a time limit only in the first case, sigtimedwait never, clone always.
 */
static bool begins_anew(uint64_t call, const struct sigaction *handler)
{
	switch (call) {
	case SYS_clone:
	case SYS_clone3:
		return true;
	case SYS_rt_sigtimedwait:
		return false;
	case SYS_nanosleep:
	case SYS_clock_nanosleep:
	case SYS_ppoll:
	case SYS_pselect6:
	case SYS_rt_sigsuspend:
		return !handler;
	default:
		if (!handler)
			return true;
		return (handler->sa_flags & SA_RESTART) && !current->sleep_deadline;
	}
}

/* What becomes of the call; then it is over, and what comes next interrupts something else. */
static void end_call(struct trap_frame *frame, const struct sigaction *handler)
{
	bool anew = signal_has_interrupted(frame) && begins_anew(frame->reg[REG_A7], handler);

	if (anew) {
		frame->reg[REG_A0] = frame->orig_a0;
		frame->reg[REG_PC] -= 4;
	}
	if (handler || !anew)
		current->sleep_deadline = 0;
	frame->cause = 0;
}

static void run_handler(struct trap_frame *frame, const siginfo_t *info,
			const struct sigaction *action)
{
	int sig = info->si_signo;

	end_call(frame, action);
	if (sigframe_enter(frame, info, action) == 0)
		return;
	if (sig == SIGSEGV)
		action_of(current->process, sig)->sa_handler = SIG_DFL;
	fault_bad_frame(frame, "no stack for the handler of a signal");
}

void signal_act(struct trap_frame *frame)
{
	struct sigaction action;
	siginfo_t info;

	while (take_handled(&info, &action)) {
		run_handler(frame, &info, &action);
		if (!current->work.signals)
			break;
	}
	signal_restore_mask();
	end_call(frame, NULL);
}
