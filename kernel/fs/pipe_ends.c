/*
 * pipe_ends.c - opening, closing and asking about pipes and fifos.
 *
 * A pipe counts the open files that read and that write. An unnamed pipe is made with one of each;
 * a fifo's ring comes with its first open, and whoever opens one side waits for the other.
 */
#include "kernel/fs/mount.h"
#include "kernel/fs/pipe.h"
#include "kernel/poll.h"
#include "kernel/usercopy.h"
#include "mm/frame.h"
#include "mm/slab.h"

static struct pipe *pipe_alloc(void)
{
	struct pipe *pipe = kzalloc(sizeof(*pipe));

	if (pipe) {
		waitq_init(&pipe->read_wait);
		waitq_init(&pipe->write_wait);
	}
	return pipe;
}

static void free_frames(struct pipe *pipe)
{
	for (int i = 0; i < RING_FRAMES; i++) {
		if (pipe->frame[i])
			frame_dec_ref(pipe->frame[i]);
		pipe->frame[i] = 0;
	}
}

static void pipe_release(struct file *file)
{
	struct pipe *pipe = file->inode->pipe;

	spin_lock(&pipe->lock);
	pipe->readers -= file_can_read(file);
	pipe->writers -= file_can_write(file);
	if (!pipe->readers && !pipe->writers) {
		free_frames(pipe);
		pipe->head = pipe->tail = 0;
	}
	waitq_wake_all(&pipe->read_wait);
	waitq_wake_all(&pipe->write_wait);
	spin_unlock(&pipe->lock);
}

/* A pipe has no positions: pos keeps how many writers there had been when a reader came and found
 * none. Until there are more, that is no end of file worth telling (POLLHUP). */
static void count_open(struct pipe *pipe, struct file *file)
{
	file->pos = pipe->writers ? UINT64_MAX : pipe->writer_opens;
	pipe->readers += file_can_read(file);
	pipe->reader_opens += file_can_read(file);
	pipe->writers += file_can_write(file);
	pipe->writer_opens += file_can_write(file);
}

/* Open for neither reading nor writing, which elsewhere is for ioctl alone. */
static bool is_no_end(const struct file *file)
{
	return !file_can_read(file) && !file_can_write(file);
}

/* An end of an unnamed pipe, also when opened again through /proc: never waits. */
static int pipe_open(struct file *file)
{
	struct pipe *pipe = file->inode->pipe;

	if (is_no_end(file))
		return -EINVAL;
	spin_lock(&pipe->lock);
	count_open(pipe, file);
	spin_unlock(&pipe->lock);
	return 0;
}

/* Until the other side has been opened at least once since we came. */
static int wait_for_other_side(struct pipe *pipe, bool reader)
{
	uint32_t seen = reader ? pipe->writer_opens : pipe->reader_opens;
	int err = 0;

	while (!err && !(reader ? pipe->writers : pipe->readers) &&
	       seen == (reader ? pipe->writer_opens : pipe->reader_opens))
		err = waitq_sleep(reader ? &pipe->read_wait : &pipe->write_wait, &pipe->lock);
	return err;
}

static int fifo_wait(struct pipe *pipe, struct file *file)
{
	bool nonblock = file->flags & O_NONBLOCK;

	if (file_can_read(file) && file_can_write(file))
		return 0;
	if (file_can_write(file) && nonblock)
		return pipe->readers ? 0 : -ENXIO;
	return nonblock ? 0 : wait_for_other_side(pipe, file_can_read(file));
}

static int fifo_open(struct file *file)
{
	struct inode *inode = file->inode;
	struct pipe *none = NULL, *fresh;
	int err;

	if (is_no_end(file))
		return -EINVAL;
	if (!__atomic_load_n(&inode->pipe, __ATOMIC_ACQUIRE)) {
		fresh = pipe_alloc();
		if (!fresh)
			return -ENOMEM;
		if (!__atomic_compare_exchange_n(&inode->pipe, &none, fresh, false,
						 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			kfree(fresh);
	}
	spin_lock(&inode->pipe->lock);
	count_open(inode->pipe, file);
	waitq_wake_all(&inode->pipe->read_wait);
	waitq_wake_all(&inode->pipe->write_wait);
	err = fifo_wait(inode->pipe, file);
	spin_unlock(&inode->pipe->lock);
	if (err)
		pipe_release(file);
	return err;
}

static void pipe_destroy(struct inode *inode)
{
	if (inode->pipe)
		free_frames(inode->pipe);
	kfree(inode->pipe);
}

/* ---- the rest ---- */

static int pipe_ioctl(struct file *file, unsigned cmd, vaddr_t arg)
{
	struct pipe *pipe = file->inode->pipe;
	int bytes;

	if (cmd != FIONREAD)
		return -ENOTTY;
	spin_lock(&pipe->lock);
	bytes = (int)bytes_in(pipe);
	spin_unlock(&pipe->lock);
	return copy_int_to_user(arg, bytes);
}

static unsigned pipe_poll(struct file *file, struct poll_table *table)
{
	struct pipe *pipe = file->inode->pipe;
	unsigned mask = 0;

	spin_lock(&pipe->lock);
	if (file_can_read(file)) {
		poll_watch(table, &pipe->read_wait, &pipe->lock);
		if (bytes_in(pipe))
			mask |= POLLIN | POLLRDNORM;
		if (!pipe->writers && file->pos != pipe->writer_opens)
			mask |= POLLHUP;
	}
	if (file_can_write(file)) {
		poll_watch(table, &pipe->write_wait, &pipe->lock);
		if (RING_SIZE - bytes_in(pipe) >= PIPE_BUF)
			mask |= POLLOUT | POLLWRNORM;
		if (!pipe->readers)
			mask |= POLLERR;
	}
	spin_unlock(&pipe->lock);
	return mask;
}

static int pipe_path(struct inode *inode, char *buf, size_t size)
{
	return snprintf(buf, size, "pipe:[%lu]", inode->ino);
}

static const struct inode_ops pipe_ops = {
	.destroy = pipe_destroy,
	.open = pipe_open,
	.release = pipe_release,
	.read = pipe_read,
	.write = pipe_write,
	.ioctl = pipe_ioctl,
	.poll = pipe_poll,
	.path = pipe_path,
};

const struct inode_ops fifo_ops = {
	.destroy = pipe_destroy,
	.open = fifo_open,
	.release = pipe_release,
	.read = pipe_read,
	.write = pipe_write,
	.ioctl = pipe_ioctl,
	.poll = pipe_poll,
};

int pipe_create(struct file **reader, struct file **writer, unsigned flags)
{
	struct inode *inode = inode_create(&pipe_ops, S_IFIFO | 0600, &pipe_mount);
	int err = -ENOMEM;

	if (!inode)
		return -ENOMEM;
	inode->nlink = 1;
	inode->pipe = pipe_alloc();
	if (inode->pipe)
		err = file_create(inode, flags | O_RDONLY, reader);
	if (!err) {
		err = file_create(inode, flags | O_WRONLY, writer);
		if (err)
			file_put(*reader);
	}
	inode_put(inode);
	return err;
}
