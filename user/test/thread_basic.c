/*
 * thread_basic.c - threads are made, end and are waited for; what each has of its own, and what all
 * share. Would catch: a thread without its own thread pointer or signal mask, exit that ends one
 * thread only, a lost wake-up of pthread_join.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>

#include "user/test/util.h"

static pthread_t start(void *(*fn)(void *), void *arg)
{
	pthread_t thread;
	int err = pthread_create(&thread, NULL, fn, arg);

	if (err)
		bail_out("pthread_create: error %d", err);
	return thread;
}

static void *join(pthread_t thread)
{
	void *result = NULL;
	int err = pthread_join(thread, &result);

	if (err)
		bail_out("pthread_join: error %d", err);
	return result;
}

/* ---- made, ended ---- */

static void *add_one(void *arg)
{
	return (char *)arg + 1;
}

__attribute__((noinline)) static void exit_below(void *result)
{
	pthread_exit(result);
}

static void *exits(void *arg)
{
	exit_below(arg);
	return NULL;
}

static void *tid_and_pid(void *arg)
{
	long *out = arg;

	out[0] = sys(SYS_gettid);
	out[1] = sys(SYS_getpid);
	return (void *)pthread_self();
}

static void *uses_stack(void *arg)
{
	volatile char buf[200 << 10];

	for (size_t i = 0; i < sizeof(buf); i += 512)
		buf[i] = 1;
	return (char *)arg + buf[512 * 7];
}

static void life(void)
{
	pthread_t thread[8], one;
	pthread_attr_t attr;
	long ids[2];
	size_t size;
	int good = 0;

	is(join(start(add_one, (void *)41)), (void *)42, "a result comes back");
	is(join(start(exits, (void *)7)), (void *)7, "pthread_exit from below");
	for (long i = 0; i < 8; i++)
		thread[i] = start(add_one, (void *)i);
	for (long i = 7; i >= 0; i--)
		good += join(thread[i]) == (void *)(i + 1);
	is(good, 8, "eight, waited for in the other order");

	one = start(tid_and_pid, ids);
	ok(pthread_equal((pthread_t)join(one), one), "pthread_self is what pthread_create told");
	is(ids[1], getpid(), "one process");
	ok(ids[0] != getpid() && ids[0] > 0, "with several threads");
	is(pthread_join(pthread_self(), NULL), EDEADLK, "nobody waits for himself");

	pthread_attr_init(&attr);
	is(pthread_attr_setstacksize(&attr, 1), EINVAL, "a stack too small");
	is(pthread_attr_setstacksize(&attr, 256 << 10), 0, "a stack of 256 KiB");
	pthread_attr_getstacksize(&attr, &size);
	is(size, 256 << 10, "is remembered");
	is(pthread_create(&one, &attr, uses_stack, NULL), 0, "thread on it");
	is(join(one), (void *)1, "has all of it");
	pthread_attr_destroy(&attr);
}

/* ---- of its own ---- */

static __thread int mine = 5;
static __thread char zeros[100];
static __thread long aligned __attribute__((aligned(64))) = 9;

static void *changes_own(void *arg)
{
	bool fresh = mine == 5 && zeros[99] == 0 && aligned == 9 && (uintptr_t)&aligned % 64 == 0;

	mine = (int)(long)arg;
	zeros[99] = 1;
	aligned = 1;
	errno = ENOTTY;
	close(-1);
	return (void *)(long)(fresh && errno == EBADF && mine == (int)(long)arg);
}

static pthread_key_t key;
static int destroyed, initialised;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void destructor(void *value)
{
	__atomic_fetch_add(&destroyed, (int)(long)value, __ATOMIC_RELAXED);
}

static void initialise(void)
{
	initialised++;
}

static void *sets_key(void *arg)
{
	bool fresh = pthread_getspecific(key) == NULL;

	pthread_once(&once, initialise);
	pthread_setspecific(key, arg);
	return (void *)(long)(fresh && pthread_getspecific(key) == arg);
}

static void own(void)
{
	pthread_t a, b;

	mine = 77;
	errno = EXDEV;
	a = start(changes_own, (void *)1);
	b = start(changes_own, (void *)2);
	ok(join(a) && join(b), "thread-local variables begin as written, errno is one of them");
	ok(mine == 77 && zeros[99] == 0 && errno == EXDEV, "and mine are not theirs");

	is(pthread_key_create(&key, destructor), 0, "a key");
	pthread_setspecific(key, (void *)100);
	a = start(sets_key, (void *)3);
	b = start(sets_key, (void *)4);
	ok(join(a) && join(b), "each thread has its value");
	is(destroyed, 7, "which the end of a thread destroys");
	is(pthread_getspecific(key), (void *)100, "not this one's");
	is(initialised, 1, "done once");
	is(pthread_key_delete(key), 0, "the key is gone");
}

