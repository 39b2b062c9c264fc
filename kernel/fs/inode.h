/*
 * inode.h - files and open files, inside kernel/fs.
 *
 * An inode is one thing that can have names: a regular file, directory, symbolic link, device, pipe
 * or something of /proc. What it can do is in its inode_ops; an operation that is NULL does not
 * exist for it. A file is an open inode.
 *
 * Locks: tree_lock (tree.c) guards all names, link counts and directories. inode.lock, a sleeping
 * lock, makes writes and truncations of one regular file exclude each other; it may be held while
 * user memory is touched, since no page fault and no mmap ever takes it. Readers take no lock: the
 * page cache has its own and every page is held by a reference while it is copied. Times, mode and
 * owner are single words, stored and loaded whole.
 */
#pragma once

#include "kernel/fs/uio.h"
#include "kernel/fs/vfs.h"
#include "kernel/lock.h"
#include "kernel/print.h"
#include "kernel/string.h"

struct file;
struct name;
struct pipe;
struct mount;
struct proc_entry;
struct dir_sink;
struct poll_table;

struct inode_ops {
	/* The last reference is gone: free what is private. NULL: nothing is. */
	void (*destroy)(struct inode *inode);

	/* Directories. lookup: a reference in *found, or -ENOENT. "." never arrives. readdir: give
	 * entries from file->pos on to the sink, until it is full; moves file->pos. */
	int (*lookup)(struct inode *dir, const char *name, size_t len, struct inode **found);
	int (*readdir)(struct file *file, struct dir_sink *sink);

	/* Links. readlink: as snprintf. follow: links that lead to an inode, not to a name. */
	int (*readlink)(struct inode *inode, char *buf, size_t size);
	int (*follow)(struct inode *inode, struct inode **target);

	/* Open files. read and write: bytes or -errno; *pos moves by what was done. */
	int (*open)(struct file *file);
	void (*release)(struct file *file);
	long (*read)(struct file *file, struct uio *uio, uint64_t *pos);
	long (*write)(struct file *file, struct uio *uio, uint64_t *pos);
	int (*ioctl)(struct file *file, unsigned cmd, vaddr_t arg);
	long (*fcntl)(struct file *file, int cmd, uint64_t arg);	/* what only some can */
	/* POLL* bits that hold now; hear of changes through the table, if there is one (poll.h).
	 * NULL: always ready. */
	unsigned (*poll)(struct file *file, struct poll_table *table);

	/* The path, as snprintf; NULL: by its names in the tree. */
	int (*path)(struct inode *inode, char *buf, size_t size);

	bool seekable;		/* has positions: lseek, pread */
};

struct inode {
	const struct inode_ops *ops;
	uint32_t refs;			/* names, open files, current directories; atomic */
	struct mount *mount;		/* the file system it is in; one reference */
	uint64_t ino;
	uint64_t rdev;			/* devices: major << 8 | minor */
	uint32_t mode;			/* type and permissions */
	uint32_t uid, gid;		/* shown; there is one user */
	int64_t atime, mtime, ctime;	/* ns since the epoch */

	/* Guarded by tree_lock. */
	uint32_t nlink;
	struct name *name;		/* the name it was last reached by, perhaps gone; or NULL */
	bool may_be_linked;		/* without a name it may be given the first (O_TMPFILE) */
	struct list names;		/* directory: struct name via dir_link, oldest first */
	uint64_t next_cookie;		/* directory: position of the next name made */
	struct mount *mounted;		/* directory: what hangs over it, or NULL */

	uint32_t seals;			/* regular file: F_SEAL_*; they only become more */
	int32_t writers;		/* regular file: > 0 opened for writing so often; < 0 run as a
					 * program by so many, and not to be written; atomic */
	struct list locks;		/* struct lockf via link: advisory locks; see lockf.c */
	struct mutex lock;		/* regular file: writers */
	union {
		struct pagecache *pages;	/* regular file: its contents */
		char *target;			/* symbolic link: kmalloc'd text */
		struct pipe *pipe;		/* pipe or open fifo */
		struct eventfd *eventfd;
		struct {
			const struct proc_entry *entry;	/* never NULL */
			struct inode *parent;	/* the directory; NULL: this is the root */
			int number;		/* of a numbered one; else -1 */
			bool is_task;		/* number is a task's */
		} proc;
	};
};

struct file {
	uint32_t refs;			/* descriptors, calls under way, mappings; atomic */
	uint32_t flags;			/* O_*; F_SETFL replaces the word */
	struct inode *inode;		/* one reference */
	struct mutex pos_lock;		/* guards pos and private */
	uint64_t pos;
	struct pagecache *text;		/* /proc: what was read at the start */
	struct f_owner_ex signal_owner;	/* F_SETOWN: kept and told, nothing is sent */
};

/* ---- inode.c ---- */

/* A new inode with one reference and no name; NULL: no memory. mode has the type. */
struct inode *inode_create(const struct inode_ops *ops, unsigned mode, struct mount *mount);
/* May it be written from now on (direction 1), or run (-1)? 0, or -ETXTBSY when others do the
 * opposite. inode_end_use takes it back. */
int inode_use(struct inode *inode, int direction);
void inode_end_use(struct inode *inode, int direction);

/* A reference unless the last one is gone already. */
bool inode_try_ref(struct inode *inode);
void inode_free(struct inode *inode);		/* for inode_put only */
void inode_touch(struct inode *inode);		/* contents changed now: mtime, ctime */
void inode_stat(struct inode *inode, struct stat *st);
int64_t clock_ns(void);				/* ns since the epoch */
/* As snprintf; the path from the root, " (deleted)" behind one that is gone. */
int inode_path(struct inode *inode, char *buf, size_t size);
uint64_t inode_size(const struct inode *inode);

