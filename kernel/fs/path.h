/*
 * path.h - from a path to an inode.
 */
#pragma once

#include "kernel/fs/inode.h"

#define PATH_FOLLOW	AT_SYMLINK_FOLLOW	/* a symbolic link at the end is followed */
#define PATH_EMPTY	AT_EMPTY_PATH		/* "" is what dirfd refers to */
/* It is about the last name, which need not exist; a slash behind it is only reported. */
#define PATH_PARENT	1

/* What the last component was. Those that are not a name cannot be made, removed or renamed. */
enum path_last { LAST_NAME, LAST_ROOT, LAST_DOT, LAST_DOTDOT };

struct path {
	struct inode *dir;	/* where the last name is; one reference */
	struct inode *inode;	/* what it leads to, one reference; NULL: it does not exist */
	const char *name;	/* the last name, not terminated; in the text or in `body` */
	size_t len;
	enum path_last last;
	bool slash;		/* it was written with a slash behind it */
	char *body;		/* kmalloc'd: what is left after symbolic links */
	char *text;		/* kmalloc'd: all of it, as path_walk_user has read it; else NULL */
};

/*
 * Walk `text` from dirfd (a descriptor or AT_FDCWD). Without PATH_PARENT a missing last name is
 * -ENOENT. On success the caller calls path_put; on failure nothing is held.
 * -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG, -EBADF, -ENOMEM.
 */
int path_walk(int dirfd, const char *text, unsigned flags, struct path *path);
/* The same for a user's path. Also -EFAULT. */
int path_walk_user(int dirfd, vaddr_t user, unsigned flags, struct path *path);
void path_put(struct path *path);

/* Just the inode, with a reference. */
int path_find(int dirfd, const char *text, unsigned flags, struct inode **inode);
int path_find_user(int dirfd, vaddr_t user, unsigned flags, struct inode **inode);

/* A path out of user memory, kfree'd by the caller. -EFAULT, -ENAMETOOLONG, -ENOMEM. */
int path_from_user(vaddr_t user, char **text);

/* open(2) for a kernel string; mode is already without the umask's bits. */
int path_open(int dirfd, const char *text, unsigned flags, unsigned mode, struct file **file);
