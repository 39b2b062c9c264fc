/*
 * thread_fault.c - one address space on several harts at once. While other threads fault, map,
 * unmap, protect, discard and fork, a thread checks that what one has changed is what another sees.
 * Would catch: a translation that outlives its page or its permission on another hart, a page that
 * two faults make twice, a race of two faults with an unmap.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>

#include "user/test/util.h"

#define ROUNDS	200
#define PAGES	16

/* ---- stores that may fault ---- */

static __thread sigjmp_buf on_fault;

static void jump(int sig)
{
	siglongjmp(on_fault, sig);
}

/* Store there; => 0, or the signal it brought. */
static int try_store(volatile int *p, int value)
{
	int sig = sigsetjmp(on_fault, 1);

	if (sig == 0)
		*p = value;
	return sig;
}

static int try_load(volatile int *p, int *value)
{
	int sig = sigsetjmp(on_fault, 1);

	if (sig == 0)
		*value = *p;
	return sig;
}

/* ---- two threads in step: one changes, the other looks ---- */

static pthread_barrier_t step;
static volatile int *page;

static void meet(void)
{
	pthread_barrier_wait(&step);
}

/* The other's translations are fresh and allow everything: then they must not. */
static void *looks(void *arg)
{
	long bad = 0;
	int value = 0;

	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		bad += try_store(page, i) != 0;
		meet();
		meet();				/* protected */
		bad += try_store(page, -1) != SIGSEGV;
		bad += try_load(page, &value) != 0 || value != i;
		meet();
		meet();				/* unmapped */
		bad += try_load(page, &value) != SIGSEGV;
		meet();
		meet();				/* another page, or the same file's next */
		bad += try_load(page, &value) != 0 || value != 1000 + i;
		bad += try_store(page, 5) != 0;
		meet();
		meet();				/* discarded */
		bad += try_load(page, &value) != 0 || value != 0;
		meet();
	}
	return (void *)bad;
}

static long changes(void)
{
	void *p = (void *)page;
	long bad = 0;

	for (int i = 0; i < ROUNDS; i++) {
		meet();
		bad += mprotect(p, PAGE, PROT_READ) != 0;
		meet();
		meet();
		bad += munmap(p, PAGE) != 0;
		meet();
		meet();
		bad += mmap(p, PAGE, RW, ANON | MAP_FIXED, -1, 0) != p;
		*page = 1000 + i;
		meet();
		meet();
		bad += madvise(p, PAGE, MADV_DONTNEED) != 0;
		meet();
		meet();
	}
	return bad;
}

static void in_step(void)
{
	pthread_t thread;
	void *bad;

	page = (int *)map_anon(PAGE, RW);
	pthread_barrier_init(&step, NULL, 2);
	pthread_create(&thread, NULL, looks, NULL);
	is(changes(), 0, "%d rounds of mprotect, munmap, mmap, madvise", ROUNDS);
	pthread_join(thread, &bad);
	is((long)bad, 0, "another thread sees each of them at once");
	pthread_barrier_destroy(&step);
	munmap((void *)page, PAGE);
}

/* ---- all at once on the same pages ---- */

static int *pages;
static volatile int stop;
static pthread_barrier_t all;

static volatile int *word_of(int i)
{
	return pages + (size_t)i * PAGE / sizeof(int);
}

/* Several fault on the same fresh pages: each adds to its own word, and none may be lost. */
static void *adds(void *arg)
{
	long bad = 0;

	for (int round = 0; round < ROUNDS / 4; round++) {
		pthread_barrier_wait(&all);
		for (int i = 0; i < PAGES; i++)
			word_of(i)[(long)arg] += 1 + i;
		pthread_barrier_wait(&all);
		for (int i = 0; i < PAGES; i++)
			for (int k = 0; k < 3; k++)
				bad += word_of(i)[k] != 1 + i;
		if (pthread_barrier_wait(&all) == PTHREAD_BARRIER_SERIAL_THREAD)
			bad += madvise(pages, PAGES * PAGE, MADV_DONTNEED) != 0;
	}
	return (void *)bad;
}

