/*
 * test_pthread.c - glibc's own threads, which use more of the kernel than ours: robust mutexes,
 * cancellation by signal, C11 threads. Prints a line for each that works.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static __thread int mine = 3;
static int turn, cleaned;
static sem_t sem;

static void check(int good, const char *what)
{
	if (!good) {
		printf("not %s\n", what);
		exit(1);
	}
	printf("%s\n", what);
	fflush(stdout);
}

static void *takes_turns(void *arg)
{
	for (int i = 0; i < 1000; i++) {
		pthread_mutex_lock(&mutex);
		while (turn % 4 != (int)(long)arg)
			pthread_cond_wait(&cond, &mutex);
		turn++;
		mine++;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&mutex);
	}
	return (void *)(long)mine;
}

static void turns(void)
{
	pthread_t thread[4];
	int good = 1;

	for (long i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, takes_turns, (void *)i);
	for (int i = 0; i < 4; i++) {
		void *result;

		pthread_join(thread[i], &result);
		good &= (long)result == 1003;
	}
	check(good && turn == 4000 && mine == 3, "mutex, condition, thread-local");
}

static void *dies_with(void *arg)
{
	pthread_mutex_lock(arg);
	pthread_exit((void *)5);
}

static void robust(void)
{
	pthread_mutexattr_t attr;
	pthread_mutex_t m;
	pthread_t thread;
	void *result;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&m, &attr);
	pthread_create(&thread, NULL, dies_with, &m);
	pthread_join(thread, &result);
	check(result == (void *)5 && pthread_mutex_lock(&m) == EOWNERDEAD &&
	      pthread_mutex_consistent(&m) == 0 && pthread_mutex_unlock(&m) == 0 &&
	      pthread_mutex_lock(&m) == 0, "robust mutex");
}

static void clean(void *arg)
{
	cleaned += (int)(long)arg;
}

static void *is_cancelled(void *arg)
{
	pthread_cleanup_push(clean, (void *)1);
	sem_post(arg);
	for (;;)
		pause();
	pthread_cleanup_pop(0);
	return arg;
}

static void *is_cancelled_at_once(void *arg)
{
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	sem_post(arg);
	for (;;)
		;
	return arg;
}

static void cancel(void)
{
	void *(*fn[2])(void *) = { is_cancelled, is_cancelled_at_once };
	int good = 1;

	sem_init(&sem, 0, 0);
	for (int i = 0; i < 2; i++) {
		pthread_t thread;
		void *result;

		pthread_create(&thread, NULL, fn[i], &sem);
		sem_wait(&sem);
		pthread_cancel(thread);
		pthread_join(thread, &result);
		good &= result == PTHREAD_CANCELED;
	}
	check(good && cleaned == 1, "cancellation");
}

static void times_out(void)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_nsec += 10000000;
	end.tv_sec += end.tv_nsec / 1000000000;
	end.tv_nsec %= 1000000000;
	check(sem_timedwait(&sem, &end) < 0 && errno == ETIMEDOUT, "sem_timedwait");
}

static int c11(void *arg)
{
	mtx_lock(arg);
	mtx_unlock(arg);
	return 17;
}

static void c11_threads(void)
{
	thrd_t thread;
	mtx_t m;
	int result = 0;

	mtx_init(&m, mtx_plain);
	mtx_lock(&m);
	thrd_create(&thread, c11, &m);
	thrd_yield();
	mtx_unlock(&m);
	thrd_join(thread, &result);
	check(result == 17, "C11 threads");
}

static void *last(void *arg)
{
	pthread_join(*(pthread_t *)arg, NULL);
	check(1, "the last thread");
	exit(9);
}

int main(void)
{
	static pthread_t self;
	pthread_t thread;

	turns();
	robust();
	cancel();
	times_out();
	c11_threads();
	self = pthread_self();
	pthread_create(&thread, NULL, last, &self);
	pthread_exit(NULL);
}
