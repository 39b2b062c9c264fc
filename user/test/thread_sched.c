/*
 * thread_sched: where threads may run, what children tell through waitid, what has been used, and
 * barriers. Catches: a mask that is not kept, or that only the next time slice would notice; wrong
 * EINVALs; a waitid that reaps what it was to leave; threads whose time nobody counts.
 */
#include "user/test/threads.h"
#include <sys/resource.h>

static int word;

static int cpu_now(void)
{
	unsigned cpu = 99;

	sys(SYS_getcpu, &cpu, NULL, NULL);
	return (int)cpu;
}

/* ---- masks ---- */

static int asks_where_it_is(void *arg)
{
	*(int *)arg = cpu_now();
	return 0;
}

static void one_hart_at_a_time(unsigned long all)
{
	int harts = 0, wrong = 0, inherited = 0;

	for (int cpu = 0; cpu < 64; cpu++) {
		unsigned long one = 1UL << cpu;
		struct thread t;
		int seen = -1;

		if (!(all & one))
			continue;
		harts++;
		if (sys(SYS_sched_setaffinity, 0, sizeof(one), &one) || cpu_now() != cpu)
			wrong++;
		sys(SYS_sched_yield);
		wrong += cpu_now() != cpu;
		if (thread_start(&t, asks_where_it_is, &seen) == 0)
			thread_join(&t);
		inherited += seen == cpu;
	}
	is(wrong, 0, "a thread is at once where its mask sends it, and stays");
	is(inherited, harts, "a new thread has its maker's mask");
}

static int spins(void *arg)
{
	(void)arg;
	tell(&word, 1);
	while (__atomic_load_n(&word, __ATOMIC_RELAXED) == 1)
		;
	return cpu_now();
}

/* The other thread may be running, on any hart, and comes to where it is sent. */
static void move_another(unsigned long all)
{
	unsigned long got = 0;
	struct thread t;

	if (thread_start(&t, spins, NULL))
		bail_out("no thread");
	wait_while(&word, 0);
	for (int cpu = 0; cpu < 64; cpu++) {
		unsigned long one = 1UL << cpu;

		if (all & one && sys(SYS_sched_setaffinity, t.started_as, sizeof(one), &one) == 0)
			got |= one;
	}
	is(got == all, 1, "another thread can be sent everywhere");
	tell(&word, 2);
	thread_join(&t);
}

static void masks(void)
{
	unsigned long all = 0, none = 0;

	is(sys(SYS_sched_getaffinity, 0, sizeof(all), &all) > 0, 1, "there is a mask");
	fails_with(sys(SYS_sched_setaffinity, 0, sizeof(none), &none), EINVAL);
	fails_with(sys(SYS_sched_getaffinity, 0, 4, &none), EINVAL);
	fails_with(sys(SYS_sched_getaffinity, 99999999, sizeof(none), &none), ESRCH);
	one_hart_at_a_time(all);
	sys(SYS_sched_setaffinity, 0, sizeof(all), &all);
	move_another(all);
}

/* ---- waitid ---- */

static int wait_for(int which, int id, siginfo_t *info, int options)
{
	memset(info, 0xff, sizeof(*info));
	return (int)sys(SYS_waitid, which, id, info, options, NULL);
}

static pid_t child_that_exits(int status)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(status);
	return pid;
}

static void waitid_tells(void)
{
	siginfo_t info;
	pid_t pid = child_that_exits(7);

	is(wait_for(P_PID, pid, &info, WEXITED | WNOWAIT), 0, "waitid looks");
	is(info.si_pid, pid, "at the child");
	is(wait_for(P_ALL, 0, &info, WEXITED), 0, "and finds it again");
	ok(info.si_signo == SIGCHLD && info.si_code == CLD_EXITED && info.si_status == 7,
	   "which has exited with 7");
	fails_with(wait_for(P_ALL, 0, &info, WEXITED), ECHILD);
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	is(wait_for(P_PGID, getpgrp(), &info, WEXITED | WNOHANG), 0, "no news");
	is(info.si_pid, 0, "of nobody");
	kill(pid, SIGSTOP);
	is(wait_for(P_PID, pid, &info, WSTOPPED), 0, "a stop is told");
	ok(info.si_code == CLD_STOPPED && info.si_status == SIGSTOP, "with its signal");
	kill(pid, SIGCONT);
	is(wait_for(P_PID, pid, &info, WCONTINUED), 0, "so is its end");
	ok(info.si_code == CLD_CONTINUED && info.si_status == SIGCONT, "with SIGCONT");
	kill(pid, SIGKILL);
	is(wait_for(P_PID, pid, &info, WEXITED), 0, "and a death");
	ok(info.si_code == CLD_KILLED && info.si_status == SIGKILL, "with what killed");
	fails_with(wait_for(P_ALL, 0, &info, WNOHANG), EINVAL);
	fails_with(wait_for(P_ALL, 0, &info, WEXITED | 0x4000), EINVAL);
	fails_with(wait_for(P_PID, 0, &info, WEXITED), EINVAL);
	fails_with(wait_for(77, 1, &info, WEXITED), EINVAL);
}

/* ---- what has been used, barriers, policies ---- */

