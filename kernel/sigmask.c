/*
 * sigmask.c - which signals a thread blocks, for good or for the time of one call.
 */
#include "kernel/hart.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"

void signal_set_blocked(uint64_t set)
{
	struct task *task = current;
	uint64_t before = task->signal_blocked;

	spin_lock(&task_lock);
	task->signal_blocked = set & ~SIGNALS_UNBLOCKABLE;
	if (signal_is_pending())
		task->work.signals = true;
	signal_hand_over(task->process, task->signal_blocked & ~before);
	spin_unlock(&task_lock);
}

void signal_lend_mask(uint64_t set)
{
	current->signal_blocked_after = current->signal_blocked;
	current->signal_mask_lent = true;
	signal_set_blocked(set);
}

void signal_restore_mask(void)
{
	if (!current->signal_mask_lent)
		return;
	current->signal_mask_lent = false;
	signal_set_blocked(current->signal_blocked_after);
}

uint64_t signal_mask_after(void)
{
	const struct task *task = current;

	return task->signal_mask_lent ? task->signal_blocked_after : task->signal_blocked;
}

bool signal_is_shut_out(int sig)
{
	return (current->signal_blocked & SIGNAL_BIT(sig)) ||
	       current->process->actions->action[sig - 1].sa_handler == SIG_IGN;
}

/* ---- the calls ---- */

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

long sys_rt_sigpending(vaddr_t set_out, size_t set_size)
{
	uint64_t set = signal_pending_for(current) & current->signal_blocked;

	if (set_size > sizeof(sigset_t))
		return -EINVAL;
	return copy_to_user(set_out, &set, set_size);
}

/* Sleep until a handler has run. signal_act restores the mask, and has the call begin anew after
 * what needed no handler. */
long sys_rt_sigsuspend(vaddr_t set_in, size_t set_size)
{
	struct waitq nobody;
	uint64_t set;

	if (set_size != sizeof(sigset_t))
		return -EINVAL;
	if (copy_from_user(&set, set_in, sizeof(set)))
		return -EFAULT;
	signal_lend_mask(set);
	waitq_init(&nobody);
	spin_lock(&task_lock);
	while (waitq_sleep(&nobody, &task_lock) != -EINTR)
		;
	spin_unlock(&task_lock);
	return -EINTR;
}
