/*
 * sys_task.c - the calls about tasks: exit, groups, identity. clone is in clone.c.
 */
#include "kernel/abi.h"
#include "kernel/process.h"
#include "kernel/task.h"

long sys_exit(long status)
{
	task_exit((status & 0xff) << 8);
}

long sys_exit_group(long status)
{
	task_exit_process((status & 0xff) << 8);
}

/* ---- who is who ---- */

long sys_getpid(void)
{
	return current->process->pid;
}

long sys_gettid(void)
{
	return current->tid;
}

long sys_getppid(void)
{
	return __atomic_load_n(&current->process->parent_pid, __ATOMIC_RELAXED);
}

/* ---- process groups and sessions ---- */

static long group_or_session(int pid, bool session)
{
	struct task *task = task_find(pid ? pid : current->process->pid);
	long ret;

	if (!task)
		return -ESRCH;
	ret = session ? task->process->sid : task->process->pgid;
	task_put(task);
	return ret;
}

long sys_getpgid(long pid)
{
	return group_or_session((int)pid, false);
}

long sys_getsid(long pid)
{
	return group_or_session((int)pid, true);
}

long sys_setpgid(long pid, long pgid)
{
	return process_set_group((int)pid, (int)pgid);
}

long sys_setsid(void)
{
	return process_new_session();
}

long sys_sched_yield(void)
{
	sched_yield();
	return 0;
}

/* ---- what C libraries ask for when a program starts ---- */

long sys_set_tid_address(vaddr_t address)
{
	current->tid_clear = address;
	return current->tid;
}
