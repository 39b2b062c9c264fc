/*
 * The contract between programs and this kernel: Linux's system-call ABI for
 * 64-bit RISC-V, as plain constants and structures. The kernel, the C library
 * in user/ and assembly may all include it; the names are those of POSIX and
 * Linux, because user headers hand them on to programs. Only numbers and
 * layouts live here: what a call does is the business of who serves it.
 *
 * Each part can be included alone, so that a small user header stays small.
 */
#ifndef KERNEL_ABI_H
#define KERNEL_ABI_H

#include "kernel/abi_call.h"	/* SYS_*: the numbers of the calls */
#include "kernel/abi_errno.h"	/* E*: what a failed call answers */
#include "kernel/abi_exec.h"	/* the auxiliary vector of a new program */
#include "kernel/abi_file.h"	/* files, directories, pipes, polling */
#include "kernel/abi_mem.h"	/* mappings */
#include "kernel/abi_signal.h"	/* signals and the frame a handler sees */
#include "kernel/abi_task.h"	/* clone, wait, limits, the machine */
#include "kernel/abi_time.h"	/* clocks */
#include "kernel/abi_tty.h"	/* the terminal */

#endif
