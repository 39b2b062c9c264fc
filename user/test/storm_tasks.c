/*
 * storm_tasks.c - 10,000 threads, and 10,000 processes: where there can be no more the answer is EAGAIN,
 * those that are there go on, and afterwards everything is as it was. Would catch: a limit that is
 * beyond what memory holds, so that somebody is killed instead; a task, stack or number that is lost.
 */
#include "user/test/threads.h"

#define SMALL_STACK	1024UL

/* The end of a kernel stack interrupts all harts: with several it would take long (run/many_tasks). */
static long wanted = 10000;
static bool eager;		/* fork copies every page: memory may run out first */
static int stop;

static long tasks(void)
{
	const char *text = slurp("/proc/loadavg");

	return strtol(strchr(text, '/') + 1, NULL, 10);
}

static int waits(void *arg)
{
	(void)arg;
	wait_while(&stop, 0);
	return 0;
}

static long most(void)
{
	return strtol(slurp("/proc/sys/kernel/threads-max"), NULL, 10);
}

/* => 0: as many as there can be were made, or all that were wanted; the others: what was wrong. */
static int judge(long made)
{
	if (made < wanted && eager && errno == ENOMEM)
		return 0;
	if (made < wanted && errno != EAGAIN)
		return 1;
	return made < wanted && made + 64 < most() ? 2 : 0;
}

static int makes_threads(void)
{
	char *stacks = map_anon(wanted * SMALL_STACK, RW);
	long n = 0;

	while (n < wanted && clone(waits, stacks + (n + 1) * SMALL_STACK,
				   THREAD_FLAGS & ~(CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID),
				   NULL) > 0)
		n++;
	return judge(n);	/* and all of them end */
}

static int makes_processes(void)
{
	int wrong, bad = 0;
	struct gate end;
	pid_t pid;
	long n = 0;
	char c;

	gate_make(&end);
	while (n < wanted && (pid = fork()) >= 0) {
		if (pid == 0) {
			close(end.fd[1]);
			_exit(read(end.fd[0], &c, 1) != 0);
		}
		n++;
	}
	wrong = judge(n);
	close(end.fd[1]);
	for (long i = 0; i < n; i++)
		bad += tap_wait(-1) != 0;
	return bad ? 3 : wrong;
}

static int nothing(void)
{
	return 0;
}

int main(int argc, char **argv)
{
	long before, free_before;

	eager = argc > 1 && strcmp(argv[1], "eager") == 0;
	if (!on_xv39())
		skip_all("thousands of tasks are for a machine of one's own");
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
		wanted = 200;
	child_status(nothing);
	before = tasks();
	free_before = free_kib();
	exits_with(makes_threads, 0);
	exits_with(makes_processes, 0);
	is(tasks(), before, "there are as many tasks as before");
	is(free_kib(), free_before, "and as much free memory");
	return done_testing();
}
