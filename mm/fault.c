/*
 * fault.c - the page fault, from top to bottom.
 *
 *	which area?		none: may a stack grow down to it?		-EFAULT
 *	does it allow it?							-EACCES
 *	what is in the page table?
 *	  nothing		ask the backend for the frame	      -ENOMEM -ENXIO
 *	  a leaf that allows it	spurious: a stale TLB entry, or another hart was faster
 *	  a read-only leaf	write: take the frame over if we are its last owner, else copy it
 *
 * leaf_pte() in mm.h is the one place where a frame becomes a leaf; every way to map uses it.
 */
#include "mm/mm.h"
#include "mm/port.h"

#define STACK_GUARD	(256 * PAGE_SIZE)	/* free space kept below a stack that grows */
#define AROUND		(16 * PAGE_SIZE)	/* file pages mapped together */

/* The level of the largest leaf, not above `level`, that fits around va inside the area. */
static unsigned leaf_level(const struct area *area, vaddr_t va, unsigned level)
{
	if (level > area->level)
		level = area->level;
	for (; level > 0; level--) {
		vaddr_t start = align_down(va, level_size(level));

		if (start >= area->start && area->end - start >= level_size(level) &&
		    (area_is_counted(area) ||
		     is_aligned(area_offset(area, start), level_size(level))))
			break;
	}
	return level;
}

/* ---- nothing is mapped ---- */

/* Before an area executes a frame that the kernel has filled: see port_sync_icache. */
static void sync_code(const struct area *area)
{
	if (area->flags & AS_EXEC)
		port_sync_icache();
}

/* A frame of the area's own with the contents of another; the frame of zeros need not be read. */
static int copy_frame(struct area *area, paddr_t from, paddr_t *copy)
{
	int err = frame_alloc(0, from == frame_zero ? FRAME_ZERO : 0, copy);

	if (err)
		return err;
	if (from != frame_zero)
		frame_copy(*copy, from);
	area->flags |= AREA_COPIED;
	sync_code(area);
	return 0;
}

static void drop_frame(const struct area *area, paddr_t pa, unsigned level)
{
	if (area_is_counted(area))
		frame_block_dec_ref(pa, level_order(level));
}

/* A first access that writes needs a frame that the area owns; what the backend gave is dropped. */
static int own_first_frame(struct area *area, paddr_t *pa)
{
	paddr_t shared = *pa;
	int err = copy_frame(area, shared, pa);

	frame_dec_ref(shared);
	return err;
}

static int first_frame(struct area *area, vaddr_t va, unsigned level, unsigned access, paddr_t *pa)
{
	int err = area_ops(area)->get_frame(area, align_down(va, level_size(level)), level, access,
					    pa);

	if (!err && (access & AS_WRITE) && !area_owns(area, *pa, level))
		err = own_first_frame(area, pa);
	return err;
}

/*
 * A file page is rarely read alone. Map those of its neighbours that the cache already has: in the
 * same aligned block of pages, so in the same leaf table, inside the area, and absent so far.
 */
static void map_around(struct area *area, vaddr_t va, pte_t *slot)
{
	vaddr_t block = align_down(va, AROUND), at;
	paddr_t pa;

	slot -= (va - block) >> PAGE_SHIFT;
	for (at = block; at < block + AROUND; at += PAGE_SIZE, slot++) {
		if (*slot || !area_contains(area, at))
			continue;
		if (pagecache_get(area->pc, area_offset(area, at) >> PAGE_SHIFT, PAGECACHE_PEEK,
				  &pa) == 0 && pa)
			install_leaf(area, slot, 0, pa);
	}
}

static int fault_absent(struct area *area, vaddr_t va, pte_t *slot, unsigned level,
			unsigned access)
{
	unsigned want = leaf_level(area, va, level);
	paddr_t pa;
	int err = first_frame(area, va, want, access, &pa);

	while (err == -ENOMEM && want > 0)	/* no block so large: a smaller one will do */
		err = first_frame(area, va, --want, access, &pa);
	if (err)
		return err;
	if (level > want)
		slot = pt_extend(area->as, va, slot, level, want);
	if (!slot) {
		drop_frame(area, pa, want);
		return -ENOMEM;
	}
	if (area->backend == BACKEND_ALLOC)
		sync_code(area);
	install_leaf(area, slot, want, pa);
	if (area->pc && !(access & AS_WRITE))
		map_around(area, va, slot);
	return 0;
}

