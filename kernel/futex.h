/*
 * futex.h - waiting for a word of user memory to change, and what tasks that end do for it.
 *
 *	sys_futex.c	the call: operations, timeouts
 *	futex.c		who waits: the queues
 *	futex_key.c	which word is meant
 *	robust.c	what a task that ends leaves behind
 */
#pragma once

#include "mm/types.h"

struct pagecache;

/* Two addresses name the same word if and only if their keys are equal. */
struct futex_key {
	const void *object;	/* the address space; or, for a shared mapping, what is mapped */
	uint64_t offset;	/* address in the one, byte in the other */
	struct pagecache *pc;	/* what is mapped, with a reference; or NULL */
};

/*
 * The key of a word, or of two, to be given back by put. With shared false the caller promises that
 * only tasks of this address space use the word, and nobody looks what is mapped there.
 * => 0; -EINVAL misaligned; -EFAULT.
 */
int futex_key_get(vaddr_t word, bool shared, struct futex_key *key);
void futex_key_put(struct futex_key *key);
int futex_keys_get(const vaddr_t word[2], bool shared, struct futex_key key[2]);
void futex_keys_put(struct futex_key key[2]);

void futex_init(void);

/*
 * Sleep until woken by a call that names the same word and has a bit of `bitset`, if the word is
 * `expected`. deadline as time_now, ~0: none. => 0; -EAGAIN: it is another; -ETIMEDOUT; -EINTR.
 */
long futex_wait(vaddr_t word, bool shared, uint32_t expected, uint64_t deadline, uint32_t bitset);

/* Wake at most `count` waiters (and as Linux, at least one). => how many were woken. */
long futex_wake(vaddr_t word, bool shared, int count, uint32_t bitset);
long futex_wake_key(const struct futex_key *key, int count, uint32_t bitset);

/*
 * Wake `wakes` waiters of word[0] and let `moves` more wait for word[1] instead, if word[0] is
 * *expected, or expected is NULL. => how many in all; -EAGAIN.
 */
long futex_requeue(const vaddr_t word[2], bool shared, int wakes, int moves,
		   const uint32_t *expected);

/*
 * The current task ends, or gets another program; its address space is still there.
 * futex_leave_robust: the words it holds by its robust list say so, and one waiter of each learns.
 * futex_wake_exit: clear the word that tells of its end (CLONE_CHILD_CLEARTID), wake one waiter.
 * Bad addresses and broken lists are no error: they end the walk.
 */
void futex_leave_robust(void);
void futex_wake_exit(vaddr_t word);
