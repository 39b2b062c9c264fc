/*
 * remap.c - moving and resizing what is mapped (mremap).
 *
 * A move takes the leaves along: contents, sharing and copy-on-write stay as they are, because
 * neither frames nor their counts change. All tables the new place can need are reserved first.
 */
#include "mm/mm.h"
#include "mm/port.h"

/* A request, checked: one area holds [old, old + old_size). */
struct move {
	struct area *area;
	vaddr_t old, new;
	size_t old_size, new_size;
	bool keep_old;
};

/* ---- resizing in place ---- */

static int grow(struct aspace *as, const struct move *m)
{
	struct area *area = m->area, *next;
	vaddr_t end = m->old + m->new_size;

	if (!area_is_counted(area))
		return -EFAULT;
	next = area_next(area);
	if (area_end(area) != m->old + m->old_size || (next && next->start < end))
		return -ENOMEM;
	area_set_range(area, area->start, end);
	area_merge(as, area->start, end);
	return 0;
}

static int resize(struct aspace *as, const struct move *m)
{
	if (m->new_size > m->old_size)
		return grow(as, m);
	if (m->new_size < m->old_size)
		return aspace_unmap(as, m->old + m->new_size, m->old_size - m->new_size);
	return 0;
}

/* ---- moving ---- */

/* Bytes whose leaves move; the rest of the old range is unmapped, of the new one absent. */
static size_t moved_size(const struct move *m)
{
	return m->old_size < m->new_size ? m->old_size : m->new_size;
}

/* Tables the new place can need: each run meets at most two tables of each level. */
static size_t tables_to_move(const struct aspace *as, const struct move *m)
{
	size_t tables = 0, most;
	struct pt_cursor c;

	if (m->old_size == 0)
		return 0;
	pt_cursor_start(&c, as, m->old, m->old + moved_size(m));
	while (pt_cursor_next(&c))
		tables += c.level == 0 ? 4 : 1;
	most = tables_for(m->new, moved_size(m), 0);
	return tables < most ? tables : most;
}

static void move_run(struct gather *g, struct pt_cursor *c, vaddr_t to, struct reserve *r)
{
	struct aspace *as = g->as;
	unsigned i, moved = 0;

	for (i = 0; i < c->count && moved < c->used; i++) {
		pte_t pte = c->slot[i];
		pte_t *slot;

		if (!pte)
			continue;
		slot = reserved_slot(as, to + i * PAGE_SIZE, c->level, r);
		pte_store(&c->slot[i], 0);
		pte_store(slot, pte);
		pt_count_leaves(as, pt_desc(slot), c->level, 1);
		moved++;
	}
	gather_run(g, c->va, c->level, c->count);
	pt_uncount_leaves(as, c->slot, c->level, moved);
	if (pt_desc(c->slot)->used == 0)
		gather_empty_tables(g, c->va);
}

static void move_leaves(struct aspace *as, const struct move *m, struct reserve *r)
{
	struct pt_cursor c;
	struct gather g;

	gather_start(&g, as);
	pt_cursor_start(&c, as, m->old, m->old + moved_size(m));
	while (pt_cursor_next(&c)) {
		move_run(&g, &c, m->new + (c.va - m->old), r);
		port_pause(as);
	}
	gather_flush(&g);
}

static struct area *area_at_new_place(const struct move *m)
{
	struct area *copy = area_alloc();

	if (copy) {
		area_copy(copy, m->area);
		area_place(copy, m->new, m->new + m->new_size);
		if (copy->backend != BACKEND_ALLOC)
			copy->offset = area_offset(m->area, m->old);
	}
	return copy;
}

/*
 * The target is cleared with a reserve of its own: it is one more unmap, and the area it needs for
 * a cut must not be taken by the cut of the old range.
 */
static int move(struct aspace *as, const struct move *m)
{
	vaddr_t old_end = m->old + m->old_size, new_end = m->new + m->new_size;
	struct reserve target = { 0 }, old = { 0 };
	struct area *copy = area_at_new_place(m);
	int err = copy ? 0 : -ENOMEM;

	if (!err)
		err = unmap_prepare(as, m->new, new_end, &target);
	if (!err && m->old_size > 0 && !m->keep_old)
		err = unmap_prepare(as, m->old, old_end, &old);
	if (!err)
		err = reserve_tables(&old, tables_to_move(as, m));
	if (err) {
		area_free(copy);
		goto out;
	}

	unmap_commit(as, m->new, new_end, &target);
	area_attach(copy);
	if (m->old_size > 0)
		move_leaves(as, m, &old);
	if (m->old_size > 0 && !m->keep_old)
		unmap_commit(as, m->old, old_end, &old);
	area_merge(as, m->new, new_end);
out:
	reserve_release(&target);
	reserve_release(&old);
	return err;
}

/* ---- the call ---- */

static bool is_valid(const struct move *m)
{
	vaddr_t old_end = m->old + m->old_size, new_end = m->new + m->new_size;
	bool apart = old_end <= m->new || new_end <= m->old;

	if (m->new == m->old)
		return m->old_size > 0 && !m->keep_old;
	if (m->keep_old && m->old_size != m->new_size)
		return false;
	return apart;
}

int aspace_remap(struct aspace *as, vaddr_t old, size_t old_size, vaddr_t new_va, size_t new_size,
		 enum aspace_move how)
{
	struct move m = {
		.old = old, .old_size = old_size, .new = new_va, .new_size = new_size,
		.keep_old = how == AS_MOVE_KEEP_OLD,
	};

	if (!is_aligned(old | old_size, PAGE_SIZE) || !range_is_valid(as, new_va, new_size) ||
	    !aspace_contains_range(as, old, old_size) || !is_valid(&m))
		return -EINVAL;
	m.area = area_find(as, old);
	if (!m.area || old_size > area_end(m.area) - old)
		return -EFAULT;
	if (!is_aligned(old | old_size | new_va | new_size, level_size(m.area->level)))
		return -EINVAL;
	if (old_size == 0 && !(m.area->flags & AREA_SHARED))
		return -EINVAL;
	if (new_va == old)
		return resize(as, &m);
	if (new_size > old_size && !area_is_counted(m.area))
		return -EFAULT;
	return move(as, &m);
}
