/* Steering devices. */
#ifndef _SYS_IOCTL_H
#define _SYS_IOCTL_H

#include "kernel/abi_tty.h"

int ioctl(int fd, unsigned long request, ...);

#endif
