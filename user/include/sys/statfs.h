/* What is known about a file system. */
#ifndef _SYS_STATFS_H
#define _SYS_STATFS_H

#include "kernel/abi_file.h"

int statfs(const char *path, struct statfs *st);
int fstatfs(int fd, struct statfs *st);

#endif