/* ---- detached ---- */

static sem_t reached;

static void *posts(void *arg)
{
	sem_post(&reached);
	return arg;
}

static void detached(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	int err = 0;

	sem_init(&reached, 0, 0);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (int i = 0; i < 50; i++) {
		err |= pthread_create(&thread, &attr, posts, NULL);
		err |= pthread_detach(start(posts, NULL));
	}
	is(err, 0, "100 detached threads");
	for (int i = 0; i < 100; i++)
		while (sem_wait(&reached) < 0)
			;
	ok(true, "all have run");
	pthread_attr_destroy(&attr);
}

/* ---- the end of the process ---- */

static void *waits_for_ever(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *exits_with_seven(void *arg)
{
	exit(7);
	return arg;
}

static int exit_from_thread(void)
{
	start(waits_for_ever, NULL);
	start(exits_with_seven, NULL);
	waits_for_ever(NULL);
	return 1;
}

static int return_from_main(void)
{
	start(waits_for_ever, NULL);
	start(waits_for_ever, NULL);
	return 9;
}

static void *ends_later(void *arg)
{
	pthread_join(*(pthread_t *)arg, NULL);
	return NULL;
}

static int main_thread_ends(void)
{
	static pthread_t self;

	self = pthread_self();
	start(ends_later, &self);
	pthread_exit(NULL);
}

static void *stores_to_null(void *arg)
{
	store_byte((void *)8);
	return arg;
}

static int fault_in_thread(void)
{
	start(waits_for_ever, NULL);
	start(stores_to_null, NULL);
	waits_for_ever(NULL);
	return 1;
}

static void *forks(void *arg)
{
	pid_t pid = tap_fork();

	if (pid == 0) {
		bool alone = sys(SYS_gettid) == getpid();
		void *p = malloc(100);

		free(p);
		tap_child_exit(alone && join(start(add_one, NULL)) == (void *)1 ? 3 : 4);
	}
	*(int *)arg = tap_wait(pid);
	return NULL;
}

static void processes(void)
{
	int status = 0;

	exits_with(exit_from_thread, 7);
	exits_with(return_from_main, 9);
	exits_with(main_thread_ends, 0);
	dies_of(fault_in_thread, SIGSEGV);
	join(start(forks, &status));
	is(status, 3 << 8, "the child of fork has the one thread that forked, and can make more");
}

/* ---- signals ---- */

static volatile pid_t handled_by;

static void note_thread(int sig)
{
	(void)sig;
	handled_by = (pid_t)sys(SYS_gettid);
}

static void *shows_mask(void *arg)
{
	sigset_t set;

	pthread_sigmask(SIG_BLOCK, NULL, &set);
	*(bool *)arg = sigismember(&set, SIGUSR2) == 1;
	sigfillset(&set);
	pthread_sigmask(SIG_SETMASK, &set, NULL);
	return NULL;
}

struct waiting {
	sem_t ready;
	volatile pid_t tid;
	volatile bool stop;
};

static void *waits_for_signal(void *arg)
{
	struct waiting *w = arg;

	w->tid = (pid_t)sys(SYS_gettid);
	sem_post(&w->ready);
	while (!handled_by)
		sched_yield();
	return NULL;
}

static void signals(void)
{
	struct waiting w = { .tid = 0 };
	struct sigaction action = { .sa_handler = note_thread };
	sigset_t set, now;
	bool inherited = false;
	pthread_t thread;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	join(start(shows_mask, &inherited));
	ok(inherited, "a thread begins with its maker's signal mask");
	pthread_sigmask(SIG_UNBLOCK, &set, &now);
	ok(sigismember(&now, SIGUSR2) == 1 && !sigismember(&now, SIGUSR1), "and has its own then");

	sigaction(SIGUSR1, &action, NULL);
	sem_init(&w.ready, 0, 0);
	thread = start(waits_for_signal, &w);
	while (sem_wait(&w.ready) < 0)
		;
	is(pthread_kill(thread, SIGUSR1), 0, "pthread_kill");
	join(thread);
	is(handled_by, w.tid, "reaches that thread");
	handled_by = 0;
	pthread_kill(pthread_self(), SIGUSR1);
	is(handled_by, getpid(), "and this one");
	is(pthread_sigmask(99, &set, NULL), EINVAL, "an error is returned");
}

int main(void)
{
	life();
	own();
	detached();
	processes();
	signals();
	return done_testing();
}
