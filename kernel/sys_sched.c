/*
 * sys_sched.c - the calls about who runs where: affinity, policies (there is one), and barriers
 * between the threads of a program.
 */
#include "kernel/abi.h"
#include "kernel/hart.h"
#include "kernel/task.h"
#include "kernel/time.h"
#include "kernel/usercopy.h"
#include "kernel/vm.h"

#define BARRIERS (MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_PRIVATE_EXPEDITED | \
		  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)

static uint64_t online_harts(void)
{
	return (1ull << harts_online) - 1;
}

/* The task of a call that takes 0 for the caller; with a reference. */
static struct task *find(long tid)
{
	return (int)tid ? task_find((int)tid) : task_get(current);
}

/* Bits past the last hart mean nothing; a short set is one that ends in zeros. */
long sys_sched_setaffinity(long tid, size_t size, vaddr_t set_in)
{
	uint64_t set = 0;
	struct task *task;

	if (copy_from_user(&set, set_in, size < sizeof(set) ? size : sizeof(set)))
		return -EFAULT;
	task = find(tid);
	if (!task)
		return -ESRCH;
	set &= online_harts();
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
	task = find(tid);
	if (!task)
		return -ESRCH;
	set = task->allowed_harts & online_harts();
	task_put(task);
	return copy_to_user(set_out, &set, sizeof(set)) ? -EFAULT : (long)sizeof(set);
}

long sys_getcpu(vaddr_t cpu_out, vaddr_t node_out)
{
	uint32_t cpu = this_hart()->id, node = 0;

	if (cpu_out && copy_to_user(cpu_out, &cpu, sizeof(cpu)))
		return -EFAULT;
	return node_out ? copy_to_user(node_out, &node, sizeof(node)) : 0;
}

long sys_sched_getscheduler(long tid)
{
	struct task *task = (int)tid < 0 ? NULL : find(tid);

	if (!task)
		return (int)tid < 0 ? -EINVAL : -ESRCH;
	task_put(task);
	return SCHED_OTHER;
}

/* Nobody has a priority: it is 0. */
long sys_sched_getparam(long tid, vaddr_t out)
{
	int32_t priority = 0;
	long err = out ? sys_sched_getscheduler(tid) : -EINVAL;

	return err < 0 ? err : copy_to_user(out, &priority, sizeof(priority));
}

long sys_sched_get_priority_max(long policy)
{
	if (policy == SCHED_FIFO || policy == SCHED_RR)
		return 99;
	return policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE ? 0 : -EINVAL;
}

long sys_sched_get_priority_min(long policy)
{
	long max = sys_sched_get_priority_max(policy);

	return max > 0 ? 1 : max;
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
