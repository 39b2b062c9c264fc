/* Limits and usage. */
#ifndef _SYS_RESOURCE_H
#define _SYS_RESOURCE_H

#include <sys/types.h>
#include "kernel/abi_task.h"

typedef uint64_t rlim_t;

int getrlimit(int which, struct rlimit *limit);
int setrlimit(int which, const struct rlimit *limit);
int prlimit(pid_t pid, int which, const struct rlimit *limit, struct rlimit *old);
int getrusage(int who, struct rusage *usage);
int getpriority(int which, id_t who);
int setpriority(int which, id_t who, int priority);

#endif
