/*
 * sys_file.c - the calls about descriptors: open, close, dup, pipe2 and what else takes an open
 * file but moves none of its bytes. (sys_fcntl.c has fcntl and ioctl.)
 */
#include "kernel/fs/files.h"
#include "kernel/fs/mount.h"
#include "kernel/fs/path.h"
#include "kernel/fs/tree.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"
#include "mm/slab.h"

static enum fd_flags fd_flags_of(long flags)
{
	return flags & O_CLOEXEC ? FD_CLOSE_ON_EXEC : FD_KEEP;
}

static long open_user(long dirfd, vaddr_t user, unsigned flags, unsigned mode)
{
	struct file *file;
	char *text;
	int fd, err;

	err = path_from_user(user, &text);
	if (err)
		return err;
	fd = fd_reserve(0, fd_flags_of(flags));
	if (fd >= 0) {
		err = path_open((int)dirfd, text, flags | O_LARGEFILE,
				mode & ~fs_context_umask(), &file);
		if (!err)
			fd_install(fd, file);
		else
			fd_release(fd);
	}
	kfree(text);
	return err ? err : fd;
}

long sys_openat(long dirfd, vaddr_t user, long flags, long mode)
{
	return open_user(dirfd, user, (unsigned)flags, (unsigned)mode);
}

#define OPEN_FLAGS	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | \
			 O_SYNC | O_ASYNC | O_DIRECT | O_LARGEFILE | O_NOFOLLOW | O_NOATIME | \
			 O_CLOEXEC | O_PATH | O_TMPFILE)

/* openat that refuses what it does not know; a later, larger structure only if it asks for no more. */
static int read_open_how(vaddr_t user, size_t size, struct open_how *how)
{
	char more;

	if (size < sizeof(*how))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	if (copy_from_user(how, user, sizeof(*how)))
		return -EFAULT;
	for (size_t i = sizeof(*how); i < size; i++) {
		if (copy_from_user(&more, user + i, 1))
			return -EFAULT;
		if (more)
			return -E2BIG;
	}
	if ((how->flags & ~(uint64_t)OPEN_FLAGS) || how->resolve)
		return -EINVAL;
	if (how->flags & O_CREAT || (how->flags & O_TMPFILE) == O_TMPFILE)
		return how->mode & ~07777ull ? -EINVAL : 0;
	return how->mode ? -EINVAL : 0;
}

long sys_openat2(long dirfd, vaddr_t user, vaddr_t user_how, size_t size)
{
	struct open_how how;
	int err = read_open_how(user_how, size, &how);

	return err ? err : open_user(dirfd, user, (unsigned)how.flags, (unsigned)how.mode);
}

/* A file in memory alone, which others reach by its descriptor. */
static int memfd_open(const char *name, unsigned flags, struct file **file)
{
	struct inode *inode = fs_has_room() ? ramfs_file(&memory_mount, 0777) : NULL;
	int err;

	if (!inode)
		return -ENOMEM;
	if (flags & MFD_ALLOW_SEALING)
		inode->seals = 0;
	err = tree_name_gone(fs_root, name, strlen(name), inode);
	if (!err)
		err = file_create(inode, O_RDWR | O_LARGEFILE, file);
	inode_put(inode);
	return err;
}

#define MEMFD_NAME_MAX	249

long sys_memfd_create(vaddr_t user, long flags)
{
	char name[sizeof("memfd:") + MEMFD_NAME_MAX] = "memfd:";
	struct file *file;
	long len;
	int err;

	if ((unsigned)flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING))
		return -EINVAL;
	len = strncpy_from_user(name + strlen(name), user, MEMFD_NAME_MAX + 1);
	if (len < 0)
		return len == -ENAMETOOLONG ? -EINVAL : len;
	err = memfd_open(name, (unsigned)flags, &file);
	return err ? err : fd_add(file, 0, flags & MFD_CLOEXEC ? FD_CLOSE_ON_EXEC : FD_KEEP);
}

long sys_eventfd2(long value, long flags)
{
	struct file *file;
	int err;

	if ((int)flags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK))
		return -EINVAL;
	err = eventfd_create((uint32_t)value, flags & EFD_SEMAPHORE,
			     O_RDWR | ((unsigned)flags & O_NONBLOCK), &file);
	return err ? err : fd_add(file, 0, fd_flags_of(flags));
}

long sys_close(long fd)
{
	return fd_close((int)fd);
}

long sys_close_range(long first_arg, long last_arg, long flags)
{
	struct files *files = current->files;
	unsigned first = (unsigned)first_arg, last = (unsigned)last_arg;

	if (((unsigned)flags & ~CLOSE_RANGE_CLOEXEC) || first > last)
		return -EINVAL;
	for (int fd = first < FILES_MAX ? files_next(files, (int)first) : -1;
	     fd >= 0 && (unsigned)fd <= last; fd = files_next(files, fd + 1)) {
		if (flags & CLOSE_RANGE_CLOEXEC)
			fd_set_flags(fd, FD_CLOSE_ON_EXEC);
		else
			fd_close(fd);
	}
	return 0;
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

/* ---- directories ---- */

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
