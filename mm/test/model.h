/*
 * test/model.h - the reference model: what address spaces should be, so plainly that it is right.
 *
 * There is one record per page: may it be touched, how, and what does it hold. A space is an array
 * of records and an area is not even a thing. Nothing here calls mm; world.c compares.
 *
 * Pages exist only inside a few windows: at the extreme addresses, across the borders of tables,
 * in reach of 2 MiB pages. Where gigabytes are wanted, one record stands for a piece of many
 * pages, of which only the first is ever written.
 *
 * What a page holds is two words, its first and its last; all between is zero.
 */
#pragma once

#include "mm/aspace.h"

#define USERS		4		/* user spaces, and one more: */
#define KERNEL		USERS		/* the upper half, whose root entries all users share */
#define COPY		(USERS + 1)	/* a clone of that one, on which no hart ever runs */
#define SPACES		(USERS + 2)
#define FILES		3
#define FILE_PAGES	64
#define MAX_PLACES	3200
#define WORDS		2

enum backend { ALLOC, LINEAR, FILED };

struct record {
	bool mapped;
	bool shared;
	bool user;
	bool copied;		/* private, of a file: what it holds is its own by now */
	bool present;		/* the page table must have it; else it may */
	uint8_t prot, max;	/* AS_RWX bits */
	uint8_t level;		/* the area's page size */
	uint8_t backend;
	uint8_t file;
	unsigned flags;		/* AS_DONTFORK, AS_WIPEONFORK, AS_NORESERVE, AS_GROWSDOWN */
	uint64_t offset;	/* of its first byte in the file or in physical memory */
	uint64_t word[WORDS];	/* what it holds, unless the file does */
};

/* Where the records are. */
struct place {
	vaddr_t start;
	size_t size;
};

struct window {
	const char *name;
	unsigned first, count;	/* places */
	bool kernel;
};

enum { LOW, SMALL, HUGE, GIGA, TOP, KSMALL, KHUGE, WINDOWS };

extern struct place place[MAX_PLACES];
extern struct window window[WINDOWS];
extern unsigned place_count;

#define GIGA_ONE	7		/* so many places of that window are its first GiB */

struct model_space {
	bool alive;
	bool shares;			/* a user space: it has the kernel's root entries */
	size_t stack_limit;
	struct record at[MAX_PLACES];
};

struct model_file {
	uint64_t size;				/* bytes */
	uint64_t word[FILE_PAGES][WORDS];
	paddr_t beyond[FILE_PAGES];		/* put in beyond the end: the frame, or 0 */
};

extern struct model_space model[SPACES];
extern struct model_file model_file[FILES];

void model_init(void);

/* The place that holds va, or -1. */
int place_of(vaddr_t va);

/* A run of places in one window. */
struct run {
	unsigned first, count;
};

/* The kernel's space and its clone lie in the upper half. */
static inline bool is_upper(unsigned s)
{
	return s == KERNEL || s == COPY;
}

static inline vaddr_t run_start(struct run r)
{
	return place[r.first].start;
}

static inline vaddr_t run_end(struct run r)
{
	return place[r.first + r.count - 1].start + place[r.first + r.count - 1].size;
}

static inline size_t run_size(struct run r)
{
	return run_end(r) - run_start(r);
}

bool run_is_small(struct run r);	/* all of it places of 4 KiB */

/* Does one area hold both of these neighbours? */
bool model_joined(unsigned s, unsigned i);	/* place i and i + 1 */

/* The words a page holds now. */
uint64_t *model_words(struct record *r);
bool model_beyond(const struct record *r);	/* the end of the file */
bool model_ends_beyond(const struct record *r, size_t size);	/* its first bytes, so many */

/* What one access gives: 0 or the errno of aspace_handle_page_fault. */
int model_access(unsigned s, unsigned i, unsigned access);

/* An access has been done: the page is there, and a stack reaches down to it. => its record */
struct record *model_touch(unsigned s, unsigned i);

/* The page goes back to what it is before the first touch. */
void model_empty(struct record *r);

/* A write is about to be done: the page gets its own contents if it should. */
void model_own(struct record *r);

/* What a call on the run should give; with `apply` its effect, whole or in part, is entered too. */
int model_map(unsigned s, struct run r, const struct record *as, bool replace, bool apply);
void model_unmap(unsigned s, struct run r);
int model_protect(unsigned s, struct run r, unsigned prot, bool apply);
int model_discard(unsigned s, struct run r, bool apply);
int model_fork_flags(unsigned s, struct run r, unsigned set, unsigned clear, bool apply);
int model_move(unsigned s, struct run from, struct run to, bool keep_old, bool apply);
void model_clone(unsigned s, unsigned child);
void model_truncate(unsigned f, uint64_t size);
void model_extend(unsigned f, uint64_t size);
uint64_t model_file_pages(unsigned f);	/* that its size reaches into */

/* Is [va, va + size) free of mapped places? Else [*start, *end) is mapped and in the way. */
bool model_free(unsigned s, vaddr_t va, size_t size, vaddr_t *start, vaddr_t *end);

void model_dump(unsigned s);
