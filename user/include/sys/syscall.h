/* The numbers for syscall(). */
#ifndef _SYS_SYSCALL_H
#define _SYS_SYSCALL_H

#include "kernel/abi_call.h"

#endif
