/*
 * sys_poll.c - ppoll and pselect6, which are one wait for several files with two ways to ask.
 */
#include "kernel/fs/files.h"
#include "kernel/fs/inode.h"
#include "kernel/poll.h"
#include "kernel/signal.h"
#include "kernel/time.h"
#include "kernel/usercopy.h"
#include "mm/slab.h"

#define ALWAYS_READY	(POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)

/* ---- one wait ---- */

/* What is being waited for. The files are held: a descriptor may be closed meanwhile. */
struct wait {
	struct pollfd *fds;
	struct file **files;	/* NULL: not open, or negative */
	size_t count;
	struct poll_table table;
};

static unsigned file_poll(struct file *file, struct poll_table *table)
{
	const struct inode_ops *ops = file->inode->ops;

	return ops->poll ? ops->poll(file, table) : ALWAYS_READY;
}

/* => how many have something to tell. With a table, they also say when that changes. */
static long ask_all(struct wait *wait, struct poll_table *table)
{
	long ready = 0;

	for (size_t i = 0; i < wait->count; i++) {
		struct pollfd *fd = &wait->fds[i];
		unsigned wanted = (uint16_t)fd->events | POLLERR | POLLHUP;
		unsigned mask = fd->fd < 0 ? 0 : POLLNVAL;

		if (wait->files[i])
			mask = file_poll(wait->files[i], table) & wanted;
		fd->revents = (int16_t)mask;
		if (mask) {
			ready++;
			table = NULL;	/* the call will not sleep */
		}
	}
	return ready;
}

static long wait_for_any(struct wait *wait, uint64_t deadline)
{
	struct poll_table *table = deadline ? &wait->table : NULL;
	long ready = ask_all(wait, table);
	int err = 0;

	while (!ready && !err && table) {
		err = poller_sleep(table->poller, deadline);
		ready = ask_all(wait, NULL);
	}
	poll_end(&wait->table);
	if (ready || err == -ETIMEDOUT)
		return ready;
	return err;
}

/* Poll the descriptors until the deadline; 0: only look. => how many are ready, or -errno. */
static long poll_fds(struct pollfd *fds, size_t count, uint64_t deadline)
{
	struct poller poller;
	struct wait wait = { .fds = fds, .count = count, .table.poller = &poller };
	long ready = -ENOMEM;

	poller_init(&poller);
	wait.files = kmalloc(count * sizeof(*wait.files) + 1);
	wait.table.watch = kmalloc(count * POLL_QUEUES * sizeof(*wait.table.watch) + 1);
	if (wait.files && wait.table.watch) {
		for (size_t i = 0; i < count; i++)
			wait.files[i] = file_get(fds[i].fd);
		ready = wait_for_any(&wait, deadline);
		for (size_t i = 0; i < count; i++)
			file_put(wait.files[i]);
	}
	kfree(wait.table.watch);
	kfree(wait.files);
	return ready;
}

/* ---- time and signal mask, which both calls have ---- */

static int begin(vaddr_t timeout, uint64_t *deadline, vaddr_t mask, size_t mask_size)
{
	uint64_t set;
	int err = time_read_deadline(timeout, deadline);

	if (err || !mask)
		return err;
	if (mask_size != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, mask, sizeof(set)))
		return -EFAULT;
	signal_lend_mask(set);
	return 0;
}

/* What is left of the time is written back, as on Linux; that it cannot be is no error. */
static long finish(long ready, vaddr_t timeout, uint64_t deadline)
{
	uint64_t now = time_now();
	struct timespec rest = time_spec(deadline > now ? deadline - now : 0);

	if (ready != -EINTR)
		signal_restore_mask();
	if (timeout && deadline != UINT64_MAX)
		(void)copy_to_user(timeout, &rest, sizeof(rest));
	return ready;
}

/* ---- ppoll ---- */

