/*
 * vfs.h - what the rest of the kernel may do with files.
 *
 * An inode is a file, directory, link, device or pipe; a file is an open one (position, flags),
 * shared by dup and fork; struct files is a table of descriptors; struct fs_context is the current
 * directory and umask. All are counted. kernel/fs/ has the rest in private headers.
 */
#pragma once

#include "mm/pagecache.h"
#include "mm/types.h"

struct file;
struct files;
struct fs_context;
struct inode;

/* Boot: an empty root with /dev and /proc; then the initrd's files on top, its frames freed as
 * they are consumed. NULL, or in words what is wrong with the archive. */
int fs_init(void);
const char *fs_unpack_initrd(paddr_t start, paddr_t end);

/* Descriptor tables and directories of tasks. */
struct files *files_create(void);
struct files *files_clone(struct files *files);		/* NULL: no memory */
struct files *files_ref(struct files *files);
bool files_are_shared(struct files *files);
void files_put(struct files *files);			/* the last user closes all */
void files_close_on_exec(struct files *files);
struct fs_context *fs_context_create(void);		/* root directory, umask 022 */
struct fs_context *fs_context_clone(struct fs_context *fs);
struct fs_context *fs_context_ref(struct fs_context *fs);
void fs_context_put(struct fs_context *fs);

/* The current task's open file for fd, with a reference; NULL is EBADF. */
struct file *file_get(int fd);
void file_put(struct file *file);
struct file *file_ref(struct file *file);

/* Open a program: path is a kernel string, from dirfd (or AT_FDCWD); flags: AT_EMPTY_PATH,
 * AT_SYMLINK_NOFOLLOW. On success *file has one reference. -EACCES: no regular file with an x bit,
 * -ELOOP, and what a walk ends in. */
int file_open_exec(int dirfd, const char *path, int flags, struct file **file);

/* Read into kernel memory at an offset; short only at the end. => bytes or -errno. */
long file_read_kernel(struct file *file, void *buf, size_t size, uint64_t offset);

/* For mmap and exec. */
unsigned file_flags(const struct file *file);		/* O_ACCMODE, O_APPEND ... */
bool file_is_zero_device(const struct file *file);	/* /dev/zero: mmap gives anonymous memory */
struct pagecache *file_pagecache(struct file *file);	/* borrowed; NULL: cannot be mapped */
uint64_t file_size(struct file *file);
/* It runs as a program from now on, and may not be opened for writing. 0, or -ETXTBSY while it is
 * open for that; a second user of one that runs always succeeds. */
int file_run(struct file *file);
void file_end_run(struct file *file);
