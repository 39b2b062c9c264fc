/*
 * open.c - open(2): what may be opened how, and creating what is not there.
 */
#include "kernel/fs/mount.h"
#include "kernel/fs/path.h"
#include "kernel/fs/tree.h"

static bool is_nameless(unsigned flags)
{
	return (flags & O_TMPFILE) == O_TMPFILE;
}

/* The name comes last: an open that fails leaves no file behind. */
static int open_new(struct path *path, unsigned flags, unsigned mode, struct file *file)
{
	struct inode *inode;
	int err;

	if (path->dir->ops != &ramfs_dir_ops)
		return -ENOENT;
	err = mount_check_write(path->dir);
	if (err)
		return err;
	inode = fs_has_room() ? ramfs_file(path->dir->mount, mode & 07777) : NULL;
	if (!inode)
		return -ENOSPC;
	err = file_start(file, inode, flags);
	if (!err)
		err = tree_add(path->dir, path->name, path->len, inode);
	inode_put(inode);
	return err;
}

/* A file in this directory that has no name; without O_EXCL it may get one from linkat. */
static int open_nameless(struct inode *dir, unsigned flags, unsigned mode, struct file *file)
{
	struct inode *inode;
	char text[24];
	int len, err;

	if (!inode_is(dir, S_IFDIR))
		return -ENOTDIR;
	if (dir->ops != &ramfs_dir_ops)
		return -EOPNOTSUPP;
	err = mount_check_write(dir);
	if (err)
		return err;
	inode = fs_has_room() ? ramfs_file(dir->mount, mode & 07777) : NULL;
	if (!inode)
		return -ENOSPC;
	inode->may_be_linked = !(flags & O_EXCL);
	len = snprintf(text, sizeof(text), "#%lu", inode->ino);
	err = tree_name_gone(dir, text, (size_t)len, inode);
	if (!err)
		err = file_start(file, inode, flags);
	inode_put(inode);
	return err;
}

/* May this inode, which was there before, be opened so? Checks in Linux's order. */
static int may_open(struct inode *inode, unsigned flags)
{
	bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);

	if ((flags & O_CREAT) && (flags & O_EXCL))
		return -EEXIST;
	if ((flags & O_CREAT) && inode_is(inode, S_IFDIR))
		return -EISDIR;
	if ((flags & O_DIRECTORY) && !inode_is(inode, S_IFDIR))
		return -ENOTDIR;
	if (flags & O_PATH)
		return 0;
	if (inode_is(inode, S_IFLNK))
		return -ELOOP;
	if (inode_is(inode, S_IFDIR) && writes)
		return -EISDIR;
	if (S_ISCHR(inode->mode) && (inode->mount->flags & MS_NODEV))
		return -EACCES;
	return inode_is(inode, S_IFSOCK) ? -ENXIO : 0;
}

static int open_old(struct inode *inode, unsigned flags, struct file *file)
{
	int err = may_open(inode, flags);

	if (!err)
		err = file_start(file, inode, flags);
	if (!err && (flags & O_TRUNC) && inode_pages(inode))
		err = inode_truncate(inode, 0);
	return err;
}

static int open_once(int dirfd, const char *text, unsigned flags, unsigned mode, struct file *file)
{
	unsigned how = 0;
	struct path path;
	int err;

	if (!(flags & O_NOFOLLOW) && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL))
		how |= PATH_FOLLOW;
	if (flags & O_CREAT)
		how |= PATH_PARENT;
	err = path_walk(dirfd, text, how, &path);
	if (err)
		return err;
	if (is_nameless(flags))
		err = open_nameless(path.inode, flags, mode, file);
	else if ((flags & O_CREAT) && path.slash && path.last == LAST_NAME)
		err = -EISDIR;
	else if (path.inode)
		err = open_old(path.inode, flags, file);
	else
		err = open_new(&path, flags, mode, file);
	path_put(&path);
	return err;
}

int path_open(int dirfd, const char *text, unsigned flags, unsigned mode, struct file **out)
{
	struct file *file;
	int err;

	if (flags & O_PATH)
		flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	if (is_nameless(flags) && (flags & O_ACCMODE) == O_RDONLY)
		return -EINVAL;
	if (is_nameless(flags))
		flags &= ~O_CREAT;
	if ((flags & O_CREAT) && (flags & O_DIRECTORY))
		return -EINVAL;
	/* Another task may make the name between our look and our creation. */
	do {
		file = file_alloc();
		err = file ? open_once(dirfd, text, flags, mode, file) : -ENOMEM;
		if (err)
			file_put(file);
	} while (err == -EEXIST && (flags & O_CREAT) && !(flags & O_EXCL));
	if (!err)
		*out = file;
	return err;
}

int file_open_exec(int dirfd, const char *path, int flags, struct file **file)
{
	unsigned any_x = S_IXUSR | S_IXGRP | S_IXOTH, how = (unsigned)flags & PATH_EMPTY;
	struct inode *inode;
	int err;

	if (!(flags & AT_SYMLINK_NOFOLLOW))
		how |= PATH_FOLLOW;
	err = path_find(dirfd, path, how, &inode);
	if (err)
		return err;
	if (inode_is(inode, S_IFLNK))
		err = -ELOOP;
	else if (!inode_is(inode, S_IFREG) || !(inode->mode & any_x) ||
		 (inode->mount->flags & MS_NOEXEC))
		err = -EACCES;
	else
		err = file_create(inode, O_RDONLY, file);
	inode_put(inode);
	return err;
}
