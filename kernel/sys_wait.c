/*
 * sys_wait.c - the calls that tell of children, and what processes have used: wait4, waitid,
 * getrusage. All time a task runs counts as user time; nothing else is measured.
 */
#include "kernel/abi.h"
#include "kernel/process.h"
#include "kernel/task.h"
#include "kernel/time.h"
#include "kernel/usercopy.h"

#define CLONE_OPTIONS	(__WNOTHREAD | __WALL | (int)__WCLONE)

static int give_usage(vaddr_t out, uint64_t ticks)
{
	uint64_t ns = time_to_ns(ticks);
	struct rusage usage = { 0 };

	usage.ru_utime = (struct timeval){ ns / NSEC_PER_SEC, ns % NSEC_PER_SEC / 1000 };
	return copy_to_user(out, &usage, sizeof(usage));
}

long sys_wait4(long pid_arg, vaddr_t status_out, long options, vaddr_t usage_out)
{
	int pid = (int)pid_arg;
	struct wait w = { .which = P_ALL, .options = (int)options | WEXITED };
	long ret;

	if ((int)options & ~(WNOHANG | WUNTRACED | WCONTINUED | CLONE_OPTIONS))
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid != -1) {
		w.which = pid > 0 ? P_PID : P_PGID;
		w.id = pid < 0 ? -pid : pid;
	}
	ret = process_wait(&w);
	if (ret <= 0)
		return ret;
	if (status_out && copy_int_to_user(status_out, w.status))
		return -EFAULT;
	return usage_out && give_usage(usage_out, w.ticks) ? -EFAULT : ret;
}

static int check_waitid(long which, int id, int options)
{
	if (options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | CLONE_OPTIONS))
		return -EINVAL;
	if (!(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	if (which == P_ALL)
		return 0;
	if (which == P_PID)
		return id > 0 ? 0 : -EINVAL;
	return which == P_PGID && id >= 0 ? 0 : -EINVAL;
}

static void fill_info(siginfo_t *info, long pid, int status)
{
	info->si_signo = SIGCHLD;
	info->si_pid = (int)pid;
	info->si_status = WEXITSTATUS(status);
	if (WIFCONTINUED(status)) {
		info->si_code = CLD_CONTINUED;
		info->si_status = SIGCONT;
	} else if (WIFSTOPPED(status)) {
		info->si_code = CLD_STOPPED;
	} else if (WIFEXITED(status)) {
		info->si_code = CLD_EXITED;
	} else {
		info->si_code = CLD_KILLED;
		info->si_status = WTERMSIG(status);
	}
}

long sys_waitid(long which, long id, vaddr_t info_out, long options, vaddr_t usage_out)
{
	struct wait w = { .which = (int)which, .id = (int)id, .options = (int)options };
	siginfo_t info = { 0 };
	long ret = check_waitid((int)which, (int)id, (int)options);

	if (!ret)
		ret = process_wait(&w);
	if (ret > 0) {
		fill_info(&info, ret, w.status);
		ret = 0;
		if (usage_out && give_usage(usage_out, w.ticks))
			return -EFAULT;
	}
	/* Even after an error, as Linux; with WNOHANG and no news all is 0. */
	if (info_out && copy_to_user(info_out, &info, offsetof(siginfo_t, si_status) + 4))
		return -EFAULT;
	return ret;
}

long sys_getrusage(long who, vaddr_t out)
{
	struct process *process = current->process;
	uint64_t ticks;

	if ((int)who != RUSAGE_SELF && (int)who != RUSAGE_CHILDREN && (int)who != RUSAGE_THREAD)
		return -EINVAL;
	spin_lock(&task_lock);
	if ((int)who == RUSAGE_SELF)
		ticks = process_run_ticks(process);
	else if ((int)who == RUSAGE_CHILDREN)
		ticks = process->children_ticks;
	else
		ticks = sched_run_ticks(current);
	spin_unlock(&task_lock);
	return give_usage(out, ticks);
}
