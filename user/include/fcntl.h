/* Opening files and steering descriptors. */
#ifndef _FCNTL_H
#define _FCNTL_H

#include <sys/types.h>
#include "kernel/abi_file.h"

int open(const char *path, int flags, ...);
int openat(int dir, const char *path, int flags, ...);
int creat(const char *path, mode_t mode);
int fcntl(int fd, int cmd, ...);
int fallocate(int fd, int mode, off_t pos, off_t n);
int posix_fallocate(int fd, off_t pos, off_t n);
int posix_fadvise(int fd, off_t pos, off_t n, int advice);
ssize_t readahead(int fd, off_t pos, size_t n);
int sync_file_range(int fd, off_t pos, off_t n, unsigned flags);

int flock(int fd, int op);

#endif
