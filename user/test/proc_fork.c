/*
 * fork, wait4, exit and who is whose parent. Catches a status in the wrong bits, a child reaped
 * twice or never, an orphan without a parent, and a wait that misses the child that ends just
 * then.
 */
#include "user/test/util.h"

#include <sys/resource.h>

static void statuses(void)
{
	static const int codes[] = { 0, 1, 42, 127, 255, 256, 257, -1 };
	int wrong = 0, status;

	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		pid_t pid = tap_fork();

		if (pid == 0)
			_exit(codes[i]);
		is(waitpid(pid, &status, 0), pid, "wait4 returns the child");
		wrong += status != (codes[i] & 255) << 8;
	}
	is(wrong, 0, "the exit status is its low byte");
}

static void errors(void)
{
	int status = 77;
	pid_t pid;

	fails_with(waitpid(-1, &status, 0), ECHILD);
	fails_with(waitpid(getpid(), &status, 0), ECHILD);
	fails_with(waitpid(99999999, &status, 0), ECHILD);
	fails_with(waitpid(getppid(), &status, WNOHANG), ECHILD);
	fails_with(sys(SYS_wait4, -1, &status, 0x1000, 0), EINVAL);
	is(status, 77, "a wait that fails stores nothing");
	pid = tap_fork();
	if (pid == 0)
		_exit(3);
	fails_with(sys(SYS_wait4, pid, 8, 0, 0), EFAULT);
	fails_with(waitpid(pid, &status, 0), ECHILD);
	fails_with(sys(SYS_clone, SIGCHLD | 0x10000, 0, 0, 0, 0),
		   EINVAL); /* THREAD without SIGHAND */
}

static void no_hang(void)
{
	struct gate go;
	int status;
	pid_t pid, got;

	gate_make(&go);
	pid = tap_fork();
	if (pid == 0) {
		gate_wait(&go);
		_exit(5);
	}
	is(waitpid(pid, &status, WNOHANG), 0, "WNOHANG: not yet");
	is(waitpid(-1, &status, WNOHANG), 0, "WNOHANG for any: not yet");
	gate_open(&go);
	while ((got = waitpid(-1, &status, WNOHANG)) == 0)
		sys(SYS_sched_yield);
	ok(got == pid && WIFEXITED(status) && WEXITSTATUS(status) == 5, "then it is there");
	gate_close(&go);
}

static void picks_one(void)
{
	pid_t pid[5];
	int status, seen = 0;

	for (int i = 0; i < 5; i++) {
		pid[i] = tap_fork();
		if (pid[i] == 0)
			_exit(10 + i);
	}
	is(waitpid(pid[3], &status, 0), pid[3], "wait4 for one of five");
	is(WEXITSTATUS(status), 13, "gets that one");
	for (int i = 0; i < 4; i++) {
		pid_t got = waitpid(-1, &status, 0);

		for (int k = 0; k < 5; k++)
			if (pid[k] == got && WEXITSTATUS(status) == 10 + k)
				seen |= 1 << k;
	}
	is(seen, 0x17, "wait4 for any gets each of the others once");
	fails_with(waitpid(-1, &status, 0), ECHILD);
}

static void usage(void)
{
	struct rusage ru;
	int status;
	pid_t pid = tap_fork();

	memset(&ru, 0xff, sizeof(ru));
	if (pid == 0)
		_exit(0);
	is(wait4(pid, &status, 0, &ru), pid, "wait4 with usage");
	ok(ru.ru_utime.tv_sec >= 0 && ru.ru_utime.tv_usec >= 0 && ru.ru_utime.tv_usec < 1000000,
	   "fills it in");
}

/* The middle process ends; its child goes to process 1, or to whoever adopts here. */
static void orphan(void)
{
	pid_t me = getpid(), middle;
	int report[2];
	struct { pid_t before, after, child; } r = { 0, 0, 0 };
	struct gate dead;

	if (pipe(report) < 0)
		bail_out("pipe: errno %d", errno);
	gate_make(&dead);
	middle = tap_fork();
	if (middle == 0) {
		if (tap_fork() == 0) {
			r.before = getppid();
			gate_open(&dead);
			while ((r.after = getppid()) == r.before)
				sys(SYS_sched_yield);
			r.child = getpid();
			write(report[1], &r, sizeof(r));
			_exit(0);
		}
		gate_wait(&dead);
		_exit(0);
	}
	is(tap_wait(middle), 0, "the middle process");
	is(read(report[0], &r, sizeof(r)), sizeof(r), "the orphan reports");
	ok(r.before == middle && r.after != middle && r.after != me && r.after > 0,
	   "its parent was the dead process, and is another");
	if (on_xv39())
		is(r.after, 1, "process 1");
	else
		skip(1, "another process may adopt elsewhere");
	fails_with(waitpid(r.child, NULL, 0), ECHILD);
	close(report[0]);
	close(report[1]);
	gate_close(&dead);
}

static void identity(void)
{
	pid_t me = getpid(), parent = getppid(), pid;

	is(sys(SYS_gettid), me, "gettid is getpid in a process of one thread");
	pid = tap_fork();
	if (pid == 0) {
		ok(getpid() != me && getppid() == me, "the child's numbers");
		ok(sys(SYS_gettid) == getpid(), "its thread's");
		tap_child_exit(0);
	}
	ok(pid > 0 && pid != me, "fork returns the child's number");
	is(tap_wait(pid), 0, "the child agrees");
	ok(getpid() == me && getppid() == parent, "the parent's do not change");
}

/* Twelve levels deep, each waiting for the next, statuses handed back up. */
static int nest(int depth)
{
	pid_t pid;
	int status;

	if (depth == 0)
		return 1;
	pid = fork();
	if (pid == 0)
		_exit(nest(depth - 1));
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 100;
	return WEXITSTATUS(status) + 1;
}

/* A process with children that ended unseen, which itself ends: nothing may be left of them. */
static int leaves_zombies(void)
{
	for (int i = 0; i < 10; i++)
		if (tap_fork() == 0)
			_exit(i);
	return 0;
}

static int closes_then_exits(void)
{
	exit(7);
}

int main(void)
{
	statuses();
	errors();
	no_hang();
	picks_one();
	usage();
	orphan();
	identity();
	is(nest(12), 13, "twelve generations hand their statuses up");
	exits_with(leaves_zombies, 0);
	exits_with(closes_then_exits, 7);
	fails_with(waitpid(-1, NULL, 0), ECHILD);
	return done_testing();
}
