/*
 * futex.c - waiting for a word of user memory to change (futex(2)).
 *
 * A key says which word is meant; it picks a bucket, in whose list the waiters for it stand.
 *
 * No wake-up is lost. A waiter compares the word and enters the list while it holds the bucket's
 * lock; whoever wakes has changed the word before and takes the same lock. Either the waiter was
 * first and is found in the list; or the waker was, and then its change is visible to the waiter's
 * load, because the lock passed from the one to the other in between. The load must not sleep, so
 * it never faults a page in: when it cannot be done, the page is made present holding nothing, and
 * all begins anew.
 *
 * A wake-up with nobody waiting takes no lock. The waiter counts itself in bucket->waiting before
 * it loads the word; the waker changes the word before it looks at the count. One of the two sees
 * what the other did.
 */
#include "kernel/futex.h"

#include "kernel/abi.h"
#include "kernel/poll.h"
#include "kernel/sched.h"
#include "kernel/usercopy.h"
#include "mm/pagecache.h"

#define BUCKETS		256	/* a power of two */

struct bucket {
	struct spinlock lock;
	uint32_t waiting;		/* in the list, or about to enter; atomic */
	struct list waiters;		/* struct waiter, oldest first */
};

/* A task in futex_wait; on its kernel stack. */
struct waiter {
	/* Guarded by the lock of the bucket it stands in, or has stood in last. */
	struct list link;
	struct bucket *bucket;		/* may be read without, to learn what to lock */
	struct futex_key key;
	uint32_t bitset;

	struct poller poller;		/* is woken when the task is */
};

static struct bucket buckets[BUCKETS];

void futex_init(void)
{
	for (int i = 0; i < BUCKETS; i++)
		list_init(&buckets[i].waiters);
}

static bool key_equals(const struct futex_key *a, const struct futex_key *b)
{
	return a->object == b->object && a->offset == b->offset;
}

/* Fibonacci hashing: the upper bits of the product depend on all bits of the key. */
static struct bucket *bucket_of(const struct futex_key *key)
{
	uint64_t mix = (uint64_t)key->object / sizeof(uint64_t) + key->offset / sizeof(uint32_t);

	return &buckets[(mix * 0x9e3779b97f4a7c15ull >> 32) % BUCKETS];
}

static void lock_two(struct bucket *a, struct bucket *b)
{
	spin_lock(a < b ? &a->lock : &b->lock);
	if (a != b)
		spin_lock(a < b ? &b->lock : &a->lock);
}

static void unlock_two(struct bucket *a, struct bucket *b)
{
	spin_unlock(&a->lock);
	if (a != b)
		spin_unlock(&b->lock);
}

/* Hold the page of a word present for a moment, so that a peek is likely to succeed. => 0; -EFAULT;
 * -EINTR when the task is to end: others could take the page away again for ever. */
static int touch_word(vaddr_t word)
{
	uint32_t value;

	if (copy_from_user(&value, word, sizeof(value)))
		return -EFAULT;
	return sched_point() ? -EINTR : 0;
}

/* ---- waiting ---- */

/* Enter the bucket's list if the word is as expected. => 0; -EAGAIN: it is not; -EFAULT: it could
 * not be read just now. */
static int enter(struct waiter *w, vaddr_t word, uint32_t expected)
{
	struct bucket *bucket = bucket_of(&w->key);
	uint32_t value;
	int err = 0;

	__atomic_fetch_add(&bucket->waiting, 1, __ATOMIC_SEQ_CST);
	spin_lock(&bucket->lock);
	if (!peek_user_word(&value, word))
		err = -EFAULT;
	else if (value != expected)
		err = -EAGAIN;
	if (!err) {
		w->bucket = bucket;
		list_append(&bucket->waiters, &w->link);
	}
	spin_unlock(&bucket->lock);
	if (err)
		__atomic_fetch_sub(&bucket->waiting, 1, __ATOMIC_RELAXED);
	return err;
}

/* The bucket's lock is held. */
static void take_out(struct waiter *w)
{
	list_remove(&w->link);
	__atomic_fetch_sub(&w->bucket->waiting, 1, __ATOMIC_RELAXED);
}

/* A waiter may be moved to another bucket until its bucket is locked. */
static struct bucket *lock_bucket(struct waiter *w)
{
	for (;;) {
		struct bucket *bucket = __atomic_load_n(&w->bucket, __ATOMIC_RELAXED);

		spin_lock(&bucket->lock);
		if (bucket == w->bucket)
			return bucket;
		spin_unlock(&bucket->lock);
	}
}

/* After this nobody knows the waiter any more. => was it woken? */
static bool leave(struct waiter *w)
{
	struct bucket *bucket = lock_bucket(w);
	bool woken = list_is_empty(&w->link);

	if (!woken)
		take_out(w);
	spin_unlock(&bucket->lock);
	return woken;
}

