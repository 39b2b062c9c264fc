/*
 * wait.c - how a parent learns of its children: ended, stopped, going on; and job control.
 */
#include "kernel/hart.h"
#include "kernel/jobs.h"
#include "kernel/pid.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "kernel/time.h"

/* Children go to process 1; those that have ended already wait there. task_lock is held. */
static void orphan_children(struct process *process)
{
	struct list *link;

	if (list_is_empty(&process->children))
		return;
	while ((link = list_pop(&process->children)) != NULL) {
		struct process *child = container_of(link, struct process, sibling);

		process_set_parent(child, init_process);
		child->exit_signal = SIGCHLD;
		if (child->death_signal && !child->ended) {
			siginfo_t info = signal_info(child->death_signal, SI_KERNEL);

			info.si_code = SI_USER;	/* as if the parent had sent it */
			info.si_pid = process->pid;
			signal_send(child, &info);
		}
		if (child->ended)
			list_push(&init_process->children, &child->sibling);
		else
			list_append(&init_process->children, &child->sibling);
		jobs_note_orphan(process, child);
	}
	waitq_wake_all(&init_process->child_change);
}

static uint64_t all_ticks(const struct process *process)
{
	return process->ended_ticks + process->children_ticks;
}

/* Take an ended process out of the family and the pid table; task_lock is held. The caller puts
 * its leader's task, which holds it. */
static void reap(struct process *process)
{
	process->parent->children_ticks += all_ticks(process);
	list_remove(&process->sibling);
	pid_leave(process->leader);
}

static void tell_parent(struct process *child, int sig, int code, int status)
{
	siginfo_t info = { .si_signo = sig, .si_code = code };

	info.si_pid = child->pid;
	info.si_status = status;
	info.si_utime = (int64_t)time_to_centis(process_run_ticks(child));
	if (sig > 0 && sig <= SIGRTMAX)
		signal_send(child->parent, &info);
}

bool process_has_ended(struct process *process)
{
	struct process *parent = process->parent;
	int sig = process->exit_signal;
	bool wanted = sig != SIGCHLD || signal_wants_children(parent);

	orphan_children(process);
	jobs_note_end(process);
	process->ended = true;
	tell_parent(process, sig, WIFEXITED(process->wait_status) ? CLD_EXITED : CLD_KILLED,
		    WIFEXITED(process->wait_status) ? WEXITSTATUS(process->wait_status)
						    : WTERMSIG(process->wait_status));
	if (wanted) {	/* to the front: wait4(-1) finds it at once */
		list_remove(&process->sibling);
		list_push(&parent->children, &process->sibling);
	} else {
		reap(process);
	}
	waitq_wake_all(&parent->child_change);
	return !wanted;
}

/* ---- waiting ---- */

/* A clone that is no fork is waited for on demand only. */
static bool is_waited_for(const struct process *child, const struct wait *w)
{
	bool is_clone = child->exit_signal != SIGCHLD;

	if (!(w->options & __WALL) && is_clone != ((w->options & (int)__WCLONE) != 0))
		return false;
	if (child->ended && !(w->options & WEXITED))
		return false;
	if (w->which == P_PGID)
		return child->pgid == (w->id ? w->id : current->process->pgid);
	return w->which == P_ALL || child->pid == w->id;
}

static bool has_stopped(const struct process *process)
{
	return process->stop_signal && process->live > 0 && process->stopped == process->live;
}

/* Has the child something to report that is asked for? */
static bool has_news(struct process *child, struct wait *w)
{
	bool keep = w->options & WNOWAIT;

	if (child->ended) {
		w->status = child->wait_status;
		return true;
	}
	if ((w->options & WSTOPPED) && has_stopped(child) && !child->stop_reported) {
		child->stop_reported = !keep;
		w->status = child->stop_signal << 8 | 0x7f;
		return true;
	}
	if ((w->options & WCONTINUED) && child->continued) {
		child->continued = keep;
		w->status = 0xffff;
		return true;
	}
	return false;
}

/* The child that is asked for by number: found by it, however many there are. */
static struct process *child_by_pid(const struct wait *w)
{
	struct process *process = pid_process(w->id);

	if (!process || process->parent != current->process || !is_waited_for(process, w))
		return NULL;
	return process;
}

/* A child with news, NULL when there is none; *any tells whether there is a child to wait for. */
static struct process *find_news(struct wait *w, bool *any)
{
	struct process *child;

	if (w->which == P_PID) {
		child = child_by_pid(w);
		*any = child;
		if (child && !has_news(child, w))
			child = NULL;
		return child;
	}
	*any = false;
	list_for_each(child, &current->process->children, sibling) {
		if (!is_waited_for(child, w))
			continue;
		*any = true;
		if (has_news(child, w))
			return child;
		/* Children that have ended come first: the others can only have stopped. */
		if (!(w->options & (WSTOPPED | WCONTINUED)))
			break;
	}
	return NULL;
}

long process_wait(struct wait *w)
{
	struct task *reaped = NULL;
	struct process *child;
	bool any;
	long ret = 0;

	spin_lock(&task_lock);
	while ((child = find_news(w, &any)) == NULL) {
		if (!any)
			ret = -ECHILD;
		else if (!(w->options & WNOHANG))
			ret = waitq_sleep(&current->process->child_change, &task_lock);
		if (ret || (w->options & WNOHANG)) {
			spin_unlock(&task_lock);
			return ret;
		}
	}
	ret = child->pid;
	w->ticks = all_ticks(child);
	if (child->ended && !(w->options & WNOWAIT)) {
		reap(child);
		reaped = child->leader;
	}
	spin_unlock(&task_lock);
	task_put(reaped);
	return ret;
}

/* ---- job control ---- */

/* Tell the parent of a stop or of going on, unless it does not want to hear of such. */
static void notify_parent(struct process *process, int code, int sig)
{
	struct process *parent = process->parent;

	if (!(parent->actions->action[SIGCHLD - 1].sa_flags & SA_NOCLDSTOP))
		tell_parent(process, SIGCHLD, code, sig);
	waitq_wake_all(&parent->child_change);
}

/* One more thread has stopped or is gone: were all others waiting for it? */
void process_note_stop(struct process *process)
{
	if (has_stopped(process) && !process->stop_reported)
		notify_parent(process, CLD_STOPPED, process->stop_signal);
}

/* The first thread that stops has the others stop too. */
static void begin_stop(struct process *process, int sig)
{
	siginfo_t info = signal_info(SIGSTOP, SI_KERNEL);
	struct task *task;

	process->stop_signal = sig;
	process->stop_reported = false;
	process->continued = false;
	list_for_each(task, &process->threads, thread_link) {
		if (task != current)
			signal_send_thread(task, &info);
	}
}

void process_stop(int sig)
{
	struct process *process = current->process;

	if (!process->stop_signal)
		begin_stop(process, sig);
	process->stopped++;
	process_note_stop(process);
	sched_stop(&task_lock);
}

void process_note_continue(struct process *process)
{
	struct task *task;
	bool tell = has_stopped(process);

	if (!process->stop_signal)
		return;
	process->stop_signal = 0;
	process->stopped = 0;
	list_for_each(task, &process->threads, thread_link)
		sched_continue(task);
	if (tell) {
		process->continued = true;
		notify_parent(process, CLD_CONTINUED, SIGCONT);
	}
}
