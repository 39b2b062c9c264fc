/*
 * pid.c - tasks by number, and the groups and sessions that numbers name.
 */
#include "kernel/pid.h"

#include "kernel/fs/vfs.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "kernel/vm.h"
#include "mm/frame.h"

#define PIDS_AT_ONCE	1024	/* looked at under one lock */
#define PID_BUCKETS	256
#define FOUNDED_BITS	4096	/* a power of two */
#define FRAMES_PER_TASK	12	/* more than a process that only waits takes: EAGAIN comes first */

static struct list pid_table[PID_BUCKETS];

/* Bit n % FOUNDED_BITS is set if there may be a group or session n: all tasks are looked at only
 * then, and once more than there are groups. */
static uint64_t founded[FOUNDED_BITS / 64];
int pid_max = 32768;
static int last_pid, highest_pid;
static size_t tasks;
static uint64_t sent_to_many;	/* signals for a group or for everybody; changed holding task_lock */

/* ---- the table; task_lock is held ---- */

static struct list *bucket_of(int pid)
{
	struct list *bucket = &pid_table[pid % PID_BUCKETS];

	if (!bucket->next)
		list_init(bucket);
	return bucket;
}

#define for_each_task(task) \
	for (int b = 0; b < PID_BUCKETS; b++) \
		list_for_each(task, bucket_of(b), pid_link)

struct task *pid_lookup(int tid)
{
	struct list *bucket;
	struct task *task;

	if (tid <= 0)
		return NULL;
	bucket = bucket_of(tid);
	list_for_each(task, bucket, pid_link) {
		if (task->tid == tid)
			return task;
	}
	return NULL;
}

static bool is_leader(const struct task *task)
{
	return task->process->leader == task;
}

struct process *pid_process(int pid)
{
	struct task *task = pid_lookup(pid);

	return task && is_leader(task) ? task->process : NULL;
}

static void note_founded(int pid)
{
	founded[pid % FOUNDED_BITS / 64] |= 1ull << pid % 64;
}

static bool names_a_group(int pid)
{
	struct task *task;
	bool found = false;

	if (!(founded[pid % FOUNDED_BITS / 64] >> pid % 64 & 1))
		return false;
	founded[pid % FOUNDED_BITS / 64] &= ~(1ull << pid % 64);
	for_each_task(task) {
		int pgid = task->process->pgid, sid = task->process->sid;

		found |= pgid == pid || sid == pid;
		if ((pgid - pid) % FOUNDED_BITS == 0)
			note_founded(pgid);
		if ((sid - pid) % FOUNDED_BITS == 0)
			note_founded(sid);
	}
	return found;
}

size_t task_limit(void)
{
	return frame_total() / FRAMES_PER_TASK;
}

/* The next free number; the second time round, one that still names a group is not free. */
int pid_enter(struct task *task)
{
	static bool second_round;
	int start = last_pid < pid_max ? last_pid : pid_max - 1, pid = start;

	if (tasks >= task_limit())
		return -EAGAIN;
	do {
		if (++pid >= pid_max) {
			pid = 2;
			second_round = true;
		}
		if (!pid_lookup(pid) && !(second_round && names_a_group(pid))) {
			last_pid = pid;
			if (pid > highest_pid)
				__atomic_store_n(&highest_pid, pid, __ATOMIC_RELAXED);
			task->tid = pid;
			list_push(bucket_of(pid), &task->pid_link);
			tasks++;
			return 0;
		}
	} while (pid != start);
	return -EAGAIN;
}

void pid_leave(struct task *task)
{
	list_remove(&task->pid_link);
	tasks--;
}

void pid_take_over(struct task *task, struct task *other)
{
	pid_leave(other);
	list_remove(&task->pid_link);
	task->tid = other->tid;
	list_push(bucket_of(task->tid), &task->pid_link);
}

/* ---- other tasks, for /proc and kill ---- */

struct task *task_find(int tid)
{
	struct task *task;

	spin_lock(&task_lock);
	task = pid_lookup(tid);
	if (task)
		task_get(task);
	spin_unlock(&task_lock);
	return task;
}

struct task *task_find_or_self(int tid)
{
	return tid ? task_find(tid) : task_get(current);
}

