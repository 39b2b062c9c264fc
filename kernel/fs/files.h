/*
 * files.h - descriptor tables, inside the kernel's file calls.
 */
#pragma once

#include "kernel/fs/vfs.h"

#define FILES_MAX	1024		/* descriptors per table; RLIMIT_NOFILE */

enum fd_flags { FD_KEEP, FD_CLOSE_ON_EXEC };

/* Reserve the lowest free descriptor at or above `from` in the current table. => it, or -EMFILE,
 * -ENOMEM, -EINVAL (from is too large). Until fd_install or fd_release it is taken but closed. */
int fd_reserve(int from, enum fd_flags flags);
void fd_release(int fd);
void fd_install(int fd, struct file *file);	/* takes over the reference */
/* Both: the lowest free descriptor from `from` on is for file, whose reference is taken over. */
int fd_add(struct file *file, int from, enum fd_flags flags);

/* dup3's heart: fd is `file` from now on (takes over the reference), whatever it was before.
 * -EBADF: no such number; -EBUSY: just being opened by another thread that shares the
 * table. Then file is put. */
int fd_replace(int fd, struct file *file, enum fd_flags flags);

int fd_close(int fd);			/* -EBADF */

int fd_get_flags(int fd);		/* FD_CLOEXEC or 0, or -EBADF */
int fd_set_flags(int fd, enum fd_flags flags);

/* For /proc/<pid>/fd: of any table. The file with a reference or NULL; the first descriptor in use
 * at or above fd, or -1. */
struct file *files_get(struct files *files, int fd);
int files_next(struct files *files, int fd);

/* The current directory, with a reference, and umask of the current task. */
struct inode *fs_context_cwd(void);
void fs_context_set_cwd(struct inode *dir);	/* takes its own reference */
unsigned fs_context_umask(void);
unsigned fs_context_set_umask(unsigned mask);	/* => the old one */
struct inode *fs_context_cwd_of(struct fs_context *fs);
