/*
 * The life of threads: made, ended, waited for.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "user/lib/lock.h"
#include "user/lib/pthread.h"
#include "user/lib/tls.h"

#define GUARD		4096UL
#define DEFAULT_STACK	(256UL << 10)
#define THREAD_FLAGS	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |	\
			 CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

__thread struct __thread_state __self;

static int others;		/* threads beside one; atomic */

pthread_t pthread_self(void)
{
	return &__self;
}

int pthread_equal(pthread_t a, pthread_t b)
{
	return a == b;
}

/* The child of fork has one thread, the copy of the caller. */
void __thread_forked(void)
{
	others = 0;
	__self.tid = 0;
}

/* ---- made ---- */

/* The first thread has no state until it matters. */
static void know_yourself(void)
{
	if (!__self.tid)
		__self.tid = (int)syscall(SYS_set_tid_address, &__self.tid);
}

/* Where the state is in another thread's copy of the thread-local variables. */
static struct __thread_state *state_in(char *tls)
{
	char *mine;

	__asm__("mv %0, tp" : "=r"(mine));
	return (struct __thread_state *)(tls + ((char *)&__self - mine));
}

/* A mapping with a stack of this size and variables above it; *tls is where these begin. */
static int map_thread(size_t stack_size, char **map, size_t *map_size, char **tls)
{
	size_t above = (__tls_size() + TLS_ALIGN - 1) & ~(size_t)(TLS_ALIGN - 1);

	if (stack_size > SIZE_MAX / 2)
		return EAGAIN;
	*map_size = (GUARD + stack_size + above + GUARD - 1) & ~(GUARD - 1);
	*map = mmap(NULL, *map_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (*map == MAP_FAILED)
		return EAGAIN;
	if (mprotect(*map, GUARD, PROT_NONE) < 0) {
		munmap(*map, *map_size);
		return EAGAIN;
	}
	*tls = *map + *map_size - above;
	__tls_init(*tls);
	return 0;
}

static int run(void *arg)
{
	(void)arg;
	pthread_exit(__self.fn(__self.arg));
}

int pthread_create(pthread_t *restrict out, const pthread_attr_t *restrict attr,
		   void *(*fn)(void *), void *restrict arg)
{
	size_t stack_size = attr && attr->__stack_size ? attr->__stack_size : DEFAULT_STACK;
	struct __thread_state *thread;
	int saved = errno, err;
	char *map, *tls;
	size_t map_size;

	know_yourself();
	err = map_thread(stack_size, &map, &map_size, &tls);
	if (err)
		goto restore;
	thread = state_in(tls);
	*thread = (struct __thread_state){
		.life = attr && attr->__detach_state ? THREAD_DETACHED : THREAD_JOINABLE,
		.fn = fn,
		.arg = arg,
		.map = map,
		.map_size = map_size,
	};
	*out = thread;
	__atomic_fetch_add(&others, 1, __ATOMIC_RELAXED);
	if (clone(run, tls, THREAD_FLAGS, NULL, &thread->tid, tls, &thread->tid) < 0) {
		err = EAGAIN;
		__atomic_fetch_sub(&others, 1, __ATOMIC_RELAXED);
		munmap(map, map_size);
	}
restore:
	errno = saved;
	return err;
}

/* ---- ended ---- */

/* Nobody else will free what a detached thread stands on. No signal may come in between, and the
 * kernel must not store into what is gone. */
__attribute__((noreturn))
static void vanish(void)
{
	register long a0 __asm__("a0") = (long)__self.map;
	register long a1 __asm__("a1") = (long)__self.map_size;
	register long a7 __asm__("a7") = SYS_munmap;

	__asm__ volatile("ecall\n\tli a0, 0\n\tli a7, %3\n\tecall"
			 : "+r"(a0), "+r"(a7) : "r"(a1), "i"(SYS_exit) : "memory");
	__builtin_unreachable();
}

void pthread_exit(void *result)
{
	int joinable = THREAD_JOINABLE;
	sigset_t all;

	__self.result = result;
	if (__key_destructors)
		__key_destructors();
	if (__atomic_fetch_sub(&others, 1, __ATOMIC_ACQ_REL) == 0)
		exit(0);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	if (!__atomic_compare_exchange_n(&__self.life, &joinable, THREAD_ENDED, 0,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) && __self.map) {
		syscall(SYS_set_tid_address, NULL);
		vanish();
	}
	for (;;)
		syscall(SYS_exit, 0);
}

/*
 * The kernel clears tid when the stack is no longer in use, and wakes who waits for that word as
 * one that processes may share.
 */
static void await(pthread_t thread)
{
	int tid;

	while ((tid = __atomic_load_n(&thread->tid, __ATOMIC_ACQUIRE)) != 0)
		__futex_wait(&thread->tid, tid, 1, CLOCK_REALTIME, NULL);
}

static void unmap(pthread_t thread)
{
	int saved = errno;

	if (thread->map)
		munmap(thread->map, thread->map_size);
	errno = saved;
}

int pthread_join(pthread_t thread, void **result)
{
	if (thread == &__self)
		return EDEADLK;
	if (__atomic_load_n(&thread->life, __ATOMIC_RELAXED) == THREAD_DETACHED)
		return EINVAL;
	await(thread);
	if (result)
		*result = thread->result;
	unmap(thread);
	return 0;
}

int pthread_detach(pthread_t thread)
{
	int joinable = THREAD_JOINABLE;

	if (__atomic_compare_exchange_n(&thread->life, &joinable, THREAD_DETACHED, 0,
					__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return 0;
	if (joinable == THREAD_DETACHED)
		return EINVAL;
	await(thread);
	unmap(thread);
	return 0;
}

/* ---- signals ---- */

int pthread_kill(pthread_t thread, int sig)
{
	int saved = errno, err = 0;
	int tid = thread == &__self ? gettid() : __atomic_load_n(&thread->tid, __ATOMIC_RELAXED);

	if (!tid)
		return ESRCH;
	if (tgkill(getpid(), tid, sig) < 0)
		err = errno;
	errno = saved;
	return err;
}

int pthread_sigmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	int saved = errno, err = sigprocmask(how, set, old) < 0 ? errno : 0;

	errno = saved;
	return err;
}
