/*
 * reserve.c - "prepare, then commit": what an operation needs is taken before its first change.
 *
 * From the first visible change on nothing may fail, or a failing call would leave half its work
 * behind. So every operation counts how many areas, tables and frames it could use, takes them
 * here, does its work with them, and gives back what it did not need.
 */
#include "mm/mm.h"

int reserve_areas(struct reserve *r, unsigned n)
{
	while (r->area_count < n) {
		struct area *area = area_alloc();

		if (!area)
			return -ENOMEM;
		r->areas[r->area_count++] = area;
	}
	return 0;
}

static void push(paddr_t *chain, paddr_t pa)
{
	*(paddr_t *)frame_va(pa) = *chain;
	*chain = pa;
}

static paddr_t pop(paddr_t *chain)
{
	paddr_t pa = *chain;
	paddr_t *link = frame_va(pa);

	*chain = *link;
	*link = 0;
	return pa;
}

/* Is it worth a try? Who asks for more than there is must not take all there is first. */
static bool are_free(size_t frames)
{
	return frames == 0 || frame_leaves_free(frames - 1);
}

int reserve_tables(struct reserve *r, size_t n)
{
	if (!are_free(n))
		return -ENOMEM;
	for (; n > 0; n--) {
		paddr_t pa;
		int err = pt_alloc_table(&pa);

		if (err)
			return err;
		push(&r->tables, pa);
	}
	return 0;
}

int reserve_frames(struct reserve *r, size_t n, unsigned level)
{
	r->frame_level = level;
	if (!are_free(n << level_order(level)))
		return -ENOMEM;
	for (; n > 0; n--) {
		paddr_t pa;
		int err = frame_alloc(level_order(level), FRAME_ZERO, &pa);

		if (err)
			return err;
		push(&r->frames, pa);
	}
	return 0;
}

struct area *reserve_take_area(struct reserve *r)
{
	return r->areas[--r->area_count];
}

paddr_t reserve_take_table(struct reserve *r)
{
	return pop(&r->tables);
}

paddr_t reserve_take_frame(struct reserve *r)
{
	return pop(&r->frames);
}

void reserve_release(struct reserve *r)
{
	while (r->area_count > 0)
		area_free(reserve_take_area(r));
	while (r->tables)
		frame_free_zeroed(pop(&r->tables));
	while (r->frames)
		frame_block_dec_ref(pop(&r->frames), level_order(r->frame_level));
}
