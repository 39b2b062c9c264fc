/*
 * pipe.c - pipes and fifos: a ring of 64 KiB between writers and readers.
 *
 *	tail: next byte to read          head: next byte to write
 *	  v                                v
 *	  |######## bytes in flight #######|........ room ........|
 *
 * Both positions only grow; modulo the ring's size they tell the place. The frames of the ring are
 * allocated when first written to; a pipe that runs empty starts again at its first frame, so small
 * messages need one frame only.
 *
 * User memory cannot be touched under the pipe's spin lock. So one reader and one writer at a time
 * mark themselves (reading, writing), copy without the lock, and move tail or head afterwards.
 * Nobody can overwrite what is being read, or see what is only half written.
 */
#include "kernel/fs/inode.h"
#include "kernel/hart.h"
#include "kernel/sched.h"
#include "kernel/signal.h"
#include "kernel/usercopy.h"
#include "mm/frame.h"
#include "mm/slab.h"

#define RING_FRAMES	16
#define RING_SIZE	(RING_FRAMES * PAGE_SIZE)

struct pipe {
	struct spinlock lock;	/* guards what follows */
	uint32_t head, tail;	/* positions; head - tail bytes are in the pipe */
	uint32_t readers, writers;		/* open files */
	uint32_t reader_opens, writer_opens;	/* how many there ever were */
	bool reading, writing;	/* somebody copies right now */
	struct waitq read_wait, write_wait;
	paddr_t frame[RING_FRAMES];	/* 0: not allocated; the marked writer fills them in */
};

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

static size_t bytes_in(const struct pipe *pipe)
{
	return pipe->head - pipe->tail;
}

/* Wake whoever can go on now; called after every change and by who leaves without one. */
static void wake_reader(struct pipe *pipe)
{
	if (!list_is_empty(&pipe->read_wait.sleepers) && !pipe->reading &&
	    (bytes_in(pipe) || !pipe->writers))
		waitq_wake_one(&pipe->read_wait);
}

static void wake_writer(struct pipe *pipe)
{
	if (!list_is_empty(&pipe->write_wait.sleepers) && !pipe->writing &&
	    (bytes_in(pipe) < RING_SIZE || !pipe->readers))
		waitq_wake_one(&pipe->write_wait);
}

/* ---- reading ---- */

/* => 1: there are bytes and nobody else reads them; 0: end of file; -EAGAIN, -EINTR. */
static int wait_for_bytes(struct pipe *pipe, bool nonblock)
{
	for (;;) {
		int err;

		if (bytes_in(pipe) && !pipe->reading)
			return 1;
		if (!bytes_in(pipe) && !pipe->writers)
			return 0;
		if (!bytes_in(pipe) && nonblock)
			return -EAGAIN;
		err = waitq_sleep(&pipe->read_wait, &pipe->lock);
		if (err) {
			wake_reader(pipe);
			return err;
		}
	}
}

/* Copy n bytes from position tail on. => how many; a page at a time, so that a bad address leaves
 * in the pipe what it kept from being read. */
static size_t copy_out(struct pipe *pipe, uint32_t tail, size_t n, struct uio *uio)
{
	size_t done = 0;

	while (done < n) {
		size_t place = (tail + done) % RING_SIZE, offset = place % PAGE_SIZE;
		size_t part = PAGE_SIZE - offset < n - done ? PAGE_SIZE - offset : n - done;
		char *page = frame_va(pipe->frame[place / PAGE_SIZE]);
		size_t moved = uio_put(uio, page + offset, part);

		if (moved < part)
			break;
		done += part;
	}
	return done;
}

static long pipe_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct pipe *pipe = file->inode->pipe;
	size_t n, moved;
	uint32_t tail;
	int ready;

	(void)pos;
	if (uio->left == 0)
		return 0;
	spin_lock(&pipe->lock);
	ready = wait_for_bytes(pipe, file->flags & O_NONBLOCK);
	if (ready <= 0) {
		spin_unlock(&pipe->lock);
		return ready;
	}
	pipe->reading = true;
	tail = pipe->tail;
	n = bytes_in(pipe) < uio->left ? bytes_in(pipe) : uio->left;
	spin_unlock(&pipe->lock);

	moved = copy_out(pipe, tail, n, uio);

	spin_lock(&pipe->lock);
	pipe->reading = false;
	pipe->tail += moved;
	if (!bytes_in(pipe) && !pipe->writing)
		pipe->head = pipe->tail = 0;
	wake_writer(pipe);
	wake_reader(pipe);
	spin_unlock(&pipe->lock);
	return moved ? (long)moved : -EFAULT;
}

/* ---- writing ---- */