/* Number by number: a walk over all of them looks at each once. */
int task_next_pid(int after)
{
	int pid = after, last = __atomic_load_n(&highest_pid, __ATOMIC_RELAXED), stop;
	struct task *task = NULL;

	while (!task && pid < last) {
		stop = last - pid < PIDS_AT_ONCE ? last : pid + PIDS_AT_ONCE;
		spin_lock(&task_lock);
		while (!task && pid < stop) {
			task = pid_lookup(++pid);
			if (task && !is_leader(task))
				task = NULL;
		}
		spin_unlock(&task_lock);
		sched_point();
	}
	return task ? pid : 0;
}

size_t task_count(void)
{
	return tasks;
}

struct vm *task_vm_get(struct task *task)
{
	struct vm *vm;

	spin_lock(&task_lock);
	vm = task->vm ? vm_get(task->vm) : NULL;
	spin_unlock(&task_lock);
	return vm;
}

struct files *task_files_get(struct task *task)
{
	struct files *files;

	spin_lock(&task_lock);
	files = task->files ? files_ref(task->files) : NULL;
	spin_unlock(&task_lock);
	return files;
}

/* ---- process groups and sessions ---- */

static bool is_in_group(const struct process *process, int pgid)
{
	return process->pgid == pgid;
}

static bool is_somebody_else(const struct process *process, int self)
{
	return process != init_process && process->pid != self;
}

/* The count grows last: whoever reads it finds what it counts pending. */
static int send_to_many(bool (*is_meant)(const struct process *, int), int number,
			const siginfo_t *info)
{
	struct task *task;
	int found = -ESRCH;

	for_each_task(task) {
		if (!is_leader(task) || !is_meant(task->process, number))
			continue;
		found = 0;
		signal_send(task->process, info);
	}
	__atomic_fetch_add(&sent_to_many, 1, __ATOMIC_RELEASE);
	return found;
}

uint64_t pid_sent_to_many(void)
{
	return __atomic_load_n(&sent_to_many, __ATOMIC_ACQUIRE);
}

int pid_signal_group(int pgid, const siginfo_t *info)
{
	return send_to_many(is_in_group, pgid, info);
}

int pid_signal_others(const siginfo_t *info)
{
	int found;

	spin_lock(&task_lock);
	found = send_to_many(is_somebody_else, current->process->pid, info);
	spin_unlock(&task_lock);
	return found;
}

int signal_group(int pgid, int sig, int code)
{
	siginfo_t info = signal_info(sig, code);
	int found;

	spin_lock(&task_lock);
	found = pid_signal_group(pgid, &info);
	spin_unlock(&task_lock);
	return found;
}

bool pid_group_has(int pgid, bool (*matches)(const struct process *))
{
	struct task *task;

	for_each_task(task) {
		if (is_leader(task) && task->process->pgid == pgid && matches(task->process))
			return true;
	}
	return false;
}

static bool group_exists(int pgid, int sid)
{
	struct task *task;

	for_each_task(task) {
		if (task->process->pgid == pgid && task->process->sid == sid)
			return true;
	}
	return false;
}

int process_group_in_session(int pgid, int sid)
{
	siginfo_t none = signal_info(0, SI_KERNEL);
	int err;

	spin_lock(&task_lock);
	err = pid_signal_group(pgid, &none);
	if (!err && !group_exists(pgid, sid))
		err = -EPERM;
	spin_unlock(&task_lock);
	return err;
}

/* setpgid's rules, in POSIX's words; task_lock is held. */
static long set_group(struct process *process, int pgid)
{
	struct process *self = current->process;

	if (!process || (process != self && process->parent != self))
		return -ESRCH;
	if (process != self && process->sid != self->sid)
		return -EPERM;
	if (process != self && process->execed)
		return -EACCES;
	if (process->sid == process->pid)
		return -EPERM;
	if (pgid != process->pid && !group_exists(pgid, self->sid))
		return -EPERM;
	process->pgid = pgid;
	note_founded(pgid);
	return 0;
}

long process_set_group(int pid, int pgid)
{
	long ret;

	if (pid == 0)
		pid = current->process->pid;
	if (pgid == 0)
		pgid = pid;
	if (pgid < 0)
		return -EINVAL;
	spin_lock(&task_lock);
	ret = set_group(pid_process(pid), pgid);
	spin_unlock(&task_lock);
	return ret;
}

long process_new_session(void)
{
	struct process *self = current->process;
	long ret = -EPERM;

	spin_lock(&task_lock);
	if (self->pgid != self->pid) {
		self->sid = self->pgid = self->pid;
		note_founded(self->pid);
		self->off_terminal = false;
		ret = self->pid;
	}
	spin_unlock(&task_lock);
	return ret;
}
