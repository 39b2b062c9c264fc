/*
 * The lock under everything that threads share in user/lib, and how to wait for a word.
 */
#ifndef USER_LIB_LOCK_H
#define USER_LIB_LOCK_H

#include <time.h>

/*
 * Sleep while *word is `value`, at most until `end` of `clock` (NULL: for ever). => 0, or an error
 * number: ETIMEDOUT, EINTR, EAGAIN (it was another). Wakes at most count. errno stays as it is.
 */
int __futex_wait(int *word, int value, int shared, int clock, const struct timespec *end);
void __futex_wake(int *word, int count, int shared);

/* A word: 0 free, 1 held, 2 held and somebody may wait. Not recursive. */
void __lock(int *word);
int __trylock(int *word);	/* true if it is ours now */
void __unlock(int *word);

/* The same with an end to waiting; 0 or ETIMEDOUT, EINVAL. */
int __lock_until(int *word, int shared, const struct timespec *end);
void __unlock_shared(int *word, int shared);

/*
 * What fork does about locks: before, those of the heap and of the list of streams are taken, so
 * that no other thread holds them in the copy; after, they are released in both, and the child
 * forgets the other threads. Each is there only if the program uses that part of the library.
 */
void __heap_fork(int after) __attribute__((weak));
void __stdio_fork(int after, int in_child) __attribute__((weak));
void __thread_forked(void) __attribute__((weak));

#endif
