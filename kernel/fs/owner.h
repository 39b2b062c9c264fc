/*
 * owner.h - from a page cache back to the file: for /proc/<pid>/maps.
 *
 * A mapping keeps the page cache, not the inode. So each page cache of a file carries a record of its
 * inode, or, when the inode went first, of what it was called.
 */
#pragma once

#include "kernel/fs/inode.h"

/* A page cache for a new file; 0 or -ENOMEM. */
int owner_attach(struct inode *inode);

/* The inode goes: leave its name with the page cache if something still maps it. */
void owner_detach(struct inode *inode);

/* dev, inode number and path (as snprintf) of the file that pc belongs to; false: of none. The
 * caller keeps pc alive. */
bool owner_describe(struct pagecache *pc, uint64_t *dev, uint64_t *ino, char *buf, size_t size);
