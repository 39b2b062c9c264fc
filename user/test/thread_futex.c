/*
 * thread_futex.c - futex(2) by raw calls: each operation, what it counts, its errors, timeouts and
 * signals; words that processes share; robust lists. Would catch: a lost or surplus wake-up, a
 * waiter that requeueing forgets, keys that confuse two words or fail to know one from two sides,
 * a restart that waits too long, a kernel that trusts a user's list.
 *
 * Nobody sleeps to let a waiter come first: requeueing a word to itself tells how many wait.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>

#include "user/test/util.h"

#define PRIVATE		FUTEX_PRIVATE_FLAG
#define CLOCK		FUTEX_CLOCK_REALTIME
#define LOCK_PI		6
#define ALL		INT_MAX
#define MS		1000000L

/* => the result, or minus the error. */
static long futex(void *word, int op, uint32_t value, const void *time, void *word2, uint32_t bits)
{
	long ret = sys(SYS_futex, word, op, value, time, word2, bits);

	return ret < 0 ? -errno : ret;
}

static long futex2(void *word, int op, int wakes, int moves, void *word2, uint32_t value)
{
	return futex(word, op, (uint32_t)wakes, (void *)(long)moves, word2, value);
}

/* How many wait for a word. */
static long waiting(void *word, int flag)
{
	return futex2(word, FUTEX_REQUEUE | flag, 0, ALL, word, 0);
}

static void await(void *word, int flag, long n)
{
	while (waiting(word, flag) != n)
		sched_yield();
}

/* ---- waiters ---- */

struct waiter {
	pthread_t thread;
	uint32_t *word;
	int op;
	uint32_t bits;
	const struct timespec *time;
	volatile pid_t tid;
	volatile long result;
};

static void *waits(void *arg)
{
	struct waiter *w = arg;

	w->tid = (pid_t)sys(SYS_gettid);
	w->result = futex(w->word, w->op, *w->word, w->time, NULL, w->bits);
	return NULL;
}

/* One more waiter; returns when it sleeps. */
static void add(struct waiter *w, uint32_t *word, int op, uint32_t bits)
{
	long before = waiting(word, op & PRIVATE);

	w->word = word;
	w->op = op;
	w->bits = bits;
	w->result = 1;
	if (pthread_create(&w->thread, NULL, waits, w))
		bail_out("pthread_create");
	await(word, op & PRIVATE, before + 1);
}

static void add_all(struct waiter *w, int n, uint32_t *word, int flag)
{
	for (int i = 0; i < n; i++)
		add(&w[i], word, FUTEX_WAIT | flag, 0);
}

/* How many of them were woken rather than told an error. */
static int finish(struct waiter *w, int n)
{
	int woken = 0;

	for (int i = 0; i < n; i++) {
		pthread_join(w[i].thread, NULL);
		woken += w[i].result == 0;
	}
	return woken;
}

/* ---- errors ---- */

