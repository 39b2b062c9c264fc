/* The name of the system. */
#ifndef _SYS_UTSNAME_H
#define _SYS_UTSNAME_H

#include "kernel/abi_task.h"

int uname(struct utsname *name);

#endif
