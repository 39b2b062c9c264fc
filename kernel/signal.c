/*
 * signal.c - sending signals and acting on them.
 *
 * A pending set is one word changed by atomic or/and, so a sender needs no lock, and may hold any.
 * What is ignored is dropped when it is sent, and when it becomes ignored; so a bit that is
 * pending and not blocked always means work.
 */
#include "kernel/signal.h"

#include "kernel/bits.h"
#include "kernel/sigframe.h"
#include "kernel/hart.h"
#include "kernel/process.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"
#include "mm/slab.h"

#define BIT(sig)	SIGNAL_BIT(sig)
#define IGNORED_BY_DEFAULT	(BIT(SIGCHLD) | BIT(SIGURG) | BIT(SIGWINCH) | BIT(SIGCONT))
#define STOPS		(BIT(SIGSTOP) | BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU))
#define UNBLOCKABLE	(BIT(SIGKILL) | BIT(SIGSTOP))

static struct slab_cache actions_cache =
	SLAB_CACHE_INIT(actions_cache, "signal_actions", sizeof(struct signal_actions));

struct signal_actions *signal_actions_create(void)
{
	struct signal_actions *actions = slab_alloc(&actions_cache);

	if (actions)
		*actions = (struct signal_actions){ .refs = 1 };
	return actions;
}

struct signal_actions *signal_actions_clone(const struct signal_actions *from)
{
	struct signal_actions *actions = slab_alloc(&actions_cache);

	if (actions) {
		*actions = *from;
		actions->refs = 1;
	}
	return actions;
}

void signal_actions_put(struct signal_actions *actions)
{
	if (actions && __atomic_sub_fetch(&actions->refs, 1, __ATOMIC_ACQ_REL) == 0)
		slab_free(&actions_cache, actions);
}

void signal_actions_reset(struct signal_actions *actions)
{
	for (int i = 0; i < SIGRTMAX; i++) {
		struct sigaction *action = &actions->action[i];
		bool ignored = action->sa_handler == SIG_IGN;

		*action = (struct sigaction){ .sa_handler = ignored ? SIG_IGN : SIG_DFL };
	}
}

static void discard(struct task *task, uint64_t set)
{
	__atomic_fetch_and(&task->signal_pending, ~set, __ATOMIC_RELAXED);
	__atomic_fetch_and(&task->process->signal_pending, ~set, __ATOMIC_RELAXED);
}

static void discard_all(struct process *process, uint64_t set)
{
	struct task *task;

	__atomic_fetch_and(&process->signal_pending, ~set, __ATOMIC_RELAXED);
	list_for_each(task, &process->threads, thread_link)
		discard(task, set);
}

static void (*handler_of(const struct process *process, int sig))(int)
{
	return process->actions->action[sig - 1].sa_handler;
}

/* Process 1 takes no default action that would end or stop it: nobody could restart it. */
static bool is_ignored(const struct process *process, int sig)
{
	void (*handler)(int) = handler_of(process, sig);

	if (handler == SIG_DFL)
		return (BIT(sig) & IGNORED_BY_DEFAULT) || process->pid == 1;
	return handler == SIG_IGN;
}

static bool ends_the_process(const struct process *process, int sig)
{
	return handler_of(process, sig) == SIG_DFL && !(BIT(sig) & (IGNORED_BY_DEFAULT | STOPS));
}

static void job_control(struct process *process, int sig)
{
	if (BIT(sig) & STOPS)
		discard_all(process, BIT(SIGCONT));
	if (sig != SIGCONT)
		return;
	discard_all(process, STOPS);
	process_note_continue(process);
}

/* A stopped thread acts on nothing but SIGKILL, which stops and goes around all blocking. */
static bool may_act(const struct task *task, int sig)
{
	if (sig == SIGKILL)
		return true;
	return !(task->signal_blocked & BIT(sig)) && task->state != TASK_STOPPED;
}

/* The pending bit is set: who shall act? */
static void wake_for(struct task *task, int sig)
{
	if (ends_the_process(task->process, sig))
		process_kill(task->process, sig);
	else
		sched_interrupt(task);
}