static void bad_arguments(void)
{
	static uint32_t word[2] = { 5, 5 };
	static const struct timespec odd = { 0, 1000 * MS }, before = { -1, 0 }, soon = { 0, MS };
	char *page = map_anon(2 * PAGE, PROT_READ), *odd_word = (char *)word + 2;

	is(futex(word, FUTEX_WAIT, 4, NULL, NULL, 0), -EAGAIN, "the word is another");
	is(futex(word, FUTEX_WAIT_BITSET, 4, NULL, NULL, 1), -EAGAIN, "with a bitset too");
	is(futex(odd_word, FUTEX_WAIT, 5, NULL, NULL, 0), -EINVAL, "wait: misaligned");
	is(futex(odd_word, FUTEX_WAKE, 1, NULL, NULL, 0), -EINVAL, "wake: misaligned");
	is(futex2(odd_word, FUTEX_REQUEUE, 1, 1, word, 0), -EINVAL, "requeue: misaligned");
	is(futex2(word, FUTEX_REQUEUE, 1, 1, odd_word, 0), -EINVAL, "requeue: misaligned target");
	is(futex2(word, FUTEX_WAKE_OP, 1, 1, odd_word, 0), -EINVAL, "wake-op: misaligned");
	is(futex(word, FUTEX_WAIT_BITSET, 5, NULL, NULL, 0), -EINVAL, "wait: no bits");
	is(futex(word, FUTEX_WAKE_BITSET, 5, NULL, NULL, 0), -EINVAL, "wake: no bits");
	is(futex2(word, FUTEX_REQUEUE, -1, 1, word + 1, 0), -EINVAL, "requeue: -1 to wake");
	is(futex2(word, FUTEX_REQUEUE, 1, -1, word + 1, 0), -EINVAL, "requeue: -1 to move");
	is(futex2(word, FUTEX_CMP_REQUEUE, 1, 1, word + 1, 4), -EAGAIN, "requeue: another value");
	is(futex(word, FUTEX_WAIT, 5, &before, NULL, 0), -EINVAL, "a duration below zero");
	is(futex(word, FUTEX_WAIT, 5, (void *)8, NULL, 0), -EFAULT, "no duration there");
	if (on_qemu_user()) {
		skip(1, "qemu-user corrects it");
	} else {
		is(futex(word, FUTEX_WAIT, 4, &odd, NULL, 0), -EINVAL, "too many nanoseconds");
	}
	is(futex(word, FUTEX_WAKE | CLOCK, 1, NULL, NULL, 0), -ENOSYS, "a clock to wake by");
	is(futex(word, FUTEX_WAIT | CLOCK, 5, &soon, NULL, 0), -ENOSYS, "a clock for a duration");
	is(futex(word, 99, 1, NULL, NULL, 0), -ENOSYS, "no such operation");
	if (on_xv39())
		is(futex(word, LOCK_PI, 0, NULL, NULL, 0), -ENOSYS, "priority inheritance");
	else
		skip(1, "Linux has priority inheritance");

	munmap(page + PAGE, PAGE);
	is(futex(page + PAGE, FUTEX_WAIT, 0, NULL, NULL, 0), -EFAULT, "wait: nothing there");
	is(futex(page + PAGE, FUTEX_WAIT | PRIVATE, 0, NULL, NULL, 0), -EFAULT, "privately");
	is(futex(page + PAGE, FUTEX_WAKE, 1, NULL, NULL, 0), -EFAULT, "wake: nothing there");
	is(futex(page + PAGE, FUTEX_WAKE | PRIVATE, 1, NULL, NULL, 0), 0, "privately: not looked");
	is(futex((void *)-8L, FUTEX_WAKE | PRIVATE, 1, NULL, NULL, 0), -EFAULT, "the kernel's half");
	is(futex(page, FUTEX_WAIT, 0, &soon, NULL, 0), -EFAULT, "pages that nobody can ever change");
	is(futex(page, FUTEX_WAIT | PRIVATE, 0, &soon, NULL, 0), -ETIMEDOUT, "privately: not looked");
	is(futex2(word, FUTEX_WAKE_OP, 1, 1, page, 0), -EFAULT, "wake-op: cannot be changed");
	munmap(page, PAGE);
}

/* ---- timeouts ---- */

static struct timespec from_now(clockid_t clock, long ns)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_nsec += ns;
	t.tv_sec += t.tv_nsec / (1000 * MS);
	t.tv_nsec %= 1000 * MS;
	return t;
}

static void timeouts(void)
{
	static uint32_t word;
	struct timespec t = { 0, 20 * MS };
	uint64_t start = now_ns();

	is(futex(&word, FUTEX_WAIT | PRIVATE, 0, &t, NULL, 0), -ETIMEDOUT, "a duration ends");
	ok(now_ns() - start >= 20 * MS, "not too soon");
	t = from_now(CLOCK_MONOTONIC, 20 * MS);
	start = now_ns();
	is(futex(&word, FUTEX_WAIT_BITSET | PRIVATE, 0, &t, NULL, 1), -ETIMEDOUT, "a time comes");
	ok(now_ns() - start >= 19 * MS, "not too soon");
	t = from_now(CLOCK_REALTIME, 20 * MS);
	is(futex(&word, FUTEX_WAIT_BITSET | CLOCK, 0, &t, NULL, 1), -ETIMEDOUT, "of the other clock");
	t = (struct timespec){ 0, 1 };
	is(futex(&word, FUTEX_WAIT_BITSET, 0, &t, NULL, 1), -ETIMEDOUT, "or has long gone");
	is(futex(&word, FUTEX_WAIT_BITSET, 1, &t, NULL, 1), -EAGAIN, "but the word comes first");
	is(waiting(&word, 0) + waiting(&word, PRIVATE), 0, "nobody is left behind");
}

/* ---- waking, moving ---- */

static void wakes(int flag)
{
	static uint32_t word, other;
	struct waiter w[6] = { { .time = NULL } };

	is(futex(&word, FUTEX_WAKE | flag, ALL, NULL, NULL, 0), 0, "nobody to wake");
	add_all(w, 6, &word, flag);
	is(futex(&other, FUTEX_WAKE | flag, ALL, NULL, NULL, 0), 0, "nobody at the next word");
	is(futex(&word, FUTEX_WAKE | flag, 2, NULL, NULL, 0), 2, "two");
	is(waiting(&word, flag), 4, "leave four");
	is(futex(&word, FUTEX_WAKE | flag, 0, NULL, NULL, 0), 1, "none means one");
	is(futex(&word, FUTEX_WAKE | flag, ALL, NULL, NULL, 0), 3, "the rest");
	is(finish(w, 6), 6, "all return 0");
}