/* => 0: there is room for `need` bytes and nobody else writes; -EPIPE, -EAGAIN, -EINTR. */
static int wait_for_room(struct pipe *pipe, size_t need, bool nonblock)
{
	for (;;) {
		bool room = RING_SIZE - bytes_in(pipe) >= need;
		int err;

		if (!pipe->readers)
			return -EPIPE;
		if (room && !pipe->writing)
			return 0;
		if (!room && nonblock)
			return -EAGAIN;
		err = waitq_sleep(&pipe->write_wait, &pipe->lock);
		if (err) {
			wake_writer(pipe);
			return err;
		}
	}
}

/* Copy n bytes to position head on. *moved tells how many; -ENOMEM, -EFAULT. */
static int copy_in(struct pipe *pipe, uint32_t head, size_t n, struct uio *uio, size_t *moved)
{
	*moved = 0;
	while (*moved < n) {
		size_t place = (head + *moved) % RING_SIZE, offset = place % PAGE_SIZE;
		size_t part = PAGE_SIZE - offset < n - *moved ? PAGE_SIZE - offset : n - *moved;
		paddr_t *frame = &pipe->frame[place / PAGE_SIZE];
		size_t got;

		if (!*frame && frame_alloc(0, 0, frame)) {
			*frame = 0;
			return -ENOMEM;
		}
		got = uio_take(uio, (char *)frame_va(*frame) + offset, part);
		if (got < part)
			return -EFAULT;
		*moved += part;
	}
	return 0;
}

/* Wait for room and write what fits. => bytes or -errno; the pipe's lock is held. */
static long write_some(struct pipe *pipe, struct uio *uio, bool whole, bool nonblock)
{
	size_t n, moved;
	uint32_t head;
	int err;

	err = wait_for_room(pipe, whole ? uio->left : 1, nonblock);
	if (err)
		return err;
	pipe->writing = true;
	head = pipe->head;
	n = RING_SIZE - bytes_in(pipe);
	if (n > uio->left)
		n = uio->left;
	spin_unlock(&pipe->lock);

	err = copy_in(pipe, head, n, uio, &moved);

	spin_lock(&pipe->lock);
	pipe->writing = false;
	if (err && whole)
		moved = 0;		/* all or nothing */
	pipe->head += moved;
	wake_reader(pipe);
	wake_writer(pipe);
	return moved ? (long)moved : err;
}

static long pipe_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct pipe *pipe = file->inode->pipe;
	bool nonblock = file->flags & O_NONBLOCK;
	bool whole = uio->left <= PIPE_BUF;
	size_t done = 0;
	long n = 0;

	(void)pos;
	spin_lock(&pipe->lock);
	while (uio->left) {
		n = write_some(pipe, uio, whole, nonblock);
		if (n < 0)
			break;
		done += (size_t)n;
	}
	spin_unlock(&pipe->lock);
	if (n == -EPIPE)
		signal_send(current, SIGPIPE);
	return done ? (long)done : n;
}

/* ---- opening and closing ---- */

static bool reads(const struct file *file)
{
	return file_can_read(file);
}

static bool writes(const struct file *file)
{
	return file_can_write(file);
}

static void pipe_release(struct file *file)
{
	struct pipe *pipe = file->inode->pipe;

	spin_lock(&pipe->lock);
	pipe->readers -= reads(file);
	pipe->writers -= writes(file);
	if (!pipe->readers && !pipe->writers) {
		free_frames(pipe);
		pipe->head = pipe->tail = 0;
	}
	waitq_wake_all(&pipe->read_wait);
	waitq_wake_all(&pipe->write_wait);
	spin_unlock(&pipe->lock);
}

static void count_open(struct pipe *pipe, const struct file *file)
{
	pipe->readers += reads(file);
	pipe->reader_opens += reads(file);
	pipe->writers += writes(file);
	pipe->writer_opens += writes(file);
}

/* An end of an unnamed pipe, also when opened again through /proc: never waits. */
static int pipe_open(struct file *file)
{
	struct pipe *pipe = file->inode->pipe;

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

	if (reads(file) && writes(file))
		return 0;
	if (writes(file) && nonblock)
		return pipe->readers ? 0 : -ENXIO;
	return nonblock ? 0 : wait_for_other_side(pipe, reads(file));
}

static int fifo_open(struct file *file)
{
	struct inode *inode = file->inode;
	struct pipe *none = NULL, *fresh;
	int err;

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
	return copy_to_user(arg, &bytes, sizeof(bytes));
}

static unsigned pipe_poll(struct file *file)
{
	struct pipe *pipe = file->inode->pipe;
	unsigned events = 0;

	spin_lock(&pipe->lock);
	if (reads(file)) {
		events |= bytes_in(pipe) ? POLLIN | POLLRDNORM : 0;
		events |= pipe->writers ? 0 : POLLHUP;
	}
	if (writes(file)) {
		events |= RING_SIZE - bytes_in(pipe) >= PIPE_BUF ? POLLOUT | POLLWRNORM : 0;
		events |= pipe->readers ? 0 : POLLERR;
	}
	spin_unlock(&pipe->lock);
	return events;
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
	struct inode *inode = inode_create(&pipe_ops, S_IFIFO | 0600, DEV_PIPE);
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