void signal_send_thread(struct task *task, int sig)
{
	if (sig == 0 || list_is_empty(&task->thread_link))
		return;
	job_control(task->process, sig);
	if (is_ignored(task->process, sig) && !(task->signal_blocked & BIT(sig)))
		return;
	__atomic_fetch_or(&task->signal_pending, BIT(sig), __ATOMIC_SEQ_CST);
	if (may_act(task, sig))
		wake_for(task, sig);
}

/* Linux asks the leader first, and it alone whether it blocks what is ignored. */
void signal_send(struct process *process, int sig)
{
	struct task *task;

	if (sig == 0 || list_is_empty(&process->threads))
		return;
	job_control(process, sig);
	if (is_ignored(process, sig) && !(process->leader->signal_blocked & BIT(sig)))
		return;
	__atomic_fetch_or(&process->signal_pending, BIT(sig), __ATOMIC_SEQ_CST);
	list_for_each(task, &process->threads, thread_link) {
		if (may_act(task, sig)) {
			wake_for(task, sig);
			return;
		}
	}
}

void signal_raise(int sig)
{
	spin_lock(&task_lock);
	signal_send_thread(current, sig);
	spin_unlock(&task_lock);
}

void signal_force(int sig, int code, vaddr_t addr)
{
	struct task *task = current;
	struct sigaction *action = &task->process->actions->action[sig - 1];

	if (action->sa_handler == SIG_IGN || (task->signal_blocked & BIT(sig))) {
		action->sa_handler = SIG_DFL;
		task->signal_blocked &= ~BIT(sig);
	}
	task->fault_info = (siginfo_t){ .si_signo = sig, .si_code = code, .si_addr = (void *)addr };
	__atomic_fetch_or(&task->signal_pending, BIT(sig), __ATOMIC_RELAXED);
}

static uint64_t pending(const struct task *task)
{
	return __atomic_load_n(&task->signal_pending, __ATOMIC_SEQ_CST) |
	       __atomic_load_n(&task->process->signal_pending, __ATOMIC_SEQ_CST);
}

static uint64_t deliverable(const struct task *task)
{
	return pending(task) & ~task->signal_blocked;
}

bool signal_is_pending(void)
{
	return deliverable(current) != 0;
}

/* Whatever ends a process comes to each of its threads as SIGKILL: process_kill. */
bool signal_is_fatal(void)
{
	return current->signal_pending & BIT(SIGKILL);
}

bool signal_wants_children(const struct process *parent)
{
	const struct sigaction *action = &parent->actions->action[SIGCHLD - 1];

	return action->sa_handler != SIG_IGN && !(action->sa_flags & SA_NOCLDWAIT);
}

/* Which comes first: what the task itself just did, then by number. */
static int next_signal(uint64_t set)
{
	uint64_t own = set & (BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGFPE));

	if (set & BIT(SIGKILL))
		return SIGKILL;
	return lowest_bit(own ? own : set) + 1;
}

/* These end when a handler has run, whatever its action says: sleeps, and waits with a timeout. */
static bool is_sleep(uint64_t call)
{
	return call == SYS_nanosleep || call == SYS_clock_nanosleep || call == SYS_ppoll ||
	       call == SYS_pselect6 || current->sleep_deadline;
}

/* A call that a signal has interrupted begins anew when no handler runs, or the action says so. */

static void restart_call(struct trap_frame *frame)
{
	if (frame->cause != CAUSE_ECALL || frame->reg[REG_A0] != (uint64_t)-EINTR)
		return;
	frame->reg[REG_A0] = frame->orig_a0;
	frame->reg[REG_PC] -= 4;
}

static void run_handler(struct trap_frame *frame, int sig, const struct sigaction *action)
{
	struct task *task = current;
	siginfo_t info = { .si_signo = sig, .si_code = SI_USER };

	if (task->fault_info.si_signo == sig) {
		info = task->fault_info;
		task->fault_info.si_signo = 0;
	}
	if ((action->sa_flags & SA_RESTART) && !is_sleep(frame->reg[REG_A7]))
		restart_call(frame);
	task->sleep_deadline = 0;
	frame->cause = 0;	/* the next handler interrupts this one, not the call */
	if (sigframe_enter(frame, sig, &info))
		task_exit_process(SIGSEGV);
}

