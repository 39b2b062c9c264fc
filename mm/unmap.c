/*
 * unmap.c - taking leaves away: unmap, discard, and pages that a file has lost.
 *
 * All of them clear entries in a cursor loop and hand what the entries led to over to a gather,
 * which gives it back only after the flush. A huge leaf that crosses an end of the range is split
 * first, into tables that were reserved before anything changed.
 */
#include "mm/mm.h"
#include "mm/port.h"

/* ---- splitting at the ends ---- */

/* Tables needed so that no leaf crosses va. */
static unsigned tables_to_split_at(const struct aspace *as, vaddr_t va)
{
	const struct area *area = area_above(as, va);

	return area && area->start < va && area->level > 0 ? pt_tables_to_split_at(as, va) : 0;
}

int reserve_splits(struct reserve *r, const struct aspace *as, vaddr_t start, vaddr_t end)
{
	return reserve_tables(r, tables_to_split_at(as, start) + tables_to_split_at(as, end));
}

void split_at(struct aspace *as, vaddr_t va, struct reserve *r)
{
	struct area *area = area_find(as, va);
	unsigned level;
	pte_t *slot;

	if (!area || area->level == 0)
		return;
	slot = pt_walk(as, va, &level);
	while (pte_is_leaf(*slot) && !is_aligned(va, level_size(level))) {
		pt_split_leaf(area, va, slot, level, reserve_take_table(r));
		level--;
		slot = pte_table(*slot) + pt_index(va, level);
	}
}

/* ---- clearing leaves ---- */

void zap_range(struct gather *g, struct area *area, vaddr_t start, vaddr_t end)
{
	bool counted = area_is_counted(area);
	struct pt_cursor c;
	unsigned i, left;

	pt_cursor_start(&c, area->as, start, end);
	while (pt_cursor_next(&c)) {
		gather_run(g, c.va, c.level, c.count);
		for (i = 0, left = c.used; i < c.count && left > 0; i++) {
			pte_t pte = c.slot[i];

			if (!pte)
				continue;
			left--;
			pte_store(&c.slot[i], 0);
			if (counted)
				gather_frame(g, pte_pa(pte), c.level);
		}
		pt_uncount_leaves(area->as, c.slot, c.level, c.used - left);
		if (pt_desc(c.slot)->used == 0)
			gather_empty_tables(g, c.va);
		port_pause(area->as);
	}
}

/* ---- unmap ---- */

/* Is there an area that a cut of [start, end) would leave in two pieces? */
static bool cuts_in_two(const struct aspace *as, vaddr_t start, vaddr_t end)
{
	const struct area *area = area_above(as, start);

	return area && area->start < start && area_end(area) > end;
}

int unmap_prepare(struct aspace *as, vaddr_t start, vaddr_t end, struct reserve *r)
{
	int err = 0;

	if (cuts_in_two(as, start, end))
		err = reserve_areas(r, 1);
	if (!err)
		err = reserve_splits(r, as, start, end);
	return err;
}

void unmap_commit(struct aspace *as, vaddr_t start, vaddr_t end, struct reserve *r)
{
	struct area *area, *next, *spare = NULL;
	struct gather g;

	if (r->area_count > 0)
		spare = reserve_take_area(r);
	split_at(as, start, r);
	split_at(as, end, r);
	gather_start(&g, as);
	for (area = area_above(as, start); area && area->start < end; area = next) {
		next = area_next(area);
		zap_range(&g, area, area->start > start ? area->start : start,
			  area_end(area) < end ? area_end(area) : end);
		area_cut(area, start, end, &spare);
	}
	gather_flush(&g);
	area_free(spare);
}

int aspace_unmap(struct aspace *as, vaddr_t va, size_t size)
{
	struct reserve r = { 0 };
	int err;

	if (!range_is_valid(as, va, size))
		return -EINVAL;
	err = unmap_prepare(as, va, va + size, &r);
	if (!err)
		unmap_commit(as, va, va + size, &r);
	reserve_release(&r);
	return err;
}

/* ---- discard ---- */

/* => 0; -EINVAL: frames of somebody else, which cannot be had again; -ENOMEM: a hole. */
static int check_discard(struct aspace *as, vaddr_t start, vaddr_t end)
{
	struct area *area;
	vaddr_t at = start;
	int result = 0;

	for_each_area(area, as, start, end) {
		if (!area_is_counted(area))
			return -EINVAL;
		if (area->start > at)
			result = -ENOMEM;
		at = area_end(area);
	}
	return at < end ? -ENOMEM : result;
}

static void discard(struct aspace *as, vaddr_t start, vaddr_t end, struct reserve *r)
{
	struct area *area;
	struct gather g;

	split_at(as, start, r);
	split_at(as, end, r);
	gather_start(&g, as);
	for_each_area(area, as, start, end)
		zap_range(&g, area, area->start > start ? area->start : start,
			  area_end(area) < end ? area_end(area) : end);
	gather_flush(&g);
}

int aspace_discard(struct aspace *as, vaddr_t va, size_t size)
{
	struct reserve r = { 0 };
	int err, result;

	if (!range_is_valid(as, va, size))
		return size == 0 && is_aligned(va, PAGE_SIZE) ? 0 : -EINVAL;
	result = check_discard(as, va, va + size);
	if (result == -EINVAL)
		return result;
	err = reserve_splits(&r, as, va, va + size);
	if (!err)
		discard(as, va, va + size, &r);
	reserve_release(&r);
	return err ? err : result;
}

/* ---- pages a file has lost ---- */

struct aspace *area_aspace_of(struct list *pc_link)
{
	return container_of(pc_link, struct area, pc_link)->as;
}

void aspace_zap_file(struct aspace *as, struct pagecache *pc, uint64_t from_offset)
{
	struct area *area;
	struct gather g;

	from_offset = align_up(from_offset, PAGE_SIZE);
	gather_start(&g, as);
	for_each_area(area, as, as->base, as->end) {
		vaddr_t start = area->start;

		if (area->pc != pc || from_offset >= area_offset(area, area_end(area)))
			continue;
		if (from_offset > area->offset)
			start += from_offset - area->offset;
		zap_range(&g, area, start, area_end(area));
	}
	gather_flush(&g);
}
