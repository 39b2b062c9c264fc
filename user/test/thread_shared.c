/*
 * thread_shared.c - futexes between processes: one word known by several addresses, and words that
 * only look the same; and what a process that ends leaves locked (robust lists). Would catch: keys
 * made of addresses where pages are shared, or of pages where they are not; a waiter that stays in
 * a queue after its end; a walk of a user's list that loops, faults, or stops too soon.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>

#include "user/test/util.h"

#define ALL	INT_MAX
#define PRIVATE	FUTEX_PRIVATE_FLAG

static long futex(volatile void *word, int op, uint32_t value, long moves, volatile void *word2)
{
	long ret = sys(SYS_futex, word, op, value, moves, word2, 0);

	return ret < 0 ? -errno : ret;
}

/* Requeueing a word to itself tells how many wait for it. */
static void await(volatile void *word, long n)
{
	while (futex(word, FUTEX_REQUEUE, 0, ALL, word) != n)
		sched_yield();
}

static long wake(volatile void *word)
{
	return futex(word, FUTEX_WAKE, ALL, 0, NULL);
}

/* A child that waits for a word, which is 0. */
static pid_t waiter(volatile void *word)
{
	pid_t pid = tap_fork();

	if (pid == 0)
		_exit(futex(word, FUTEX_WAIT, 0, 0, NULL) == 0 ? 0 : 1);
	return pid;
}

/* ---- one word, several addresses ---- */

static void *map(int fd, size_t len, int prot, int flags, off_t at)
{
	void *p = mmap(NULL, len, prot, flags, fd, at);

	if (p == MAP_FAILED)
		bail_out("mmap: errno %d", errno);
	return p;
}

/* => does a waiter at `there` hear of a wake-up at `here`? */
static bool hears(volatile uint32_t *there, volatile uint32_t *here)
{
	pid_t pid = waiter(there);
	long woken;

	await(there, 1);
	woken = wake(here);
	if (!woken)
		wake(there);
	return tap_wait(pid) == 0 && woken == 1;
}

/* A waiter at `there`, a word of its process's own, hears of no wake-up at `here`, which would come
 * before and after it begins to wait. */
static bool misses(volatile uint32_t *there, volatile uint32_t *here, volatile uint32_t *begun)
{
	struct timespec t = { 0, 50000000 };
	pid_t pid = tap_fork();

	if (pid == 0) {
		*begun = 1;
		_exit(sys(SYS_futex, there, FUTEX_WAIT, 0, &t, NULL, 0) < 0 && errno == ETIMEDOUT);
	}
	while (*begun == 0)
		sched_yield();
	for (int i = 0; i < 200; i++)
		wake(here);
	return tap_wait(pid) == 1 << 8;
}

static void files(void)
{
	static const char zeros[2 * PAGE];
	int fd = make_file("words", zeros, sizeof(zeros)), again = open("words", O_RDWR);
	uint32_t *both = map(fd, 2 * PAGE, RW, MAP_SHARED, 0);
	uint32_t *second = map(again, PAGE, RW, MAP_SHARED, PAGE);
	uint32_t *read_only = map(fd, PAGE, PROT_READ, MAP_SHARED, PAGE);
	uint32_t *copy = map(fd, PAGE, RW, MAP_PRIVATE, PAGE);
	uint32_t *window = map(fd, PAGE, PROT_READ, MAP_PRIVATE, PAGE);
	size_t page = PAGE / sizeof(*both);
	pid_t pid;

	ok(hears(both + page + 3, second + 3), "a file mapped twice, at different offsets");
	ok(hears(second, read_only), "woken through a mapping that cannot be written to");
	ok(hears(read_only, second), "and one who waits there");
	ok(hears(window, second), "a private mapping that is never written to is the file");
	ok(!hears(both, second), "another page of the file");
	ok(!hears(both + page + 1, second), "another word of the page");
	ok(misses(copy, second, both), "a private mapping is not the file");

	pid = waiter(second);
	await(both + page, 1);
	munmap(second, PAGE);
	close(again);
	unlink("words");
	is(wake(both + page), 1, "other mappings, and the name, may go meanwhile");
	tap_wait(pid);
	munmap(both, 2 * PAGE);
	munmap(read_only, PAGE);
	munmap(copy, PAGE);
	munmap(window, PAGE);
	close(fd);
}

static void memory(void)
{
	uint32_t *shared = map_shared(PAGE), *own = (uint32_t *)map_anon(PAGE, RW);
	struct { uint32_t word; } *seen = map_shared(PAGE);
	pid_t pid;

	own[0] = 0;
	ok(hears(shared, shared), "shared memory");
	pid = waiter(shared);
	await(shared, 1);
	is(futex(shared, FUTEX_WAKE | PRIVATE, ALL, 0, NULL), 0, "a private wake-up is another's");
	is(futex(shared, FUTEX_REQUEUE, 0, ALL, &seen->word), 1, "from one memory to another");
	is(wake(shared), 0, "nobody is here");
	is(wake(&seen->word), 1, "but there");
	is(tap_wait(pid), 0, "woken");

	ok(misses(own, own, &seen->word), "after fork, private memory is another");

	for (int i = 0; i < 5; i++) {
		pid = waiter(shared);
		await(shared, 1);
		kill(pid, SIGKILL);
		tap_wait(pid);
	}
	is(wake(shared), 0, "who is killed waits no more");
	munmap(shared, PAGE);
	munmap(own, PAGE);
	munmap(seen, PAGE);
}

