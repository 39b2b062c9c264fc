/*
 * sys_signal.c - the calls that send signals, and the one that waits for them.
 */
#include "kernel/abi.h"
#include "kernel/hart.h"
#include "kernel/pid.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "kernel/task.h"
#include "kernel/time.h"
#include "kernel/usercopy.h"

static bool is_valid(int sig)
{
	return sig >= 0 && sig <= SIGRTMAX;
}

/* One user, so there is nobody who may not. Linux looks for the target first, then at the signal. */
static long send_to_process(int pid, const siginfo_t *info)
{
	struct process *process;
	long ret = -ESRCH;

	spin_lock(&task_lock);
	process = pid_process(pid);
	if (process)
		ret = is_valid(info->si_signo) ? signal_send(process, info) : -EINVAL;
	spin_unlock(&task_lock);
	return ret;
}

/* One thread, of any process when tgid is 0. */
static long send_to_thread(int tgid, int tid, const siginfo_t *info)
{
	struct task *task;
	long ret = -ESRCH;

	spin_lock(&task_lock);
	task = pid_lookup(tid);
	if (task && (tgid == 0 || task->process->pid == tgid))
		ret = is_valid(info->si_signo) ? signal_send_thread(task, info) : -EINVAL;
	spin_unlock(&task_lock);
	return ret;
}

long sys_kill(long pid_arg, long sig)
{
	siginfo_t info = signal_info((int)sig, SI_USER);
	int pid = (int)pid_arg, group = pid ? -pid : current->process->pgid;

	if (pid > 0)
		return send_to_process(pid, &info);
	if (pid == INT32_MIN)
		return -ESRCH;
	if (!is_valid((int)sig))
		return -EINVAL;
	if (pid == -1)
		return pid_signal_others(&info);
	return signal_group(group, (int)sig, SI_USER);
}

long sys_tkill(long tid, long sig)
{
	siginfo_t info = signal_info((int)sig, SI_TKILL);

	return (int)tid <= 0 ? -EINVAL : send_to_thread(0, (int)tid, &info);
}

long sys_tgkill(long tgid, long tid, long sig)
{
	siginfo_t info = signal_info((int)sig, SI_TKILL);

	if ((int)tgid <= 0 || (int)tid <= 0)
		return -EINVAL;
	return send_to_thread((int)tgid, (int)tid, &info);
}

/* What a program says itself; but not to others that the kernel says it, or kill(). */
static int read_info(vaddr_t from, long sig, int pid, siginfo_t *info)
{
	if (copy_from_user(info, from, sizeof(*info)))
		return -EFAULT;
	info->si_signo = (int32_t)sig;
	if ((info->si_code >= 0 || info->si_code == SI_TKILL) && pid != current->process->pid)
		return -EPERM;
	return 0;
}

long sys_rt_sigqueueinfo(long pid, long sig, vaddr_t info_in)
{
	siginfo_t info;
	int err = read_info(info_in, sig, (int)pid, &info);

	return err ? err : send_to_process((int)pid, &info);
}

long sys_rt_tgsigqueueinfo(long tgid, long tid, long sig, vaddr_t info_in)
{
	siginfo_t info;
	int err = read_info(info_in, sig, (int)tgid, &info);

	if (!err && ((int)tgid <= 0 || (int)tid <= 0))
		err = -EINVAL;
	return err ? err : send_to_thread((int)tgid, (int)tid, &info);
}

long sys_rt_sigtimedwait(vaddr_t set_in, vaddr_t info_out, vaddr_t timeout, size_t set_size)
{
	uint64_t set, deadline;
	siginfo_t info;
	long ret;

	if (set_size != sizeof(sigset_t))
		return -EINVAL;
	if (copy_from_user(&set, set_in, sizeof(set)))
		return -EFAULT;
	ret = time_read_deadline(timeout, &deadline);
	if (ret)
		return ret;
	ret = signal_wait(set & ~SIGNALS_UNBLOCKABLE, deadline, &info);
	if (ret > 0 && info_out && copy_to_user(info_out, &info, sizeof(info)))
		return -EFAULT;
	return ret;
}
