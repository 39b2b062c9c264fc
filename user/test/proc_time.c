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

#define SLEEPERS	10

/* Sleepers that wake at `first` and every `apart` ns after it, the last that is made first, all on one
 * hart: who shall wake when, and who did. => whether all were asleep in time */
static bool sleepers(uint64_t first, uint64_t apart, char *expected, char *got)
{
	struct { char name, late; } woken;
	bool in_time = true;
	uint64_t one_hart = 1;
	int fd[2];

	if (pipe(fd) < 0)
		bail_out("pipe: errno %d", errno);
	for (int i = 0; i < SLEEPERS; i++) {
		uint64_t end = first + (uint64_t)(SLEEPERS - 1 - i) * apart;
		struct timespec t = { (long)(end / 1000000000u), (long)(end % 1000000000u) };

		woken.name = (char)('0' + i);
		expected[SLEEPERS - 1 - i] = woken.name;
		if (tap_fork() > 0)
			continue;
		sys(SYS_sched_setaffinity, 0, sizeof(one_hart), &one_hart);
		woken.late = now_ns() >= first;
		sys(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
		write(fd[1], &woken, sizeof(woken));
		_exit(now_ns() < end);
	}
	for (int i = 0; i < SLEEPERS && read(fd[0], &woken, sizeof(woken)) > 0; i++) {
		got[i] = woken.name;
		in_time = in_time && !woken.late;
	}
	for (int i = 0; i < SLEEPERS; i++)
		if (tap_wait(-1) != 0)
			got[i] = '!';		/* too early */
	close(fd[0]);
	close(fd[1]);
	return in_time;
}

/* Ten sleepers of different lengths end in the order of their lengths. A slow machine gets longer. */
static void order(void)
{
	char expected[SLEEPERS + 1] = "", got[SLEEPERS + 1] = "";
	uint64_t ms = 50;

	while (!sleepers(now_ns() + ms * 1000000u, ms * 300000u, expected, got) && ms < 10000)
		ms *= 2;
	is(strcmp(got, expected), 0, "ten sleepers wake in order (%s)", got);
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