/* ---- robust lists ---- */

struct lock {
	struct robust_list link;
	uint32_t word;
};

struct locks {
	struct robust_list_head head;
	struct lock lock[3];
	uint32_t waiting;
};

static struct locks *locks;

/* Each lock is this process's, and the list is in order. */
static void take_locks(void)
{
	locks->head = (struct robust_list_head){
		.list.next = &locks->lock[0].link,
		.futex_offset = offsetof(struct lock, word),
	};
	for (int i = 0; i < 3; i++) {
		locks->lock[i].link.next = i < 2 ? &locks->lock[i + 1].link : &locks->head.list;
		locks->lock[i].word = (uint32_t)sys(SYS_gettid);
	}
	if (sys(SYS_set_robust_list, &locks->head, sizeof(locks->head)) < 0)
		_exit(2);
}

static int leave_all(void)
{
	take_locks();
	locks->lock[1].word |= FUTEX_WAITERS;
	locks->lock[2].word = 77;			/* somebody else's */
	return 0;
}

static int leave_pending(void)
{
	take_locks();
	locks->lock[0].link.next = &locks->head.list;
	locks->head.list_op_pending = &locks->lock[2].link;
	return 0;
}

static int leave_to_exec(void)
{
	static const char *const none[] = { NULL };

	take_locks();
	execve("/nonexistent", (char *const *)none, (char *const *)none);
	return locks->lock[0].word == (uint32_t)getpid() ? 0 : 3;
}

static int leave_circle(void)
{
	take_locks();
	locks->lock[2].link.next = &locks->lock[0].link;
	return 0;
}

static int leave_broken(void)
{
	take_locks();
	locks->lock[0].link.next = (struct robust_list *)16;
	return 0;
}

static int leave_nonsense(void)
{
	static const long heads[] = { 0, 8, 1, -1, -4096, 0x4000000000, LONG_MAX };

	for (size_t i = 0; i < COUNT_OF(heads); i++) {
		pid_t pid = tap_fork();

		if (pid == 0) {
			sys(SYS_set_robust_list, heads[i], sizeof(struct robust_list_head));
			_exit(0);
		}
		if (tap_wait(pid) != 0)
			return 1;
	}
	take_locks();
	locks->head.futex_offset += 2;
	return 0;
}

static bool died(int i)
{
	return (locks->lock[i].word & ~FUTEX_WAITERS) == FUTEX_OWNER_DIED;
}

static void robust_lists(void)
{
	struct robust_list_head *head = NULL, mine;
	size_t size = 0;
	pid_t pid;

	locks = map_shared(PAGE);
	fails_with(sys(SYS_set_robust_list, &mine, sizeof(mine) - 1), EINVAL);
	pid = tap_fork();
	if (pid == 0) {
		take_locks();
		if (sys(SYS_get_robust_list, 0, &head, &size) < 0)
			_exit(1);
		_exit(head == &locks->head && size == sizeof(mine) ? 0 : 1);
	}
	is(tap_wait(pid), 0, "the list is told");
	fails_with(sys(SYS_get_robust_list, 0, 8, &size), EFAULT);

	locks->lock[1].word = 0;
	pid = waiter(&locks->lock[1].word);
	await(&locks->lock[1].word, 1);
	is(child_status(leave_all), 0, "a process ends with locks");
	is(locks->lock[0].word, FUTEX_OWNER_DIED, "the first says so");
	is(locks->lock[1].word, FUTEX_OWNER_DIED | FUTEX_WAITERS, "the second too");
	is(tap_wait(pid), 0, "who waited for it is woken");
	is(locks->lock[2].word, 77, "the third was another's");
	exits_with(leave_pending, 0);
	ok(died(0) && !died(1) && died(2), "one that was about to be locked counts as well");
	exits_with(leave_to_exec, 0);
	ok(died(0) && died(1) && died(2), "a failed exec leaves the list");
	exits_with(leave_circle, 0);
	ok(died(0) && died(1) && died(2), "a list without an end is followed for a while");
	exits_with(leave_broken, 0);
	ok(died(0) && !died(1), "one that is broken as far as it goes");
	exits_with(leave_nonsense, 0);
	ok(!died(0), "misaligned words are left alone");
	munmap(locks, PAGE);
}

int main(void)
{
	scratch_enter();
	memory();
	files();
	if (on_qemu_user())
		skip(18, "qemu-user has no robust lists");
	else
		robust_lists();
	return done_testing();
}
