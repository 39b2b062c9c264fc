/*
 * test/space.h - address spaces for host tests: made and checked in one line, and touched the way
 * a program touches them, by a small Sv39 walker that knows nothing of mm/pt.c.
 */
#pragma once

#include "mm/frame.h"
#include "mm/mm.h"
#include "mm/port.h"
#include "mm/test/test.h"

#define MIB		(1ul << 20)
#define GIB		(1ul << 30)
#define USER_BASE	PAGE_SIZE
#define USER_END	(1ul << 38)
#define KERNEL_BASE	0xffffffc000000000ul
#define KERNEL_SIZE	((1ul << 38) - PAGE_SIZE)

#define RW		(AS_READ | AS_WRITE)
#define URW		(AS_USER | AS_READ | AS_WRITE)
#define UR		(AS_USER | AS_READ)
#define UX		(AS_USER | AS_READ | AS_EXEC)
#define PAGES(n)	((n) * PAGE_SIZE)

/* Start a test program's case: fresh RAM and an empty user space in *as. */
void begin(struct aspace *as, size_t ram, const char *name);
/* Destroy the space and see that nothing of RAM is in use any more. */
void end(struct aspace *as);

/* A checked space joins those whose invariants are verified after every `does`. */
void watch(struct aspace *as);
void unwatch(struct aspace *as);
void destroy(struct aspace *as);	/* unwatch and destroy */
void check_all(void);

/* does(call, result): the call returns that, and every watched space is sound afterwards. */
#define does(call, result) do {							\
	is((call), (result), "%s is %s", #call, #result);				\
	check_all();									\
} while (0)

/*
 * One access of a program, faults included: what the hardware and the kernel do together.
 * => 0 and the byte; or the error of the fault that could not be handled.
 */
int touch(struct aspace *as, vaddr_t va, unsigned access, uint8_t **byte);
int poke(struct aspace *as, vaddr_t va, uint8_t value);
int peek(struct aspace *as, vaddr_t va);	/* the byte, or a negative errno */

/* The physical address va translates to for an access without any fault; 0 if it would fault. */
paddr_t translate(const struct aspace *as, vaddr_t va, unsigned access);

/* What is mapped at va: the raw leaf, 0 when absent. */
uint64_t leaf_at(const struct aspace *as, vaddr_t va);
paddr_t frame_at_va(const struct aspace *as, vaddr_t va);
size_t leaf_size(const struct aspace *as, vaddr_t va);

/* The area at or above va as "start-end" in pages relative to `from`, for comparisons. */
const char *areas_text(const struct aspace *as, vaddr_t from, vaddr_t to);

/* is_areas(as, from, to, "0-4rw 8-9r"): exactly these areas, pages relative to from. */
#define is_areas(as, from, to, want) \
	areas_are(as, from, to, want, __FILE__, __LINE__)
void areas_are(const struct aspace *as, vaddr_t from, vaddr_t to, const char *want,
	       const char *file, int line);

/* Everything a space shows, in one number: areas, leaves, contents of resident pages. To see that
 * a failed call changed nothing. */
uint64_t fingerprint(const struct aspace *as);

/*
 * sweep: with the n-th allocation failing, for n = 1, 2, ... until none fails,
 * the call gives -ENOMEM and leaves fingerprint and free frames as they were.
 */
struct sweep {
	void (*prepare)(struct aspace *as);	/* builds the state */
	int (*call)(struct aspace *as);		/* the operation under test */
	void (*cleanup)(void);			/* what prepare left elsewhere; may be NULL */
};
void sweep(const char *name, const struct sweep *s);
