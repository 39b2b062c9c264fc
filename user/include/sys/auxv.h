/* What the kernel told the program when it started. */
#ifndef _SYS_AUXV_H
#define _SYS_AUXV_H

#include "kernel/abi_exec.h"

unsigned long getauxval(unsigned long type);

#endif
