/*
 * vm: random programs of memory calls, the same on every system for the same seed.
 *
 * A program is a list of steps made by generate.c from a seed alone, before anything runs, so that
 * both sides that are compared run the same. What a step answered and what memory then looks like
 * goes into a digest (probe.c); text.c writes a step as the C call it is.
 *
 * Addresses are places: a region and an offset. Where the system chooses an address it goes into
 * a slot, and nothing is printed but that it was chosen.
 */
#ifndef USER_ORACLE_VM_VM_H
#define USER_ORACLE_VM_VM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE		4096UL
#define MAX_STEPS	40
#define WINDOW_PAGES	24
#define SLOT_PAGES	12	/* the most that is kept in view of a chosen mapping */
#define BRK_PAGES	12
#define SLOTS		3

/* Free on every system that is compared, and far from what it chooses by itself. */
#define WINDOW		0x2000000000UL

enum region {
	IN_WINDOW,
	IN_BRK,			/* from the break at the start on */
	IN_SLOT,		/* ... IN_SLOT + SLOTS - 1 */
	IN_NOTHING = IN_SLOT + SLOTS,	/* the offset is the address */
};
#define REGIONS		IN_NOTHING

struct place {
	enum region region;
	unsigned long offset;
};

enum code {
	STEP_MMAP, STEP_MUNMAP, STEP_MPROTECT, STEP_MREMAP, STEP_MADVISE, STEP_BRK, STEP_MINCORE,
	STEP_MSYNC, STEP_LOAD, STEP_STORE, STEP_TRUNCATE, STEP_PREAD, STEP_PWRITE, STEP_FORK_SOME,
	STEP_FORK_REST, STEP_FORK_WATCH, STEP_CODES,
};

/* Descriptors a step may name. */
enum file {
	FILE_A, FILE_B, FILE_A_READ, FILE_B_WRITE, FILE_DIR, FILE_NONE, FILES,
};

struct step {
	enum code code;
	struct place at;
	unsigned long len;
	struct place to;	/* mremap's destination */
	unsigned long new_len;
	int prot;		/* or the advice, or msync's flags */
	int flags;
	enum file file;
	unsigned long offset;	/* in the file; STEP_STORE: what is stored; STEP_FORK_SOME: steps */
	int slot;		/* where a chosen address goes */
};

struct program {
	int count;
	bool probe_often;	/* look at memory after each step, not only at the end */
	struct step steps[MAX_STEPS];
};

/* One stretch of memory that steps act on and probes look at. */
struct stretch {
	uintptr_t base;		/* 0: nothing is there */
	unsigned pages;
	uint64_t cuts;		/* bit n: page n may begin a mapping of its own (run.c) */
};

/* What a process of a program knows; a fork copies it. */
struct state {
	struct stretch regions[REGIONS];
	int watchers[4];	/* the pipes of children that look at the end */
	int watching;
	int depth;		/* of forks, for the trace */
};

/* Shared by the processes of one program. */
struct digest {
	uint64_t hash;
	int processes;
	bool torn;	/* a write to a file has ended before its bytes did */
};

/* generate.c */
void generate(struct program *p, uint64_t seed, uint64_t number);

/* text.c */
int step_text(char *text, size_t size, const struct step *s);
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* probe.c */
#define OK_ACCESS 0
extern struct digest *digest;
extern bool tracing;
void probe_start(void);
void digest_add(uint64_t value);
int load_word(uintptr_t at, uint64_t *value);
int store_word(uintptr_t at, uint64_t value);
void probe(const struct state *st, bool many);

/* run.c: answers that are no number of the system's */
#define CHOSEN		0x7777000UL	/* an address that the system chose */
#define NOT_ASKED	0x5555000UL
extern int files[FILES];
long do_step(struct state *st, const struct step *s);

static inline unsigned long round_up(unsigned long len)
{
	return (len + PAGE - 1) & -PAGE;
}

/* process.c */
void run(const struct program *p, uint64_t keep);

#endif
