/*
 * tree.h - the names of the RAM file system: what holds the inodes together.
 *
 * All of it is guarded by one spin lock inside tree.c; names are short and everything is found by
 * hash, so it is held for a moment only.
 */
#pragma once

#include "kernel/fs/inode.h"

/* As inode_ops.lookup; ".." too. */
int tree_lookup(struct inode *dir, const char *text, size_t len, struct inode **found);
struct inode *tree_parent(struct inode *dir);	/* with a reference; the root's is the root */

/* Name a new inode, or name an old one once more. -EEXIST; -ENOENT: dir (or the old inode) is
 * removed; -EMLINK; -ENOSPC: no memory. The tree takes its own reference. */
int tree_add(struct inode *dir, const char *text, size_t len, struct inode *inode);
int tree_link(struct inode *dir, const char *text, size_t len, struct inode *inode);

/* Call an inode that nobody else has yet as if this name of it had just been removed. -ENOMEM. */
int tree_name_gone(struct inode *dir, const char *text, size_t len, struct inode *inode);

/* unlink and rmdir, with Linux's errors. */
enum tree_kind { TREE_FILE, TREE_DIR };
int tree_remove(struct inode *dir, const char *text, size_t len, enum tree_kind kind);

/* Remove every name below root, where nobody can come to any more. */
void tree_empty(struct inode *root);

/* renameat2; flags: RENAME_NOREPLACE or RENAME_EXCHANGE or 0. */
int tree_rename(struct inode *from_dir, const char *from, size_t from_len, struct inode *to_dir,
		const char *to, size_t to_len, unsigned flags);

int tree_readdir(struct file *file, struct dir_sink *sink);
int tree_path(struct inode *inode, char *buf, size_t size);

/* For inode.c, when the last reference to inode is gone: frees its last name. => that name's
 * directory, whose reference the caller drops, or NULL. */
struct inode *name_free_last(struct inode *inode);
