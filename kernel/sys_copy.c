/*
 * sys_copy.c - from file to file without the program in between: copy_file_range and sendfile.
 */
#include "kernel/fs/inode.h"
#include "kernel/sched.h"
#include "kernel/usercopy.h"
#include "mm/slab.h"

/* One end of a copy. */
struct end {
	struct file *file;
	uint64_t pos;		/* where it has got to */
	vaddr_t user;		/* the caller's position; 0: it is the file's */
};

static int end_open(struct end *end, long fd, vaddr_t user)
{
	*end = (struct end){ .file = file_get((int)fd), .user = user };
	if (!end->file)
		return -EBADF;
	end->pos = end->file->pos;
	if (user && copy_from_user(&end->pos, user, sizeof(end->pos)))
		return -EFAULT;
	return 0;
}

/* Tell how far it has got. */
static int end_store(struct end *end)
{
	if (end->user)
		return copy_to_user(end->user, &end->pos, sizeof(end->pos));
	mutex_lock(&end->file->pos_lock);
	end->file->pos = end->pos;
	mutex_unlock(&end->file->pos_lock);
	return 0;
}

/* One buffer full at most. => bytes, 0 at the end, -errno; what was read and could not be written
 * stays where it was. */
static long copy_some(struct end *in, struct end *out, size_t size, void *buf)
{
	const struct inode_ops *ops = out->file->inode->ops;
	uint64_t pos = in->pos;
	struct uio uio;
	long n;

	uio_kernel(&uio, buf, size < PAGE_SIZE ? size : PAGE_SIZE);
	n = in->file->inode->ops->read(in->file, &uio, &pos);
	if (n <= 0)
		return n;
	uio_kernel(&uio, buf, (size_t)n);
	n = ops->write(out->file, &uio, &out->pos);
	if (n > 0)
		in->pos += (uint64_t)n;
	return n;
}

static long copy(struct end *in, struct end *out, size_t size)
{
	void *buf = kmalloc(PAGE_SIZE);
	size_t done = 0;
	long n = buf ? 0 : -ENOMEM;

	while (buf && done < size) {
		n = copy_some(in, out, size - done, buf);
		if (n <= 0)
			break;
		done += (size_t)n;
		if (done < size && sched_point())
			break;
	}
	kfree(buf);
	return done ? (long)done : n;
}

/* ---- copy_file_range ---- */

static int may_copy(const struct end *in, const struct end *out, size_t *size)
{
	uint64_t in_size;

	if (inode_is(in->file->inode, S_IFDIR) || inode_is(out->file->inode, S_IFDIR))
		return -EISDIR;
	if (!inode_is(in->file->inode, S_IFREG) || !inode_is(out->file->inode, S_IFREG))
		return -EINVAL;
	if (!file_can_read(in->file) || !file_can_write(out->file) ||
	    (out->file->flags & O_APPEND))
		return -EBADF;
	if (in->pos > INT64_MAX || out->pos > INT64_MAX)
		return -EINVAL;
	if (*size > INT64_MAX - in->pos || *size > INT64_MAX - out->pos)
		return -EOVERFLOW;
	in_size = inode_size(in->file->inode);
	if (in->pos >= in_size)
		*size = 0;
	else if (*size > in_size - in->pos)
		*size = in_size - in->pos;
	if (in->file->inode == out->file->inode && in->pos < out->pos + *size &&
	    out->pos < in->pos + *size)
		return -EINVAL;
	return *size && !in->file->inode->ops->read ? -EINVAL : 0;
}

long sys_copy_file_range(long in_fd, vaddr_t in_pos, long out_fd, vaddr_t out_pos, size_t size,
			 long flags)
{
	struct end in = { NULL }, out = { NULL };
	long n = end_open(&in, in_fd, in_pos);

	if (!n)
		n = end_open(&out, out_fd, out_pos);
	if (!n && flags)
		n = -EINVAL;
	if (!n)
		n = may_copy(&in, &out, &size);
	if (!n && size)
		n = copy(&in, &out, size < UIO_MAX ? size : UIO_MAX);
	if (n > 0 && (end_store(&in) || end_store(&out)))
		n = -EFAULT;
	file_put(in.file);
	file_put(out.file);
	return n;
}

/* ---- sendfile ---- */

static int may_send(const struct end *in, const struct end *out, size_t *size)
{
	if (!file_can_read(in->file))
		return -EBADF;
	if (in->user && !in->file->inode->ops->seekable)
		return -ESPIPE;
	if (in->pos > INT64_MAX || *size > INT64_MAX)
		return -EINVAL;
	if (!file_can_write(out->file))
		return -EBADF;
	if (!in->file->inode->ops->read || !in->file->inode->ops->seekable ||
	    !out->file->inode->ops->write || (out->file->flags & O_APPEND))
		return -EINVAL;
	if (*size > UIO_MAX)
		*size = UIO_MAX;
	return 0;
}

long sys_sendfile(long out_fd, long in_fd, vaddr_t in_pos, size_t size)
{
	struct end in = { NULL }, out = { NULL };
	long n = end_open(&in, in_fd, in_pos);

	if (!n)
		n = end_open(&out, out_fd, 0);
	if (!n)
		n = may_send(&in, &out, &size);
	if (!n)
		n = copy(&in, &out, size);
	if (n > 0 && (end_store(&in) || (out.file->inode->ops->seekable && end_store(&out))))
		n = -EFAULT;
	file_put(in.file);
	file_put(out.file);
	return n;
}
