/* Odds and ends about the calling process. */
#ifndef _SYS_PRCTL_H
#define _SYS_PRCTL_H

#include "kernel/abi_task.h"

int prctl(int option, ...);

#endif
