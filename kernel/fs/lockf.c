/*
 * lockf.c - advisory locks on files.
 *
 * The locks of a file are on a list of its inode. Those of one owner never overlap, and those that
 * touch have different types: a lock that is set cuts what its owner had there, and grows by what
 * it agrees with. One spin lock guards all lists: a lock is held long, but set in no time.
 *
 * Who waits sleeps on one queue for all files, and tells who keeps it from going on. So a circle
 * is found by going from waiter to owner until there is no further, or until it is oneself.
 */
#include "kernel/fs/lockf.h"
#include "kernel/sched.h"
#include "mm/slab.h"

/* One task that waits for a lock. */
struct waiter {
	struct list link;
	const void *owner;
	const void *waits_for;	/* the owner of the lock in its way */
};

static struct spinlock lockf_lock = SPINLOCK_INIT;	/* guards all of this */
static struct list waiters = LIST_INIT(waiters);
static struct waitq unlocked = {LIST_INIT(unlocked.sleepers), LIST_INIT(unlocked.watchers)};

static bool overlap(const struct lockf *a, const struct lockf *b)
{
	return a->kind == b->kind && a->start <= b->last && b->start <= a->last;
}

static struct lockf *find_conflict(struct inode *inode, const struct lockf *want)
{
	struct lockf *held;

	list_for_each(held, &inode->locks, link)
		if (held->owner != want->owner && overlap(held, want) &&
		    (held->type == F_WRLCK || want->type == F_WRLCK))
			return held;
	return NULL;
}

static const void *who_holds_up(const void *owner)
{
	struct waiter *waiter;

	list_for_each(waiter, &waiters, link)
		if (waiter->owner == owner)
			return waiter->waits_for;
	return NULL;
}

/* Would `owner` wait for itself? Open files are left out, as on Linux: they are no tasks that wait. */
static bool is_circle(const void *owner, const void *holder)
{
	for (int steps = 0; holder && steps < 10; steps++) {
		if (holder == owner)
			return true;
		holder = who_holds_up(holder);
	}
	return false;
}

/* Until nothing is in the way; the lock is held. */
static int wait_for(struct inode *inode, const struct lockf *want, bool wait)
{
	struct waiter self = { .owner = want->owner };
	struct lockf *held;
	int err = 0;

	while (!err && (held = find_conflict(inode, want))) {
		if (!wait)
			return -EAGAIN;
		if (want->pid > 0 && is_circle(want->owner, held->owner))
			return -EDEADLK;
		self.waits_for = held->owner;
		list_append(&waiters, &self.link);
		err = waitq_sleep(&unlocked, &lockf_lock);
		list_remove(&self.link);
	}
	return err;
}

/* Take out of `held`, which is the same owner's and of another type, what `want` covers. A hole in
 * its middle leaves the part behind in *rest, which is then used up. */
static void cut(struct lockf *held, const struct lockf *want, struct lockf **rest,
		struct list *dropped)
{
	if (held->start < want->start && held->last > want->last) {
		**rest = *held;
		(*rest)->start = want->last + 1;
		list_push(&held->link, &(*rest)->link);
		*rest = NULL;
	}
	if (held->start < want->start) {
		held->last = want->start - 1;
	} else if (held->last > want->last) {
		held->start = want->last + 1;
	} else {
		list_remove(&held->link);
		list_append(dropped, &held->link);
	}
}

/* Make way for `want` among its owner's locks; it grows by those it agrees with. */
static void make_way(struct inode *inode, struct lockf *want, struct lockf **rest,
		     struct list *dropped)
{
	struct lockf *held, *next;

	list_for_each_safe(held, next, &inode->locks, link) {
		bool same = held->type == want->type;

		if (held->owner != want->owner || held->kind != want->kind)
			continue;
		if (held->start > want->last + same || want->start > held->last + same)
			continue;
		if (!same) {
			cut(held, want, rest, dropped);
			continue;
		}
		if (held->start < want->start)
			want->start = held->start;
		if (held->last > want->last)
			want->last = held->last;
		list_remove(&held->link);
		list_append(dropped, &held->link);
	}
}

static void free_all(struct list *dropped)
{
	struct list *link;

	while ((link = list_pop(dropped)))
		kfree(container_of(link, struct lockf, link));
}

int lockf_set(struct inode *inode, const struct lockf *want, bool wait)
{
	struct list dropped = LIST_INIT(dropped);
	struct lockf *fresh = kmalloc(sizeof(*fresh)), *rest = kmalloc(sizeof(*rest));
	int err = fresh && rest ? 0 : -ENOLCK;

	if (!err) {
		*fresh = *want;
		spin_lock(&lockf_lock);
		if (want->type != F_UNLCK)
			err = wait_for(inode, want, wait);
		if (!err) {
			make_way(inode, fresh, &rest, &dropped);
			list_append(want->type == F_UNLCK ? &dropped : &inode->locks, &fresh->link);
			fresh = NULL;
			waitq_wake_all(&unlocked);
		}
		spin_unlock(&lockf_lock);
	}
	free_all(&dropped);
	kfree(fresh);
	kfree(rest);
	return err;
}

bool lockf_find(struct inode *inode, const struct lockf *want, struct lockf *found)
{
	struct lockf *held;

	spin_lock(&lockf_lock);
	held = find_conflict(inode, want);
	if (held)
		*found = *held;
	spin_unlock(&lockf_lock);
	return held;
}

void lockf_release(struct inode *inode, const void *owner)
{
	struct list dropped = LIST_INIT(dropped);
	struct lockf *held, *next;

	if (list_is_empty(&inode->locks))
		return;
	spin_lock(&lockf_lock);
	list_for_each_safe(held, next, &inode->locks, link) {
		if (held->owner != owner)
			continue;
		list_remove(&held->link);
		list_append(&dropped, &held->link);
	}
	waitq_wake_all(&unlocked);
	spin_unlock(&lockf_lock);
	free_all(&dropped);
}
