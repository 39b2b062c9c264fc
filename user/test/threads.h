/*
 * threads.h - threads for tests that want to see the calls themselves: clone on a stack of its own,
 * and a join that waits for the word the kernel clears. No thread-local storage of their own, so
 * thread functions make raw calls only, and print nothing.
 */
#ifndef USER_TEST_THREADS_H
#define USER_TEST_THREADS_H

#include "user/test/util.h"
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define THREAD_STACK	(16 * 1024UL)
#define THREAD_FLAGS	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
			 CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

struct thread {
	int tid;		/* cleared by the kernel when the thread has ended */
	int started_as;
	char *stack;
};

UNUSED_OK static long futex(int *word, int op, int value)
{
	return sys(SYS_futex, word, op, value, NULL);
}

/* Sleep until *word is no longer `value`. */
UNUSED_OK static void wait_while(int *word, int value)
{
	while (__atomic_load_n(word, __ATOMIC_SEQ_CST) == value)
		futex(word, 0, value);		/* FUTEX_WAIT */
}

UNUSED_OK static void tell(int *word, int value)
{
	__atomic_store_n(word, value, __ATOMIC_SEQ_CST);
	futex(word, 1, 1 << 30);		/* FUTEX_WAKE */
}

/* => 0, or an errno. */
UNUSED_OK static int thread_start(struct thread *t, int (*fn)(void *), void *arg)
{
	int tid;

	t->stack = mmap(NULL, THREAD_STACK, RW, ANON, -1, 0);
	if (t->stack == MAP_FAILED)
		return errno;
	t->tid = -1;
	tid = clone(fn, t->stack + THREAD_STACK, THREAD_FLAGS, arg, &t->tid, NULL, &t->tid);
	if (tid < 0) {
		munmap(t->stack, THREAD_STACK);
		return errno;
	}
	t->started_as = tid;
	return 0;
}

UNUSED_OK static void thread_join(struct thread *t)
{
	int tid;

	while ((tid = __atomic_load_n(&t->tid, __ATOMIC_SEQ_CST)) != 0)
		futex(&t->tid, 0, tid);
	munmap(t->stack, THREAD_STACK);
}

#endif
