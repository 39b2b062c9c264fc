/*
 * device.c - the character devices of /dev.
 *
 * A device is named by its number, as on Linux, so mknod can make one anywhere. What can be
 * mapped is only /dev/zero: mmap asks file_is_zero_device.
 */
#include "kernel/dev/console.h"
#include "kernel/fs/inode.h"
#include "kernel/hart.h"
#include "kernel/random.h"
#include "kernel/task.h"
#include "kernel/sched.h"

#define PIECE	65536ul		/* bytes between two looks at the clock */
#define SERIAL	MKDEV(4, 64)
#define TTY	MKDEV(5, 0)

/* ---- null, zero, full, random ---- */

static long null_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	(void)file, (void)uio, (void)pos;
	return 0;
}

static long null_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	(void)file, (void)pos;
	return (long)uio->left;
}

static long full_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	(void)file, (void)uio, (void)pos;
	return -ENOSPC;
}

static long zero_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	size_t done = 0, n, moved;

	(void)file, (void)pos;
	while (uio->left) {
		n = uio->left < PIECE ? uio->left : PIECE;
		moved = uio_put_zeros(uio, n);
		done += moved;
		if (moved < n)
			return done ? (long)done : -EFAULT;
		if (sched_point())
			break;
	}
	return (long)done;
}

static long random_device_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	(void)file, (void)pos;
	return random_read(uio);
}

static const struct inode_ops null_ops = {
	.read = null_read, .write = null_write, .seekable = true,
};

static const struct inode_ops zero_ops = {
	.read = zero_read, .write = null_write, .seekable = true,
};

static const struct inode_ops full_ops = {
	.read = zero_read, .write = full_write, .seekable = true,
};

static const struct inode_ops random_ops = {
	.read = random_device_read, .write = null_write, .seekable = true,
};

/* ---- the terminal ---- */

static long console_file_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	(void)pos;
	return uio->kernel ? -EINVAL : console_read(uio, file->flags & O_NONBLOCK);
}

static long console_file_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	(void)file, (void)pos;
	return uio->kernel ? -EINVAL : console_write(uio);
}

static int console_file_ioctl(struct file *file, unsigned cmd, vaddr_t arg)
{
	(void)file;
	return console_ioctl(cmd, arg);
}

static unsigned console_file_poll(struct file *file, struct poll_table *table)
{
	(void)file;
	return console_poll(table);
}

/* One terminal has three names. /dev/tty is for who has it as the controlling terminal; /dev/console
 * never becomes one by itself. */
static int terminal_open(struct file *file)
{
	uint64_t rdev = file->inode->rdev;

	if (rdev == TTY && console_foreground_of(current->process) < 0)
		return -ENXIO;
	if (rdev == SERIAL && !(file->flags & O_NOCTTY))
		console_offer();
	return 0;
}

static const struct inode_ops terminal_ops = {
	.open = terminal_open,
	.read = console_file_read,
	.write = console_file_write,
	.ioctl = console_file_ioctl,
	.poll = console_file_poll,
};

/* ---- which there are ---- */

static int no_device_open(struct file *file)
{
	(void)file;
	return -ENXIO;
}

static const struct inode_ops no_device_ops = { .open = no_device_open };

static const struct {
	const char *name;
	uint64_t rdev;
	unsigned mode;
	const struct inode_ops *ops;
} devices[] = {
	{ "null",    MKDEV(1, 3), 0666, &null_ops },
	{ "zero",    MKDEV(1, 5), 0666, &zero_ops },
	{ "full",    MKDEV(1, 7), 0666, &full_ops },
	{ "random",  MKDEV(1, 8), 0666, &random_ops },
	{ "urandom", MKDEV(1, 9), 0666, &random_ops },
	{ "ttyS0",   SERIAL, 0600, &terminal_ops },
	{ "tty",     TTY, 0666, &terminal_ops },
	{ "console", MKDEV(5, 1), 0600, &terminal_ops },
};

#define DEVICES	(sizeof(devices) / sizeof(devices[0]))

struct inode *device_node(struct mount *mount, unsigned mode, uint64_t rdev)
{
	const struct inode_ops *ops = &no_device_ops;
	struct inode *inode;

	for (size_t i = 0; i < DEVICES; i++)
		if (devices[i].rdev == rdev && S_ISCHR(mode))
			ops = devices[i].ops;
	inode = inode_create(ops, mode, mount);
	if (inode)
		inode->rdev = rdev;
	return inode;
}

const char *device_next(unsigned *index, unsigned *mode, uint64_t *rdev)
{
	if (*index >= DEVICES)
		return NULL;
	*mode = S_IFCHR | devices[*index].mode;
	*rdev = devices[*index].rdev;
	return devices[(*index)++].name;
}
