/*
 * Stopping and going on: SIGSTOP, SIGCONT, what wait4 tells, and that neither a stop nor a
 * SIGKILL is ever lost between the two. Catches task_lock given back twice on the way to a stop,
 * and a stop that comes after the SIGCONT that should have undone it.
 */
#include "user/test/util.h"

#include <time.h>

#define ROUNDS 400

static void stops_itself(void)
{
	for (;;)
		raise(SIGSTOP);
}

static void stop_and_go(void)
{
	pid_t pid = tap_fork();
	int status, bad = 0;

	if (pid == 0)
		stops_itself();
	for (int i = 0; i < ROUNDS && !bad; i++) {
		if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status) ||
		    WSTOPSIG(status) != SIGSTOP)
			bad++;
		kill(pid, SIGCONT);
	}
	is(bad, 0, "%d stops, each told once", ROUNDS);
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status))
		;
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "SIGKILL ends it, stopped or not");
}

static void continued(void)
{
	pid_t pid = tap_fork();
	int status = 0;

	if (pid == 0) {		/* once: a stop after it would undo that it went on */
		raise(SIGSTOP);
		for (;;)
			pause();
	}
	is(waitpid(pid, &status, WUNTRACED), pid, "stopped");
	is(waitpid(pid, &status, WUNTRACED | WNOHANG), 0, "which is told once");
	kill(pid, SIGCONT);
	is(waitpid(pid, &status, WCONTINUED), pid, "goes on");
	ok(WIFCONTINUED(status), "and says so");
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) == pid && !WIFSIGNALED(status))
		;
	is(status, SIGKILL, "killed");
}

static uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int sleeps(void)
{
	struct timespec t = { 0, 300000000 };
	uint64_t start = clock_ns();
	int err = nanosleep(&t, NULL);

	return err == 0 && clock_ns() - start >= 300000000 ? 0 : 1;
}

static void sleep_goes_on(void)
{
	pid_t pid = tap_fork();
	int status;

	if (pid == 0)
		tap_child_exit(sleeps());
	kill(pid, SIGSTOP);
	is(waitpid(pid, &status, WUNTRACED), pid, "stopped in its sleep");
	kill(pid, SIGCONT);
	is(tap_wait(pid), 0, "the sleep goes on to its end");
}

static void groups(void)
{
	fails_with(setpgid(-5, 0), EINVAL);
	fails_with(setpgid(-5, getpgrp()), ESRCH);
	fails_with(setpgid(0, -1), EINVAL);
	fails_with(getpgid(-5), ESRCH);
	fails_with(getsid(-5), ESRCH);
	fails_with(kill(-0x7ffffff0, 0), ESRCH);
}

int main(void)
{
	stop_and_go();
	continued();
	sleep_goes_on();
	groups();
	return done_testing();
}
