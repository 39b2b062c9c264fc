/*
 * A thousand processes are forked, run a new program and end, one after another and four at a
 * time: afterwards exactly as much memory is free as before. Catches a frame, a table page, a
 * descriptor or a task that is lost once per fork, exec or exit.
 */
#include "user/test/util.h"

static const char *self;

static int run_one(void)
{
	static const char *const args[] = { "leaf", NULL };
	static char *const env[] = { NULL };
	pid_t pid = tap_fork();

	if (pid == 0) {
		exec_self(self, args, env);
		_exit(1);
	}
	return pid;
}

static int cycles(int n, int at_once)
{
	int bad = 0;

	for (int done = 0; done < n; done += at_once) {
		for (int i = 0; i < at_once; i++)
			run_one();
		for (int i = 0; i < at_once; i++)
			bad += tap_wait(-1) != 5 << 8;
	}
	return bad;
}

static void equal(long before, const char *what)
{
	long after = free_kib();

	if (on_xv39())
		is(after, before, "%s: MemFree %ld kB before, %ld kB after", what, before, after);
	else
		skip(1, "other programs use this machine's memory");
}

int main(int argc, char **argv)
{
	int n = on_qemu_user() ? 20 : 500, bad = 0;
	long before;

	if (argc > 1)
		return 5;
	self = argv[0];
	cycles(8, 4);
	before = free_kib();
	is(cycles(n, 1), 0, "many times fork, exec, exit");
	is(cycles(n, 4), 0, "and four at once");
	equal(before, "fork and exec");
	for (int i = 0; i < n; i++)
		if (tap_fork() == 0)
			_exit(0);
		else
			bad += tap_wait(-1) != 0;
	is(bad, 0, "many times fork and exit");
	equal(before, "fork");
	return done_testing();
}
