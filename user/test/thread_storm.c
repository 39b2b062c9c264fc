/*
 * thread_storm.c - hundreds of threads one after another and at once: all run, all end, and what
 * they took comes back. An argument makes it that many times as many, one after another. Would catch: a leaked stack, task or page table, a thread that is
 * never joined, threads beyond the limit that are more than an error.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>

#include "user/test/util.h"

#define IN_A_ROW	300
#define AT_ONCE		100

static long ran;
static sem_t gone;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void *counts(void *arg)
{
	__atomic_fetch_add(&ran, 1, __ATOMIC_RELAXED);
	return arg;
}

static void *passes_gate(void *arg)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	return counts(arg);
}

static void *posts(void *arg)
{
	sem_post(&gone);
	return counts(arg);
}

static void in_a_row(long n)
{
	pthread_t thread;
	void *result;
	long good = 0;

	for (long i = 0; i < n; i++) {
		if (pthread_create(&thread, NULL, counts, (void *)i))
			break;
		pthread_join(thread, &result);
		good += result == (void *)i;
	}
	if (good != n)
		bail_out("%ld of %ld threads ran", good, n);
}

/* => how many could be made; they wait for each other. */
static int at_once(int n)
{
	static pthread_t thread[AT_ONCE];
	int made = 0;

	pthread_mutex_lock(&gate);
	while (made < n && pthread_create(&thread[made], NULL, passes_gate, NULL) == 0)
		made++;
	pthread_mutex_unlock(&gate);
	for (int i = 0; i < made; i++)
		pthread_join(thread[i], NULL);
	return made;
}

static int detached(int n)
{
	pthread_attr_t attr;
	pthread_t thread;
	int made = 0;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	while (made < n && pthread_create(&thread, &attr, posts, NULL) == 0) {
		made++;
		while (sem_wait(&gone) < 0)
			;
	}
	pthread_attr_destroy(&attr);
	return made;
}

/* A process whose threads are still at it when it ends. */
static int ends_amid_threads(void)
{
	pthread_t thread;

	pthread_mutex_lock(&gate);
	for (int i = 0; i < 20; i++)
		if (pthread_create(&thread, NULL, passes_gate, NULL))
			return 1;
	return 0;
}

static int is_killed_amid_threads(void)
{
	ends_amid_threads();
	raise(SIGKILL);
	return 1;
}

int main(int argc, char **argv)
{
	long in_row = IN_A_ROW * (argc > 1 ? atol(argv[1]) : 1);
	long before = 0, after;
	int good = 0;

	sem_init(&gone, 0, 0);
	in_a_row(10);
	at_once(AT_ONCE);		/* what the library keeps, it has now */
	detached(10);
	child_status(ends_amid_threads);
	if (on_xv39())
		before = free_kib();
	ran = 0;
	in_a_row(in_row);
	is(ran, in_row, "%ld threads in a row", in_row);
	is(at_once(AT_ONCE), AT_ONCE, "%d at once", AT_ONCE);
	is(detached(100), 100, "100 detached ones");
	for (int i = 0; i < 5; i++)
		good += child_status(ends_amid_threads) == 0;
	is(good, 5, "five processes end with 20 threads each");
	for (int i = good = 0; i < 5; i++)
		good += child_status(is_killed_amid_threads) == SIGKILL;
	is(good, 5, "five are killed");
#ifdef __GLIBC__
	skip(1, "glibc and other programs use memory too");
	return done_testing();
#endif
	for (int i = 0; i < 1000 && free_kib() < before; i++)
		sched_yield();		/* the last detached thread may be on its way out */
	after = free_kib();
	ok(after >= before, "MemFree before and after: %ld and %ld kB", before, after);
	return done_testing();
}
