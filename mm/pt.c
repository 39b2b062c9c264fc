/*
 * pt.c - Sv39 page tables: walking them, hanging in tables, splitting huge leaves, and the cursor.
 *
 * A table is one frame; its descriptor counts the entries in use (`used`), so that an empty one is
 * known without looking through it. Nothing here decides what is mapped or may fail half way.
 *
 * Not here: taking leaves and empty tables away, which needs the TLB (tlb.c).
 */
#include "mm/mm.h"

/* ---- huge leaves ---- */

void pt_split_leaf(struct area *area, vaddr_t va, pte_t *slot, unsigned level, paddr_t table)
{
	pte_t *entry = frame_va(table), pte = *slot;
	pte_t step = pte_ppn(level_size(level - 1));
	unsigned i;

	for (i = 0; i < PT_ENTRIES; i++)
		entry[i] = pte + i * step;
	frame_desc(table)->used = PT_ENTRIES;
	if (area_is_counted(area))
		frame_block_split(pte_pa(pte), level_order(level), level_order(level - 1));
	area->as->table_pages++;
	pte_store(slot, pte_ppn(table) | PTE_V);
	tlb_flush(area->as, align_down(va, level_size(level)), level_size(level));
}

unsigned pt_tables_to_split_at(const struct aspace *as, vaddr_t va)
{
	unsigned level, tables = 0;
	pte_t pte = *pt_walk(as, va, &level);

	if (!pte)
		return 0;
	for (; !is_aligned(va, level_size(level)); level--)
		tables++;
	return tables;
}

/* ---- the cursor ---- */

void pt_cursor_start(struct pt_cursor *c, const struct aspace *as, vaddr_t start, vaddr_t end)
{
	c->as = as;
	c->next = start;
	c->last = end - 1;
	c->done = start >= end;
}

/* Go on at `next`, which is 0 when it lies beyond the highest address. */
static void advance(struct pt_cursor *c, vaddr_t next)
{
	c->next = next;
	c->done = next - 1 >= c->last;
}

/* Entries of the table from the one for `next` on that the range still covers. */
static unsigned entries_left(const struct pt_cursor *c, unsigned level)
{
	unsigned in_table = PT_ENTRIES - pt_index(c->next, level);
	size_t in_range = (c->last >> level_shift(level)) - (c->next >> level_shift(level)) + 1;

	return in_range < in_table ? (unsigned)in_range : in_table;
}

static unsigned count_absent(const pte_t *slot, unsigned limit)
{
	const pte_t *at = slot, *end = slot + limit;

	while (end - at >= 8 && !(at[0] | at[1] | at[2] | at[3] | at[4] | at[5] | at[6] | at[7]))
		at += 8;
	while (at < end && !*at)
		at++;
	return (unsigned)(at - slot);
}

/* What is absent in a table from the entry for `next` on. */
static void skip_absent(struct pt_cursor *c, const pte_t *slot, unsigned level)
{
	size_t absent = count_absent(slot, entries_left(c, level));

	advance(c, align_down(c->next, level_size(level)) + (absent << level_shift(level)));
}

bool pt_cursor_next(struct pt_cursor *c)
{
	while (!c->done) {
		unsigned level;
		pte_t *slot = pt_walk(c->as, c->next, &level);

		if (!*slot) {
			skip_absent(c, slot, level);
			continue;
		}
		c->slot = slot;
		c->level = level;
		c->va = align_down(c->next, level_size(level));
		c->count = level == 0 ? entries_left(c, 0) : 1;
		c->used = level == 0 ? pt_desc(slot)->used : 1;
		advance(c, c->va + ((size_t)c->count << level_shift(level)));
		return true;
	}
	return false;
}
