/*
 * process.c - processes: their threads, their place in the family, and their end as a whole.
 */
#include "kernel/process.h"

#include "kernel/hart.h"
#include "kernel/pid.h"
#include "kernel/signal.h"
#include "kernel/task.h"
#include "mm/slab.h"

static struct slab_cache process_cache =
	SLAB_CACHE_INIT(process_cache, "process", sizeof(struct process));
struct process *init_process;

struct process *process_create(void)
{
	struct process *process = slab_alloc(&process_cache);

	if (!process)
		return NULL;
	*process = (struct process){ .refs = 1, .dumpable = true };
	list_init(&process->threads);
	list_init(&process->children);
	list_init(&process->sibling);
	waitq_init(&process->child_change);
	pending_init(&process->pending);
	itimers_init(&process->timers, process);
	return process;
}

void process_inherit(struct process *child)
{
	struct process *parent = current->process;

	spin_lock(&task_lock);
	child->limits = parent->limits;
	child->ids = parent->ids;
	child->nice = parent->nice;
	child->policy = parent->policy;
	child->dumpable = parent->dumpable;
	child->no_new_privs = parent->no_new_privs;
	spin_unlock(&task_lock);
}

struct process *process_get(struct process *process)
{
	__atomic_fetch_add(&process->refs, 1, __ATOMIC_RELAXED);
	return process;
}

void process_put(struct process *process)
{
	if (!process || __atomic_sub_fetch(&process->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	signal_actions_put(process->actions);
	slab_free(&process_cache, process);
}

void process_set_parent(struct process *child, struct process *parent)
{
	child->parent = parent;
	__atomic_store_n(&child->parent_pid, parent->pid, __ATOMIC_RELAXED);
}

void process_enter_family(struct task *leader, bool as_sibling)
{
	struct process *child = leader->process;
	struct process *parent = as_sibling ? current->process->parent : current->process;

	child->pid = leader->tid;
	child->leader = leader;
	if (as_sibling)
		child->exit_signal = current->process->exit_signal;
	child->off_terminal = current->process->off_terminal;
	child->pgid = current->process->pgid;
	child->sid = current->process->sid;
	process_set_parent(child, parent);
	list_append(&parent->children, &child->sibling);
}

/* A process that is stopping has a new thread do the same; one that is ending gets none: clone.c. */
void process_add_thread(struct process *process, struct task *task)
{
	list_append(&process->threads, &task->thread_link);
	process->live++;
	process->tasks++;
	if (process->stop_signal) {
		pending_add_bit(&task->pending, SIGSTOP);
		task->work.signals = true;
	}
}

/* What the process was sent and this thread was perhaps woken for is for the others now. */
void process_remove_thread(struct task *task)
{
	struct process *process = task->process;

	list_remove(&task->thread_link);
	pending_discard(&task->pending, ~0ull);
	signal_hand_over(process, ~task->signal_blocked);
	process->live--;
	if (process->live == 0) {
		pending_discard(&process->pending, ~0ull);
		itimers_end(&process->timers);
	}
	process_note_stop(process);
}

/* Whatever else is pending, a thread with SIGKILL ends without looking further. */
static void kill_threads(struct process *process, const struct task *except)
{
	struct task *task;

	process->stop_signal = 0;
	process->stopped = 0;
	list_for_each(task, &process->threads, thread_link) {
		if (task == except)
			continue;
		pending_add_bit(&task->pending, SIGKILL);
		sched_continue(task);
		sched_interrupt(task);
	}
}

void process_kill(struct process *process, int status)
{
	if (process->exiting)
		return;
	process->exiting = true;
	process->wait_status = status;
	kill_threads(process, NULL);
}

/* The current task, alone, takes the place of the leader that has ended; => that. */
static struct task *replace_leader(struct process *process)
{
	struct task *old = process->leader;

	current->start_time = old->start_time;
	pid_take_over(current, old);
	process->leader = current;
	return old;
}

int process_become_single(void)
{
	struct process *process = current->process;
	struct task *old = NULL;
	int err = 0;

	spin_lock(&task_lock);
	if (process->exiting || process->execing) {
		spin_unlock(&task_lock);
		return -EINTR;
	}
	process->execing = current;
	kill_threads(process, current);
	while (process->tasks > 1 && !err)
		err = waitq_sleep_killable(&process->child_change, &task_lock);
	process->execing = NULL;
	if (!err && process->leader != current)
		old = replace_leader(process);
	spin_unlock(&task_lock);
	task_put(old);
	return err;
}

uint64_t process_run_ticks(struct process *process)
{
	uint64_t ticks = process->ended_ticks;
	struct task *task;

	list_for_each(task, &process->threads, thread_link)
		ticks += sched_run_ticks(task);
	return ticks;
}
