/*
 * test.h - what a host test of mm is made of: TAP output, simulated RAM, failing allocations,
 * expected panics, and a record of flushes and freed frames.
 *
 * A test program is one file, test_NAME.c, with a main that calls its cases and returns
 * test_done(). See README.md for how it is built.
 */
#pragma once

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/types.h"

struct aspace;

/* ---- results: one TAP line each; a failed one also says where, what came, what should have ---- */

/* ok(condition, "what is true"): => the condition */
#define ok(condition, ...) test_ok((condition), #condition, __FILE__, __LINE__, __VA_ARGS__)

/* is(got, want, "what it is"): integers or addresses; => true iff equal */
#define is(got, want, ...)							\
	test_is((uint64_t)(got), (uint64_t)(want), #got, __FILE__, __LINE__, __VA_ARGS__)

/* panics(statement, "part of the message"): the statement must end in port_panic. Locks that it
 * took through port_lock are released, and what it left half done stays half done. */
#define panics(statement, message) do {						\
	if (setjmp(*test_expect_panic()) == 0) {				\
		statement;							\
		test_no_panic(#statement, __FILE__, __LINE__);			\
	} else {								\
		test_check_panic(#statement, message, __FILE__, __LINE__);	\
	}									\
} while (0)

/* A heading for the lines that follow; shown again beside each failure. */
__attribute__((format(printf, 1, 2))) void test_case(const char *fmt, ...);
/* A comment line. */
__attribute__((format(printf, 1, 2))) void diag(const char *fmt, ...);
/* Note a call of this thread down. The last of them are printed, oldest first, when there is a panic that nobody
 * expects, or by test_show_calls. */
__attribute__((format(printf, 1, 2))) void test_call(const char *fmt, ...);
void test_show_calls(void);
/* Called then too, if set: to print what a test knows, and once only. */
extern void (*test_panic_hook)(void);
/* Print the plan. => the program's exit status */
int test_done(void);

bool test_ok(bool condition, const char *text, const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
bool test_is(uint64_t got, uint64_t want, const char *text, const char *file, int line,
	     const char *fmt, ...) __attribute__((format(printf, 6, 7)));
jmp_buf *test_expect_panic(void);
void test_no_panic(const char *text, const char *file, int line);
void test_check_panic(const char *text, const char *message, const char *file, int line);

/* ---- simulated RAM and harts ---- */

#define TEST_RAM_BASE	0x80000000ul	/* physical address of the first frame */

/*
 * Fresh RAM of this many bytes at TEST_RAM_BASE, all of it free, contents arbitrary (0xa5 where the
 * host's memory was touched before; nothing may rely on zeros). Gigabytes are fine: the host gives
 * memory only where it is touched. Everything from an earlier call must have been freed; that is
 * checked. test_ram_reserved leaves the frames reserved, for frame_free_range.
 */
void test_ram(size_t bytes);
void test_ram_reserved(size_t bytes);

/* This thread runs on that hart from now on (0 at first). */
void test_set_hart(unsigned hart);

/* Free frames once the slabs have given back what they keep: the figure to compare for leaks. */
size_t test_free_frames(void);

/* ---- failing allocations ---- */

/* The n-th call of frame_alloc or slab_alloc from now (1 = the next) fails; 0: none does.
 * Only that one, and only calls from another file than the function's own. */
void test_fail_nth(unsigned n);
void test_fail_from(unsigned n);		/* that one and all after it */
/* Calls seen since test_fail_nth. Less than n: nothing has failed. */
unsigned test_allocations(void);
/* If set, called once, at the start of the next such call, and unset: to let something happen at
 * just that moment. */
extern void (*test_alloc_hook)(void);
extern void (*test_copy_hook)(void);	/* the same for frame_copy */

/* ---- what happened, in order ---- */

/* A pause is counted, and told to the hook, but it is not in the log: where there are some is nobody's
 * business. */
enum test_event_kind { FLUSH_PAGE, FLUSH_ALL, FLUSH_HARTS, SYNC_ICACHE, FREE_FRAME, PAUSE };

struct test_event {
	enum test_event_kind kind;
	unsigned hart;		/* who did it */
	vaddr_t va;		/* FLUSH_PAGE, FLUSH_HARTS */
	size_t size;		/* FLUSH_HARTS; FREE_FRAME: bytes of the range it was part of */
	uint64_t harts;		/* FLUSH_HARTS */
	paddr_t pa;		/* FREE_FRAME: a frame whose count dropped to 0 */
};

#define TEST_EVENTS	4096

/* Events since test_events_clear; the log keeps the first TEST_EVENTS of them, the counters all. */
struct test_log {
	unsigned long pages, all, harts, icache, freed, pauses;	/* how many of each kind */
	size_t count;
	struct test_event event[TEST_EVENTS];
};

extern struct test_log test_log;
void test_events_clear(void);
/* Called at every event if set, before port_flush_* returns or after the frame was freed. */
extern void (*test_event_hook)(const struct test_event *event);
void test_event(struct test_event event);

/* ---- the spaces that port_aspace_* pins and locks; any space is known at its first use ---- */

/* No new pins; waits until the pins there are have gone. To be called before aspace_destroy. */
void test_aspace_dying(struct aspace *as);
/* Forget it: the next use of that address is a new space. */
void test_aspace_forget(struct aspace *as);
/* Called by port_aspace_lock once it holds the lock, if set. */
extern void (*test_aspace_locked_hook)(struct aspace *as);

/* ---- threads ---- */

/* Run body(i) for i = 0 .. n-1 in n threads, thread i on hart i; returns when all have. */
void test_threads(unsigned n, void (*body)(unsigned i));

/* A random number below n from a fixed seed, per thread. */
uint32_t test_random(uint32_t n);
void test_seed(uint64_t seed);
