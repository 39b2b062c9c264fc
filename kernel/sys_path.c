/*
 * sys_path.c - the calls that make, move and remove names, and those about the current directory.
 */
#include "kernel/fs/files.h"
#include "kernel/fs/mount.h"
#include "kernel/fs/path.h"
#include "kernel/fs/tree.h"
#include "kernel/usercopy.h"
#include "mm/slab.h"

/* A path of the user's, walked to its parent; both are let go by name_done. */
static int name_start(long dirfd, vaddr_t user, char **text, struct path *path)
{
	int err = path_from_user(user, text);

	if (err)
		return err;
	err = path_walk((int)dirfd, *text, PATH_PARENT, path);
	if (err)
		kfree(*text);
	return err;
}

static void name_done(char *text, struct path *path)
{
	path_put(path);
	kfree(text);
}

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

long sys_mkdirat(long dirfd, vaddr_t user, long mode)
{
	struct path path;
	char *text;
	int err = name_start(dirfd, user, &text, &path);

	if (err)
		return err;
	err = may_make(&path, true);
	if (!err)
		err = add_fresh(&path, ramfs_dir(path.dir->mount,
						 (unsigned)mode & 01777 & ~fs_context_umask()));
	name_done(text, &path);
	return err;
}

static struct inode *make_node(struct mount *mount, unsigned mode, uint64_t rdev)
{
	unsigned perms = mode & 07777 & ~fs_context_umask();

	switch (mode & S_IFMT) {
	case 0:
	case S_IFREG:
		return ramfs_file(mount, perms);
	case S_IFIFO:
		return ramfs_fifo(mount, perms);
	default:
		return device_node(mount, (mode & S_IFMT) | perms, rdev);
	}
}

/* Linux's dev_t holds 12 bits of major number above 8 of minor, the other minor bits higher up. */
long sys_mknodat(long dirfd, vaddr_t user, long mode, long dev)
{
	unsigned type = (unsigned)mode & S_IFMT;
	struct path path;
	char *text;
	int err;

	if (type == S_IFDIR)
		return -EPERM;
	if (type && type != S_IFREG && type != S_IFIFO && type != S_IFCHR && type != S_IFBLK &&
	    type != S_IFSOCK)
		return -EINVAL;
	err = name_start(dirfd, user, &text, &path);
	if (err)
		return err;
	err = may_make(&path, false);
	if (!err)
		err = add_fresh(&path, make_node(path.dir->mount, (unsigned)mode, (uint32_t)dev));
	name_done(text, &path);
	return err;
}

long sys_symlinkat(vaddr_t user_target, long dirfd, vaddr_t user)
{
	struct path path;
	char *target, *text;
	int err = path_from_user(user_target, &target);

	if (err)
		return err;
	if (*target == 0)
		err = -ENOENT;
	if (!err)
		err = name_start(dirfd, user, &text, &path);
	if (!err) {
		err = may_make(&path, false);
		if (!err)
			err = add_fresh(&path, ramfs_link(path.dir->mount, target, strlen(target)));
		name_done(text, &path);
	}
	kfree(target);
	return err;
}

static int link_inode(struct inode *inode, long dirfd, vaddr_t user)
{
	struct path path;
	char *text;
	int err = name_start(dirfd, user, &text, &path);

	if (err)
		return err;
	err = may_make(&path, false);
	if (!err && inode->mount != path.dir->mount)
		err = -EXDEV;
	if (!err && inode_is(inode, S_IFDIR))
		err = -EPERM;
	if (!err)
		err = tree_link(path.dir, path.name, path.len, inode);
	name_done(text, &path);
	return err;
}

long sys_linkat(long old_dirfd, vaddr_t old, long new_dirfd, vaddr_t new, long flags)
{
	struct inode *inode;
	unsigned how = 0;
	int err;

	if ((int)flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_SYMLINK_FOLLOW)
		how |= PATH_FOLLOW;
	if (flags & AT_EMPTY_PATH)
		how |= PATH_EMPTY;
	err = path_find_user((int)old_dirfd, old, how, &inode);
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
	char *text;
	int err;

	if ((int)flags & ~AT_REMOVEDIR)
		return -EINVAL;
	err = name_start(dirfd, user, &text, &path);
	if (err)
		return err;
	err = dir ? may_rmdir(&path) : may_unlink(&path);
	if (!err)
		err = tree_remove(path.dir, path.name, path.len, dir ? TREE_DIR : TREE_FILE);
	name_done(text, &path);
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
	char *from_text, *to_text;
	int err;

	if ((unsigned)flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	if ((flags & RENAME_NOREPLACE) && (flags & RENAME_EXCHANGE))
		return -EINVAL;
	err = name_start(from_dirfd, from_user, &from_text, &from);
	if (err)
		return err;
	err = name_start(to_dirfd, to_user, &to_text, &to);
	if (!err) {
		err = may_rename_paths(&from, &to, (unsigned)flags);
		if (!err)
			err = tree_rename(from.dir, from.name, from.len, to.dir, to.name, to.len,
					  (unsigned)flags);
		name_done(to_text, &to);
	}
	name_done(from_text, &from);
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
	struct inode *inode;
	char *text;
	long n;

	if ((int)size <= 0)
		return -EINVAL;
	n = path_from_user(user, &text);
	if (n)
		return n;
	n = path_find((int)dirfd, text, PATH_EMPTY, &inode);
	if (!n) {
		if (inode->ops->readlink)
			n = copy_link(inode, buf, (size_t)(int)size);
		else
			n = *text ? -EINVAL : -ENOENT;
		inode_put(inode);
	}
	kfree(text);
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
