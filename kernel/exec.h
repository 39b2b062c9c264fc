/*
 * exec.h - replace the current task's program.
 */
#pragma once

/* From the kernel, for process 1: strings are kernel strings, arrays end in NULL. 0 or -errno. */
int exec_kernel(const char *path, const char *const argv[], const char *const envp[]);
