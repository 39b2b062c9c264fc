/*
 * A call needs memory when there is none: it waits for who gives some back, and goes on as if nothing
 * had been. Catches a call that fails or is killed at once, and one that does not sleep meanwhile,
 * as with a signal pending. One process holds all memory, another reads into fresh pages.
 */
#include "user/test/util.h"

#include <sys/sysinfo.h>

#define WANTED	MIB		/* of the reader; part of it is free */
#define SPARE	(4 * MIB)	/* what the holder gives back */
#define FREE	(MIB / 2)	/* what it leaves: for fork and the like */
#define NONE	(64 << 10)	/* that little is nothing */
#define PAUSE	40000000	/* ns that the reader waits, less than it may */
#define A_WHILE	1000000
#define LARGEST	GIB		/* as far as all memory is taken */
#define TRIES	20		/* on a busy host that may be too long all the same */

static struct shared {
	pid_t reader;		/* which the holder waits for; 0: none, -1: enough */
	bool held;		/* the holder has taken its memory */
	bool with_signal;
	long got;		/* by the reader's call, or -errno */
	int64_t took, ran;	/* ns */
} *shared;

static unsigned long free_bytes(void)
{
	struct sysinfo info;

	sysinfo(&info);
	return info.freeram * info.mem_unit;
}

static char *take(size_t size)
{
	char *p = mmap(NULL, size, RW, ANON | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED)
		bail_out("mmap of %zu bytes: errno %d", size, errno);
	return p;
}

static void pause_for(long ns)
{
	struct timespec t = { 0, ns };

	nanosleep(&t, NULL);
}

/* Takes all memory, waits until the reader has used up what is left, and gives some back. */
static int holds(void)
{
	for (;;) {
		char *spare = take(SPARE);
		pid_t reader;

		for (long more; (more = (long)free_bytes() - (long)FREE) > 0;)
			take(more > (long)MIB ? (size_t)more / 2 : MIB / 8);
		__atomic_store_n(&shared->held, true, __ATOMIC_SEQ_CST);
		while ((reader = __atomic_load_n(&shared->reader, __ATOMIC_SEQ_CST)) == 0)
			sched_yield();
		if (reader < 0)
			return 0;
		while (free_bytes() > NONE)
			pause_for(A_WHILE);
		if (shared->with_signal)
			kill(reader, SIGUSR1);
		pause_for(PAUSE);
		munmap(spare, SPARE);
		while (__atomic_load_n(&shared->reader, __ATOMIC_SEQ_CST) == reader)
			sched_yield();
	}
}

static void on_signal(int sig)
{
	(void)sig;
}

static int64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

__attribute__((noreturn))
static void reads(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	int zero = open("/dev/zero", O_RDONLY);
	char *p = map_anon(WANTED, RW);
	int64_t began, ran;

	sigaction(SIGUSR1, &action, NULL);
	ran = cpu_ns();
	began = (int64_t)now_ns();
	__atomic_store_n(&shared->reader, getpid(), __ATOMIC_SEQ_CST);
	shared->got = read(zero, p, WANTED);
	if (shared->got < 0)
		shared->got = -errno;
	shared->took = (int64_t)now_ns() - began;
	shared->ran = cpu_ns() - ran;
	_exit(0);
}

/* Once: did all go as it should? */
static bool waits(bool with_signal)
{
	int status = 0;
	pid_t pid;

	while (!__atomic_load_n(&shared->held, __ATOMIC_SEQ_CST))
		sched_yield();
	shared->held = false;
	shared->with_signal = with_signal;
	shared->got = 0;
	pid = tap_fork();
	if (pid == 0)
		reads();
	waitpid(pid, &status, 0);
	__atomic_store_n(&shared->reader, 0, __ATOMIC_SEQ_CST);
	diag("status %x, read %ld in %ld us, of which it ran %ld", status, shared->got,
	     (long)shared->took / 1000, (long)shared->ran / 1000);
	return status == 0 && shared->got == (long)WANTED && shared->took - shared->ran > PAUSE / 2;
}

static bool waits_once_in_many(bool with_signal)
{
	for (int i = 0; i < TRIES; i++)
		if (waits(with_signal))
			return true;
	return false;
}

int main(void)
{
	pid_t holder;

	if (!on_xv39())
		skip_all("it uses up all memory, which a host would not forgive");
	if (free_bytes() > LARGEST)
		skip_all("filling this much memory takes too long");
	shared = map_shared(PAGE);
	memset(shared, 0, PAGE);
	holder = tap_fork();
	if (holder == 0)
		_exit(holds());
	ok(waits_once_in_many(false), "a call waits asleep until there is memory");
	ok(waits_once_in_many(true), "and with a signal pending");
	__atomic_store_n(&shared->reader, -1, __ATOMIC_SEQ_CST);
	is(tap_wait(holder), 0, "who held it all lives");
	return done_testing();
}
