/*
 * clone.c - a copy of an address space, for fork.
 *
 * Copy-on-write (COW=1): parent and child map the same frames, each counted once more, and none of
 * them writable; whoever writes first copies (fault.c). Eager (COW=0): every page that belongs to
 * the parent alone is copied at once.
 *
 * What the child can find again by faulting is not copied: leaves that map the pages of a file or
 * of shared memory. So the cost follows the private pages that are resident.
 *
 * Failure: the child is destroyed, which drops its references. The parent may have lost W bits,
 * which its next write finds out (it is the last owner again and takes the frame over).
 */
#include "mm/mm.h"
#include "mm/port.h"

struct cloning {
	struct aspace *child;
	bool lost_w;		/* the parent has leaves that were writable */
};

/* A block of its own with the contents of another. */
static int copy_block(paddr_t from, unsigned level, paddr_t *copy)
{
	size_t offset;
	int err = frame_alloc(level_order(level), 0, copy);

	for (offset = 0; !err && offset < level_size(level); offset += PAGE_SIZE)
		frame_copy(*copy + offset, from + offset);
	return err;
}

static void share_frame(paddr_t pa, unsigned level)
{
	if (level == 0)
		frame_hold(frame_desc(pa));
	else
		frame_block_inc_ref(pa, level_order(level));
}

/* Copy the leaves of a run into the child's entries at `to`. */
static int clone_run(struct cloning *cl, const struct area *area, struct pt_cursor *c, pte_t *to)
{
	unsigned i, copied = 0;
	paddr_t pa;
	int err = 0;

	for (i = 0; i < c->count && copied < c->used; i++) {
		pte_t pte = c->slot[i];

		if (!pte)
			continue;
		if (!area_is_counted(area)) {
			to[i] = pte;
		} else if (!COW && area_owns(area, pte_pa(pte), c->level)) {
			err = copy_block(pte_pa(pte), c->level, &pa);
			if (err)
				break;
			to[i] = pte_ppn(pa) | (pte & PTE_FLAGS);
		} else {
			share_frame(pte_pa(pte), c->level);
			if (pte & PTE_W) {
				pte &= ~PTE_W;
				pte_store(&c->slot[i], pte);
				cl->lost_w = true;
			}
			to[i] = pte;
		}
		copied++;
	}
	pt_count_leaves(cl->child, pt_desc(to), c->level, copied);
	return err;
}

/* A run of which nothing was copied leaves tables that hold nothing. */
static void drop_empty_tables(struct aspace *child, vaddr_t va)
{
	struct gather g;

	gather_start(&g, child);
	gather_empty_tables(&g, va);
	gather_flush(&g);
}

static int clone_leaves(struct cloning *cl, const struct area *area)
{
	struct pt_cursor c;
	unsigned level;
	pte_t *slot;
	int err = 0;

	pt_cursor_start(&c, area->as, area->start, area_end(area));
	while (!err && pt_cursor_next(&c)) {
		slot = pt_walk(cl->child, c.va, &level);
		slot = pt_extend(cl->child, c.va, slot, level, c.level);
		err = slot ? clone_run(cl, area, &c, slot) : -ENOMEM;
		port_pause(area->as);
	}
	if (err)
		drop_empty_tables(cl->child, c.va);
	return err;
}

/* Can the child do without the leaves, finding the same pages when it faults? */
static bool child_can_refault(const struct area *area)
{
	return area->backend == BACKEND_FILE && !area->copied;
}

static bool has_leaves_to_clone(const struct area *area)
{
	return !(area->flags & AS_WIPEONFORK) && !child_can_refault(area);
}

/*
 * COW=0: what is copied page by page is the state of one moment only if nobody stores meanwhile. So
 * the parent's leaves lose W first, as they do with COW=1; a later write takes the frame over.
 */
static void stop_stores(struct aspace *as)
{
	struct area *area;
	struct pt_cursor c;
	bool lost_w = false;
	unsigned i;

	for_each_area(area, as, as->base, as->end) {
		if (!area_copies(area))
			continue;
		pt_cursor_start(&c, as, area->start, area_end(area));
		while (pt_cursor_next(&c))
			for (i = 0; i < c.count; i++)
				if (c.slot[i] & PTE_W) {
					pte_store(&c.slot[i], c.slot[i] & ~PTE_W);
					lost_w = true;
				}
	}
	if (lost_w)
		tlb_flush(as, as->base, aspace_size(as));
}

int aspace_try_clone(struct aspace *as, struct aspace *child)
{
	struct cloning cl = { .child = child };
	struct area *area;
	int err = aspace_create(child, as->base, aspace_size(as));

	if (err)
		return err;
	share_foreign_root(child, as);
	child->stack_limit = as->stack_limit;
	err = area_clone_all(child, as);
	if (!err && !COW)
		stop_stores(as);
	for (area = area_above(as, as->base); area && !err; area = area_next(area))
		if (area->flags & AS_DONTFORK)
			area_discard(area_find(child, area->start));
		else if (has_leaves_to_clone(area))
			err = clone_leaves(&cl, area);
	/*
	 * Also after a failure: a hart that goes on writing through a cached W would escape the
	 * next clone, which finds no W bit left to take away.
	 */
	if (cl.lost_w)
		tlb_flush(as, as->base, aspace_size(as));
	if (err)
		aspace_destroy(child);
	return err;
}
