/*
 * sigframe.h - running a program's own signal handler, and coming back from it.
 */
#pragma once

#include "kernel/abi.h"
#include "mm/aspace.h"

struct trap_frame;

/* Boot: make the page that handlers return to. 0 or -ENOMEM. */
int sigframe_init(void);

/* exec: map that page. Errors as aspace_map_linear. */
int sigframe_map(struct aspace *as);

/* Go on in the handler of a signal. -EFAULT: its stack cannot be written, nothing has changed. */
int sigframe_enter(struct trap_frame *frame, const siginfo_t *info, const struct sigaction *action);
