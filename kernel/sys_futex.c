/*
 * sys_futex.c - the futex call: its operations and timeouts.
 *
 * Priority inheritance is left out: FUTEX_LOCK_PI and its relatives are ENOSYS.
 */
#include "kernel/abi.h"
#include "kernel/futex.h"
#include "kernel/task.h"
#include "kernel/time.h"
#include "kernel/usercopy.h"

#define NEVER	UINT64_MAX

/* ---- FUTEX_WAKE_OP: change a word, wake waiters of another, and perhaps its own ---- */

static int32_t sign_extended_12(uint32_t value)
{
	return (int32_t)(value << 20) >> 20;
}

static int next_value(uint32_t code, uint32_t old, uint32_t *next)
{
	uint32_t arg = sign_extended_12(code >> 12);

	if (code >> 28 & FUTEX_OP_OPARG_SHIFT)
		arg = 1u << (arg % 32);
	switch (code >> 28 & ~FUTEX_OP_OPARG_SHIFT) {
	case FUTEX_OP_SET:
		*next = arg;
		return 0;
	case FUTEX_OP_ADD:
		*next = old + arg;
		return 0;
	case FUTEX_OP_OR:
		*next = old | arg;
		return 0;
	case FUTEX_OP_ANDN:
		*next = old & ~arg;
		return 0;
	case FUTEX_OP_XOR:
		*next = old ^ arg;
		return 0;
	default:
		return -ENOSYS;
	}
}

/* Change the word atomically; => what it was. */
static int change_word(vaddr_t word, uint32_t code, uint32_t *old)
{
	uint32_t next;
	int err;

	if (copy_from_user(old, word, sizeof(*old)))
		return -EFAULT;
	do {
		err = next_value(code, *old, &next);
		if (err)
			return err;
		err = swap_user_word(word, old, next);
	} while (err == -EAGAIN && !sched_point());
	return err == -EAGAIN ? -EINTR : err;
}

/* => 1 or 0: does the old value fulfil the condition? -ENOSYS. */
static int compare_old(uint32_t code, int32_t old)
{
	int32_t with = sign_extended_12(code);

	switch (code >> 24 & 15) {
	case FUTEX_OP_CMP_EQ:
		return old == with;
	case FUTEX_OP_CMP_NE:
		return old != with;
	case FUTEX_OP_CMP_LT:
		return old < with;
	case FUTEX_OP_CMP_LE:
		return old <= with;
	case FUTEX_OP_CMP_GT:
		return old > with;
	case FUTEX_OP_CMP_GE:
		return old >= with;
	default:
		return -ENOSYS;
	}
}

/* The change needs no lock: the wake-ups follow it, as they do any other store. */
static long wake_op(const vaddr_t word[2], bool shared, int count, int count_too, uint32_t code)
{
	struct futex_key key[2];
	uint32_t old = 0;
	bool too;
	long ret = futex_keys_get(word, shared, key);

	if (ret)
		return ret;
	ret = change_word(word[1], code, &old);
	if (!ret)
		ret = compare_old(code, old);
	if (ret >= 0) {
		too = ret;
		ret = futex_wake_key(&key[0], count, FUTEX_BITSET_MATCH_ANY);
		if (too)
			ret += futex_wake_key(&key[1], count_too, FUTEX_BITSET_MATCH_ANY);
	}
	futex_keys_put(key);
	return ret;
}

/* ---- waiting with a timeout ---- */

/*
 * FUTEX_WAIT's is a duration: if the call goes on after a signal for which no handler ran, it ends
 * when it would have. FUTEX_WAIT_BITSET's is a time.
 */
static int read_deadline(vaddr_t timeout, int command, uint64_t *deadline)
{
	uint64_t ns;
	int err;

	*deadline = NEVER;
	if (!timeout || (command != FUTEX_WAIT && command != FUTEX_WAIT_BITSET))
		return 0;
	err = time_read_user(timeout, &ns);
	if (err)
		return err;
	if (command == FUTEX_WAIT)
		*deadline = current->sleep_deadline ? current->sleep_deadline : time_after(ns);
	else
		*deadline = time_from_ns(ns);
	return 0;
}

static long wait(vaddr_t word, bool shared, uint32_t expected, uint64_t deadline, uint32_t bitset)
{
	long err = futex_wait(word, shared, expected, deadline, bitset);

	current->sleep_deadline = err == -EINTR && deadline != NEVER ? deadline : 0;
	return err;
}

/* ---- the call ---- */

/* Operations that count a second time find the number where the others have a timeout. */
long sys_futex(vaddr_t word, long op, long value_arg, vaddr_t timeout, vaddr_t word2,
	       long value3_arg)
{
	int command = (int)op & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
	bool shared = !(op & FUTEX_PRIVATE_FLAG);
	uint32_t value = value_arg, value3 = value3_arg;
	vaddr_t words[2] = { word, word2 };
	uint64_t deadline;
	int err = read_deadline(timeout, command, &deadline);

	if (err)
		return err;
	if ((op & FUTEX_CLOCK_REALTIME) && command != FUTEX_WAIT_BITSET)
		return -ENOSYS;
	switch (command) {
	case FUTEX_WAIT:
		return wait(word, shared, value, deadline, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAIT_BITSET:
		return wait(word, shared, value, deadline, value3);
	case FUTEX_WAKE:
		return futex_wake(word, shared, value, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAKE_BITSET:
		return futex_wake(word, shared, value, value3);
	case FUTEX_REQUEUE:
		return futex_requeue(words, shared, value, (int)timeout, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(words, shared, value, (int)timeout, &value3);
	case FUTEX_WAKE_OP:
		return wake_op(words, shared, value, (int)timeout, value3);
	default:
		return -ENOSYS;
	}
}
