/* The numbers of futex(2); the call itself is syscall(SYS_futex, ...). */
#ifndef _LINUX_FUTEX_H
#define _LINUX_FUTEX_H

#include "kernel/abi_task.h"

#endif
