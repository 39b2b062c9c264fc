/*
 * panic.h - the ways to panic beside print.h's panic().
 */
#pragma once

#include <stdbool.h>

struct trap_frame;

/* As panic(), with the registers and the backtrace of where the trap hit. */
__attribute__((format(printf, 2, 3), noreturn))
void panic_trap(struct trap_frame *frame, const char *fmt, ...);

/* A trap found sp in the guard below the kernel stack; runs on this hart's emergency stack. */
__attribute__((noreturn)) void kstack_overflow(struct trap_frame *frame);

/* This hart is the one that panics: print.c then takes no lock. */
bool panic_is_here(void);

/* Does not return once some hart has panicked. For the software interrupt and for spin loops. */
void panic_stop_if_asked(void);
