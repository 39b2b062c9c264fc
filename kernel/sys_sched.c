/*
 * sys_sched.c - the calls about who runs where: affinity, policies and niceness (which are kept, and
 * nothing more: there is one policy), and barriers between the threads of a program.
 */
#include "kernel/abi.h"
#include "kernel/hart.h"
#include "kernel/pid.h"
#include "kernel/process.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"
#include "kernel/vm.h"

#define NICE_MIN	(-20)
#define NICE_MAX	19
#define LOOK		(NICE_MAX + 1)	/* no niceness: leave it as it is */

#define BARRIERS (MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_PRIVATE_EXPEDITED | \
		  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)

/* Bits past the last hart mean nothing; a short set is one that ends in zeros. */
long sys_sched_setaffinity(long tid, size_t size, vaddr_t set_in)
{
	uint64_t set = 0;
	struct task *task;

	if (copy_from_user(&set, set_in, size < sizeof(set) ? size : sizeof(set)))
		return -EFAULT;
	task = task_find_or_self((int)tid);
	if (!task)
		return -ESRCH;
	set &= harts_mask();
	if (set)
		sched_set_allowed(task, set);
	task_put(task);
	return set ? 0 : -EINVAL;
}

long sys_sched_getaffinity(long tid, size_t size, vaddr_t set_out)
{
	struct task *task;
	uint64_t set;

	if (size < sizeof(set) || size % sizeof(set))
		return -EINVAL;
	task = task_find_or_self((int)tid);
	if (!task)
		return -ESRCH;
	set = task->allowed_harts & harts_mask();
	task_put(task);
	return copy_to_user(set_out, &set, sizeof(set)) ? -EFAULT : (long)sizeof(set);
}

long sys_getcpu(vaddr_t cpu_out, vaddr_t node_out)
{
	if (cpu_out && copy_int_to_user(cpu_out, this_hart()->id))
		return -EFAULT;
	return node_out ? copy_int_to_user(node_out, 0) : 0;
}

/* ---- policies and priorities ---- */

/* Those that share the harts by time: one policy by three names. */
static bool is_shared_time(int policy)
{
	return policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE;
}

long sys_sched_get_priority_max(long policy)
{
	if ((int)policy == SCHED_FIFO || (int)policy == SCHED_RR)
		return 99;
	return is_shared_time((int)policy) ? 0 : -EINVAL;
}

long sys_sched_get_priority_min(long policy)
{
	long max = sys_sched_get_priority_max(policy);

	return max > 0 ? 1 : max;
}

long sys_sched_getscheduler(long tid)
{
	struct task *task = (int)tid < 0 ? NULL : task_find_or_self((int)tid);
	long policy;

	if (!task)
		return (int)tid < 0 ? -EINVAL : -ESRCH;
	policy = task->process->policy;
	task_put(task);
	return policy;
}

/* Nobody has a real-time priority: it is 0. */
long sys_sched_getparam(long tid, vaddr_t out)
{
	long err = out ? sys_sched_getscheduler(tid) : -EINVAL;

	return err < 0 ? err : copy_int_to_user(out, 0);
}

/* policy -1: the one it has. The real-time ones are nobody's to have: EPERM. */
static long set_policy(long tid, int policy, vaddr_t param)
{
	int32_t priority;
	struct task *task;
	long err = 0;

	if (!param || (int)tid < 0)
		return -EINVAL;
	if (copy_from_user(&priority, param, sizeof(priority)))
		return -EFAULT;
	task = task_find_or_self((int)tid);
	if (!task)
		return -ESRCH;
	policy = policy == -1 ? task->process->policy : policy;
	if (priority < sys_sched_get_priority_min(policy) ||
	    priority > sys_sched_get_priority_max(policy) || sys_sched_get_priority_max(policy) < 0)
		err = -EINVAL;
	else if (!is_shared_time(policy))
		err = -EPERM;
	else
		task->process->policy = policy;
	task_put(task);
	return err;
}

long sys_sched_setscheduler(long tid, long policy, vaddr_t param)
{
	return (int)policy < 0 ? -EINVAL : set_policy(tid, (int)policy, param);
}

long sys_sched_setparam(long tid, vaddr_t param)
{
	return set_policy(tid, -1, param);
}

/* Who 0 is the caller's own process, group or user. */
static bool is_named(const struct process *process, int which, int who)
{
	const struct process *self = current->process;

	if (which == PRIO_PROCESS)
		return process->pid == (who ? who : self->pid);
	if (which == PRIO_PGRP)
		return process->pgid == (who ? who : self->pgid);
	return process->ids.user.real == (who ? (uint32_t)who : self->ids.user.real);
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Make all that are named that nice, or only LOOK. => how the least nice is, NICE_MAX + 1 - that. */
static long change_nice(int which, int who, int nice)
{
	int found = LOOK;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	for (int pid = task_next_pid(0); pid; pid = task_next_pid(pid)) {
		struct process *process;

		spin_lock(&task_lock);
		process = pid_process(pid);
		if (process && is_named(process, which, who)) {
			process->nice = nice == LOOK ? process->nice : nice;
			found = least(found, process->nice);
		}
		spin_unlock(&task_lock);
	}
	return found == LOOK ? -ESRCH : NICE_MAX + 1 - found;
}

/* 1 to 40: no result may look like an error. */
long sys_getpriority(long which, long who)
{
	return change_nice((int)which, (int)who, LOOK);
}

long sys_setpriority(long which, long who, long nice_arg)
{
	int nice = (int)nice_arg < NICE_MIN ? NICE_MIN : least((int)nice_arg, NICE_MAX);
	long ret = change_nice((int)which, (int)who, nice);

	return ret < 0 ? ret : 0;
}

/* A barrier in every thread that runs now; who does not has one when it is switched to. */
long sys_membarrier(long command, unsigned flags)
{
	struct vm *vm = current->vm;

	if (flags)
		return -EINVAL;
	switch ((int)command) {
	case MEMBARRIER_CMD_QUERY:
		return BARRIERS;
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED:
		__atomic_store_n(&vm->wants_barriers, true, __ATOMIC_RELAXED);
		return 0;
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED:
		if (!__atomic_load_n(&vm->wants_barriers, __ATOMIC_RELAXED))
			return -EPERM;
		harts_fence(vm);
		return 0;
	case MEMBARRIER_CMD_GLOBAL:
		harts_fence(NULL);
		return 0;
	}
	return -EINVAL;
}
