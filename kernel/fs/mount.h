/*
 * mount.h - file systems, and where they hang in the tree.
 *
 * A file system is a set of inodes with a root. It is mounted by hanging its root over a directory:
 * from then on whoever comes to that directory is at the root, and `..` of the root is `..` of the
 * directory. Each is hung once, so one structure is both the file system and its place.
 */
#pragma once

#include "kernel/fs/inode.h"

struct mount;

struct fs_type {
	const char *name;
	uint32_t magic;			/* statfs's f_type */
	bool ram;			/* names are in the tree, contents in page caches */
	bool sized;			/* takes size=, by default half of memory */
	struct inode *(*make_root)(struct mount *mount);	/* NULL: no memory. Not there: the
					 * kernel's own, which cannot be mounted */
};

struct mount {
	uint32_t refs;			/* its inodes, and its place; atomic */
	uint32_t dev;			/* st_dev */
	const struct fs_type *type;
	unsigned flags;			/* MS_RDONLY, MS_NODEV ...; atomic */
	uint32_t users;			/* open files, current directories, mounts on it; atomic */
	uint32_t writers;		/* of those, regular files open for writing; atomic */
	struct page_quota pages;	/* of its regular files */
	char *source;			/* what mount(2) said it was made of; kmalloc'd */

	/* Guarded by tree_lock. */
	struct inode *root;		/* one reference; NULL when it is gone */
	struct inode *covered;		/* the directory it hangs over, one reference; or NULL */
	struct list link;		/* of all that are hung, oldest first */
};

/* Not hung anywhere: pipes; and files without a name. */
extern struct mount pipe_mount, memory_mount;

/* What programs may mount, ended by a NULL name; one of them, or NULL. */
extern const struct fs_type fs_types[];
const struct fs_type *fs_type_find(const char *name);

/* A new file system with its root, hung nowhere: -ENOMEM. mount_discard ends one that never was hung. */
int mount_create(const struct fs_type *type, const char *source, struct mount **mount);
void mount_discard(struct mount *mount);

/* Boot: this is the top of the tree. */
void mount_set_top(struct mount *mount);

/* Hang it over dir, which keeps it from now on. -ENOTDIR; -ENOENT: dir is removed; -EBUSY: dir is the
 * root of the whole tree. */
int mount_hang(struct mount *mount, struct inode *dir);
/* Take down the file system with this root, and all that is in it. -EINVAL: it is no root, or that of
 * the whole tree; -EBUSY. */
int mount_take_down(struct inode *root);
/* Change the flags. -EBUSY: a file is open for writing and it is to be read-only. */
int mount_set_flags(struct mount *mount, unsigned flags);

/* What hangs over inode, or itself; the reference passes over to the result. */
struct inode *mount_cross(struct inode *inode);

/* A name or attribute of the file system is to change: 0 or -EROFS; mount_check_change also says
 * -EPERM for the kernel's own files. */
int mount_check_write(const struct inode *inode);
int mount_check_change(const struct inode *inode);
/* A regular file is open for writing, from now on: 0 or -EROFS. */
int mount_start_write(struct mount *mount);
void mount_end_write(struct mount *mount);

void mount_statfs(const struct mount *mount, struct statfs *st);

/* The root of the oldest mount, or (root) of the one hung after root's, with a reference; NULL: that was
 * all. root's own reference goes. */
struct inode *mount_next(struct inode *root);
/* st_dev of what it hangs in; its own for the top. */
uint32_t mount_parent_dev(const struct mount *mount);

void mount_free(struct mount *mount);		/* for mount_put only */

static inline struct mount *mount_ref(struct mount *mount)
{
	__atomic_fetch_add(&mount->refs, 1, __ATOMIC_RELAXED);
	return mount;
}

static inline void mount_put(struct mount *mount)
{
	if (__atomic_sub_fetch(&mount->refs, 1, __ATOMIC_ACQ_REL) == 0)
		mount_free(mount);
}

static inline void mount_use(struct mount *mount)
{
	__atomic_fetch_add(&mount->users, 1, __ATOMIC_RELAXED);
}

static inline void mount_end_use(struct mount *mount)
{
	__atomic_fetch_sub(&mount->users, 1, __ATOMIC_RELEASE);
}

/* The roots of /proc and /sys: proc.c. */
struct inode *proc_root(struct mount *mount);
struct inode *sys_root(struct mount *mount);
