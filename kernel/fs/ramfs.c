/*
 * ramfs.c - what lies in the RAM file system: regular files, directories, links, fifos.
 *
 * Names are in tree.c, contents in pages.c; this file makes the inodes and ties the two together.
 */
#include "kernel/fs/mount.h"
#include "kernel/fs/owner.h"
#include "kernel/fs/tree.h"
#include "kernel/limits.h"
#include "kernel/signal.h"
#include "mm/slab.h"

struct inode *fs_root;

/* ---- regular files ---- */

static void file_destroy(struct inode *inode)
{
	if (inode->pages)
		owner_detach(inode);
}

static long file_read_pages(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct inode *inode = file->inode;
	long n = pages_read(inode->pages, uio, pos);

	if (n > 0 && inode->atime <= inode->mtime && !(inode->mount->flags & MS_NOATIME))
		inode->atime = clock_ns();
	return n;
}

/* RLIMIT_FSIZE, for a file that is to become larger. */
static int check_size(uint64_t size)
{
	if (size <= limit_get(RLIMIT_FSIZE))
		return 0;
	signal_raise(SIGXFSZ);
	return -EFBIG;
}

/* What fits below the limit is written; the call that finds no room any more fails. */
static int check_write(struct uio *uio, uint64_t pos)
{
	uint64_t limit = limit_get(RLIMIT_FSIZE);

	if (uio->left && pos >= limit)
		return check_size(pos + 1);
	if (uio->left > limit - pos)
		uio->left = limit - pos;
	return 0;
}

static long file_write_pages(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct inode *inode = file->inode;
	uint64_t size;
	long n;

	mutex_lock(&inode->lock);
	size = pages_size(inode->pages);
	if ((file->flags & O_APPEND) || uio->append)
		*pos = size;
	n = check_write(uio, *pos);
	if (!n && inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		n = -EPERM;
	if (!n)
		n = pages_write(inode->pages, uio, pos,
				inode->seals & F_SEAL_GROW ? size : UINT64_MAX);
	if (n > 0)
		inode_touch(inode);
	mutex_unlock(&inode->lock);
	return n;
}

int inode_truncate(struct inode *inode, uint64_t size)
{
	uint64_t old;
	int err;

	if (inode_is(inode, S_IFDIR))
		return -EISDIR;
	if (!inode_pages(inode))
		return -EINVAL;
	err = mount_check_write(inode);
	if (!err)
		err = inode_use(inode, 1);
	if (err)
		return err;
	mutex_lock(&inode->lock);
	old = pages_size(inode->pages);
	if (inode->seals & (size < old ? F_SEAL_SHRINK : size > old ? F_SEAL_GROW : 0))
		err = -EPERM;
	else if (size > old)
		err = check_size(size);
	if (!err && size != old)
		pagecache_truncate(inode->pages, size);
	if (!err)
		inode_touch(inode);
	mutex_unlock(&inode->lock);
	inode_end_use(inode, 1);
	return err;
}

/* What the seals forbid, and then the work. The inode's lock is held. */
static int allocate_locked(struct inode *inode, unsigned mode, uint64_t pos, uint64_t end)
{
	struct pagecache *pc = inode->pages;
	bool zeros = mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE);
	bool beyond = end > pages_size(pc), grows = beyond && !(mode & FALLOC_FL_KEEP_SIZE);
	int err = beyond && !(mode & FALLOC_FL_PUNCH_HOLE) ? check_size(end) : 0;

	if (err)
		return err;
	if (zeros && (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)))
		return -EPERM;
	if (grows && (inode->seals & F_SEAL_GROW))
		return -EPERM;
	if (zeros)
		err = pages_zero(pc, pos, end);
	if (!err && !(mode & FALLOC_FL_PUNCH_HOLE))
		err = pages_fill(pc, pos, end);
	if (!err && grows)
		pages_grow(pc, end);
	if (!err)
		inode_touch(inode);
	return err;
}

int inode_allocate(struct inode *inode, unsigned mode, uint64_t pos, uint64_t end)
{
	int err;

	mutex_lock(&inode->lock);
	err = allocate_locked(inode, mode, pos, end);
	mutex_unlock(&inode->lock);
	return err;
}

/* ---- seals ---- */

static int add_seals(struct inode *inode, unsigned seals)
{
	if (inode->seals & F_SEAL_SEAL)
		return -EPERM;
	if ((seals & F_SEAL_WRITE) && !pagecache_seal(inode->pages, false))
		return -EBUSY;
	if (seals & F_SEAL_FUTURE_WRITE)
		pagecache_seal(inode->pages, true);
	inode->seals |= seals;
	return 0;
}

static long ramfs_fcntl(struct file *file, int cmd, uint64_t arg)
{
	const unsigned all = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE |
			     F_SEAL_FUTURE_WRITE;
	struct inode *inode = file->inode;
	int err;

	if (cmd == F_GET_SEALS)
		return inode->seals;
	if (cmd != F_ADD_SEALS)
		return -EINVAL;
	if (!file_can_write(file))
		return -EPERM;
	if (arg & ~(uint64_t)all)
		return -EINVAL;
	mutex_lock(&inode->lock);
	err = add_seals(inode, (unsigned)arg);
	mutex_unlock(&inode->lock);
	return err;
}

static const struct inode_ops ramfs_file_ops = {
	.destroy = file_destroy,
	.read = file_read_pages,
	.write = file_write_pages,
	.fcntl = ramfs_fcntl,
	.seekable = true,
};

struct inode *ramfs_file(struct mount *mount, unsigned mode)
{
	struct inode *inode = inode_create(&ramfs_file_ops, S_IFREG | mode, mount);

	if (!inode)
		return NULL;
	inode->seals = F_SEAL_SEAL;
	if (owner_attach(inode)) {
		inode_put(inode);
		return NULL;
	}
	return inode;
}

/* ---- directories ---- */

const struct inode_ops ramfs_dir_ops = {
	.lookup = tree_lookup,
	.readdir = tree_readdir,
	.seekable = true,
};

struct inode *ramfs_dir(struct mount *mount, unsigned mode)
{
	struct inode *inode = inode_create(&ramfs_dir_ops, S_IFDIR | mode, mount);

	if (inode)
		inode->next_cookie = 2;		/* behind "." and ".." */
	return inode;
}

/* ---- symbolic links ---- */

static void link_destroy(struct inode *inode)
{
	kfree(inode->target);
}

static int link_readlink(struct inode *inode, char *buf, size_t size)
{
	return snprintf(buf, size, "%s", inode->target);
}

static const struct inode_ops ramfs_link_ops = {
	.destroy = link_destroy,
	.readlink = link_readlink,
};

struct inode *ramfs_link(struct mount *mount, const char *target, size_t len)
{
	struct inode *inode = inode_create(&ramfs_link_ops, S_IFLNK | 0777, mount);
	char *text = kmalloc(len + 1);

	if (!inode || !text) {
		kfree(text);
		inode_put(inode);
		return NULL;
	}
	memcpy(text, target, len);
	text[len] = 0;
	inode->target = text;
	return inode;
}

struct inode *ramfs_node(struct mount *mount, unsigned mode, uint64_t rdev)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return ramfs_file(mount, mode & 07777);
	case S_IFDIR:
		return ramfs_dir(mount, mode & 07777);
	case S_IFIFO:
		return inode_create(&fifo_ops, mode, mount);
	default:
		return device_node(mount, mode, rdev);
	}
}
