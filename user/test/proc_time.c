/*
 * Clocks, sleeping and taking turns. Catches a clock that goes back, a sleep that ends early, a
 * sleeper that is never woken, and a program that keeps a hart for itself.
 */
#include "user/test/util.h"

static void clocks(void)
{
	struct timespec t;
	uint64_t last = now_ns();
	int back = 0;

	for (int i = 0; i < 1000; i++) {
		uint64_t t2 = now_ns();

		back += t2 < last;
		last = t2;
	}
	is(back, 0, "CLOCK_MONOTONIC never goes back");
	while (now_ns() == last)
		;
	ok(true, "and moves");
	is(clock_gettime(CLOCK_REALTIME, &t), 0, "CLOCK_REALTIME");
	ok(t.tv_nsec >= 0 && t.tv_nsec < 1000000000, "nanoseconds are below a second");
	is(sys(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, &t), 0, "CLOCK_PROCESS_CPUTIME_ID");
	ok(t.tv_sec == 0, "this program has not run for a second");
	fails_with(sys(SYS_clock_gettime, 9999, &t), EINVAL);
	fails_with(sys(SYS_clock_gettime, CLOCK_MONOTONIC, 8), EFAULT);
}

static void sleeps(void)
{
	static const struct timespec second = {0, 1000000000}, before = {0, -1}, past = {-1, 0};
	static const long ns[] = { 0, 1, 1000, 1000000, 20000000 };

	for (size_t i = 0; i < COUNT_OF(ns); i++) {
		struct timespec t = { 0, ns[i] };
		uint64_t start = now_ns(), took;

		is(sys(SYS_nanosleep, &t, NULL), 0, "nanosleep of %ld ns", ns[i]);
		took = now_ns() - start;
		ok(took >= (uint64_t)ns[i] && took < 1000000000u, "takes so long");
		diag("took %lu us", (unsigned long)took / 1000);
	}
	fails_with(sys(SYS_nanosleep, &second, NULL), EINVAL);
	fails_with(sys(SYS_nanosleep, &before, NULL), EINVAL);
	fails_with(sys(SYS_nanosleep, &past, NULL), EINVAL);
}

/* Ten sleepers of different lengths end in the order of their lengths. */
static void order(void)
{
	char got[11] = "";
	uint64_t start = now_ns();
	int fd[2], n = 0;

	if (pipe(fd) < 0)
		bail_out("pipe: errno %d", errno);
	for (int i = 0; i < 10; i++) {
		if (tap_fork() == 0) {
			uint64_t end = start + 100000000u + (uint64_t)(9 - i) * 30000000u;
			struct timespec t = { 0, (long)(end - now_ns()) };
			char c = (char)('0' + i);

			sys(SYS_nanosleep, &t, NULL);
			write(fd[1], &c, 1);
			_exit(0);
		}
	}
	while (n < 10 && read(fd[0], got + n, 1) == 1)
		n++;
	for (int i = 0; i < 10; i++)
		tap_wait(-1);
	is(strcmp(got, "9876543210"), 0, "ten sleepers wake in order (%s)", got);
	close(fd[0]);
	close(fd[1]);
}

/* Ten processes that never give up the hart by themselves, and one that wants to end. */
static void shares(void)
{
	static const struct timespec moment = { 0, 30000000 };
	volatile int *stop = map_shared(PAGE);
	pid_t pid[10];
	int done = 0;

	for (int i = 0; i < 10; i++) {
		pid[i] = tap_fork();
		if (pid[i] == 0) {
			while (!*stop)
				;
			_exit(0);
		}
	}
	sys(SYS_nanosleep, &moment, NULL);
	*stop = 1;
	for (int i = 0; i < 10; i++)
		done += tap_wait(pid[i]) == 0;
	is(done, 10, "ten spinning processes leave time for the one that stops them");
	munmap((void *)stop, PAGE);
}

static void yields(void)
{
	volatile long *turns = map_shared(PAGE);
	pid_t pid = tap_fork();
	long bad = 0;

	if (pid == 0) {
		while (turns[1] < 100) {
			turns[0]++;
			sys(SYS_sched_yield);
		}
		_exit(0);
	}
	while (turns[1] < 100) {
		long seen = turns[0];

		while (turns[0] == seen)
			bad += sys(SYS_sched_yield) != 0;
		turns[1]++;
	}
	is(bad, 0, "sched_yield returns 0");
	is(tap_wait(pid), 0, "it lets the other run, 100 times over");
	munmap((void *)turns, PAGE);
}

int main(void)
{
	clocks();
	sleeps();
	order();
	shares();
	yields();
	return done_testing();
}
