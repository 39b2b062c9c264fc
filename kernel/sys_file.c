/*
 * sys_file.c - the calls about descriptors: open, close, dup, pipe2 and what else takes an open
 * file but moves none of its bytes. (sys_fcntl.c has fcntl and ioctl.)
 */
#include "kernel/fs/files.h"
#include "kernel/fs/inode.h"
#include "kernel/fs/path.h"
#include "kernel/fs/readdir.h"
#include "kernel/usercopy.h"
#include "mm/slab.h"

static enum fd_flags fd_flags_of(long flags)
{
	return flags & O_CLOEXEC ? FD_CLOSE_ON_EXEC : FD_KEEP;
}

long sys_openat(long dirfd, vaddr_t user, long flags, long mode)
{
	struct file *file;
	char *text;
	int fd, err;

	err = path_from_user(user, &text);
	if (err)
		return err;
	fd = fd_reserve(0, fd_flags_of(flags));
	if (fd >= 0) {
		err = path_open((int)dirfd, text, (unsigned)flags | O_LARGEFILE,
				(unsigned)mode & ~fs_context_umask(), &file);
		if (!err)
			fd_install(fd, file);
		else
			fd_release(fd);
	}
	kfree(text);
	return err ? err : fd;
}

long sys_close(long fd)
{
	return fd_close((int)fd);
}

long sys_dup(long fd)
{
	struct file *file = file_get_any((int)fd);

	return file ? fd_add(file, 0, FD_KEEP) : -EBADF;
}

long sys_dup3(long old, long new, long flags)
{
	struct file *file;
	int err;

	if (((int)flags & ~O_CLOEXEC) || (int)old == (int)new)
		return -EINVAL;
	if ((int)new < 0 || (int)new >= FILES_MAX)
		return -EBADF;
	file = file_get_any((int)old);
	if (!file)
		return -EBADF;
	err = fd_replace((int)new, file, fd_flags_of(flags));
	return err ? err : (int)new;
}

long sys_pipe2(vaddr_t user, long flags)
{
	struct file *reader, *writer;
	int fd[2], err;

	if ((int)flags & ~(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	err = pipe_create(&reader, &writer, (unsigned)flags);
	if (err)
		return err;
	err = fd[0] = fd_reserve(0, fd_flags_of(flags));
	if (err < 0)
		goto put_files;
	err = fd[1] = fd_reserve(0, fd_flags_of(flags));
	if (err < 0)
		goto release_0;
	err = copy_to_user(user, fd, sizeof(fd));
	if (err)
		goto release_1;
	fd_install(fd[0], reader);
	fd_install(fd[1], writer);
	return 0;
release_1:
	fd_release(fd[1]);
release_0:
	fd_release(fd[0]);
put_files:
	file_put(reader);
	file_put(writer);
	return err;
}

/* ---- directories, sizes, syncing ---- */

/* Entries from the file's position on, at most a page of them. => bytes or -errno. */
static long read_entries(struct file *file, vaddr_t buf, struct dir_sink *sink)
{
	uint64_t pos;
	int err;

	mutex_lock(&file->pos_lock);
	pos = file->pos;
	err = file->inode->ops->readdir(file, sink);
	if (!err && sink->too_small)
		err = -EINVAL;
	if (!err && sink->used)
		err = copy_to_user(buf, sink->buf, sink->used);
	if (err)
		file->pos = pos;
	mutex_unlock(&file->pos_lock);
	return err ? err : (long)sink->used;
}

long sys_getdents64(long fd, vaddr_t buf, size_t size)
{
	struct file *file = file_get((int)fd);
	struct dir_sink sink = { .size = (unsigned)size < PAGE_SIZE ? (unsigned)size : PAGE_SIZE };
	long n = -ENOTDIR;

	if (!file)
		return -EBADF;
	if (file->inode->ops->readdir) {
		sink.buf = kmalloc(PAGE_SIZE);
		n = sink.buf ? read_entries(file, buf, &sink) : -ENOMEM;
		kfree(sink.buf);
	}
	file_put(file);
	return n;
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

/* Everything is in memory: there is nothing to wait for but a valid descriptor. */
long sys_fsync(long fd)
{
	struct file *file = file_get((int)fd);
	int err = 0;

	if (!file)
		return -EBADF;
	if (inode_is(file->inode, S_IFIFO) || inode_is(file->inode, S_IFCHR))
		err = -EINVAL;
	file_put(file);
	return err;
}

long sys_fdatasync(long fd)
{
	return sys_fsync(fd);
}

long sys_sync(void)
{
	return 0;
}
