/*
 * jobs.c - process groups that nobody is left to control.
 *
 * A group is held up by a member whose parent is in another group of the same session, as a shell is:
 * it can let the group go on after a stop. A group without such is orphaned (POSIX, 3.264): the
 * terminal does not stop it, and if it is stopped when it becomes one, it is told and let go on.
 */
#include "kernel/jobs.h"

#include "kernel/pid.h"
#include "kernel/process.h"
#include "kernel/signal.h"

static bool holds_up(const struct process *process)
{
	const struct process *parent = process->parent;

	return process->live > 0 && parent && parent != init_process &&
	       parent->pgid != process->pgid && parent->sid == process->sid;
}

static bool is_stopped(const struct process *process)
{
	return process->stop_signal;
}

bool process_is_orphaned(const struct process *process)
{
	return !pid_group_has(process->pgid, holds_up);
}

static void let_go(const struct process *member)
{
	siginfo_t hup = signal_info(SIGHUP, SI_KERNEL), cont = signal_info(SIGCONT, SI_KERNEL);

	if (!process_is_orphaned(member) || !pid_group_has(member->pgid, is_stopped))
		return;
	pid_signal_group(member->pgid, &hup);
	pid_signal_group(member->pgid, &cont);
}

void jobs_note_end(struct process *process)
{
	const struct process *parent = process->parent;

	if (parent->pgid != process->pgid && parent->sid == process->sid)
		let_go(process);
}

void jobs_note_orphan(struct process *process, struct process *child)
{
	if (child->pgid != process->pgid && child->sid == process->sid)
		let_go(child);
}
