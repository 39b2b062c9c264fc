/* Scheduling, and clone() as the C library offers it. */
#ifndef _SCHED_H
#define _SCHED_H

#include <sys/types.h>
#include "kernel/abi_task.h"

#define CPU_SETSIZE	1024

typedef struct {
	unsigned long bits[CPU_SETSIZE / 64];
} cpu_set_t;

struct sched_param {
	int sched_priority;
};

#define CPU_ZERO(set)		((void)(*(set) = (cpu_set_t){ 0 }))
#define CPU_SET(n, set)		((void)((set)->bits[(n) / 64] |= 1UL << ((n) % 64)))
#define CPU_CLR(n, set)		((void)((set)->bits[(n) / 64] &= ~(1UL << ((n) % 64))))
#define CPU_ISSET(n, set)	((int)((set)->bits[(n) / 64] >> ((n) % 64) & 1))
#define CPU_COUNT(set)		__cpu_count(set)

int __cpu_count(const cpu_set_t *set);
int sched_yield(void);
int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set);
int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set);
int sched_getcpu(void);
int sched_setscheduler(pid_t pid, int policy, const struct sched_param *param);
int sched_getscheduler(pid_t pid);
int sched_setparam(pid_t pid, const struct sched_param *param);
int sched_getparam(pid_t pid, struct sched_param *param);
int sched_get_priority_max(int policy);
int sched_get_priority_min(int policy);

/* fn(arg) runs on the given stack; further arguments: parent_tid, tls, child_tid. */
int clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);

#endif
