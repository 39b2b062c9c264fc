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

/* Kept out of the way of the first touch of an ordinary page: fewer registers to save there. */
#define APART		__attribute__((noinline))

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
	__atomic_store_n(&area->copied, true, __ATOMIC_RELAXED);
	sync_code(area);
	return 0;
}

static void drop_frame(const struct area *area, paddr_t pa, unsigned level)
{
	if (area_is_counted(area))
		frame_block_dec_ref(pa, level_order(level));
}

/* A first access that writes needs a frame that the area owns; what the backend gave is dropped. */
static APART int own_first_frame(struct area *area, paddr_t *pa)
{
	paddr_t shared = *pa;
	int err = copy_frame(area, shared, pa);

	frame_dec_ref(shared);
	return err;
}

static inline int first_frame(struct area *area, vaddr_t va, unsigned level, unsigned access,
			      paddr_t *pa)
{
	int err = area_ops(area)->get_frame(area, align_down(va, level_size(level)), level, access,
					    pa);

	if (!err && area->pc && (access & AS_WRITE) && !area_owns(area, *pa, level))
		err = own_first_frame(area, pa);
	return err;
}

/* The same where huge pages are allowed; *level says how large a block there was. */
static APART int first_block(struct area *area, vaddr_t va, unsigned *level, unsigned access,
			     paddr_t *pa)
{
	int err;

	*level = leaf_level(area, va, *level);
	while ((err = first_frame(area, va, *level, access, pa)) == -ENOMEM && *level > 0)
		--*level;
	return err;
}

/*
 * A file page is rarely read alone. Map those of its neighbours that the cache already has: in the
 * same aligned block of pages, so in the same leaf table, inside the area, and absent so far.
 */
static APART void map_around(struct area *area, vaddr_t va, pte_t *slot)
{
	vaddr_t block = align_down(va, AROUND), at;
	paddr_t pa;

	slot -= (va - block) >> PAGE_SHIFT;
	for (at = block; at < block + AROUND; at += PAGE_SIZE, slot++) {
		if (*slot || !area_contains(area, at))
			continue;
		if (pagecache_get(area->pc, area_offset(area, at) >> PAGE_SHIFT, PAGECACHE_PEEK,
				  &pa) == 0 && pa)
			install_leaf(area, pt_desc(slot), slot, 0, pa);
	}
}

/* => the entry of the given level for va, NULL without memory. Another hart may be as far. */
static APART pte_t *hang_tables(struct area *area, vaddr_t va, unsigned want)
{
	struct frame *root = frame_desc(area->as->root);
	unsigned level;
	pte_t *slot;

	pt_lock(root);
	slot = pt_walk(area->as, va, &level);
	if (level > want)
		slot = pt_extend(area->as, va, slot, level, want);
	pt_unlock(root);
	return slot;
}

/* The frame comes first, for it may take long; if another hart maps one meanwhile, ours goes. */
static inline int fault_absent(struct area *area, vaddr_t va, pte_t *slot, unsigned level,
			       unsigned access)
{
	unsigned want = 0, block = level;
	struct frame *table;
	paddr_t pa;
	int err;

	if (area->level == 0) {
		err = first_frame(area, va, 0, access, &pa);
	} else {
		err = first_block(area, va, &block, access, &pa);
		want = block;
	}
	if (err)
		return err;
	if (level > want) {
		slot = hang_tables(area, va, want);
		if (!slot) {
			drop_frame(area, pa, want);
			return -ENOMEM;
		}
	}
	if (area->backend == BACKEND_ALLOC)
		sync_code(area);
	table = pt_desc(slot);
	pt_lock(table);
	if (*slot) {
		pt_unlock(table);
		drop_frame(area, pa, want);
		return 0;
	}
	install_leaf(area, table, slot, want, pa);
	if (area->pc && !(access & AS_WRITE))
		map_around(area, va, slot);
	pt_unlock(table);
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

/* There is a leaf, and it forbade the access when the hart last looked. */
static APART int fault_present(struct area *area, vaddr_t va, pte_t *slot, unsigned level,
			 unsigned access)
{
	struct frame *table = pt_desc(slot);
	int err = 0;

	pt_lock(table);
	if (pte_permits(*slot, access))
		port_flush_page(va);
	else if (access & AS_WRITE)
		err = fault_write(area, va, slot, level);
	else
		err = -EFAULT;
	pt_unlock(table);
	return err;
}

/* ---- the fault ---- */

static inline int fault_inside(struct area *area, vaddr_t va, unsigned access)
{
	unsigned level;
	pte_t *slot = pt_walk(area->as, va, &level);
	pte_t pte = pte_load(slot);

	/* A table: another hart has just hung it in where the walk ended at nothing. */
	if (!pte || (level > 0 && pte_is_table(pte)))
		return fault_absent(area, va, slot, level, access);
	return fault_present(area, va, slot, level, access);
}

int fault_page(struct area *area, vaddr_t va, unsigned access)
{
	return fault_inside(area, va, access);
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

/* Not where the last one was. */
static APART int fault_elsewhere(struct aspace *as, vaddr_t va, unsigned access)
{
	struct area *area = area_search(as, va);

	if (!area || area->level > 0)
		return -EAGAIN;
	if (!area_allows(area, access))
		return -EACCES;
	return fault_page(area, va, access);
}

int aspace_handle_page_fault_shared(struct aspace *as, vaddr_t va, unsigned access)
{
	struct area *area = __atomic_load_n(&as->last_hit, __ATOMIC_RELAXED);

	if (!area || !area_contains(area, va) || area->level > 0 || !area_allows(area, access))
		return fault_elsewhere(as, va, access);
	return fault_inside(area, va, access);
}
