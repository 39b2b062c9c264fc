/* Time in microseconds, and the interval timers. */
#ifndef _SYS_TIME_H
#define _SYS_TIME_H

#include <sys/types.h>
#include "kernel/abi_time.h"

int gettimeofday(struct timeval *restrict tv, void *restrict zone);
int getitimer(int which, struct itimerval *now);
int setitimer(int which, const struct itimerval *restrict timer,
	      struct itimerval *restrict old);

#endif
