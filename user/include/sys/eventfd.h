/* A counter to wait for. */
#ifndef _SYS_EVENTFD_H
#define _SYS_EVENTFD_H

#include "kernel/abi_file.h"

typedef uint64_t eventfd_t;

int eventfd(unsigned value, int flags);

#endif
