/*
 * wait.c - how a parent learns of its children: ended, stopped, going on; and job control.
 */
#include "kernel/pid.h"
#include "kernel/signal.h"

/* Take an ended task out of the family and the pid table; task_lock is held. The caller puts it. */
static void unlink_task(struct task *task)
{
	list_remove(&task->sibling);
	pid_leave(task);
}

void task_has_ended(struct task *task)
{
	struct task *parent;
	bool wanted;

	spin_lock(&task_lock);
	parent = task->parent;
	task->ended = true;
	wanted = signal_wants_children(parent);
	signal_send(parent, SIGCHLD);
	if (wanted) {	/* to the front: wait4(-1) finds it at once */
		list_remove(&task->sibling);
		list_push(&parent->children, &task->sibling);
	} else {
		parent->children_ticks += task->run_ticks + task->children_ticks;
		unlink_task(task);
	}
	waitq_wake_all(&parent->child_change);
	spin_unlock(&task_lock);
	if (!wanted)
		task_put(task);
}

/* ---- waiting ---- */

static bool is_waited_for(const struct task *child, int pid)
{
	if (pid > 0)
		return child->pid == pid;
	if (pid == -1)
		return true;
	return child->pgid == (pid == 0 ? current->pgid : -pid);
}

/* Has the child something to report that `options` ask for? If so fill *status. */
static bool has_news(struct task *child, int options, int *status)
{
	if (child->ended) {
		*status = child->wait_status;
		return true;
	}
	if ((options & WUNTRACED) && child->stop_signal && !child->stop_reported) {
		child->stop_reported = true;
		*status = child->stop_signal << 8 | 0x7f;
		return true;
	}
	if ((options & WCONTINUED) && child->continued) {
		child->continued = false;
		*status = 0xffff;
		return true;
	}
	return false;
}

/* A child with news, NULL when there is none; *any tells whether there is a child to wait for. */
static struct task *find_news(int pid, int options, int *status, bool *any)
{
	struct task *child;

	*any = false;
	list_for_each(child, &current->children, sibling) {
		if (!is_waited_for(child, pid))
			continue;
		*any = true;
		if (has_news(child, options, status))
			return child;
		/* Children that have ended come first: the others can only have stopped. */
		if (pid > 0 || !(options & (WUNTRACED | WCONTINUED)))
			break;
	}
	return NULL;
}

long task_wait(int pid, int options, int *status, uint64_t *ticks)
{
	struct task *child;
	bool any, reap;
	long ret = 0;

	spin_lock(&task_lock);
	while ((child = find_news(pid, options, status, &any)) == NULL) {
		if (!any)
			ret = -ECHILD;
		else if (!(options & WNOHANG))
			ret = waitq_sleep(&current->child_change, &task_lock);
		if (ret || (options & WNOHANG)) {
			spin_unlock(&task_lock);
			return ret;
		}
	}
	ret = child->pid;
	reap = child->ended;
	*ticks = child->run_ticks + child->children_ticks;
	if (reap) {
		current->children_ticks += *ticks;
		unlink_task(child);
	}
	spin_unlock(&task_lock);
	if (reap)
		task_put(child);
	return ret;
}

/* ---- job control ---- */

/* Tell the parent of a stop or of going on, unless it does not want to hear of such. */
static void notify_parent(struct task *task)
{
	struct task *parent = task->parent;

	if (!(parent->actions->action[SIGCHLD - 1].sa_flags & SA_NOCLDSTOP))
		signal_send(parent, SIGCHLD);
	waitq_wake_all(&parent->child_change);
}

/*
 * Whoever sends SIGCONT takes the stop signal away, and SIGKILL comes before it; both are sent
 * under task_lock, so looking once more here decides.
 */
void task_stop(int sig)
{
	struct task *task = current;

	spin_lock(&task_lock);
	if (!signal_take_stop(sig)) {
		spin_unlock(&task_lock);
		return;
	}
	task->stop_signal = sig;
	task->stop_reported = false;
	task->continued = false;
	notify_parent(task);
	sched_stop(&task_lock);
}

void task_note_continue(struct task *task, int sig)
{
	if (!task->stop_signal)
		return;
	task->stop_signal = 0;
	task->continued = sig == SIGCONT;
	sched_continue(task);
	if (task->continued)
		notify_parent(task);
}
