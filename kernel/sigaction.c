/*
 * sigaction.c - what a process does on each signal.
 */
#include "kernel/hart.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"
#include "mm/bits.h"
#include "mm/slab.h"

#define KNOWN_FLAGS	(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | \
			 SA_NODEFER | SA_RESETHAND)

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
	struct signal_actions *actions = signal_actions_create();

	if (!actions)
		return NULL;
	spin_lock(&task_lock);
	actions->set = from->set;
	for (uint64_t set = from->set; set; set &= set - 1)
		actions->action[lowest_bit(set)] = from->action[lowest_bit(set)];
	spin_unlock(&task_lock);
	return actions;
}

struct signal_actions *signal_actions_ref(struct signal_actions *actions)
{
	__atomic_fetch_add(&actions->refs, 1, __ATOMIC_RELAXED);
	return actions;
}

bool signal_actions_are_shared(const struct signal_actions *actions)
{
	return __atomic_load_n(&actions->refs, __ATOMIC_RELAXED) > 1;
}

void signal_actions_put(struct signal_actions *actions)
{
	if (actions && __atomic_sub_fetch(&actions->refs, 1, __ATOMIC_ACQ_REL) == 0)
		slab_free(&actions_cache, actions);
}

void signal_actions_reset(struct signal_actions *actions)
{
	for (uint64_t set = actions->set; set; set &= set - 1) {
		struct sigaction *action = &actions->action[lowest_bit(set)];
		bool ignored = action->sa_handler == SIG_IGN;

		*action = (struct sigaction){ .sa_handler = ignored ? SIG_IGN : SIG_DFL };
	}
}

void signal_sets(const struct process *process, uint64_t *ignored, uint64_t *caught)
{
	*ignored = *caught = 0;
	spin_lock(&task_lock);
	for (int sig = 1; sig <= SIGRTMAX; sig++) {
		void (*handler)(int) = process->actions->action[sig - 1].sa_handler;

		if (handler == SIG_IGN)
			*ignored |= SIGNAL_BIT(sig);
		else if (handler != SIG_DFL)
			*caught |= SIGNAL_BIT(sig);
	}
	spin_unlock(&task_lock);
}

/* As on Linux the new action holds even if the old one cannot be told, and flags that are unknown
 * are not given back: so a program finds out which are known. */
long sys_rt_sigaction(long sig_arg, vaddr_t new, vaddr_t old, size_t set_size)
{
	struct process *process = current->process;
	struct sigaction next, before, *action;
	int sig = (int)sig_arg;

	if (set_size != sizeof(sigset_t))
		return -EINVAL;
	if (new && copy_from_user(&next, new, sizeof(next)))
		return -EFAULT;
	if (sig < 1 || sig > SIGRTMAX || (new && (SIGNAL_BIT(sig) & SIGNALS_UNBLOCKABLE)))
		return -EINVAL;
	action = &process->actions->action[sig - 1];
	spin_lock(&task_lock);
	before = *action;
	if (new) {
		*action = next;
		process->actions->set |= SIGNAL_BIT(sig);
		action->sa_mask &= ~SIGNALS_UNBLOCKABLE;
		action->sa_flags &= KNOWN_FLAGS;
		signal_discard_ignored(process, sig);
	}
	spin_unlock(&task_lock);
	return old ? copy_to_user(old, &before, sizeof(before)) : 0;
}
