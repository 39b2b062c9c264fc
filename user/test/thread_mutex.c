/*
 * thread_mutex.c - mutexes, conditions, barriers and the rest, by several threads at once. Would
 * catch: two in a critical section, a wake-up that is lost (then a test hangs), a wait that does
 * not end in time.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>

#include "user/test/util.h"

#define THREADS	4
#define ROUNDS	2000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t sem;
static long counter;

/* Run fn in THREADS threads with 0, 1, ... => the sum of what they return. */
static long run(void *(*fn)(void *))
{
	pthread_t thread[THREADS];
	long sum = 0;

	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, fn, (void *)i))
			bail_out("pthread_create");
	for (int i = 0; i < THREADS; i++) {
		void *result;

		pthread_join(thread[i], &result);
		sum += (long)result;
	}
	return sum;
}

/* Not atomic, and somebody else may run in the middle. */
static void slow_increment(int i)
{
	volatile long *p = &counter;
	long was = *p;

	if (i % 64 == 0)
		sched_yield();
	*p = was + 1;
}

static void *locks(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		slow_increment(i);
		pthread_mutex_unlock(&mutex);
	}
	return arg;
}

static void *tries(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		while (pthread_mutex_trylock(&mutex))
			sched_yield();
		slow_increment(i);
		pthread_mutex_unlock(&mutex);
	}
	return arg;
}

static void *waits_for_semaphore(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		while (sem_wait(&sem) < 0)
			;
		slow_increment(i);
		sem_post(&sem);
	}
	return arg;
}

static void *writes(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		pthread_rwlock_wrlock(&rwlock);
		slow_increment(i);
		pthread_rwlock_unlock(&rwlock);
	}
	return arg;
}

/* Readers see no number twice as long as it does not change: odd only while somebody writes. */
static long pair[2];

static void *reads_and_writes(void *arg)
{
	long bad = 0;

	for (int i = 0; i < ROUNDS; i++) {
		if (i % 8 == (long)arg) {
			pthread_rwlock_wrlock(&rwlock);
			pair[0]++;
			sched_yield();
			pair[1]++;
		} else {
			pthread_rwlock_rdlock(&rwlock);
			bad += pair[0] != pair[1];
		}
		pthread_rwlock_unlock(&rwlock);
	}
	return (void *)bad;
}

static void exclusion(void)
{
	counter = 0;
	run(locks);
	is(counter, THREADS * ROUNDS, "a mutex");
	run(tries);
	is(counter, 2 * THREADS * ROUNDS, "a mutex that is tried");
	sem_init(&sem, 0, 1);
	run(waits_for_semaphore);
	is(counter, 3 * THREADS * ROUNDS, "a semaphore");
	run(writes);
	is(counter, 4 * THREADS * ROUNDS, "a lock for writers");
	is(run(reads_and_writes), 0, "no reader sees half of what is written");
}

/* ---- meeting ---- */

static int turn;

