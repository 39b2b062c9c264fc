/*
 * lockf.h - advisory locks on files: fcntl's on ranges, flock's on the whole.
 */
#pragma once

#include "kernel/fs/inode.h"

enum lock_kind {
	LOCK_OF_RANGE,		/* fcntl: whoever reads or writes may ask for it, and ignore it */
	LOCK_OF_FILE,		/* flock: knows nothing of the others */
};

/* A lock that is held or asked for. Who owns it: a descriptor table (F_SETLK), whose close of any
 * descriptor of the file ends it, or an open file (F_OFD_SETLK, flock), which ends it with itself. */
struct lockf {
	struct list link;	/* in inode.locks; guarded by a lock of lockf.c */
	const void *owner;
	enum lock_kind kind;
	int type;		/* F_RDLCK, F_WRLCK; asked for: also F_UNLCK */
	uint64_t start, last;	/* both included */
	int pid;		/* of F_SETLK; otherwise -1 */
};

#define LOCKF_LAST	((uint64_t)INT64_MAX)

/* Own this lock from now on, or with F_UNLCK no such lock. => 0; -EAGAIN when somebody else's is in
 * the way, or with `wait` -EINTR and -EDEADLK; -ENOLCK: no memory. */
int lockf_set(struct inode *inode, const struct lockf *want, bool wait);

/* A lock that is in the way of this one, in *found; false: none is. */
bool lockf_find(struct inode *inode, const struct lockf *want, struct lockf *found);

/* The owner has closed the file: all its locks on it end. */
void lockf_release(struct inode *inode, const void *owner);