long futex_wait(vaddr_t word, bool shared, uint32_t expected, uint64_t deadline,
		       uint32_t bitset)
{
	struct waiter w = { .bitset = bitset };
	long err;

	if (!bitset)
		return -EINVAL;
	list_init(&w.link);
	poller_init(&w.poller);
	for (;;) {
		err = futex_key_get(word, shared, &w.key);
		if (err)
			return err;
		err = enter(&w, word, expected);
		if (err != -EFAULT)
			break;
		futex_key_put(&w.key);
		err = touch_word(word);
		if (err)
			return err;
	}
	if (!err) {
		err = poller_sleep(&w.poller, deadline);
		if (leave(&w))
			err = 0;
	}
	futex_key_put(&w.key);
	return err;
}

/* ---- waking and moving ---- */

/* Its bucket's lock is held: until that is released the waiter cannot leave. */
static void wake(struct waiter *w)
{
	take_out(w);
	poller_wake(&w->poller);
}

/* As Linux, a count below 1 wakes one. The bucket's lock is held. */
static long wake_some(struct bucket *bucket, const struct futex_key *key, int count, uint32_t bitset)
{
	struct waiter *w, *next;
	long woken = 0;

	list_for_each_safe(w, next, &bucket->waiters, link) {
		if (!key_equals(&w->key, key) || !(w->bitset & bitset))
			continue;
		wake(w);
		if (++woken >= count)
			break;
	}
	return woken;
}

long futex_wake_key(const struct futex_key *key, int count, uint32_t bitset)
{
	struct bucket *bucket = bucket_of(key);
	long woken;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&bucket->waiting, __ATOMIC_RELAXED) == 0)
		return 0;
	spin_lock(&bucket->lock);
	woken = wake_some(bucket, key, count, bitset);
	spin_unlock(&bucket->lock);
	return woken;
}

long futex_wake(vaddr_t word, bool shared, int count, uint32_t bitset)
{
	struct futex_key key;
	long ret;

	if (!bitset)
		return -EINVAL;
	ret = futex_key_get(word, shared, &key);
	if (ret)
		return ret;
	ret = futex_wake_key(&key, count, bitset);
	futex_key_put(&key);
	return ret;
}

/* From now on the waiter waits for another word. Both buckets' locks are held. */
static void move(struct waiter *w, struct bucket *to, const struct futex_key *key)
{
	if (key->pc)
		pagecache_ref(key->pc);
	futex_key_put(&w->key);	/* never the last reference: the caller has one too */
	w->key = *key;
	if (w->bucket == to)
		return;
	take_out(w);
	list_append(&to->waiters, &w->link);
	__atomic_fetch_add(&to->waiting, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&w->bucket, to, __ATOMIC_RELAXED);
}

/*
 * Wake `wakes` waiters of key[0] and let `moves` more wait for key[1], if the word has the value
 * *expected (or that is NULL). => how many in all; -EAGAIN; -EFAULT: could not be read just now.
 */
static long wake_and_move(vaddr_t word, const struct futex_key key[2], int wakes, int moves,
			  const uint32_t *expected)
{
	struct bucket *from = bucket_of(&key[0]), *to = bucket_of(&key[1]);
	struct waiter *w, *next;
	uint32_t value;
	long count = 0;

	/* As in enter: who changes the word after the comparison will find the waiters moved. */
	__atomic_fetch_add(&to->waiting, 1, __ATOMIC_SEQ_CST);
	lock_two(from, to);
	if (expected && !peek_user_word(&value, word))
		count = -EFAULT;
	else if (expected && value != *expected)
		count = -EAGAIN;
	if (count == 0) {
		list_for_each_safe(w, next, &from->waiters, link) {
			if (count - wakes >= moves)
				break;
			if (!key_equals(&w->key, &key[0]))
				continue;
			if (count++ < wakes)
				wake(w);
			else
				move(w, to, &key[1]);
		}
	}
	unlock_two(from, to);
	__atomic_fetch_sub(&to->waiting, 1, __ATOMIC_RELAXED);
	return count;
}

long futex_requeue(const vaddr_t word[2], bool shared, int wakes, int moves,
			  const uint32_t *expected)
{
	struct futex_key key[2];
	long ret;

	if (wakes < 0 || moves < 0)
		return -EINVAL;
	for (;;) {
		ret = futex_keys_get(word, shared, key);
		if (ret)
			return ret;
		ret = wake_and_move(word[0], key, wakes, moves, expected);
		futex_keys_put(key);
		if (ret != -EFAULT)
			return ret;
		ret = touch_word(word[0]);
		if (ret)
			return ret;
	}
}
