/*
 * eventfd.c - a counter to wait for: write adds to it, read takes it, or one of it.
 */
#include "kernel/fs/mount.h"
#include "kernel/poll.h"
#include "kernel/sched.h"
#include "mm/slab.h"

#define VALUE_MAX	(UINT64_MAX - 1)

struct eventfd {
	struct spinlock lock;	/* guards what follows */
	uint64_t value;
	bool semaphore;		/* read takes 1 and not all; fixed */
	struct waitq changed;
};

/* Until there is something to take, or room for `add`. => 0, -EAGAIN, -EINTR; the lock is held. */
static int wait_until(struct eventfd *event, bool to_read, uint64_t add, bool nonblock)
{
	int err = 0;

	while (!err && (to_read ? !event->value : add > VALUE_MAX - event->value))
		err = nonblock ? -EAGAIN : waitq_sleep(&event->changed, &event->lock);
	return err;
}

static long eventfd_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct eventfd *event = file->inode->eventfd;
	uint64_t value = 0;
	int err;

	(void)pos;
	if (uio->left < sizeof(value))
		return -EINVAL;
	spin_lock(&event->lock);
	err = wait_until(event, true, 0, (file->flags & O_NONBLOCK) || uio->nowait);
	if (!err) {
		value = event->semaphore ? 1 : event->value;
		event->value -= value;
		waitq_wake_all(&event->changed);
	}
	spin_unlock(&event->lock);
	if (err)
		return err;
	return uio_put(uio, &value, sizeof(value)) < sizeof(value) ? -EFAULT : (long)sizeof(value);
}

static long eventfd_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct eventfd *event = file->inode->eventfd;
	uint64_t add;
	int err;

	(void)pos;
	if (uio->left < sizeof(add))
		return -EINVAL;
	if (uio_take(uio, &add, sizeof(add)) < sizeof(add))
		return -EFAULT;
	if (add > VALUE_MAX)
		return -EINVAL;
	spin_lock(&event->lock);
	err = wait_until(event, false, add, (file->flags & O_NONBLOCK) || uio->nowait);
	if (!err) {
		event->value += add;
		waitq_wake_all(&event->changed);
	}
	spin_unlock(&event->lock);
	return err ? err : (long)sizeof(add);
}

static unsigned eventfd_poll(struct file *file, struct poll_table *table)
{
	struct eventfd *event = file->inode->eventfd;
	unsigned mask = 0;

	spin_lock(&event->lock);
	poll_watch(table, &event->changed, &event->lock);
	if (event->value)
		mask |= POLLIN | POLLRDNORM;
	if (event->value < VALUE_MAX)
		mask |= POLLOUT | POLLWRNORM;
	spin_unlock(&event->lock);
	return mask;
}

static void eventfd_destroy(struct inode *inode)
{
	kfree(inode->eventfd);
}

static int eventfd_path(struct inode *inode, char *buf, size_t size)
{
	(void)inode;
	return snprintf(buf, size, "anon_inode:[eventfd]");
}

static const struct inode_ops eventfd_ops = {
	.destroy = eventfd_destroy,
	.read = eventfd_read,
	.write = eventfd_write,
	.poll = eventfd_poll,
	.path = eventfd_path,
};

int eventfd_create(uint64_t value, bool semaphore, unsigned flags, struct file **file)
{
	struct inode *inode = inode_create(&eventfd_ops, 0600, &pipe_mount);
	int err = -ENOMEM;

	if (!inode)
		return -ENOMEM;
	inode->nlink = 1;
	inode->eventfd = kmalloc(sizeof(*inode->eventfd));
	if (inode->eventfd) {
		*inode->eventfd = (struct eventfd){ .value = value, .semaphore = semaphore };
		waitq_init(&inode->eventfd->changed);
		err = file_create(inode, flags, file);
	}
	inode_put(inode);
	return err;
}