static void bitsets(void)
{
	static uint32_t word;
	struct waiter w[4] = { { .time = NULL } };

	add(&w[0], &word, FUTEX_WAIT_BITSET | PRIVATE, 1);
	add(&w[1], &word, FUTEX_WAIT_BITSET | PRIVATE, 2);
	add(&w[2], &word, FUTEX_WAIT_BITSET | PRIVATE, 3);
	add(&w[3], &word, FUTEX_WAIT | PRIVATE, 0);
	is(futex(&word, FUTEX_WAKE_BITSET | PRIVATE, 1, NULL, NULL, 2), 1, "one with bit 1");
	is(finish(w + 1, 1), 1, "the second, which is the first to have it");
	is(futex(&word, FUTEX_WAKE_BITSET | PRIVATE, ALL, NULL, NULL, 4), 1, "all with bit 2");
	is(finish(w + 3, 1), 1, "one without a bitset has every bit");
	is(futex(&word, FUTEX_WAKE | PRIVATE, ALL, NULL, NULL, 0), 2, "any bit");
	is(finish(w, 1) + finish(w + 2, 1), 2, "the others");
}

static void requeues(int flag)
{
	static uint32_t word, other;
	struct waiter w[5] = { { .time = NULL } };

	add_all(w, 5, &word, flag);
	is(futex2(&word, FUTEX_REQUEUE | flag, 0, 0, &other, 0), 0, "nobody is to wake or move");
	is(futex2(&word, FUTEX_REQUEUE | flag, 1, 2, &other, 0), 3, "one woken, two moved");
	is(waiting(&word, flag), 2, "two stay");
	is(waiting(&other, flag), 2, "two are there");
	is(futex2(&word, FUTEX_CMP_REQUEUE | flag, 0, 1, &other, 1), -EAGAIN, "another value");
	is(futex2(&word, FUTEX_CMP_REQUEUE | flag, 0, ALL, &other, 0), 2, "the rest moves");
	is(futex(&word, FUTEX_WAKE | flag, ALL, NULL, NULL, 0), 0, "nobody is here");
	is(futex(&other, FUTEX_WAKE | flag, ALL, NULL, NULL, 0), 4, "all are there");
	is(finish(w, 5), 5, "all return 0");
}

/* ---- FUTEX_WAKE_OP ---- */

enum { SET, ADD, OR, ANDN, XOR };
enum { EQ, NE, LT, LE, GT, GE };

static uint32_t code(int op, int arg, int compare, int with)
{
	return (uint32_t)op << 28 | (uint32_t)compare << 24 | ((uint32_t)arg & 0xfff) << 12 |
	       ((uint32_t)with & 0xfff);
}

static void changes(void)
{
	static const struct {
		int op, arg, compare, with;
		uint32_t before, after;
		long woken;
	} cases[] = {
		{ SET, 7, EQ, 5, 5, 7, 1 },
		{ ADD, -3, EQ, 4, 5, 2, 0 },
		{ ADD, 1, NE, 4, 0xffffffff, 0, 1 },
		{ OR, 6, NE, 1, 1, 7, 0 },
		{ ANDN, 5, LT, 8, 7, 2, 1 },
		{ XOR, -1, LT, -1, 0xffffffff, 0, 0 },
		{ SET, 0, LE, -1, 0xffffffff, 0, 1 },
		{ SET, 1, LE, 1, 2, 1, 0 },
		{ SET, 1, GT, -2048, 0, 1, 1 },
		{ SET, 1, GT, 9, 9, 1, 0 },
		{ SET, 1, GE, 9, 9, 1, 1 },
		{ SET, 1, GE, 9, 0x80000000, 1, 0 },
		{ OR | FUTEX_OP_OPARG_SHIFT, 31, EQ, 0, 0, 0x80000000, 1 },
	};
	static uint32_t word, other;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint32_t c = code(cases[i].op, cases[i].arg, cases[i].compare, cases[i].with);
		struct waiter w = { .time = NULL };
		long woken;

		other = cases[i].before;
		add_all(&w, 1, &other, PRIVATE);
		woken = futex2(&word, FUTEX_WAKE_OP | PRIVATE, 1, 1, &other, c);
		ok(woken == cases[i].woken && other == cases[i].after,
		   "wake-op %d %d if %d %d: %#x becomes %#x, %ld woken", cases[i].op, cases[i].arg,
		   cases[i].compare, cases[i].with, cases[i].before, cases[i].after, woken);
		futex(&other, FUTEX_WAKE | PRIVATE, ALL, NULL, NULL, 0);
		finish(&w, 1);
	}
}

