/*
 * name.h - a name in a directory; for tree.c, which changes them, and tree_look.c, which reads.
 */
#pragma once

#include "kernel/fs/mount.h"

struct name {
	struct name *next;	/* in its bucket */
	struct list dir_link;	/* dir->names */
	struct inode *dir;
	struct inode *inode;	/* NULL: removed */
	uint64_t cookie;	/* position in the directory */
	uint32_t hash;
	uint32_t len;
	char text[];
};

/* Guards all names, the lists of them, and inode.name, names, next_cookie and nlink. */
extern struct spinlock tree_lock;

/* The directory that bears the name: for the root of a file system, the one it hangs over. */
static inline struct inode *named_dir(struct inode *dir)
{
	while (dir->mount->root == dir && dir->mount->covered)
		dir = dir->mount->covered;
	return dir;
}

/* The directory a directory is in; the root is in itself. */
static inline struct inode *parent_of(struct inode *dir)
{
	dir = named_dir(dir);
	return dir->name ? dir->name->dir : dir;
}
