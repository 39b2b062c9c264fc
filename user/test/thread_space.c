/*
 * thread_space: one address space used by several threads in every way at once, and as many threads
 * as there can be. Catches: a translation that outlives its page on another hart, a fork that copies
 * a space while it changes, a frame that is lost or freed twice when threads race, a limit on
 * threads that is a panic, and whatever of a thread is not given back.
 */
#include "user/test/threads.h"

#define MAPPERS	3
#define ROUNDS	(on_xv39() ? 150 : 1000)
/* A kernel stack's end interrupts all harts: up to the limit only where that is quick. */
#define MOST	(sysconf(_SC_NPROCESSORS_ONLN) == 1 ? 20000UL : 150UL)

static int failed, stop;
static char *shared;

static void expect(bool good)
{
	if (!good)
		__atomic_fetch_add(&failed, 1, __ATOMIC_SEQ_CST);
}

/* Maps, writes, protects, unmaps pages of its own: they hold zeros first, its bytes then. */
static int maps(void *arg)
{
	char mark = (char)(long)arg;

	for (int i = 0; i < ROUNDS; i++) {
		char *p = (char *)sys(SYS_mmap, 0, 8 * PAGE, RW, ANON, -1, 0);

		if (p == (char *)-1) {
			expect(false);
			return 0;
		}
		for (size_t k = 0; k < 8; k++) {
			expect(p[k * PAGE] == 0);
			p[k * PAGE] = mark;
		}
		expect(sys(SYS_mprotect, p, 4 * PAGE, PROT_READ) == 0);
		for (size_t k = 0; k < 8; k++)
			expect(p[k * PAGE] == mark);
		expect(sys(SYS_munmap, p, 8 * PAGE) == 0);
	}
	return 0;
}

/* Children see memory as it was: two words that are written one after the other. */
static int forks(void *arg)
{
	long *pair = arg;

	for (int i = 0; i < ROUNDS / 5; i++) {
		int status = -1, pid = (int)sys(SYS_clone, SIGCHLD, 0, 0, 0, 0);

		if (pid == 0) {
			long late = __atomic_load_n(&pair[512], __ATOMIC_SEQ_CST);
			long early = __atomic_load_n(&pair[0], __ATOMIC_SEQ_CST);

			pair[0] = pair[512] = -1;
			sys(SYS_exit_group, early < late || early > late + 1);
		}
		expect(pid > 0 && sys(SYS_wait4, pid, &status, 0, 0) == pid && status == 0);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
	return 0;
}

/* Every fork takes these pages' write permission away; none of these writes may be lost. */
static int counts(void *arg)
{
	long *pair = arg, n = 0;

	while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
		n++;
		__atomic_store_n(&pair[0], n, __ATOMIC_SEQ_CST);
		__atomic_store_n(&pair[512], n, __ATOMIC_SEQ_CST);
		expect(pair[0] == n && pair[512] == n);
	}
	return 0;
}

static void one_space_for_all(void)
{
	struct thread t[MAPPERS + 2];
	int n = 0;

	shared = map_anon(2 * PAGE, RW);
	for (long i = 0; i < MAPPERS; i++)
		n += thread_start(&t[i], maps, (void *)(i + 1)) == 0;
	n += thread_start(&t[MAPPERS], forks, shared) == 0;
	n += thread_start(&t[MAPPERS + 1], counts, shared) == 0;
	is(n, MAPPERS + 2, "threads start");
	for (int i = 0; i < n; i++)
		thread_join(&t[i]);
	is(failed, 0, "nothing in their memory was wrong");
}

/* ---- descriptors: closed by one while another reads ---- */

static int ends_of_pipe[2];

static int opens_and_closes(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		int p[2];

		if (sys(SYS_pipe2, p, 0) == 0) {
			sys(SYS_write, p[1], "x", 1);
			sys(SYS_dup3, p[0], ends_of_pipe[0], 0);
			sys(SYS_close, p[0]);
			sys(SYS_close, p[1]);
		}
	}
	__atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
	return 0;
}

static int reads(void *arg)
{
	char c;

	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
		long n = sys(SYS_read, ends_of_pipe[0], &c, 1);

		expect(n <= 0 || c == 'x');
	}
	return 0;
}

static void files_change_hands(void)
{
	struct thread t[2];

	stop = 0;
	ok(pipe(ends_of_pipe) == 0, "a pipe");
	close(ends_of_pipe[1]);
	thread_start(&t[0], opens_and_closes, NULL);
	thread_start(&t[1], reads, NULL);
	thread_join(&t[0]);
	thread_join(&t[1]);
	close(ends_of_pipe[0]);
	is(failed, 0, "who reads what another replaces gets the old, the new or nothing");
}

/* ---- as many as there can be ---- */

static int waits_for_the_end(void *arg)
{
	(void)arg;
	wait_while(&stop, 0);
	return 0;
}

#define SMALL_STACK	1024UL

static int as_many_as_there_can_be(void)
{
	const unsigned long most = MOST;
	char *stacks = map_anon(most * SMALL_STACK, RW);
	unsigned long n = 0;

	stop = 0;
	while (n < most && clone(waits_for_the_end, stacks + (n + 1) * SMALL_STACK,
				 THREAD_FLAGS & ~(CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID),
				 NULL) > 0)
		n++;
	if (n < most && errno != EAGAIN && errno != ENOMEM)
		return 1;
	if (n < 64)
		return 2;
	return 0;	/* and all of them end */
}

static void limits(void)
{
	long before;

	if (!on_xv39()) {
		skip(3, "thousands of threads are for a machine of one's own");
		return;
	}
	exits_with(as_many_as_there_can_be, 0);
	before = free_kib();
	exits_with(as_many_as_there_can_be, 0);
	is(free_kib(), before, "threads without end leave nothing behind");
}

int main(void)
{
	one_space_for_all();
	files_change_hands();
	limits();
	return done_testing();
}