static void wake_ops(void)
{
	static uint32_t word, other;
	struct waiter w[6] = { { .time = NULL } };

	changes();
	add_all(w, 3, &word, PRIVATE);
	add_all(w + 3, 3, &other, PRIVATE);
	is(futex2(&word, FUTEX_WAKE_OP | PRIVATE, 2, 1, &other, code(SET, 4, NE, 0)), 2,
	   "two of the first word, none of the second");
	is(futex2(&word, FUTEX_WAKE_OP | PRIVATE, 2, 2, &other, code(ADD, 1, EQ, 4)), 3,
	   "the last of the first, two of the second");
	is(other, 5, "which has changed twice");
	is(futex2(&other, FUTEX_WAKE_OP | PRIVATE, 2, 2, &other, code(ADD, 1, EQ, 5)), 1,
	   "both words may be one");
	is(finish(w, 6), 6, "all return 0");
	is(futex2(&word, FUTEX_WAKE_OP | PRIVATE, 1, 1, &other, code(7, 1, EQ, 0)), -ENOSYS,
	   "no such change");
	is(other, 6, "changes nothing");
	is(futex2(&word, FUTEX_WAKE_OP | PRIVATE, 1, 1, &other, code(ADD, 1, 9, 0)), -ENOSYS,
	   "no such comparison");
}

/* ---- signals ---- */

static volatile int handled;

static void count(int sig)
{
	(void)sig;
	handled++;
}

/* A waiter gets a signal whose handler has these flags; the waiter has returned, or waits again. */
static void interrupt(struct waiter *w, int flags)
{
	struct sigaction action = { .sa_handler = count, .sa_flags = flags };
	int before = handled;

	sigaction(SIGUSR1, &action, NULL);
	sys(SYS_tgkill, getpid(), w->tid, SIGUSR1);
	while (handled == before)
		sched_yield();
}

static void signals(void)
{
	static const struct timespec hour = { 3600, 0 };
	static uint32_t word;
	struct waiter w = { .time = NULL };

	add(&w, &word, FUTEX_WAIT | PRIVATE, 0);
	interrupt(&w, SA_RESTART);
	await(&word, PRIVATE, 1);
	interrupt(&w, SA_RESTART);
	await(&word, PRIVATE, 1);
	is(w.result, 1, "SA_RESTART: it waits on");
	interrupt(&w, 0);
	finish(&w, 1);
	is(w.result, -EINTR, "without, it ends");
	w.time = &hour;
	add(&w, &word, FUTEX_WAIT | PRIVATE, 0);
	interrupt(&w, SA_RESTART);
	finish(&w, 1);
	is(w.result, -EINTR, "with a timeout it ends in any case");
	is(waiting(&word, PRIVATE), 0, "nobody is left behind");
}

/* Stopped and going on, no handler having run: the call goes on too, and ends when it would have. */
static void stopped(void)
{
	struct { uint32_t word[2]; volatile long result; } *s = map_shared(PAGE);
	struct timespec t = { 0, 300 * MS };
	uint64_t start = now_ns();
	pid_t pid = tap_fork();
	int status;

	if (pid == 0) {
		s->result = futex(&s->word[0], FUTEX_WAIT, 0, NULL, NULL, 0);
		s->result += futex(&s->word[1], FUTEX_WAIT, 0, &t, NULL, 0);
		_exit(0);
	}
	for (int i = 0; i < 2; i++) {
		await(&s->word[i], 0, 1);
		kill(pid, SIGSTOP);
		waitpid(pid, &status, WUNTRACED);
		kill(pid, SIGCONT);
		if (i == 0) {
			await(&s->word[0], 0, 1);
			futex(&s->word[0], FUTEX_WAKE, 1, NULL, NULL, 0);
		}
	}
	tap_wait(pid);
	is(s->result, -ETIMEDOUT, "a stop does not end a wait");
	ok(now_ns() - start >= 300 * MS, "nor shorten it");
	munmap(s, PAGE);
}

int main(void)
{
	bad_arguments();
	timeouts();
	wakes(0);
	wakes(PRIVATE);
	bitsets();
	requeues(0);
	requeues(PRIVATE);
	wake_ops();
	signals();
	stopped();
	return done_testing();
}
