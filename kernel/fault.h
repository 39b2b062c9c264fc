/*
 * fault.h - faults of user programs that cannot be mended: the signal, and the record that says why.
 */
#pragma once

#include "mm/types.h"

struct trap_frame;

/* A page fault that failed with err (as aspace_handle_page_fault). */
void fault_signal(struct trap_frame *frame, unsigned access, int err);

/* Any other exception of user mode. */
void fault_exception(struct trap_frame *frame);

/* There is no frame of a signal where it should be, or no room for one: SIGSEGV, as on Linux. */
void fault_bad_frame(struct trap_frame *frame, const char *what);

/* No memory for a page that the current task needs: true when there is some again; else it ends. May
 * sleep. */
bool fault_out_of_memory(void);

/* The exception's name (privileged specification, table of scause values). */
const char *fault_name(uint64_t cause);
