/* Joining file systems to the tree. */
#ifndef _SYS_MOUNT_H
#define _SYS_MOUNT_H

#include "kernel/abi_file.h"

int mount(const char *source, const char *target, const char *type, unsigned long flags,
	  const void *data);
int umount(const char *target);
int umount2(const char *target, int flags);

#endif