/* Is the piece of text [s, s + len) this word? */
static inline bool text_is(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(s, word, len) == 0;
}

static inline bool text_is_dot_dot(const char *s, size_t len)
{
	return len == 2 && s[0] == '.' && s[1] == '.';
}

/* The contents of a regular file of the RAM file system; NULL: it is not one. */
struct pagecache *inode_pages(const struct inode *inode);

static inline bool inode_is(const struct inode *inode, unsigned type)
{
	return (inode->mode & S_IFMT) == type;
}

static inline struct inode *inode_ref(struct inode *inode)
{
	__atomic_fetch_add(&inode->refs, 1, __ATOMIC_RELAXED);
	return inode;
}

static inline void inode_put(struct inode *inode)
{
	if (inode && __atomic_sub_fetch(&inode->refs, 1, __ATOMIC_ACQ_REL) == 0)
		inode_free(inode);
}

/* ---- ramfs.c: the inodes of the RAM file system ---- */

extern const struct inode_ops ramfs_dir_ops;
extern struct inode *fs_root;

/* New nodes without a name; mode without the type where the function says it. NULL: no memory. */
struct inode *ramfs_file(struct mount *mount, unsigned mode);
struct inode *ramfs_dir(struct mount *mount, unsigned mode);
struct inode *ramfs_link(struct mount *mount, const char *target, size_t len);
/* Any kind but a link, by the type in mode. */
struct inode *ramfs_node(struct mount *mount, unsigned mode, uint64_t rdev);

/* Change the size of a regular file; mappings beyond the end go. -EISDIR, -EINVAL, -ETXTBSY. */
int inode_truncate(struct inode *inode, uint64_t size);
/* fallocate with a mode that there is, of a regular file. -ENOSPC, -EPERM, -EINTR. */
int inode_allocate(struct inode *inode, unsigned mode, uint64_t pos, uint64_t end);

/* ---- device.c, proc.c, pipe.c ---- */

struct inode *device_node(struct mount *mount, unsigned mode, uint64_t rdev);
/* The devices /dev has from the start; index counts up from 0. NULL: that was all. */
const char *device_next(unsigned *index, unsigned *mode, uint64_t *rdev);
extern const struct inode_ops fifo_ops;
int pipe_create(struct file **reader, struct file **writer, unsigned flags);
int eventfd_create(uint64_t value, bool semaphore, unsigned flags, struct file **file);
#define MKDEV(major, minor) ((uint64_t)(major) << 8 | (minor))

/* ---- pages.c: contents of regular files ---- */

/* May files, names and what they hold take more memory? Asked before any is taken: some is left
 * so that a full file system does not keep rm from starting. */
bool fs_has_room(void);
size_t fs_spare(void);		/* frames that are left */

/* The largest size, as Linux has it for RAM file systems. */
#define FILE_SIZE_MAX	INT64_MAX

long pages_read(struct pagecache *pc, struct uio *uio, uint64_t *pos);
/* The caller holds the inode's lock. end_max: -EPERM for a page that would take the file further. */
long pages_write(struct pagecache *pc, struct uio *uio, uint64_t *pos, uint64_t end_max);

/* Space (fallocate) and holes (lseek); pages_space.c. The caller of the first three holds the inode's
 * lock. zero: [pos, end) reads as zeros from now on, and whole pages of it are holes. fill: they are
 * holes no longer; grow: and the size reaches end. -ENOSPC, -EINTR. */
int pages_zero(struct pagecache *pc, uint64_t pos, uint64_t end);
int pages_fill(struct pagecache *pc, uint64_t pos, uint64_t end);
void pages_grow(struct pagecache *pc, uint64_t size);
/* The first place from pos < size on that is data, or that is not; -ENXIO: none. */
int64_t pages_seek(struct pagecache *pc, uint64_t pos, bool data);
static inline uint64_t pages_size(const struct pagecache *pc)
{
	return __atomic_load_n(&pc->size, __ATOMIC_ACQUIRE);
}

/* ---- file.c: open files ---- */

/* An open file in two steps, so that what is opened can be made or changed when nothing can fail
 * for want of memory any more: without an inode yet (NULL: no memory); then open the inode (takes
 * its own reference) with O_* flags, by ops->open. file_put ends it after either. */
struct file *file_alloc(void);
int file_start(struct file *file, struct inode *inode, unsigned flags);
/* Both at once. */
int file_create(struct inode *inode, unsigned flags, struct file **file);
/* Of a descriptor, O_PATH ones too; file_get refuses those. */
struct file *file_get_any(int fd);

static inline bool file_can_read(const struct file *file)
{
	unsigned mode = file->flags & O_ACCMODE;

	return mode == O_RDONLY || mode == O_RDWR;
}

static inline bool file_can_write(const struct file *file)
{
	unsigned mode = file->flags & O_ACCMODE;

	return mode == O_WRONLY || mode == O_RDWR;
}

/* ---- readdir.c: entries on their way out ---- */

/* The buffer that they are gathered in. */
struct dir_sink {
	char *buf;		/* aligned to 8 */
	size_t size, used;	/* bytes */
	bool too_small;		/* not even the first entry fitted */
};

/* False when the entry does not fit any more. next: the position behind it. */
bool dir_emit(struct dir_sink *sink, const char *name, size_t len, uint64_t ino, unsigned mode,
	      uint64_t next);
