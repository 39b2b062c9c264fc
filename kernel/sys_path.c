/*
 * sys_path.c - the calls that make, move and remove names, and those about the current directory.
 */
#include "kernel/fs/files.h"
#include "kernel/fs/mount.h"
#include "kernel/fs/path.h"
#include "kernel/fs/tree.h"
#include "kernel/usercopy.h"
#include "mm/slab.h"

/* May a new name be made here? `dir`: what is made is a directory. */
static int may_make(const struct path *path, bool dir)
{
	if (path->last != LAST_NAME || path->inode)
		return -EEXIST;
	if (path->slash && !dir)
		return -ENOENT;
	if (path->dir->ops != &ramfs_dir_ops)
		return -ENOENT;
	return fs_has_room() ? mount_check_write(path->dir) : -ENOSPC;
}

/* Name a fresh inode (NULL: there was no memory for it), whose reference is taken over. */
static int add_fresh(struct path *path, struct inode *inode)
{
	int err;

	if (!inode)
		return -ENOSPC;
	err = tree_add(path->dir, path->name, path->len, inode);
	inode_put(inode);
	return err;
}

/* mode with the type; target: of a symbolic link. */
static int make_at(long dirfd, vaddr_t user, unsigned mode, uint64_t rdev, const char *target)
{
	struct inode *inode;
	struct path path;
	int err = path_walk_user((int)dirfd, user, PATH_PARENT, &path);

	if (err)
		return err;
	err = may_make(&path, S_ISDIR(mode));
	if (!err) {
		inode = target ? ramfs_link(path.dir->mount, target, strlen(target))
			       : ramfs_node(path.dir->mount, mode & ~fs_context_umask(), rdev);
		err = add_fresh(&path, inode);
	}
	path_put(&path);
	return err;
}

long sys_mkdirat(long dirfd, vaddr_t user, long mode)
{
	return make_at(dirfd, user, S_IFDIR | ((unsigned)mode & 01777), 0, NULL);
}

/* Linux's dev_t holds 12 bits of major number above 8 of minor, the other minor bits higher up. */
long sys_mknodat(long dirfd, vaddr_t user, long mode, long dev)
{
	unsigned type = mode & S_IFMT ? mode & S_IFMT : S_IFREG;

	if (type == S_IFDIR)
		return -EPERM;
	if (type != S_IFREG && type != S_IFIFO && type != S_IFCHR && type != S_IFBLK &&
	    type != S_IFSOCK)
		return -EINVAL;
	return make_at(dirfd, user, type | ((unsigned)mode & 07777), (uint32_t)dev, NULL);
}

long sys_symlinkat(vaddr_t user_target, long dirfd, vaddr_t user)
{
	char *target;
	int err = path_from_user(user_target, &target);

	if (err)
		return err;
	err = *target ? make_at(dirfd, user, S_IFLNK, 0, target) : -ENOENT;
	kfree(target);
	return err;
}

static int link_inode(struct inode *inode, long dirfd, vaddr_t user)
{
	struct path path;
	int err = path_walk_user((int)dirfd, user, PATH_PARENT, &path);

	if (err)
		return err;
	err = may_make(&path, false);
	if (!err && inode->mount != path.dir->mount)
		err = -EXDEV;
	if (!err && inode_is(inode, S_IFDIR))
		err = -EPERM;
	if (!err)
		err = tree_link(path.dir, path.name, path.len, inode);
	path_put(&path);
	return err;
}

long sys_linkat(long old_dirfd, vaddr_t old, long new_dirfd, vaddr_t new, long flags)
{
	struct inode *inode;
	int err;

	if ((int)flags & ~(PATH_FOLLOW | PATH_EMPTY))
		return -EINVAL;
	err = path_find_user((int)old_dirfd, old, (unsigned)flags, &inode);
	if (err)
		return err;
	err = link_inode(inode, new_dirfd, new);
	inode_put(inode);
	return err;
}

/* ---- removing ---- */

static int may_unlink(const struct path *path)
{
	int err;

	if (path->last != LAST_NAME)
		return -EISDIR;
	err = mount_check_write(path->dir);
	if (err)
		return err;
	if (!path->inode)
		return -ENOENT;
	if (path->slash)
		return inode_is(path->inode, S_IFDIR) ? -EISDIR : -ENOTDIR;
	return path->dir->ops == &ramfs_dir_ops ? 0 : -EPERM;
}

static int may_rmdir(const struct path *path)
{
	int err;

	if (path->last == LAST_ROOT)
		return -EBUSY;
	if (path->last == LAST_DOT)
		return -EINVAL;
	if (path->last == LAST_DOTDOT)
		return -ENOTEMPTY;
	err = mount_check_write(path->dir);
	if (err)
		return err;
	if (!path->inode)
		return -ENOENT;
	return path->dir->ops == &ramfs_dir_ops ? 0 : -EPERM;
}