/* Threads take turns; each waits for its own. */
static void *takes_turns(void *arg)
{
	for (int i = 0; i < ROUNDS / 4; i++) {
		pthread_mutex_lock(&mutex);
		while (turn != (long)arg)
			pthread_cond_wait(&cond, &mutex);
		turn = (turn + 1) % THREADS;
		counter++;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static pthread_cond_t full = PTHREAD_COND_INITIALIZER, empty = PTHREAD_COND_INITIALIZER;
static int slot = -1;

/* Two put numbers into one slot, two take them out; signal wakes just one. */
static void *produces_or_consumes(void *arg)
{
	long sum = 0;

	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		if ((long)arg % 2) {
			while (slot >= 0)
				pthread_cond_wait(&empty, &mutex);
			slot = i;
			pthread_cond_signal(&full);
		} else {
			while (slot < 0)
				pthread_cond_wait(&full, &mutex);
			sum += slot;
			slot = -1;
			pthread_cond_signal(&empty);
		}
		pthread_mutex_unlock(&mutex);
	}
	return (void *)sum;
}

static int serial, together[2];

static void *meets(void *arg)
{
	long bad = 0;

	for (int i = 0; i < ROUNDS / 4; i++) {
		__atomic_fetch_add(&together[i % 2], 1, __ATOMIC_RELAXED);
		if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
			__atomic_fetch_add(&serial, 1, __ATOMIC_RELAXED);
		bad += __atomic_load_n(&together[i % 2], __ATOMIC_RELAXED) != THREADS * (i / 2 + 1);
	}
	return (void *)(bad + 0 * (long)arg);
}

static void meeting(void)
{
	counter = 0;
	run(takes_turns);
	is(counter, THREADS * (ROUNDS / 4), "threads take turns");
	is(run(produces_or_consumes), (long)(THREADS / 2) * ROUNDS * (ROUNDS - 1) / 2,
	   "what is produced is consumed, once");
	pthread_barrier_init(&barrier, NULL, THREADS);
	is(run(meets), 0, "nobody passes a barrier before all have come");
	is(serial, ROUNDS / 4, "one of each round is told");
	is(pthread_barrier_destroy(&barrier), 0, "and it is destroyed");
}

/* ---- kinds, errors, ends of waiting ---- */

static void *tries_once(void *arg)
{
	return (void *)(long)pthread_mutex_trylock(arg);
}

static void *unlocks_once(void *arg)
{
	return (void *)(long)pthread_mutex_unlock(arg);
}

static long elsewhere(void *(*fn)(void *), pthread_mutex_t *m)
{
	pthread_t thread;
	void *result;

	pthread_create(&thread, NULL, fn, m);
	pthread_join(thread, &result);
	return (long)result;
}

static void kinds(void)
{
	pthread_mutexattr_t attr;
	pthread_mutex_t m;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&m, &attr);
	ok(!pthread_mutex_lock(&m) && !pthread_mutex_lock(&m) && !pthread_mutex_trylock(&m),
	   "a recursive mutex is locked three times");
	pthread_mutex_unlock(&m);
	pthread_mutex_unlock(&m);
	is(elsewhere(tries_once, &m), EBUSY, "it is held after two unlocks");
	is(elsewhere(unlocks_once, &m), EPERM, "nobody else can unlock it");
	is(pthread_mutex_unlock(&m), 0, "the third");
	is(pthread_mutex_unlock(&m), EPERM, "no fourth");
	pthread_mutex_destroy(&m);

	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&m, &attr);
	pthread_mutex_lock(&m);
	is(pthread_mutex_lock(&m), EDEADLK, "one that checks says so");
	is(pthread_mutex_trylock(&m), EBUSY, "but not when tried");
	is(elsewhere(unlocks_once, &m), EPERM, "nobody else can unlock it");
	pthread_mutex_unlock(&m);
	is(pthread_mutex_unlock(&m), EPERM, "nor anybody when it is free");
	pthread_mutexattr_destroy(&attr);
}

static void ends(void)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_nsec += 20000000;
	end.tv_sec += end.tv_nsec / 1000000000;
	end.tv_nsec %= 1000000000;
	pthread_mutex_lock(&mutex);
	is(pthread_cond_timedwait(&cond, &mutex, &end), ETIMEDOUT, "a condition that does not come");
	is(pthread_mutex_timedlock(&mutex, &end), ETIMEDOUT, "a mutex that is held");
	pthread_mutex_unlock(&mutex);
	is(pthread_mutex_timedlock(&mutex, &end), 0, "one that is free, whatever the time");
	pthread_mutex_unlock(&mutex);
	sem_init(&sem, 0, 0);
	fails_with(sem_timedwait(&sem, &end), ETIMEDOUT);
	fails_with(sem_trywait(&sem), EAGAIN);
	sem_post(&sem);
	works(sem_timedwait(&sem, &end));
	pthread_rwlock_rdlock(&rwlock);
	is(pthread_rwlock_trywrlock(&rwlock), EBUSY, "no writer while somebody reads");
	is(pthread_rwlock_tryrdlock(&rwlock), 0, "but another reader");
	pthread_rwlock_unlock(&rwlock);
	pthread_rwlock_unlock(&rwlock);
	is(pthread_rwlock_trywrlock(&rwlock), 0, "then a writer");
	is(pthread_rwlock_tryrdlock(&rwlock), EBUSY, "and no reader");
	pthread_rwlock_unlock(&rwlock);
}

int main(void)
{
	exclusion();
	meeting();
	kinds();
	ends();
	return done_testing();
}