/* ---- a read-only leaf is written ---- */

/*
 * Point a leaf at a copy. Were the copy writable at once, one hart could write it while another
 * still reads the old frame through its TLB; so it comes in read-only, and is made writable when
 * every hart has forgotten the old one.
 */
static void replace_leaf(struct area *area, vaddr_t va, pte_t *slot, paddr_t pa)
{
	pte_t pte = leaf_pte(area, leaf_bits(area), pa, 0);

	pte_store(slot, pte & ~(PTE_W | PTE_D));
	tlb_flush(area->as, va, PAGE_SIZE);
	pte_store(slot, pte);
}

/* Split the huge leaf at va down to 4 KiB; => the entry of the page, NULL without memory. */
static pte_t *split_to_page(struct area *area, vaddr_t va, pte_t *slot, unsigned level)
{
	struct reserve r = { 0 };

	if (reserve_tables(&r, level) == 0)
		for (; level > 0; level--) {
			pt_split_leaf(area, va, slot, level, reserve_take_table(&r));
			slot = pte_table(*slot) + pt_index(va, level - 1);
		}
	else
		slot = NULL;
	reserve_release(&r);
	return slot;
}

/* Of a huge page that is shared only the 4 KiB that are written get copied. */
static int fault_write(struct area *area, vaddr_t va, pte_t *slot, unsigned level)
{
	paddr_t old = pte_pa(*slot), copy;
	int err;

	if (area_owns(area, old, level)) {
		pte_store(slot, leaf_pte(area, leaf_bits(area), old, level));
		port_flush_page(va);
		return 0;
	}
	old += align_down(va & (level_size(level) - 1), PAGE_SIZE);
	err = copy_frame(area, old, &copy);
	if (err)
		return err;
	if (level > 0)
		slot = split_to_page(area, va, slot, level);
	if (!slot) {
		frame_dec_ref(copy);
		return -ENOMEM;
	}
	replace_leaf(area, va, slot, copy);
	frame_dec_ref(old);
	return 0;
}

/* ---- the fault ---- */

int fault_page(struct area *area, vaddr_t va, unsigned access)
{
	unsigned level;
	pte_t *slot = pt_walk(area->as, va, &level);

	if (!*slot)
		return fault_absent(area, va, slot, level, access);
	if (pte_permits(*slot, access)) {
		port_flush_page(va);
		return 0;
	}
	if (access & AS_WRITE)
		return fault_write(area, va, slot, level);
	return -EFAULT;
}

/*
 * No area holds va: the one above may be a stack that grows down to it, within its limit and
 * keeping its distance from what lies below. A guard area that nobody may touch counts as distance.
 */
static int fault_below_stack(struct aspace *as, vaddr_t va, unsigned access)
{
	struct area *stack = area_above(as, va), *below;
	vaddr_t start = align_down(va, PAGE_SIZE), old_start;
	int err;

	if (!stack || !(stack->flags & AS_GROWSDOWN) || start < as->base ||
	    stack->end - start > as->stack_limit)
		return -EFAULT;
	if (!area_allows(stack, access))
		return -EACCES;
	below = area_prev(stack);
	if (below && (below->flags & AS_RWX) && start - below->end < STACK_GUARD)
		return -EFAULT;

	old_start = stack->start;
	area_set_range(stack, start, stack->end);
	err = fault_page(stack, va, access);
	if (err)
		area_set_range(stack, old_start, stack->end);
	return err;
}

int aspace_handle_page_fault(struct aspace *as, vaddr_t va, unsigned access)
{
	struct area *area = area_find(as, va);

	if (!area)
		return fault_below_stack(as, va, access);
	if (!area_allows(area, access))
		return -EACCES;
	return fault_page(area, va, access);
}