static long used_us(int who)
{
	struct rusage u;

	if (sys(SYS_getrusage, who, &u))
		return -1;
	return u.ru_utime.tv_sec * 1000000L + u.ru_utime.tv_usec + u.ru_stime.tv_sec * 1000000L +
	       u.ru_stime.tv_usec;
}

static int burns(void *arg)
{
	long *mine = arg, start = used_us(1);

	while (used_us(1) - start < 20000)
		;
	*mine = used_us(1);
	return 0;
}

static void usage(void)
{
	long before = used_us(0), thread = 0, children = used_us(-1);
	struct thread t;
	pid_t pid;

	if (thread_start(&t, burns, &thread) == 0)
		thread_join(&t);
	ok(thread >= 20000, "a thread's own time is counted");
	ok(used_us(0) - before >= 19000, "and is its process's, when it has ended too");
	pid = fork();
	if (pid == 0) {
		burns(&thread);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	ok(used_us(-1) - children >= 19000, "a child's is its parent's then");
	fails_with(sys(SYS_getrusage, 5, &t), EINVAL);
}

static void barriers(void)
{
	long which = sys(SYS_membarrier, 0, 0);

	if (which < 0) {
		skip(1, "no membarrier here");
		return;
	}
	ok(which & 1 && which & 8 && which & 16, "membarrier offers the usual");
	fails_with(sys(SYS_membarrier, 8, 0), EPERM);
	is(sys(SYS_membarrier, 16, 0), 0, "a process registers");
	is(sys(SYS_membarrier, 8, 0), 0, "and has its barrier");
	fails_with(sys(SYS_membarrier, 8, 1u << 30), EINVAL);
	fails_with(sys(SYS_membarrier, 1 << 30, 0), EINVAL);
}

static void policies(void)
{
	int priority = 5;

	is(sys(SYS_sched_getscheduler, 0), 0, "the usual policy");
	is(sys(SYS_sched_getparam, 0, &priority), 0, "has a priority");
	is(priority, 0, "of 0");
	is(sys(SYS_sched_get_priority_max, 1), 99, "real time goes up to 99");
	is(sys(SYS_sched_get_priority_min, 1), 1, "from 1");
	fails_with(sys(SYS_sched_get_priority_max, 99), EINVAL);
	fails_with(sys(SYS_sched_getscheduler, -1), EINVAL);
	priority = 0;
	is(sys(SYS_sched_setscheduler, 0, SCHED_BATCH, &priority), 0, "another name for it");
	is(sys(SYS_sched_getscheduler, 0), SCHED_BATCH, "is kept");
	is(sys(SYS_sched_setparam, 0, &priority), 0, "a priority of 0 may be set");
	is(sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){ 0 }), 0, "the usual policy again");
	is(sched_getscheduler(0), SCHED_OTHER, "says the library too");
	priority = 1;
	fails_with(sys(SYS_sched_setparam, 0, &priority), EINVAL);
	fails_with(sys(SYS_sched_setparam, 0, NULL), EINVAL);
	fails_with(sys(SYS_sched_setparam, 0, 8), EFAULT);
	fails_with(sys(SYS_sched_setscheduler, 0, SCHED_OTHER, &priority), EINVAL);
	fails_with(sys(SYS_sched_setscheduler, 0, 77, &priority), EINVAL);
	fails_with(sys(SYS_sched_setscheduler, 0, -1, &priority), EINVAL);
	fails_with(sys(SYS_sched_setscheduler, 99999999, SCHED_OTHER, &priority), ESRCH);
	if (on_xv39())
		fails_with(sys(SYS_sched_setscheduler, 0, SCHED_FIFO, &priority), EPERM);
	else
		skip(1, "real time can be had here");
}

static void niceness(void)
{
	int status = -1;
	pid_t pid;

	works(setpriority(PRIO_PROCESS, 0, 0));
	is(getpriority(PRIO_PROCESS, 0), 0, "as nice as usual");
	works(setpriority(PRIO_PROCESS, getpid(), 5));
	is(getpriority(PRIO_PROCESS, getpid()), 5, "it is kept");
	is(nice(30), 19, "and never more than 19");
	pid = fork();
	if (pid == 0)
		_exit(getpriority(PRIO_PROCESS, 0));
	waitpid(pid, &status, 0);
	is(status, 19 << 8, "a child has it too");
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		_exit(setpriority(PRIO_PGRP, 0, 3) || getpriority(PRIO_PGRP, 0) != 3);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "a group can be set");
	is(getpriority(PRIO_PROCESS, 0), 19, "which leaves others alone");
	works(setpriority(PRIO_PROCESS, 0, -50));
	is(getpriority(PRIO_PROCESS, 0), -20, "not less than -20");
	is(getpriority(PRIO_USER, 0), -20, "the least of a user's counts");
	works(setpriority(PRIO_PROCESS, 0, 0));
	fails_with(getpriority(3, 0), EINVAL);
	fails_with(getpriority(PRIO_PROCESS, 99999999), ESRCH);
	fails_with(setpriority(PRIO_PGRP, 99999999, 0), ESRCH);
}

int main(void)
{
	masks();
	waitid_tells();
	usage();
	barriers();
	policies();
	niceness();
	return done_testing();
}