static long poll_user(vaddr_t user, size_t count, uint64_t deadline)
{
	size_t size = count * sizeof(struct pollfd);
	struct pollfd *fds;
	long ready;

	if (count > FILES_MAX)
		return -EINVAL;
	fds = kmalloc(size + 1);
	if (!fds)
		return -ENOMEM;
	ready = copy_from_user(fds, user, size);
	if (!ready)
		ready = poll_fds(fds, count, deadline);
	for (size_t i = 0; i < count && ready >= 0; i++) {
		vaddr_t out = user + i * sizeof(*fds) + offsetof(struct pollfd, revents);

		if (copy_to_user(out, &fds[i].revents, sizeof(fds[i].revents)))
			ready = -EFAULT;
	}
	kfree(fds);
	return ready;
}

long sys_ppoll(vaddr_t user, size_t count, vaddr_t timeout, vaddr_t mask, size_t mask_size)
{
	uint64_t deadline;
	int err = begin(timeout, &deadline, mask, mask_size);

	return err ? err : finish(poll_user(user, (uint32_t)count, deadline), timeout, deadline);
}

/* ---- pselect6 ---- */

#define WORDS	(FILES_MAX / 64)

enum { IN, OUT, EX, SETS };

static const unsigned events_of[SETS] = { POLLIN, POLLOUT, POLLPRI };
static const unsigned ready_of[SETS] = {
	[IN] = POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
	[OUT] = POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR,
	[EX] = POLLPRI,
};

struct selection {
	uint64_t set[SETS][WORDS];
	struct pollfd fds[FILES_MAX];
	size_t count;
};

static int read_sets(struct selection *sel, const vaddr_t user[SETS], int n)
{
	for (int s = 0; s < SETS; s++)
		if (user[s] && copy_from_user(sel->set[s], user[s], ((size_t)n + 63) / 64 * 8))
			return -EFAULT;
	for (int fd = 0; fd < n; fd++) {
		unsigned events = 0;

		for (int s = 0; s < SETS; s++)
			if (sel->set[s][fd / 64] >> fd % 64 & 1)
				events |= events_of[s];
		if (events)
			sel->fds[sel->count++] = (struct pollfd){ fd, (int16_t)events, 0 };
	}
	return 0;
}

/* => how many bits are set, or -EBADF, -EFAULT. */
static long write_sets(struct selection *sel, const vaddr_t user[SETS], int n)
{
	long bits = 0;

	memset(sel->set, 0, sizeof(sel->set));
	for (size_t i = 0; i < sel->count; i++) {
		const struct pollfd *fd = &sel->fds[i];

		if (fd->revents & POLLNVAL)
			return -EBADF;
		for (int s = 0; s < SETS; s++) {
			if (!(fd->events & events_of[s]) || !(fd->revents & ready_of[s]))
				continue;
			sel->set[s][fd->fd / 64] |= 1ull << fd->fd % 64;
			bits++;
		}
	}
	for (int s = 0; s < SETS; s++)
		if (user[s] && copy_to_user(user[s], sel->set[s], ((size_t)n + 63) / 64 * 8))
			return -EFAULT;
	return bits;
}

static long select_user(int n, const vaddr_t user[SETS], uint64_t deadline)
{
	struct selection *sel;
	long ready;

	if (n < 0)
		return -EINVAL;
	if (n > FILES_MAX)
		n = FILES_MAX;
	sel = kzalloc(sizeof(*sel));
	if (!sel)
		return -ENOMEM;
	ready = read_sets(sel, user, n);
	if (!ready)
		ready = poll_fds(sel->fds, sel->count, deadline);
	if (ready >= 0)
		ready = write_sets(sel, user, n);
	kfree(sel);
	return ready;
}

long sys_pselect6(long n, vaddr_t in, vaddr_t out, vaddr_t ex, vaddr_t timeout, vaddr_t mask_arg)
{
	struct { vaddr_t set; size_t size; } mask = { 0, 0 };
	const vaddr_t sets[SETS] = { in, out, ex };
	uint64_t deadline;
	int err;

	if (mask_arg && copy_from_user(&mask, mask_arg, sizeof(mask)))
		return -EFAULT;
	err = begin(timeout, &deadline, mask.set, mask.size);
	return err ? err : finish(select_user((int)n, sets, deadline), timeout, deadline);
}
