/*
 * test/fuzz.h - bytes become calls on several spaces, each compared with the model.
 *
 *	fuzz.c		bytes -> struct step -> one call; results, injected failures
 *	op_map.c	the calls, by what they change: areas,
 *	op_page.c	pages,
 *	op_file.c	files,
 *	op_space.c	whole spaces, harts, or nothing
 */
#pragma once

#include "mm/test/tlb_model.h"
#include "mm/test/world.h"

#define STEP_BYTES	12

/* One call as the bytes say it, all numbers in range. */
struct step {
	unsigned space;		/* alive */
	unsigned hart;		/* that does it */
	struct run run;		/* places it is about */
	struct run other;	/* remap: where to, same window kinds */
	unsigned flags;		/* a byte for the call's own use */
	unsigned more;		/* another */
	unsigned fail_nth;	/* the allocation that fails, or 0, */
	bool fail_more;		/* and all that follow it */
};

/* Run the calls in a fresh world. Returns only if nothing differs. A first byte of FUZZ_LARGE also
 * means that the world has memory for pages of 1 GiB, which take their time. */
#define FUZZ_LARGE	255
void fuzz_run(const uint8_t *bytes, size_t size);

/* Before a call of mm: which allocation fails. */
void step_begin(const struct step *st);

/*
 * After it. => true: it did what the model says it does (the caller enters that); false: an
 * allocation failed and nothing has changed. Anything else differs and does not return.
 * STRICT: a failed allocation fails the call. LENIENT: there are ways round it.
 */
enum strictness { STRICT, LENIENT };
bool step_end(const struct step *st, int got, int want, enum strictness strictness);

/* Has an allocation been made to fail in this call? */
bool step_failed(const struct step *st);

/* op_map.c */
void op_map_alloc(const struct step *st);
void op_map_linear(const struct step *st);
void op_map_file(const struct step *st);
void op_unmap(const struct step *st);
void op_protect(const struct step *st);
void op_discard(const struct step *st);
void op_fork_flags(const struct step *st);
void op_remap(const struct step *st);
void op_clear(const struct step *st);

/* op_space.c */
void op_clone(const struct step *st);
void op_create(const struct step *st);
void op_destroy(const struct step *st);
void op_switch(const struct step *st);
void op_share(const struct step *st);
void op_limit(const struct step *st);
void op_find(const struct step *st);
void op_ask(const struct step *st);
void op_wild(const struct step *st);

/* op_file.c */
void op_truncate(const struct step *st);
void op_extend(const struct step *st);
void op_insert(const struct step *st);
void op_punch(const struct step *st);
void op_next(const struct step *st);

/* op_page.c */
void op_access(const struct step *st);
void op_fault(const struct step *st);
void op_populate(const struct step *st);
void op_copy(const struct step *st);
void op_write_forced(const struct step *st);
void op_walk_ahead(const struct step *st);
