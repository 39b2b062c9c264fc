/*
 * POSIX threads. What is left out: cancellation (pthread_cancel, and the clean-up handlers that
 * serve it), robust and priority-inheriting mutexes, spin locks, scheduling attributes.
 */
#ifndef _PTHREAD_H
#define _PTHREAD_H

#include <sched.h>
#include <signal.h>
#include <sys/types.h>
#include <time.h>

typedef struct __thread_state *pthread_t;

typedef struct {
	size_t __stack_size;	/* 0: the default */
	int __detach_state;
} pthread_attr_t;

typedef struct {
	int __word;		/* 0 free, 1 held, 2 held and somebody waits */
	int __kind;
	int __shared;		/* between processes */
	unsigned __depth;	/* recursive: how often it is held, less one */
	pthread_t __owner;	/* unless of the normal kind */
} pthread_mutex_t;

typedef struct {
	int __kind;
	int __shared;
} pthread_mutexattr_t;

typedef struct {
	int __turn;		/* changes with every signal */
	int __waiters;
	int __clock;
	int __shared;
} pthread_cond_t;

typedef struct {
	int __clock;
	int __shared;
} pthread_condattr_t;

typedef struct {
	pthread_mutex_t __lock;
	pthread_cond_t __change;
	int __readers;
	int __writer;
} pthread_rwlock_t;

typedef struct {
	int __shared;
} pthread_rwlockattr_t;

typedef struct {
	pthread_mutex_t __lock;
	pthread_cond_t __change;
	unsigned __count;	/* how many make a round */
	unsigned __arrived;
	unsigned __round;
	unsigned __inside;	/* not yet out of pthread_barrier_wait */
} pthread_barrier_t;

typedef struct {
	int __shared;
} pthread_barrierattr_t;

typedef int pthread_once_t;
typedef unsigned pthread_key_t;

enum { PTHREAD_CREATE_JOINABLE, PTHREAD_CREATE_DETACHED };
enum {
	PTHREAD_MUTEX_NORMAL,
	PTHREAD_MUTEX_RECURSIVE,
	PTHREAD_MUTEX_ERRORCHECK,
	PTHREAD_MUTEX_DEFAULT = PTHREAD_MUTEX_NORMAL
};
enum { PTHREAD_PROCESS_PRIVATE, PTHREAD_PROCESS_SHARED };

#define PTHREAD_MUTEX_INITIALIZER	{ .__word = 0 }
#define PTHREAD_COND_INITIALIZER	{ .__turn = 0 }
#define PTHREAD_RWLOCK_INITIALIZER	{ .__readers = 0 }
#define PTHREAD_ONCE_INIT		0
#define PTHREAD_BARRIER_SERIAL_THREAD	(-1)
#define PTHREAD_KEYS_MAX		128
#define PTHREAD_DESTRUCTOR_ITERATIONS	4
#define PTHREAD_STACK_MIN		16384

/* These return 0 or an error number; errno stays as it is. */
int pthread_create(pthread_t *restrict out, const pthread_attr_t *restrict attr,
		   void *(*fn)(void *), void *restrict arg);
int pthread_join(pthread_t thread, void **result);
int pthread_detach(pthread_t thread);
void pthread_exit(void *result) __attribute__((noreturn));
pthread_t pthread_self(void);
int pthread_equal(pthread_t a, pthread_t b);
int pthread_kill(pthread_t thread, int sig);
int pthread_sigmask(int how, const sigset_t *restrict set, sigset_t *restrict old);

int pthread_attr_init(pthread_attr_t *attr);
int pthread_attr_destroy(pthread_attr_t *attr);
int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size);
int pthread_attr_getstacksize(const pthread_attr_t *restrict attr, size_t *restrict size);
int pthread_attr_setdetachstate(pthread_attr_t *attr, int state);
int pthread_attr_getdetachstate(const pthread_attr_t *attr, int *state);

int pthread_mutex_init(pthread_mutex_t *restrict m, const pthread_mutexattr_t *restrict attr);
int pthread_mutex_destroy(pthread_mutex_t *m);
int pthread_mutex_lock(pthread_mutex_t *m);
int pthread_mutex_trylock(pthread_mutex_t *m);
int pthread_mutex_timedlock(pthread_mutex_t *restrict m, const struct timespec *restrict end);
int pthread_mutex_unlock(pthread_mutex_t *m);
int pthread_mutexattr_init(pthread_mutexattr_t *attr);
int pthread_mutexattr_destroy(pthread_mutexattr_t *attr);
int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int kind);
int pthread_mutexattr_gettype(const pthread_mutexattr_t *restrict attr, int *restrict kind);
int pthread_mutexattr_setpshared(pthread_mutexattr_t *attr, int shared);

int pthread_cond_init(pthread_cond_t *restrict c, const pthread_condattr_t *restrict attr);
int pthread_cond_destroy(pthread_cond_t *c);
int pthread_cond_wait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m);
int pthread_cond_timedwait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m,
			   const struct timespec *restrict end);
int pthread_cond_signal(pthread_cond_t *c);
int pthread_cond_broadcast(pthread_cond_t *c);
int pthread_condattr_init(pthread_condattr_t *attr);
int pthread_condattr_destroy(pthread_condattr_t *attr);
int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock);
int pthread_condattr_setpshared(pthread_condattr_t *attr, int shared);

int pthread_rwlock_init(pthread_rwlock_t *restrict l, const pthread_rwlockattr_t *restrict attr);
int pthread_rwlock_destroy(pthread_rwlock_t *l);
int pthread_rwlock_rdlock(pthread_rwlock_t *l);
int pthread_rwlock_tryrdlock(pthread_rwlock_t *l);
int pthread_rwlock_wrlock(pthread_rwlock_t *l);
int pthread_rwlock_trywrlock(pthread_rwlock_t *l);
int pthread_rwlock_unlock(pthread_rwlock_t *l);

int pthread_barrier_init(pthread_barrier_t *restrict b, const pthread_barrierattr_t *restrict attr,
			 unsigned count);
int pthread_barrier_destroy(pthread_barrier_t *b);
int pthread_barrier_wait(pthread_barrier_t *b);

int pthread_once(pthread_once_t *once, void (*fn)(void));
int pthread_key_create(pthread_key_t *key, void (*destructor)(void *));
int pthread_key_delete(pthread_key_t key);
int pthread_setspecific(pthread_key_t key, const void *value);
void *pthread_getspecific(pthread_key_t key);

#endif
