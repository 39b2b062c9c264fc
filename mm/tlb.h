/*
 * tlb.h - flushes of all harts that use a space, and the gathering of what must outlive them.
 *
 * A hart may use a translation it has cached until it has been told to forget it. A frame or a
 * page table that has been unmapped is therefore given back only after every hart in as->harts
 * has flushed. A gather collects a batch of them so that one flush serves many:
 *
 *	gather_start(&g, as);
 *	... clear entries, gather_run(), gather_frame() ...
 *	gather_flush(&g);
 */
#pragma once

#include "mm/pt.h"

#define GATHER_FRAMES	48	/* keeps the batch at home on an 8 KiB kernel stack */

struct gather {
	struct aspace *as;
	vaddr_t start, end;		/* leaves that were cleared lie in here; empty: none */
	bool tables;			/* tables were unhooked: flush non-leaf entries too */
	unsigned count;
	paddr_t frames[GATHER_FRAMES];	/* one reference each to drop; bits 1:0 hold the level, or */
};

#define GATHER_TABLE	3u	/* that this was a table and is empty */

/* Forget one page, or any larger range, on every hart that uses the space. */
void tlb_flush(struct aspace *as, vaddr_t va, size_t size);

void gather_start(struct gather *g, struct aspace *as);

/* Flush, then drop the references. There is room again; the range stays, as the run that was noted
 * last may not be over. */
void gather_flush(struct gather *g);

/* Note a frame to give back after the flush. */
static inline void gather_frame(struct gather *g, paddr_t pa, unsigned level)
{
	if (g->count == GATHER_FRAMES)
		gather_flush(g);
	g->frames[g->count++] = pa | level;
}

/* Note that n leaves from va on have been, or are being, cleared or have lost permission. */
static inline void gather_run(struct gather *g, vaddr_t va, unsigned level, unsigned n)
{
	vaddr_t end = va + n * level_size(level);

	if (va < g->start)
		g->start = va;
	if (end > g->end)
		g->end = end;
}

/* Unhook the tables on the path to va that have become empty, from the lowest up. */
void gather_empty_tables(struct gather *g, vaddr_t va);
