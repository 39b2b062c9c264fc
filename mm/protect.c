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

/* Flags after a change: those in `clear` go, those in `set` come. */
struct change {
	unsigned clear;
	unsigned set;
};

static unsigned flags_after(const struct area *area, const struct change *change)
{
	return (area->flags & ~change->clear) | change->set;
}

/* Does the area that contains `at` change, and go on on both sides of it? */
static bool needs_cut(const struct aspace *as, vaddr_t at, const struct change *change)
{
	const struct area *area = area_above(as, at);

	return area && area->start < at && flags_after(area, change) != area->flags;
}

static int prepare(struct aspace *as, vaddr_t start, vaddr_t end, const struct change *change,
		   struct reserve *r)
{
	int err = reserve_areas(r, needs_cut(as, start, change) + needs_cut(as, end, change));

	if (!err)
		err = reserve_splits(r, as, start, end);
	return err;
}

static void cut_at(struct aspace *as, vaddr_t at, const struct change *change, struct reserve *r)
{
	if (needs_cut(as, at, change))
		area_split(area_above(as, at), at, reserve_take_area(r));
}

/* Give the leaves of a run new bits, W only those that are alone with their frame; => what one of
 * them has lost. */
static inline pte_t protect_run(const struct pt_cursor *c, pte_t bits, bool ask)
{
	pte_t *slot = c->slot, *end = slot + c->count, lost = 0;
	unsigned left = c->used;

	for (; slot < end; slot++) {
		pte_t old = *slot, new = pte_ppn(pte_pa(old)) | bits;

		if (!old)
			continue;
		if (ask && !frame_is_exclusive(pte_pa(old), c->level))
			new &= ~(PTE_W | PTE_D);
		pte_change(slot, new);
		lost |= old & ~new;
		if (--left == 0)
			break;
	}
	return lost;
}

/* Give the area's present leaves the permissions the area has now. */
static void protect_leaves(struct gather *g, const struct area *area)
{
	pte_t bits = leaf_bits(area), lost;
	bool ask = (bits & PTE_W) && area_copies(area);
	struct pt_cursor c;

	pt_cursor_start(&c, area->as, area->start, area_end(area));
	while (pt_cursor_next(&c)) {
		lost = ask ? protect_run(&c, bits, true) : protect_run(&c, bits, false);
		/* What was without permission has V = 0 and no R, W, X: nothing to lose. */
		if (lost & (PTE_V | PTE_R | PTE_W | PTE_X))
			gather_run(g, c.va, c.level, c.count);
		port_pause(area->as);
	}
}

/* Change every area between start and end, which holes may interrupt. */
static void commit(struct aspace *as, vaddr_t start, vaddr_t end, const struct change *change,
		   struct reserve *r)
{
	bool new_code = false;
	struct area *area;
	struct gather g;

	split_at(as, start, r);
	split_at(as, end, r);
	cut_at(as, start, change, r);
	cut_at(as, end, change, r);
	gather_start(&g, as);
	for_each_area(area, as, start, end) {
		unsigned old = area->flags;

		area->flags = flags_after(area, change);
		if ((old ^ area->flags) & AS_RWX)
			protect_leaves(&g, area);
		if (area->flags & ~old & AS_EXEC)
			new_code = true;
	}
	area_merge(as, start, end);
	gather_flush(&g);
	if (new_code)
		port_sync_icache();
}

/* How far [start, end) may change: up to the first hole or the first area that forbids it. */
static int check_protect(struct aspace *as, vaddr_t start, vaddr_t end, unsigned prot,
			 vaddr_t *stop)
{
	struct area *area;

	*stop = start;
	for_each_area(area, as, start, end) {
		if (area->start > *stop)
			return -ENOMEM;
		if (prot & ~(area->flags >> AS_MAX_SHIFT) & AS_RWX)
			return -EACCES;
		*stop = area_end(area) < end ? area_end(area) : end;
	}
	return *stop < end ? -ENOMEM : 0;
}

int aspace_protect(struct aspace *as, vaddr_t va, size_t size, unsigned flags)
{
	struct change change = { .clear = AS_RWX, .set = flags & AS_RWX };
	struct reserve r = { 0 };
	vaddr_t stop;
	int err, result;

	if (!is_aligned(va | size, PAGE_SIZE) || !aspace_contains_range(as, va, size))
		return -EINVAL;
	if (flags & AS_WRITE)
		change.set |= AS_READ;
	area_find(as, va);	/* once: what follows asks for it again and again */
	result = check_protect(as, va, va + size, change.set, &stop);
	if (stop == va)
		return result;
	err = prepare(as, va, stop, &change, &r);
	if (!err)
		commit(as, va, stop, &change, &r);
	reserve_release(&r);
	return err ? err : result;
}

/* => 0; -EINVAL: zeros on fork for what is not private memory; -ENOMEM: a hole. */
static int check_fork_flags(struct aspace *as, vaddr_t start, vaddr_t end, unsigned set)
{
	struct area *area;
	vaddr_t at = start;
	int result = 0;

	for_each_area(area, as, start, end) {
		if ((set & AS_WIPEONFORK) && area->backend != BACKEND_ALLOC)
			return -EINVAL;
		if (area->start > at)
			result = -ENOMEM;
		at = area_end(area);
	}
	return at < end ? -ENOMEM : result;
}

int aspace_set_fork_flags(struct aspace *as, vaddr_t va, size_t size, unsigned set,
			  unsigned clear)
{
	const unsigned known = AS_DONTFORK | AS_WIPEONFORK;
	struct change change = { .clear = clear, .set = set };
	struct reserve r = { 0 };
	int err, result;

	if (((set | clear) & ~known) || !is_aligned(va | size, PAGE_SIZE) ||
	    !aspace_contains_range(as, va, size))
		return -EINVAL;
	result = check_fork_flags(as, va, va + size, set);
	if (result == -EINVAL || size == 0)
		return size ? result : 0;
	err = prepare(as, va, va + size, &change, &r);
	if (!err)
		commit(as, va, va + size, &change, &r);
	reserve_release(&r);
	return err ? err : result;
}
