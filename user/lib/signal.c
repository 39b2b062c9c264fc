/*
 * Signals: the kernel's calls want the size of a set, POSIX's do not.
 */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

int sigaction(int sig, const struct sigaction *restrict act, struct sigaction *restrict old)
{
	return (int)syscall(SYS_rt_sigaction, sig, act, old, sizeof(sigset_t));
}

/* BSD's meaning: the handler stays, and interrupted calls go on. */
sighandler_t signal(int sig, sighandler_t handler)
{
	struct sigaction act = { .sa_handler = handler, .sa_flags = SA_RESTART }, old;

	return sigaction(sig, &act, &old) < 0 ? SIG_ERR : old.sa_handler;
}

int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	return (int)syscall(SYS_rt_sigprocmask, how, set, old, sizeof(sigset_t));
}

int sigpending(sigset_t *set)
{
	return (int)syscall(SYS_rt_sigpending, set, sizeof(sigset_t));
}

int sigsuspend(const sigset_t *mask)
{
	return (int)syscall(SYS_rt_sigsuspend, mask, sizeof(sigset_t));
}

int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info,
		 const struct timespec *restrict timeout)
{
	return (int)syscall(SYS_rt_sigtimedwait, set, info, timeout, sizeof(sigset_t));
}

int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info)
{
	return sigtimedwait(set, info, NULL);
}

int sigwait(const sigset_t *restrict set, int *restrict sig)
{
	int got = sigtimedwait(set, NULL, NULL);

	if (got < 0)
		return errno;
	*sig = got;
	return 0;
}

int raise(int sig)
{
	return tgkill(getpid(), gettid(), sig);
}

int killpg(pid_t pgrp, int sig)
{
	if (pgrp >= 0)
		return kill(-pgrp, sig);
	errno = EINVAL;
	return -1;
}

int sigqueue(pid_t pid, int sig, const union sigval value)
{
	siginfo_t info = { .si_signo = sig, .si_code = SI_QUEUE };

	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value = value;
	return (int)syscall(SYS_rt_sigqueueinfo, pid, sig, &info);
}

int siginterrupt(int sig, int flag)
{
	struct sigaction act;

	if (sigaction(sig, NULL, &act) < 0)
		return -1;
	act.sa_flags = flag ? act.sa_flags & ~(uint64_t)SA_RESTART : act.sa_flags | SA_RESTART;
	return sigaction(sig, &act, NULL);
}

unsigned ualarm(useconds_t micros, useconds_t interval)
{
	struct itimerval timer = {
					 .it_interval = {interval / 1000000, interval % 1000000},
		.it_value = { micros / 1000000, micros % 1000000 },
	}, old;

	if (setitimer(ITIMER_REAL, &timer, &old) < 0)
		return (unsigned)-1;
	return (unsigned)(old.it_value.tv_sec * 1000000 + old.it_value.tv_usec);
}

unsigned alarm(unsigned seconds)
{
	struct itimerval timer = { .it_value.tv_sec = seconds }, old;

	if (setitimer(ITIMER_REAL, &timer, &old) < 0)
		return 0;
	return (unsigned)(old.it_value.tv_sec + (old.it_value.tv_usec > 0));
}
