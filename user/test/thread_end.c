/*
 * thread_end.c - threads that end, or have their process replaced, while others are in the middle of
 * something. Would catch: a thread born too late to be told of exec, which then waits for it for
 * ever; a timer that exec leaves in the queue of the thread that called it; a signal that two wait
 * for and only one is woken for.
 */
#define _GNU_SOURCE
#include "user/test/threads.h"
#include <signal.h>
#include <time.h>

#define ROUNDS		(on_xv39() ? 8 : 100)
#define BREEDERS	3
#define MOST		20		/* threads of one breeder */
#define SMALL_STACK	1024UL
#define SIGNAL		40
#define SIGNAL_SET	(1ull << (SIGNAL - 1))

static int forever, born;
static const char *own_path;

/* ---- exec and exit while others make threads ---- */

static int sleeps(void *arg)
{
	(void)arg;
	wait_while(&forever, 0);
	return 0;
}

static int breeds(void *stacks)
{
	const int flags = THREAD_FLAGS & ~(CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID);

	for (size_t i = 1; i <= MOST; i++) {
		clone(sleeps, (char *)stacks + i * SMALL_STACK, flags, NULL);
		tell(&born, 1);
	}
	return sleeps(NULL);
}

static int run_as(const char *what)
{
	const char *args[] = { what, NULL };
	char *env[] = { NULL };

	return exec_self(own_path, args, env);
}

static void begin_breeding(void)
{
	struct thread t[BREEDERS];

	for (int i = 0; i < BREEDERS; i++)
		thread_start(&t[i], breeds, map_anon(MOST * SMALL_STACK, RW));
	wait_while(&born, 0);
}

static int execs_amid_births(void)
{
	begin_breeding();
	return run_as("nothing");
}

static int exits_amid_births(void)
{
	begin_breeding();
	sys(SYS_exit_group, 0);
	return 1;
}

static void amid_births(void)
{
	int execs = 0, exits = 0;

	for (int i = 0; i < ROUNDS; i++) {
		execs += child_status(execs_amid_births) == 0;
		exits += child_status(exits_amid_births) == 0;
	}
	is(execs, ROUNDS, "exec while threads make threads");
	is(exits, ROUNDS, "and exit_group");
}

/* ---- a timer's signal for the thread that execs ---- */

static int execs_with_signal(void *arg)
{
	struct { long value; int sig, notify, tid, room[11]; } event = {
		.sig = SIGNAL, .notify = 4 /* SIGEV_THREAD_ID */, .tid = (int)sys(SYS_gettid),
	};
	struct itimerspec soon = { .it_value.tv_nsec = 1 };
	uint64_t set = SIGNAL_SET;
	int timer;

	sys(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, sizeof(set));
	sys(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer);
	sys(SYS_timer_settime, timer, 0, &soon, NULL);
	do
		sys(SYS_rt_sigpending, &set, sizeof(set));
	while (!(set & SIGNAL_SET));
	return run_as(arg);
}

static int execs_in_thread(void)
{
	struct thread t;

	thread_start(&t, execs_with_signal, "pending");
	return sleeps(NULL);
}

static int looks_for_signal(void)
{
	uint64_t set = 0;

	sys(SYS_rt_sigpending, &set, sizeof(set));
	return set & SIGNAL_SET ? 3 : 0;
}

/* ---- two threads that wait for the same ---- */

/* EINTR: another took the signal that woke this one. */
static int waits_once(void *arg)
{
	uint64_t set = SIGNAL_SET;

	while (sys(SYS_rt_sigtimedwait, &set, NULL, NULL, sizeof(set)) != SIGNAL)
		;
	return arg != NULL;
}

/* All on one hart, so that both signals are there before the first to wait takes one. It hangs when
 * a thread is not woken. */
static int two_wait(void)
{
	uint64_t set = SIGNAL_SET, one_hart = 1;
	struct thread t[2];

	sys(SYS_sched_setaffinity, 0, sizeof(one_hart), &one_hart);
	sys(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, sizeof(set));
	for (int i = 0; i < 5; i++) {
		for (int k = 0; k < 2; k++)
			thread_start(&t[k], waits_once, NULL);
		for (int k = 0; k < 50; k++)
			sched_yield();
		kill(getpid(), SIGNAL);
		kill(getpid(), SIGNAL);
		for (int k = 0; k < 2; k++)
			thread_join(&t[k]);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return strcmp(argv[1], "pending") ? 0 : looks_for_signal();
	own_path = argv[0];
	amid_births();
	exits_with(execs_in_thread, 0);
	exits_with(two_wait, 0);
	return done_testing();
}
