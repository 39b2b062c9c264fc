/* Why the last call failed. */
#ifndef _ERRNO_H
#define _ERRNO_H

#include "kernel/abi_errno.h"

extern __thread int errno;
#define errno errno

extern char *program_invocation_name;

#endif
