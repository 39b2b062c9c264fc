/*
 * syscall.h - from the number in a7 to the function that serves it.
 */
#pragma once

#include "kernel/trap.h"

#define SYSCALL_SLOTS	(1 << SYSCALL_BITS)

typedef long (*syscall_fn)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

/* By number; NULL: there is no such call. trap.S calls it with the user's own registers. */
extern const syscall_fn syscall_table[SYSCALL_SLOTS];

/* A number that is not in the table. => -ENOSYS */
long syscall_unknown(uint64_t number);
