/*
 * print.h - the kernel's log, panics and assertions.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * printk: one log line to the console and to the log; not shown with `quiet` on the command line.
 * print_alert: always shown (kill records, refusals at boot).
 * One call is one piece: no other hart's output comes in between. Both work from the first line
 * of C on, without locks or a current task.
 *
 * Formats: see format.c.
 */
__attribute__((format(printf, 1, 2))) void printk(const char *fmt, ...);
__attribute__((format(printf, 1, 2))) void print_alert(const char *fmt, ...);
__attribute__((format(printf, 1, 0))) void vprint_alert(const char *fmt, va_list args);

/* `quiet`: from now on printk shows nothing. */
void print_set_quiet(bool quiet);
bool print_is_quiet(void);

/* Bytes as they are; no other hart's output comes in between. For the terminal. */
void print_bytes(const char *s, size_t size);

/* As in C: the length that would have been written; always ends in NUL if size > 0. */
__attribute__((format(printf, 3, 4)))
int snprintf(char *buf, size_t size, const char *fmt, ...);
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args);

/* Stop every hart after printing why, registers, a symbolised backtrace and the task's areas. */
__attribute__((format(printf, 1, 2), noreturn)) void panic(const char *fmt, ...);

/* ASSERT is for broken invariants of our own, always on; DEBUG_ASSERT costs nothing in a normal
 * build. */
#define ASSERT(cond) \
	((cond) ? (void)0 : panic("%s:%d: assertion failed: %s", __FILE__, __LINE__, #cond))
#ifdef DEBUG
#define DEBUG_ASSERT(cond) ASSERT(cond)
#else
#define DEBUG_ASSERT(cond) ((void)sizeof(cond))
#endif
