/*
 * test/world.h - real address spaces beside the model, and everything compared.
 */
#pragma once

#include "mm/test/model.h"
#include "mm/test/test.h"

#define SMALL_RAM	(48ul << 20)
#define LARGE_RAM	(3ul << 30)	/* in which two pages of 1 GiB find room */

struct world {
	struct aspace as[SPACES];
	struct pagecache *file[FILES];
	size_t ram;		/* bytes: SMALL_RAM or LARGE_RAM */
	bool talks;		/* print every call as C */
	unsigned long calls;	/* made so far, in this process */
	unsigned long pages;	/* compared so far */
};

extern struct world world;

/* Fresh RAM, the kernel's space and user space 0; at the end all is destroyed and nothing leaks. */
void world_begin(size_t ram);
void world_end(void);

/* Space s begins: empty. It goes: harts have left it. */
int world_create(unsigned s);
void world_entered(unsigned s);		/* one that aspace_try_clone made */
void world_destroy(unsigned s);

/* Compare everything with the model; anything else than equal ends in world_differs. */
void world_compare(void);

/* Is the page a private copy, by what the page table says? (After a call that failed half way.) */
bool world_is_copied(unsigned s, unsigned i);

/* Print a line of C, if the world talks. */
__attribute__((format(printf, 1, 2))) void say(const char *fmt, ...);

/* The first difference, both dumps, and the end of the process. */
__attribute__((format(printf, 1, 2), noreturn)) void world_differs(const char *fmt, ...);
