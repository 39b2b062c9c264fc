/*
 * threads.c - glibc's threads at work, linked statically: mutexes of every kind, conditions, read-write
 * locks, barriers, robust locks between processes, cancellation, keys, and very many short lives.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS	8

static pthread_barrier_t barrier;
static long shared, sums[THREADS];
static __thread long mine;

static void run(void *(*fn)(void *), int n)
{
	pthread_t thread[THREADS];

	for (long i = 0; i < n; i++)
		if (pthread_create(&thread[i], NULL, fn, (void *)i))
			exit(1);
	for (int i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
}

/* ---- mutexes ---- */

static pthread_mutex_t mutex;

static void *adds(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2000; i++) {
		pthread_mutex_lock(&mutex);
		shared++;
		pthread_mutex_unlock(&mutex);
		mine++;
	}
	return NULL;
}

static void mutexes(void)
{
	static const int types[] = { PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE,
				     PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_ADAPTIVE_NP };
	pthread_mutexattr_t attr;

	for (int i = 0; i < 4; i++) {
		pthread_mutexattr_init(&attr);
		pthread_mutexattr_settype(&attr, types[i]);
		pthread_mutex_init(&mutex, &attr);
		shared = 0;
		run(adds, THREADS);
		printf("mutex of type %d: %ld, here %ld\n", types[i], shared, mine);
	}
}

/* ---- conditions and barriers ---- */

static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t turn_lock = PTHREAD_MUTEX_INITIALIZER;
static int turn;

static void *in_turn(void *arg)
{
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&turn_lock);
		while (turn % THREADS != (long)arg)
			pthread_cond_wait(&cond, &turn_lock);
		turn++;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&turn_lock);
	}
	return NULL;
}

static void *steps(void *arg)
{
	long i = (long)arg, sum = 0;

	for (int step = 0; step < 50; step++) {
		sums[i] = step * (i + 1);
		pthread_barrier_wait(&barrier);
		sum = 0;
		for (int j = 0; j < THREADS; j++)
			sum += sums[j];
		if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
			shared += sum;
	}
	return NULL;
}

static void conditions(void)
{
	struct timespec past = { 1, 0 };

	run(in_turn, THREADS);
	printf("turns: %d\n", turn);
	pthread_mutex_lock(&turn_lock);
	printf("timed wait: %d\n",
	       pthread_cond_timedwait(&cond, &turn_lock, &past) == ETIMEDOUT);
	pthread_mutex_unlock(&turn_lock);
	shared = 0;
	pthread_barrier_init(&barrier, NULL, THREADS);
	run(steps, THREADS);
	printf("steps: %ld\n", shared);
}

/* ---- readers and writers ---- */

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static long pair[2], torn;

static void *reads_or_writes(void *arg)
{
	for (int i = 0; i < 500; i++) {
		if ((long)arg < 2) {
			pthread_rwlock_wrlock(&rwlock);
			pair[0]++;
			pair[1]++;
		} else {
			pthread_rwlock_rdlock(&rwlock);
			__atomic_fetch_add(&torn, pair[0] != pair[1], __ATOMIC_RELAXED);
		}
		pthread_rwlock_unlock(&rwlock);
	}
	return NULL;
}

/* ---- a lock whose owner dies ---- */

static void robust(void)
{
	pthread_mutex_t *lock = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
				     -1, 0);
	pthread_mutexattr_t attr;
	int err, status;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(lock, &attr);
	if (fork() == 0) {
		pthread_mutex_lock(lock);
		_exit(0);
	}
	wait(&status);
	err = pthread_mutex_lock(lock);
	printf("robust: owner dead %d, ", err == EOWNERDEAD);
	pthread_mutex_consistent(lock);
	pthread_mutex_unlock(lock);
	printf("then %d\n", pthread_mutex_lock(lock));
}

/* ---- cancellation, keys ---- */

static pthread_key_t key;
static int cleaned, keys_gone;
static sem_t ready;

static void cleans(void *arg)
{
	(void)arg;
	cleaned++;
}

static void key_goes(void *arg)
{
	keys_gone += (long)arg;
}

static void *waits_for_ever(void *arg)
{
	pthread_setspecific(key, (void *)1);
	pthread_cleanup_push(cleans, NULL);
	sem_post(&ready);
	if (arg)
		for (;;)
			pause();
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	for (;;)
		;
	pthread_cleanup_pop(0);
	return NULL;
}

static void cancellation(void)
{
	pthread_t thread;
	void *result;
	int good = 0;

	sem_init(&ready, 0, 0);
	pthread_key_create(&key, key_goes);
	for (long i = 0; i < 20; i++) {
		pthread_create(&thread, NULL, waits_for_ever, (void *)(i & 1));
		sem_wait(&ready);
		pthread_cancel(thread);
		pthread_join(thread, &result);
		good += result == PTHREAD_CANCELED;
	}
	printf("cancelled %d, cleaned %d, keys %d\n", good, cleaned, keys_gone);
}

/* ---- short lives ---- */

static void *lives(void *arg)
{
	__atomic_fetch_add(&shared, 1, __ATOMIC_RELAXED);
	return arg;
}

static void many(void)
{
	shared = 0;
	for (int i = 0; i < 125; i++)
		run(lives, THREADS);
	printf("lives: %ld\n", shared);
}

int main(void)
{
	mutexes();
	conditions();
	run(reads_or_writes, THREADS);
	printf("read-write lock: %ld %ld, torn %ld\n", pair[0], pair[1], torn);
	robust();
	cancellation();
	many();
	fflush(stdout);
	pthread_exit(NULL);	/* the last thread's end is the process's, with status 0 */
}
