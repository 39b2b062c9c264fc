/*
 * sys_rw.c - the calls that move bytes: read and write in their ten forms, lseek.
 */
#include "kernel/fs/inode.h"
#include "kernel/usercopy.h"
#include "mm/slab.h"

enum way { READ, WRITE };
enum where { HERE, AT };	/* the file's own position, or one that is given */

/* The open file of a call, with a reference. => 0; -EISDIR, or -EINVAL for what has no such operation. */
static inline int file_for(long fd, enum where where, int64_t pos, enum way way, struct file **out)
{
	const struct inode_ops *ops;
	struct file *file;
	int err = 0;

	if (where == AT && pos < 0)
		return -EINVAL;
	file = file_get((int)fd);
	if (!file)
		return -EBADF;
	ops = file->inode->ops;
	if (where == AT && !ops->seekable)
		err = -ESPIPE;
	else if (way == READ ? !file_can_read(file) : !file_can_write(file))
		err = -EBADF;
	else if (way == READ ? !ops->read : !ops->write)
		err = inode_is(file->inode, S_IFDIR) ? -EISDIR : -EINVAL;
	if (err)
		file_put(file);
	*out = file;
	return err;
}

static inline long transfer(struct file *file, struct uio *uio, uint64_t *pos, enum way way)
{
	const struct inode_ops *ops = file->inode->ops;

	if (*pos + uio->left > INT64_MAX)
		return -EINVAL;
	return way == READ ? ops->read(file, uio, pos) : ops->write(file, uio, pos);
}

/* The file's own position moves; one call at a time. */
static inline long move(struct file *file, struct uio *uio, enum where where, int64_t pos,
			enum way way)
{
	uint64_t at = where == AT ? (uint64_t)pos : 0;
	long n;

	if (where == AT || !file->inode->ops->seekable)
		return transfer(file, uio, &at, way);
	mutex_lock(&file->pos_lock);
	n = transfer(file, uio, &file->pos, way);
	mutex_unlock(&file->pos_lock);
	return n;
}

static inline long move_buffer(long fd, vaddr_t buf, size_t size, enum where where, int64_t pos,
			       enum way way)
{
	struct file *file;
	struct uio uio;
	long n = file_for(fd, where, pos, way, &file);

	if (n)
		return n;
	n = uio_user(&uio, buf, size);
	if (!n)
		n = move(file, &uio, where, pos, way);
	file_put(file);
	return n;
}

long sys_read(long fd, vaddr_t buf, size_t size)
{
	return move_buffer(fd, buf, size, HERE, 0, READ);
}

long sys_write(long fd, vaddr_t buf, size_t size)
{
	return move_buffer(fd, buf, size, HERE, 0, WRITE);
}

long sys_pread64(long fd, vaddr_t buf, size_t size, int64_t pos)
{
	return move_buffer(fd, buf, size, AT, pos, READ);
}

long sys_pwrite64(long fd, vaddr_t buf, size_t size, int64_t pos)
{
	return move_buffer(fd, buf, size, AT, pos, WRITE);
}

/* ---- lists of buffers ---- */

int uio_user_list(struct uio *uio, vaddr_t user, long count, struct iovec **list)
{
	size_t total = 0;
	struct iovec *iov;

	*list = NULL;
	if (count < 0 || count > IOV_MAX)
		return -EINVAL;
	*uio = (struct uio){ .left = 0 };
	if (count == 0)
		return 0;
	iov = kmalloc((size_t)count * sizeof(*iov));
	if (!iov)
		return -ENOMEM;
	*list = iov;
	if (copy_from_user(iov, user, (size_t)count * sizeof(*iov)))
		return -EFAULT;
	for (long i = 0; i < count; i++) {
		struct uio one;

		if (iov[i].iov_len > INT64_MAX)
			return -EINVAL;
		if (uio_user(&one, (vaddr_t)iov[i].iov_base, iov[i].iov_len))
			return -EFAULT;
		if (iov[i].iov_len > UIO_MAX - total)
			iov[i].iov_len = UIO_MAX - total;
		total += iov[i].iov_len;
	}
	*uio = (struct uio){ .left = total, .more = iov };
	return 0;
}

#define RWF_KNOWN	(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND)

static long move_list(long fd, vaddr_t user, long count, enum where where, int64_t pos,
		      enum way way, unsigned flags)
{
	struct iovec *list = NULL;
	struct file *file;
	struct uio uio;
	long n;

	n = file_for(fd, where, pos, way, &file);
	if (n)
		return n;
	n = uio_user_list(&uio, user, (int)count, &list);
	if (!n && uio.left && (flags & ~RWF_KNOWN))
		n = -EOPNOTSUPP;
	uio.append = flags & RWF_APPEND;
	uio.nowait = flags & RWF_NOWAIT;
	if (!n && uio.left)
		n = move(file, &uio, where, pos, way);
	kfree(list);
	file_put(file);
	return n;
}

long sys_readv(long fd, vaddr_t list, long count)
{
	return move_list(fd, list, count, HERE, 0, READ, 0);
}

long sys_writev(long fd, vaddr_t list, long count)
{
	return move_list(fd, list, count, HERE, 0, WRITE, 0);
}

long sys_preadv(long fd, vaddr_t list, long count, int64_t pos)
{
	return move_list(fd, list, count, AT, pos, READ, 0);
}

long sys_pwritev(long fd, vaddr_t list, long count, int64_t pos)
{
	return move_list(fd, list, count, AT, pos, WRITE, 0);
}

/* Position -1 is the file's own. The high half of a position is for narrower machines. */
long sys_preadv2(long fd, vaddr_t list, long count, int64_t pos, long high, long flags)
{
	(void)high;
	return move_list(fd, list, count, pos == -1 ? HERE : AT, pos, READ, (unsigned)flags);
}

long sys_pwritev2(long fd, vaddr_t list, long count, int64_t pos, long high, long flags)
{
	(void)high;
	return move_list(fd, list, count, pos == -1 ? HERE : AT, pos, WRITE, (unsigned)flags);
}

/* ---- position ---- */

/* Where lseek leads. => the position or -errno. */
static int64_t seek_target(struct file *file, int64_t offset, int whence)
{
	int64_t size = (int64_t)inode_size(file->inode), base;

	switch (whence) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = (int64_t)file->pos;
		break;
	case SEEK_END:
		base = size;
		break;
	case SEEK_DATA:
	case SEEK_HOLE:
		if (offset < 0 || offset >= size)
			return -ENXIO;
		if (inode_pages(file->inode))
			return pages_seek(file->inode->pages, (uint64_t)offset,
					  whence == SEEK_DATA);
		return whence == SEEK_DATA ? offset : size;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, offset, &base))
		return -EINVAL;
	return base < 0 ? -EINVAL : base;
}

long sys_lseek(long fd, int64_t offset, long whence)
{
	struct file *file = file_get((int)fd);
	int64_t target;

	if (!file)
		return -EBADF;
	if ((unsigned)whence > SEEK_HOLE) {
		target = -EINVAL;
	} else if (!file->inode->ops->seekable) {
		target = -ESPIPE;
	} else if (inode_is(file->inode, S_IFCHR)) {
		target = 0;		/* /dev/null and its like have no positions */
	} else {
		mutex_lock(&file->pos_lock);
		target = seek_target(file, offset, (int)whence);
		if (target >= 0)
			file->pos = (uint64_t)target;
		mutex_unlock(&file->pos_lock);
	}
	file_put(file);
	return target;
}
