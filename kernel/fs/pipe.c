/*
 * pipe.c - the ring of a pipe or fifo: 64 KiB between writers and readers.
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
 *
 * Where the ring is empty, large transfers go past it, from page to page: a write to a reader who is
 * asleep, a read from a writer who is. It must all be present on both sides, as much as the ring would
 * have given. That needs no fault, so the lock is held meanwhile.
 */
#include "kernel/fs/pipe.h"
#include "kernel/hart.h"
#include "kernel/signal.h"
#include "kernel/task.h"
#include "kernel/vm.h"
#include "mm/frame.h"

/*
 * Wake one who can go on now; called after every change and by who leaves without one, so that a
 * wake-up is never lost. The end is for all readers: who is told of it changes nothing that would
 * wake the next. Writers are woken once there is room for any of them.
 */
static void wake_reader(struct pipe *pipe)
{
	if (waitq_is_empty(&pipe->read_wait) || pipe->reading)
		return;
	if (!pipe->writers || pipe->hasty)
		waitq_wake_all(&pipe->read_wait);
	else if (bytes_in(pipe))
		waitq_wake_one(&pipe->read_wait);
}

static void wake_writer(struct pipe *pipe)
{
	if (!waitq_is_empty(&pipe->write_wait) && !pipe->writing &&
	    (RING_SIZE - bytes_in(pipe) >= PIPE_BUF || !pipe->readers))
		waitq_wake_one(&pipe->write_wait);
}

/* A write is over. Some may have waited for that alone and need less room than any would: with
 * little left, all look for themselves. */
static void end_writing(struct pipe *pipe)
{
	size_t room = RING_SIZE - bytes_in(pipe);

	pipe->writing = false;
	if ((room && room < PIPE_BUF) || pipe->hasty)
		waitq_wake_all(&pipe->write_wait);
	else
		wake_writer(pipe);
}

/* Sleep until something changes, perhaps as the one with whom others may exchange bytes directly. */
static int sleep_as(struct party **slot, struct party *self, struct waitq *queue,
		    struct pipe *pipe, bool nonblock)
{
	int err;

	if (!*slot && self->uio->left >= PAGE_SIZE)
		*slot = self;
	pipe->hasty += nonblock;
	err = waitq_sleep(queue, &pipe->lock);
	pipe->hasty -= nonblock;
	if (*slot == self)
		*slot = NULL;
	return err;
}

/* Within one space the bytes may be read where others have just been put. */
static bool overlap(const struct party *from, const struct party *to, size_t n)
{
	return from->vm == to->vm && to->uio->base - from->uio->base + n < 2 * n;
}

/*
 * Copy past the ring. false, and nobody is told of any bytes: those in the ring go first, or not all
 * that it would take and give can be copied so, for a page is not there, the buffers are in pieces or
 * one is the kernel's. Less than a page never goes this way: PIPE_BUF bytes that were written together
 * stay together.
 */
static bool transfer(struct pipe *pipe, struct party *from, struct party *to)
{
	size_t n = from->uio->left < to->uio->left ? from->uio->left : to->uio->left;

	if (n > RING_SIZE)
		n = RING_SIZE;
	if (bytes_in(pipe) || n < PAGE_SIZE || overlap(from, to, n))
		return false;
	if (from->uio->len < n || to->uio->len < n ||
	    vm_copy_present(to->vm, to->uio->base, from->vm, from->uio->base, n) < n)
		return false;
	uio_skip(from->uio, n);
	from->moved = to->moved = n;
	return true;
}

/* ---- reading ---- */

static bool take_from_sender(struct pipe *pipe, struct party *self)
{
	if (!pipe->sender || !transfer(pipe, pipe->sender, self))
		return false;
	pipe->sender = NULL;
	waitq_wake_all(&pipe->write_wait);
	return true;
}

/* => 1: there are bytes and nobody else reads them, or some have moved already; 0: end of file;
 * -EAGAIN, -EINTR. */
static int wait_for_bytes(struct pipe *pipe, struct party *self, bool nonblock)
{
	for (;;) {
		int err;

		if (self->moved || (bytes_in(pipe) && !pipe->reading) ||
		    take_from_sender(pipe, self))
			return 1;
		if (!bytes_in(pipe) && !pipe->writers)
			return 0;
		if (!bytes_in(pipe) && nonblock)
			return -EAGAIN;
		err = sleep_as(&pipe->receiver, self, &pipe->read_wait, pipe, nonblock);
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

long pipe_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct party self = { .vm = current->vm, .uio = uio };
	struct pipe *pipe = file->inode->pipe;
	size_t n, moved;
	uint32_t tail;
	int ready;

	(void)pos;
	if (uio->left == 0)
		return 0;
	spin_lock(&pipe->lock);
	ready = wait_for_bytes(pipe, &self, (file->flags & O_NONBLOCK) || uio->nowait);
	if (ready <= 0 || self.moved) {
		spin_unlock(&pipe->lock);
		return self.moved ? (long)self.moved : ready;
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

static bool give_to_receiver(struct pipe *pipe, struct party *self)
{
	if (!pipe->receiver || !transfer(pipe, self, pipe->receiver))
		return false;
	pipe->receiver = NULL;
	waitq_wake_all(&pipe->read_wait);
	return true;
}

/* => 0: there is room for `need` bytes and nobody else writes, or some have moved already; -EPIPE,
 * -EAGAIN, -EINTR. */
static int wait_for_room(struct pipe *pipe, struct party *self, size_t need, bool nonblock)
{
	for (;;) {
		bool room = RING_SIZE - bytes_in(pipe) >= need;
		int err;

		if (self->moved)
			return 0;
		if (!pipe->readers)
			return -EPIPE;
		if (room && !pipe->writing)
			return 0;
		if (!room && nonblock)
			return -EAGAIN;
		err = sleep_as(&pipe->sender, self, &pipe->write_wait, pipe, nonblock);
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
	struct party self = { .vm = current->vm, .uio = uio };
	size_t n, moved;
	uint32_t head;
	int err;

	err = wait_for_room(pipe, &self, whole ? uio->left : 1, nonblock);
	if (err)
		return err;
	if (self.moved || give_to_receiver(pipe, &self))
		return (long)self.moved;
	pipe->writing = true;
	head = pipe->head;
	n = RING_SIZE - bytes_in(pipe);
	if (n > uio->left)
		n = uio->left;
	spin_unlock(&pipe->lock);

	err = copy_in(pipe, head, n, uio, &moved);

	spin_lock(&pipe->lock);
	if (err && whole)
		moved = 0;		/* all or nothing */
	pipe->head += moved;
	end_writing(pipe);
	wake_reader(pipe);
	return moved ? (long)moved : err;
}

/* A reader who is fast may keep a long write going: others have their turn in between. */
static bool must_end(struct pipe *pipe)
{
	bool fatal;

	spin_unlock(&pipe->lock);
	fatal = sched_point();
	spin_lock(&pipe->lock);
	return fatal;
}

long pipe_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct pipe *pipe = file->inode->pipe;
	bool nonblock = (file->flags & O_NONBLOCK) || uio->nowait;
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
		if (uio->left && must_end(pipe))
			break;
	}
	spin_unlock(&pipe->lock);
	if (n == -EPIPE)
		signal_raise(SIGPIPE);
	return done ? (long)done : n;
}