/* The signal says that the task cannot go on: even process 1 ends. */
static bool was_forced(const struct task *task, int sig)
{
	return task->fault_info.si_signo == sig;
}

bool signal_take_stop(int sig)
{
	uint64_t set = pending(current);

	if (!(set & BIT(sig)) || (set & BIT(SIGKILL)))
		return false;
	discard(current, BIT(sig));
	return true;
}

void signal_act(struct trap_frame *frame)
{
	struct task *task = current;
	struct process *process = task->process;
	uint64_t set;

	while ((set = deliverable(task)) != 0) {
		int sig = next_signal(set);
		struct sigaction action = process->actions->action[sig - 1];

		if (sig == SIGKILL)
			task_exit(sig);
		if (action.sa_handler == SIG_DFL && (BIT(sig) & STOPS) && !is_ignored(process, sig)) {
			process_stop(sig);
			continue;
		}
		discard(task, BIT(sig));
		if (is_ignored(process, sig) && !was_forced(task, sig))
			continue;
		if (action.sa_handler != SIG_DFL)
			run_handler(frame, sig, &action);
		else
			task_exit_process(sig);
	}
	signal_restore_mask();
	restart_call(frame);
	frame->cause = 0;
}

void signal_set_blocked(uint64_t set)
{
	current->signal_blocked = set & ~UNBLOCKABLE;
}

void signal_lend_mask(uint64_t set)
{
	current->signal_blocked_after = current->signal_blocked;
	current->signal_mask_lent = true;
	signal_set_blocked(set);
}

void signal_restore_mask(void)
{
	current->signal_blocked = signal_mask_after();
	current->signal_mask_lent = false;
}

uint64_t signal_mask_after(void)
{
	const struct task *task = current;

	return task->signal_mask_lent ? task->signal_blocked_after : task->signal_blocked;
}

/* ---- the calls that set actions and masks ---- */

long sys_rt_sigaction(long sig_arg, vaddr_t new, vaddr_t old, size_t set_size)
{
	struct sigaction *action;
	struct sigaction next;
	int sig = (int)sig_arg;

	if (set_size != sizeof(sigset_t) || sig < 1 || sig > SIGRTMAX)
		return -EINVAL;
	if (new && (BIT(sig) & UNBLOCKABLE))
		return -EINVAL;
	if (new && copy_from_user(&next, new, sizeof(next)))
		return -EFAULT;
	action = &current->process->actions->action[sig - 1];
	if (old && copy_to_user(old, action, sizeof(*action)))
		return -EFAULT;
	if (new) {
		next.sa_mask &= ~UNBLOCKABLE;
		*action = next;
		if (is_ignored(current->process, sig)) {
			spin_lock(&task_lock);
			discard_all(current->process, BIT(sig));
			spin_unlock(&task_lock);
		}
	}
	return 0;
}

long sys_rt_sigprocmask(long how, vaddr_t new, vaddr_t old, size_t set_size)
{
	uint64_t before = current->signal_blocked;
	uint64_t set;

	if (set_size != sizeof(sigset_t))
		return -EINVAL;
	if (new) {
		if (copy_from_user(&set, new, sizeof(set)))
			return -EFAULT;
		if ((int)how == SIG_BLOCK)
			signal_set_blocked(before | set);
		else if ((int)how == SIG_UNBLOCK)
			signal_set_blocked(before & ~set);
		else if ((int)how == SIG_SETMASK)
			signal_set_blocked(set);
		else
			return -EINVAL;
	}
	if (old && copy_to_user(old, &before, sizeof(before)))
		return -EFAULT;
	return 0;
}

long sys_rt_sigpending(vaddr_t set, size_t set_size)
{
	uint64_t set_now = pending(current) & current->signal_blocked;

	if (set_size > sizeof(sigset_t))
		return -EINVAL;
	return copy_to_user(set, &set_now, set_size);
}
