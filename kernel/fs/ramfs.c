/*
 * ramfs.c - what lies in the RAM file system: regular files, directories, links, fifos.
 *
 * Names are in tree.c, contents in pages.c; this file makes the inodes and ties the two together.
 */
#include "kernel/fs/owner.h"
#include "kernel/fs/tree.h"
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

	if (n > 0 && inode->atime <= inode->mtime)
		inode->atime = clock_ns();
	return n;
}

static long file_write_pages(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct inode *inode = file->inode;
	long n;

	mutex_lock(&inode->lock);
	if (file->flags & O_APPEND)
		*pos = pages_size(inode->pages);
	n = pages_write(inode->pages, uio, pos);
	if (n > 0)
		inode_touch(inode);
	mutex_unlock(&inode->lock);
	return n;
}

int inode_truncate(struct inode *inode, uint64_t size)
{
	int err;

	if (inode_is(inode, S_IFDIR))
		return -EISDIR;
	if (!inode_pages(inode))
		return -EINVAL;
	err = inode_use(inode, 1);
	if (err)
		return err;
	mutex_lock(&inode->lock);
	if (size != pages_size(inode->pages))
		pagecache_truncate(inode->pages, size);
	inode_touch(inode);
	mutex_unlock(&inode->lock);
	inode_end_use(inode, 1);
	return 0;
}

static const struct inode_ops ramfs_file_ops = {
	.destroy = file_destroy,
	.read = file_read_pages,
	.write = file_write_pages,
	.seekable = true,
};

struct inode *ramfs_file(unsigned mode)
{
	struct inode *inode = inode_create(&ramfs_file_ops, S_IFREG | mode, DEV_RAMFS);

	if (inode && owner_attach(inode)) {
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

struct inode *ramfs_dir(unsigned mode)
{
	struct inode *inode = inode_create(&ramfs_dir_ops, S_IFDIR | mode, DEV_RAMFS);

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

struct inode *ramfs_link(const char *target, size_t len)
{
	struct inode *inode = inode_create(&ramfs_link_ops, S_IFLNK | 0777, DEV_RAMFS);
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

struct inode *ramfs_fifo(unsigned mode)
{
	return inode_create(&fifo_ops, S_IFIFO | mode, DEV_RAMFS);
}
