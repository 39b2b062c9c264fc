/*
 * limits.c - resource limits: the calls, and the limit on processor time.
 */
#include "kernel/limits.h"

#include "kernel/fs/files.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "kernel/task.h"
#include "kernel/time.h"
#include "kernel/usercopy.h"
#include "kernel/vm.h"

#define NONE	RLIM_INFINITY

const struct limit_kind limit_kinds[RLIM_NLIMITS] = {
	[RLIMIT_CPU] = { "cpu time", "seconds", { NONE, NONE } },
	[RLIMIT_FSIZE] = { "file size", "bytes", { NONE, NONE } },
	[RLIMIT_DATA] = { "data size", "bytes", { NONE, NONE } },
	[RLIMIT_STACK] = { "stack size", "bytes", { 8 << 20, NONE } },
	[RLIMIT_CORE] = { "core file size", "bytes", { 0, NONE } },
	[RLIMIT_RSS] = { "resident set", "bytes", { NONE, NONE } },
	[RLIMIT_NPROC] = { "processes", "processes", { 4096, 4096 } },
	[RLIMIT_NOFILE] = { "open files", "files", { FILES_MAX, FILES_MAX } },
	[RLIMIT_MEMLOCK] = { "locked memory", "bytes", { 8 << 20, 8 << 20 } },
	[RLIMIT_AS] = { "address space", "bytes", { NONE, NONE } },
	[RLIMIT_LOCKS] = { "file locks", "locks", { NONE, NONE } },
	[RLIMIT_SIGPENDING] = { "pending signals", "signals", { 4096, 4096 } },
	[RLIMIT_MSGQUEUE] = { "msgqueue size", "bytes", { 819200, 819200 } },
	[RLIMIT_NICE] = { "nice priority", "", { 0, 0 } },
	[RLIMIT_RTPRIO] = { "realtime priority", "", { 0, 0 } },
	[RLIMIT_RTTIME] = { "realtime timeout", "us", { NONE, NONE } },
};

void limits_init(struct limits *limits)
{
	for (int i = 0; i < RLIM_NLIMITS; i++)
		limits->of[i] = limit_kinds[i].first;
}

uint64_t limit_get(int resource)
{
	return __atomic_load_n(&current->process->limits.of[resource].rlim_cur, __ATOMIC_RELAXED);
}

/* A stack that exists already obeys its new limit. */
static void set_stack_limit(struct task *task, uint64_t bytes)
{
	struct vm *vm = task_vm_get(task);

	if (!vm)
		return;
	vm_lock(vm);
	vm->as.stack_limit = bytes;
	vm_unlock(vm);
	vm_put(vm);
}

/* task, any of the process; new or old may be NULL. */
static int set_limit(struct task *task, unsigned resource, const struct rlimit *new,
		     struct rlimit *old)
{
	struct rlimit *limit;

	if (resource >= RLIM_NLIMITS || (new && new->rlim_cur > new->rlim_max))
		return -EINVAL;
	if (new && resource == RLIMIT_NOFILE && new->rlim_max > FILES_MAX)
		return -EPERM;
	limit = &task->process->limits.of[resource];
	spin_lock(&task_lock);
	if (old)
		*old = *limit;
	if (new) {
		__atomic_store_n(&limit->rlim_max, new->rlim_max, __ATOMIC_RELAXED);
		__atomic_store_n(&limit->rlim_cur, new->rlim_cur, __ATOMIC_RELAXED);
	}
	spin_unlock(&task_lock);
	if (new && resource == RLIMIT_STACK)
		set_stack_limit(task, new->rlim_cur);
	return 0;
}

long sys_prlimit64(long pid, long resource, vaddr_t new_in, vaddr_t old_out)
{
	struct rlimit new, old;
	struct task *task;
	int err;

	if (new_in && copy_from_user(&new, new_in, sizeof(new)))
		return -EFAULT;
	task = task_find_or_self((int)pid);
	if (!task)
		return -ESRCH;
	err = set_limit(task, (unsigned)resource, new_in ? &new : NULL, &old);
	task_put(task);
	return !err && old_out ? copy_to_user(old_out, &old, sizeof(old)) : err;
}

long sys_getrlimit(long resource, vaddr_t out)
{
	struct rlimit limit;
	int err = set_limit(current, (unsigned)resource, NULL, &limit);

	return err ? err : copy_to_user(out, &limit, sizeof(limit));
}

long sys_setrlimit(long resource, vaddr_t in)
{
	struct rlimit limit;

	if (copy_from_user(&limit, in, sizeof(limit)))
		return -EFAULT;
	return set_limit(current, (unsigned)resource, &limit, NULL);
}

/* ---- processor time ---- */

/* SIGXCPU once a second beyond the soft limit, SIGKILL at the hard one. */
void limits_tick(void)
{
	struct rlimit *limit = &current->process->limits.of[RLIMIT_CPU];
	uint64_t seconds;
	siginfo_t info;

	if (limit_get(RLIMIT_CPU) == RLIM_INFINITY)
		return;
	spin_lock(&task_lock);
	seconds = time_to_ns(process_run_ticks(current->process)) / NSEC_PER_SEC;
	if (seconds >= limit->rlim_cur) {
		info = signal_info(seconds < limit->rlim_max ? SIGXCPU : SIGKILL, SI_KERNEL);
		signal_send(current->process, &info);
		limit->rlim_cur = seconds + 1;
	}
	spin_unlock(&task_lock);
}
