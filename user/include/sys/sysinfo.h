/* Uptime and memory. */
#ifndef _SYS_SYSINFO_H
#define _SYS_SYSINFO_H

#include "kernel/abi_task.h"

int sysinfo(struct sysinfo *info);
int get_nprocs(void);
int get_nprocs_conf(void);

#endif
