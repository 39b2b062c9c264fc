/*
 * robust.c - what a task that ends leaves behind in user memory: words that are locked by it.
 *
 * A robust list is the user's: circular, with its head at an address the task has told. Each entry
 * lies at a fixed distance from a word that holds its owner's tid. Everything in it may be
 * nonsense: a walk follows at most ROBUST_LIST_LIMIT links and ends at the first bad address.
 */
#include "kernel/abi.h"
#include "kernel/futex.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"

static void wake_one(vaddr_t word)
{
	futex_wake(word, true, 1, FUTEX_BITSET_MATCH_ANY);
}

/*
 * If the current task owns the word, say that it died and wake one waiter. A pending word is one it
 * was about to take, or had just given up and not yet woken anybody for. => -EFAULT ends the walk.
 */
static int owner_died(vaddr_t word, bool pending)
{
	uint32_t value;
	int err;

	if (word % sizeof(value) || copy_from_user(&value, word, sizeof(value)))
		return -EFAULT;
	if (pending && !(value & FUTEX_TID_MASK)) {
		wake_one(word);
		return 0;
	}
	do {
		if ((value & FUTEX_TID_MASK) != (uint32_t)current->tid)
			return 0;
		err = swap_user_word(word, &value, (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED);
	} while (err == -EAGAIN);
	if (!err && (value & FUTEX_WAITERS))
		wake_one(word);
	return err;
}

/* The lowest bit of a link marks a lock with priority inheritance, which there are none of. */
static int read_link(vaddr_t from, vaddr_t *entry)
{
	int err = copy_from_user(entry, from, sizeof(*entry));

	*entry &= ~1ul;
	return err;
}

void futex_leave_robust(void)
{
	vaddr_t head = current->robust_list, entry, next, pending;
	int64_t offset;
	int err;

	current->robust_list = 0;
	if (!head ||
	    read_link(head + offsetof(struct robust_list_head, list.next), &entry) ||
	    copy_from_user(&offset, head + offsetof(struct robust_list_head, futex_offset),
			   sizeof(offset)) ||
	    read_link(head + offsetof(struct robust_list_head, list_op_pending), &pending))
		return;
	for (int i = 0; i < ROBUST_LIST_LIMIT && entry != head; i++, entry = next) {
		err = read_link(entry, &next);	/* before the owner is another, and unlinks it */
		if (entry != pending && owner_died(entry + offset, false))
			return;
		if (err)
			return;
		sched_point();
	}
	if (pending)
		owner_died(pending + offset, true);
}

void futex_wake_exit(vaddr_t word)
{
	if (word && !copy_int_to_user(word, 0))
		wake_one(word);
}

long sys_set_robust_list(vaddr_t head, size_t size)
{
	if (size != sizeof(struct robust_list_head))
		return -EINVAL;
	current->robust_list = head;
	return 0;
}

long sys_get_robust_list(long pid, vaddr_t head_out, vaddr_t size_out)
{
	struct task *task = task_find((int)pid ? (int)pid : current->tid);
	size_t size = sizeof(struct robust_list_head);
	vaddr_t head;

	if (!task)
		return -ESRCH;
	head = task->robust_list;
	task_put(task);
	if (copy_to_user(size_out, &size, sizeof(size)))
		return -EFAULT;
	return copy_to_user(head_out, &head, sizeof(head));
}
