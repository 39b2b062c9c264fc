/*
 * A thread as the library knows it, for user/lib/pthread*.c alone.
 *
 * A thread's state is a thread-local variable of its own: pthread_t is its address. What a thread
 * that pthread_create made lives on is one mapping:
 *
 *	[ guard page | stack ... top | thread-local variables, which hold the state ]
 *	                             ^ tp
 */
#ifndef USER_LIB_PTHREAD_H
#define USER_LIB_PTHREAD_H

#include <pthread.h>

enum thread_life { THREAD_JOINABLE, THREAD_DETACHED, THREAD_ENDED };

struct __thread_state {
	int tid;		/* the kernel's name for it, and 0 when it has ended */
	int life;		/* enum thread_life; atomic. ENDED: and nobody has detached it */
	void *(*fn)(void *);
	void *arg;
	void *result;
	char *map;		/* NULL: the first thread */
	size_t map_size;
};

extern __thread struct __thread_state __self;

/* Calls the destructors of what a thread that ends has set; only in programs that have keys. */
void __key_destructors(void) __attribute__((weak));

#endif