static void same_pages(void)
{
	pthread_t thread[3];
	long bad = 0;

	pages = (int *)map_anon(PAGES * PAGE, RW);
	pthread_barrier_init(&all, NULL, 3);
	for (long i = 0; i < 3; i++)
		pthread_create(&thread[i], NULL, adds, (void *)i);
	for (int i = 0; i < 3; i++) {
		void *result;

		pthread_join(thread[i], &result);
		bad += (long)result;
	}
	is(bad, 0, "three threads fault on the same pages, and no store is lost");
	pthread_barrier_destroy(&all);
}

/* ---- fork while others store ---- */

/* A pair of words in two pages, always stored first to last. */
static void *counts(void *arg)
{
	for (int i = 1; !stop; i++) {
		*word_of(0) = i;
		*word_of(1) = i;
	}
	return arg;
}

/* The kernel stores and reads as well, in between. */
static void *moves_bytes(void *arg)
{
	long bad = 0, value = 0;
	int fd[2];

	if (pipe(fd) < 0)
		return (void *)1L;
	while (!stop) {
		value++;
		memcpy((void *)word_of(2), &value, sizeof(value));
		bad += write(fd[1], (void *)word_of(2), sizeof(value)) != sizeof(value);
		bad += read(fd[0], (void *)word_of(3), sizeof(value)) != sizeof(value);
		bad += memcmp((void *)word_of(3), &value, sizeof(value)) != 0;
	}
	close(fd[0]);
	close(fd[1]);
	return (void *)(bad + (arg != NULL));
}

/* In the child memory stands still, and is the child's own. */
static bool child_is_apart(void)
{
	pid_t pid = tap_fork();
	int status;

	if (pid == 0) {
		int first = *word_of(0), second = *word_of(1);
		bool good = first == second || first == second + 1;

		for (int i = 0; i < 50; i++)
			good &= *word_of(0) == first && *word_of(1) == second;
		*word_of(0) = -5;
		good &= *word_of(0) == -5;
		_exit(good ? 0 : 1);
	}
	status = tap_wait(pid);
	return status == 0 && *word_of(0) != -5;
}

static void forks(void)
{
	pthread_t counter, mover;
	bool good = true;
	void *bad;

	pthread_create(&counter, NULL, counts, NULL);
	pthread_create(&mover, NULL, moves_bytes, NULL);
	for (int i = 0; i < 40; i++)
		good &= child_is_apart();
	stop = 1;
	pthread_join(counter, NULL);
	pthread_join(mover, &bad);
	ok(good, "40 children each see one moment of memory that a thread stores to");
	is((long)bad, 0, "what the kernel copies meanwhile is right");
}

/* ---- everybody does everything ---- */

/* In its own half of a region each thread may change what it likes; all share page tables. */
static void *storms(void *arg)
{
	char *half = (char *)pages + (size_t)(long)arg * 4 * PAGE;
	unsigned seed = 7 + (unsigned)(long)arg;
	int shadow[4] = { 0 }, value;
	long bad = 0;

	mmap(half, 4 * PAGE, RW, ANON | MAP_FIXED, -1, 0);
	for (int i = 0; i < 4 * ROUNDS; i++) {
		int n = (int)((seed = seed * 1103515245 + 12345) >> 16) % 4;
		volatile int *p = (int *)(half + (size_t)n * PAGE);

		switch (seed >> 20 & 3) {
		case 0:
			mmap((void *)p, PAGE, RW, ANON | MAP_FIXED, -1, 0);
			shadow[n] = 0;
			break;
		case 1:
			madvise((void *)p, PAGE, MADV_DONTNEED);
			shadow[n] = 0;
			break;
		case 2:
			mprotect((void *)p, PAGE, PROT_READ);
			bad += try_store(p, -1) != SIGSEGV;
			mprotect((void *)p, PAGE, RW);
			break;
		default:
			bad += try_store(p, i) != 0;
			shadow[n] = i;
		}
		bad += try_load(p, &value) != 0 || value != shadow[n];
	}
	return (void *)bad;
}

static void storm(void)
{
	pthread_t thread[4];
	long bad = 0;

	for (long i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, storms, (void *)i);
	for (int i = 0; i < 4; i++) {
		void *result;

		pthread_join(thread[i], &result);
		bad += (long)result;
	}
	is(bad, 0, "four threads change neighbouring pages, each sees its own as it left them");
	munmap(pages, PAGES * PAGE);
}

int main(void)
{
	struct sigaction action = { .sa_handler = jump };

	sigaction(SIGSEGV, &action, NULL);
	in_step();
	same_pages();
	forks();
	storm();
	return done_testing();
}