long sys_unlinkat(long dirfd, vaddr_t user, long flags)
{
	bool dir = flags & AT_REMOVEDIR;
	struct path path;
	int err;

	if ((int)flags & ~AT_REMOVEDIR)
		return -EINVAL;
	err = path_walk_user((int)dirfd, user, PATH_PARENT, &path);
	if (err)
		return err;
	err = dir ? may_rmdir(&path) : may_unlink(&path);
	if (!err)
		err = tree_remove(path.dir, path.name, path.len, dir ? TREE_DIR : TREE_FILE);
	path_put(&path);
	return err;
}

/* ---- renaming ---- */

static int may_rename_paths(const struct path *from, const struct path *to, unsigned flags)
{
	bool from_is_dir;
	int err;

	if (from->dir->mount != to->dir->mount)
		return -EXDEV;
	if (from->last != LAST_NAME)
		return -EBUSY;
	if (to->last != LAST_NAME)
		return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	err = mount_check_write(from->dir);
	if (err)
		return err;
	if (!from->inode)
		return -ENOENT;
	if (to->inode && (flags & RENAME_NOREPLACE))
		return -EEXIST;
	if (from->dir->ops != &ramfs_dir_ops)
		return -EPERM;
	from_is_dir = inode_is(from->inode, S_IFDIR);
	if (!from_is_dir && from->slash)
		return -ENOTDIR;
	if (flags & RENAME_EXCHANGE)
		return to->slash && to->inode && !inode_is(to->inode, S_IFDIR) ? -ENOTDIR : 0;
	return !from_is_dir && to->slash ? -ENOTDIR : 0;
}

long sys_renameat2(long from_dirfd, vaddr_t from_user, long to_dirfd, vaddr_t to_user, long flags)
{
	struct path from, to;
	int err;

	if ((unsigned)flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	if ((flags & RENAME_NOREPLACE) && (flags & RENAME_EXCHANGE))
		return -EINVAL;
	err = path_walk_user((int)from_dirfd, from_user, PATH_PARENT, &from);
	if (err)
		return err;
	err = path_walk_user((int)to_dirfd, to_user, PATH_PARENT, &to);
	if (!err) {
		err = may_rename_paths(&from, &to, (unsigned)flags);
		if (!err)
			err = tree_rename(from.dir, from.name, from.len, to.dir, to.name, to.len,
					  (unsigned)flags);
		path_put(&to);
	}
	path_put(&from);
	return err;
}

/* ---- reading links ---- */

static long copy_link(struct inode *inode, vaddr_t buf, size_t size)
{
	char *text;
	int len;

	text = kmalloc(PATH_MAX);
	if (!text)
		return -ENOMEM;
	len = inode->ops->readlink(inode, text, PATH_MAX);
	if (len >= PATH_MAX)
		len = PATH_MAX - 1;
	if (len >= 0 && (size_t)len > size)
		len = (int)size;
	if (len > 0 && copy_to_user(buf, text, (size_t)len))
		len = -EFAULT;
	kfree(text);
	return len;
}

long sys_readlinkat(long dirfd, vaddr_t user, vaddr_t buf, long size)
{
	struct path path;
	long n;

	if ((int)size <= 0)
		return -EINVAL;
	n = path_walk_user((int)dirfd, user, PATH_EMPTY, &path);
	if (n)
		return n;
	if (path.inode->ops->readlink)
		n = copy_link(path.inode, buf, (size_t)(int)size);
	else
		n = *path.text ? -EINVAL : -ENOENT;
	path_put(&path);
	return n;
}

/* ---- the current directory ---- */

static int set_cwd(struct inode *inode)
{
	if (!inode_is(inode, S_IFDIR))
		return -ENOTDIR;
	fs_context_set_cwd(inode);
	return 0;
}

long sys_chdir(vaddr_t user)
{
	struct inode *inode;
	int err = path_find_user(AT_FDCWD, user, PATH_FOLLOW, &inode);

	if (err)
		return err;
	err = set_cwd(inode);
	inode_put(inode);
	return err;
}

long sys_fchdir(long fd)
{
	struct file *file = file_get_any((int)fd);
	int err;

	if (!file)
		return -EBADF;
	err = set_cwd(file->inode);
	file_put(file);
	return err;
}

static long copy_cwd(struct inode *cwd, vaddr_t buf, size_t size, char *text)
{
	long len;

	if (cwd->nlink == 0)
		return -ENOENT;
	len = inode_path(cwd, text, PATH_MAX) + 1;
	if (len > PATH_MAX)
		return -ENAMETOOLONG;
	if ((size_t)len > size)
		return -ERANGE;
	return copy_to_user(buf, text, (size_t)len) ? -EFAULT : len;
}

long sys_getcwd(vaddr_t buf, size_t size)
{
	struct inode *cwd;
	char *text = kmalloc(PATH_MAX);
	long n;

	if (!text)
		return -ENOMEM;
	cwd = fs_context_cwd();
	n = copy_cwd(cwd, buf, size, text);
	inode_put(cwd);
	kfree(text);
	return n;
}

long sys_umask(long mask)
{
	return fs_context_set_umask((unsigned)mask);
}
