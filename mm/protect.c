/*
 * protect.c - changing the flags of a range of areas, and the permissions of their present pages.
 *
 *	areas	[  rw     ][  rw  ]	   [    rw   ]
 *	range	     [                        ]
 *	cut	[ rw][ r ][  r   ]	   [ r ][ rw ]	at most two areas are cut, at the two ends
 *
 * What is absent stays absent. A leaf that gains permission is left to the next fault if a stale
 * TLB entry still refuses it; one that loses permission is flushed everywhere before the return.
 */
#include "mm/mm.h"
#include "mm/port.h"

/* What happens to the areas between two addresses: flags in `clear` go, those in `set` come. */
struct change {
	vaddr_t start, end;
	unsigned clear, set;
	struct area *first, *last;	/* the areas at the two ends, between which holes may be; */
	bool cut_first, cut_last;	/* do they change, and go on as they were outside? */
};

static unsigned flags_after(const struct change *c, const struct area *area)
{
	return (area->flags & ~c->clear) | c->set;
}

static int prepare(struct change *c, struct reserve *r)
{
	int err = 0;

	c->cut_first = c->first->start < c->start &&
		flags_after(c, c->first) != c->first->flags;
	c->cut_last = area_end(c->last) > c->end && flags_after(c, c->last) != c->last->flags;
	if (c->cut_first || c->cut_last) {
		err = reserve_areas(r, c->cut_first + c->cut_last);
		if (!err)
			err = reserve_splits(r, c->first->as, c->start, c->end);
	}
	return err;
}

/* Cut an area in two at an address, and a huge leaf that lies across; => the upper half. */
static struct area *cut_at(struct area *area, vaddr_t at, struct reserve *r)
{
	struct area *upper = reserve_take_area(r);

	split_at(area->as, at, r);
	area_split(area, at, upper);
	return upper;
}

static void cut_ends(struct change *c, struct reserve *r)
{
	struct area *upper;

	if (c->cut_first) {
		upper = cut_at(c->first, c->start, r);
		if (c->last == c->first)
			c->last = upper;
		c->first = upper;
	}
	if (c->cut_last)
		cut_at(c->last, c->end, r);
}

/*
 * Give the leaves of a run new bits, W only those that are alone with their frame; => the bits that
 * any of them had. (One that is not alone had no W to lose.)
 */
static inline pte_t protect_run(const struct pt_cursor *c, pte_t bits, bool ask)
{
	pte_t *slot = c->slot, *end = slot + c->count, had = 0;
	unsigned level = c->level, left = c->used;

	for (; slot < end; slot++) {
		pte_t old = *slot, new = pte_ppn(pte_pa(old)) | bits;

		if (!old)
			continue;
		if (ask && !frame_is_exclusive(pte_pa(new), level))
			new &= ~PTE_W;
		pte_change(slot, new);
		had |= old;
		if (--left == 0)
			break;
	}
	return had;
}

/* Give the area's present leaves the permissions the area has now. */
static void protect_leaves(struct gather *g, const struct area *area)
{
	pte_t bits = leaf_bits(area), had;
	bool ask = (bits & PTE_W) && area_copies(area);
	struct pt_cursor c;

	pt_cursor_start(&c, area->as, area->start, area_end(area));
	while (pt_cursor_next(&c)) {
		had = ask ? protect_run(&c, bits, true) : protect_run(&c, bits, false);
		/* What was without permission had V = 0 and no R, W, X: nothing to lose. */
		if (had & ~bits & (PTE_V | PTE_R | PTE_W | PTE_X))
			gather_run(g, c.va, c.level, c.count);
		port_pause(area->as);
	}
}

/* Change every area between the ends. */
static void commit(struct aspace *as, struct change *c, struct reserve *r)
{
	bool new_code = false;
	struct area *area;
	struct gather g;

	cut_ends(c, r);
	gather_start(&g, as);
	for (area = c->first; ; area = area_next(area)) {
		unsigned old = area->flags;

		area->flags = flags_after(c, area);
		if ((old ^ area->flags) & AS_RWX)
			protect_leaves(&g, area);
		if (area->flags & ~old & AS_EXEC)
			new_code = true;
		if (area == c->last)
			break;
	}
	area_merge(as, c->start, c->end);
	gather_flush(&g);
	if (new_code)
		port_sync_icache();
}

static int change_areas(struct aspace *as, struct change *c)
{
	struct reserve r = { 0 };
	int err = prepare(c, &r);

	if (!err)
		commit(as, c, &r);
	reserve_release(&r);
	return err;
}

/* Permissions change up to the first hole or the first area that forbids it: there c->end goes. */
static int check_protect(struct change *c)
{
	vaddr_t end = c->end;
	struct area *area;

	c->end = c->start;
	for (area = c->first; area && area->start < end; area = area_next(area)) {
		if (area->start > c->end)
			return -ENOMEM;
		if (c->set & ~(area->flags >> AS_MAX_SHIFT) & AS_RWX)
			return -EACCES;
		c->end = area_end(area) < end ? area_end(area) : end;
		c->last = area;
	}
	return c->end < end ? -ENOMEM : 0;
}

int aspace_protect(struct aspace *as, vaddr_t va, size_t size, unsigned flags)
{
	struct change c = { .start = va, .end = va + size, .clear = AS_RWX, .set = flags & AS_RWX };
	int err, result;

	if (!is_aligned(va | size, PAGE_SIZE) || !aspace_contains_range(as, va, size))
		return -EINVAL;
	if (flags & AS_WRITE)
		c.set |= AS_READ;
	c.first = area_find(as, va);
	result = check_protect(&c);
	if (c.end == va)
		return result;
	err = change_areas(as, &c);
	return err ? err : result;
}

/* => 0; -EINVAL: zeros on fork for what is not private memory; -ENOMEM: a hole. */
static int check_fork_flags(struct change *c)
{
	vaddr_t at = c->start;
	struct area *area;
	int result = 0;

	for (area = c->first; area && area->start < c->end; area = area_next(area)) {
		if ((c->set & AS_WIPEONFORK) && area->backend != BACKEND_ALLOC)
			return -EINVAL;
		if (area->start > at)
			result = -ENOMEM;
		at = area_end(area);
		c->last = area;
	}
	return at < c->end ? -ENOMEM : result;
}

int aspace_set_fork_flags(struct aspace *as, vaddr_t va, size_t size, unsigned set,
			  unsigned clear)
{
	const unsigned known = AS_DONTFORK | AS_WIPEONFORK;
	struct change c = { .start = va, .end = va + size, .clear = clear, .set = set };
	int err, result;

	if (((set | clear) & ~known) || !is_aligned(va | size, PAGE_SIZE) ||
	    !aspace_contains_range(as, va, size))
		return -EINVAL;
	c.first = area_above(as, va);
	result = check_fork_flags(&c);
	if (result == -EINVAL || size == 0)
		return size ? result : 0;
	err = c.last ? change_areas(as, &c) : 0;
	return err ? err : result;
}
