/*
 * sys_space.c - the calls about a file's size and space: truncate, fallocate, and the hints and waits
 * for a disk that there is not.
 */
#include "kernel/fs/path.h"

long sys_truncate(vaddr_t user, int64_t size)
{
	struct inode *inode;
	int err;

	if (size < 0)
		return -EINVAL;
	err = path_find_user(AT_FDCWD, user, PATH_FOLLOW, &inode);
	if (err)
		return err;
	err = inode_truncate(inode, (uint64_t)size);
	inode_put(inode);
	return err;
}

long sys_ftruncate(long fd, int64_t size)
{
	struct file *file;
	int err = -EINVAL;

	if (size < 0)
		return -EINVAL;
	file = file_get((int)fd);
	if (!file)
		return -EBADF;
	if (file_can_write(file))
		err = inode_truncate(file->inode, (uint64_t)size);
	file_put(file);
	return err == -EISDIR ? -EINVAL : err;
}

/* What kind of file is open, S_IF*: all that calls ask whose work is done already. -EBADF. */
static int type_of(long fd)
{
	struct file *file = file_get((int)fd);
	int type = file ? (int)(file->inode->mode & S_IFMT) : -EBADF;

	file_put(file);
	return type;
}

/* Everything is in memory: there is nothing to wait for but a valid descriptor. */
long sys_fsync(long fd)
{
	int type = type_of(fd);

	if (type == S_IFIFO || type == S_IFCHR)
		return -EINVAL;
	return type < 0 ? type : 0;
}

long sys_fdatasync(long fd)
{
	return sys_fsync(fd);
}

long sys_sync(void)
{
	return 0;
}

/* ---- space ---- */

static int may_allocate(const struct file *file, unsigned mode, int64_t pos, int64_t size)
{
	unsigned zeros = mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE);

	if (pos < 0 || size <= 0)
		return -EINVAL;
	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		return -EOPNOTSUPP;
	if (zeros == (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		return -EOPNOTSUPP;
	if (zeros == FALLOC_FL_PUNCH_HOLE && !(mode & FALLOC_FL_KEEP_SIZE))
		return -EOPNOTSUPP;
	if (!file_can_write(file))
		return -EBADF;
	if (inode_is(file->inode, S_IFIFO))
		return -ESPIPE;
	if (inode_is(file->inode, S_IFDIR))
		return -EISDIR;
	if (!inode_pages(file->inode))
		return -ENODEV;
	return size > INT64_MAX - pos ? -EFBIG : 0;
}

long sys_fallocate(long fd, long mode, int64_t pos, int64_t size)
{
	struct file *file = file_get((int)fd);
	int err;

	if (!file)
		return -EBADF;
	err = may_allocate(file, (unsigned)mode, pos, size);
	if (!err)
		err = inode_allocate(file->inode, (unsigned)mode, (uint64_t)pos,
				     (uint64_t)pos + (uint64_t)size);
	file_put(file);
	return err;
}

/* ---- hints, and waits that are over ---- */

#define SYNC_FLAGS	7	/* SYNC_FILE_RANGE_* */

long sys_sync_file_range(long fd, int64_t pos, int64_t size, long flags)
{
	int type = type_of(fd);

	if (type < 0)
		return type;
	if ((flags & ~SYNC_FLAGS) || pos < 0 || size < 0 || size > INT64_MAX - pos)
		return -EINVAL;
	return type == S_IFIFO || type == S_IFCHR ? -ESPIPE : 0;
}

long sys_syncfs(long fd)
{
	int type = type_of(fd);

	return type < 0 ? type : 0;
}

long sys_fadvise64(long fd, int64_t pos, int64_t size, long advice)
{
	int type = type_of(fd);

	(void)pos;
	if (type < 0)
		return type;
	if (type == S_IFIFO)
		return -ESPIPE;
	return size < 0 || (unsigned)advice > POSIX_FADV_NOREUSE ? -EINVAL : 0;
}

long sys_readahead(long fd, int64_t pos, size_t size)
{
	struct file *file = file_get((int)fd);
	int err = 0;

	(void)pos, (void)size;
	if (!file)
		return -EBADF;
	if (!file_can_read(file))
		err = -EBADF;
	else if (!inode_is(file->inode, S_IFREG))
		err = -EINVAL;
	file_put(file);
	return err;
}
