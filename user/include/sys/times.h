/* Processor time used, in ticks. */
#ifndef _SYS_TIMES_H
#define _SYS_TIMES_H

#include <sys/types.h>
#include "kernel/abi_task.h"

clock_t times(struct tms *used);

#endif
