/*
 * fault.c - the page fault. The entries are at the end of the file; read upwards.
 *
 *	which area?		none: may a stack grow down to it?		-EFAULT
 *	does it allow it?							-EACCES
 *	what is in the page table?
 *	  nothing		ask the backend for the frame	      -ENOMEM -ENXIO
 *	  a leaf that allows it	spurious: a stale TLB entry, or another hart was faster
 *	  a read-only leaf	write: take the frame over if we are its last owner, else copy it
 *
 * A frame gets into an absent entry by install_leaf() (mm.h), those of a file's pages around it by
 * map_around(); who may write at once, take_over() and replace_leaf(), needs no question about owners.
 */
#include "mm/mm.h"
#include "mm/port.h"

#define STACK_GUARD	(256 * PAGE_SIZE)	/* free space kept below a stack that grows */
#define AROUND		16u	/* file pages mapped together */

/* The first touch of an ordinary page is the path that counts. What lies on it is one function; what
 * does not is kept apart, so that there are fewer registers to save. */
#define ON_PATH		inline __attribute__((always_inline))
#define APART		__attribute__((noinline))

/* The level of the largest leaf, not above `level`, that fits around va inside the area. */
static unsigned leaf_level(const struct area *area, vaddr_t va, unsigned level)
{
	if (level > area->level)
		level = area->level;
	for (; level > 0; level--) {
		vaddr_t start = align_down(va, level_size(level));

		if (start >= area->start && area_end(area) - start >= level_size(level) &&
		    (area_is_counted(area) ||
		     is_aligned(area_offset(area, start), level_size(level))))
			break;
	}
	return level;
}

/* ---- nothing is mapped ---- */

/* A frame with the contents of another; the frame of zeros need not be read. */
static ON_PATH int copy_frame(paddr_t from, paddr_t *copy)
{
	int err;

	if (from == frame_zero)
		return frame_alloc(0, FRAME_ZERO, copy);
	err = frame_alloc(0, 0, copy);
	if (!err)
		frame_copy(*copy, from);
	return err;
}

/* A copy is about to become a page of the area, which may execute it. */
static ON_PATH void note_copy(struct area *area)
{
	store_shared(&area->copied, true);
	if (area->flags & AS_EXEC)
		port_sync_icache();
}

static void drop_frame(const struct area *area, paddr_t pa, unsigned level)
{
	if (area_is_counted(area))
		frame_block_dec_ref(pa, level_order(level));
}

/* A first access that writes needs a frame that the area owns: instead of a file's it gets a copy. */
static APART int own_first_frame(struct area *area, paddr_t *pa)
{
	paddr_t shared = *pa;
	int err;

	if (area_owns(area, shared, 0))
		return 0;
	err = copy_frame(shared, pa);
	if (!err)
		note_copy(area);
	frame_dec_ref(shared);
	return err;
}

static ON_PATH int first_frame(struct area *area, vaddr_t va, unsigned level, unsigned access,
			       paddr_t *pa)
{
	int err = area_ops(area)->get_frame(area, va, level, access, pa);

	if (!err && area->pc && (access & AS_WRITE))
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
	vaddr_t start = align_down(va, AROUND * PAGE_SIZE), end = start + AROUND * PAGE_SIZE;
	pte_t bits = leaf_bits(area);
	paddr_t pas[AROUND];
	unsigned i, n, put = 0;

	if (start < area->start)
		start = area->start;
	if (end - 1 >= area_end(area))	/* end is 0 at the top of all addresses */
		end = area_end(area);
	n = (unsigned)((end - start) >> PAGE_SHIFT);
	pagecache_peek(area->pc, area_offset(area, start) >> PAGE_SHIFT, n, pas);
	slot -= (va - start) >> PAGE_SHIFT;
	for (i = 0; i < n; i++) {
		if (pas[i] && slot[i]) {
			frame_dec_ref(pas[i]);
		} else if (pas[i]) {
			pte_store(&slot[i], leaf_pte(area, bits, pas[i], 0));
			put++;
		}
	}
	pt_count_leaves(area->as, pt_desc(slot), 0, put);
}

static APART int too_late(const struct area *area, struct frame *table, unsigned level, paddr_t pa)
{
	pt_unlock(table);
	drop_frame(area, pa, level);
	return 0;
}

/* The frame becomes a leaf, if another hart has not mapped one meanwhile: then ours goes. */
static ON_PATH int map_first(struct area *area, vaddr_t va, pte_t *slot, unsigned level,
			    unsigned access, paddr_t pa)
{
	struct frame *table = pt_desc(slot);

	pt_lock(table);
	if (*slot)
		return too_late(area, table, level, pa);
	install_leaf(area, table, slot, level, pa);
	if (area->pc && !(access & AS_WRITE))
		map_around(area, va, slot);
	pt_unlock(table);
	return 0;
}

/* Hang in the tables that are missing, unless another hart has just done so. */
static ON_PATH pte_t *extend(struct aspace *as, vaddr_t va, pte_t *slot, unsigned level,
			     unsigned want)
{
	struct frame *root = frame_desc(as->root);

	pt_lock(root);
	if (*slot)
		slot = pt_walk(as, va, &level);
	slot = pt_extend(as, va, slot, level, want);
	pt_unlock(root);
	return slot;
}

/* The tables down to the entry are missing, or a huge leaf may go there. */
static APART int fault_absent_block(struct area *area, vaddr_t va, pte_t *slot, unsigned level,
				    unsigned access)
{
	unsigned want = level;
	paddr_t pa;
	int err = first_block(area, va, &want, access, &pa);

	if (err)
		return err;
	if (level > want)
		slot = extend(area->as, va, slot, level, want);
	if (slot)
		return map_first(area, va, slot, want, access, pa);
	drop_frame(area, pa, want);
	return -ENOMEM;
}

/* The frame comes first, for it may take long; then what tables are missing on the way to it. */
static ON_PATH int fault_absent(struct area *area, vaddr_t va, pte_t *slot, unsigned level,
				unsigned access)
{
	paddr_t pa;
	int err = first_frame(area, va, 0, access, &pa);

	if (err)
		return err;
	if (level > 0) {
		slot = extend(area->as, va, slot, level, 0);
		if (!slot) {
			drop_frame(area, pa, 0);
			return -ENOMEM;
		}
	}
	return map_first(area, va, slot, 0, access, pa);
}

/* The same apart, so that the usual level 0 is a constant in the other. */
static APART int fault_absent_above(struct area *area, vaddr_t va, pte_t *slot, unsigned level,
				    unsigned access)
{
	if (area->level > 0)
		return fault_absent_block(area, va, slot, level, access);
	return fault_absent(area, va, slot, level, access);
}

/* ---- a read-only leaf is written ---- */

/*
 * Point a leaf at a copy. Were the copy writable at once, one hart could write it while another
 * still reads the old frame through its TLB; so it comes in read-only, and is made writable when
 * every hart has forgotten the old one.
 */
static ON_PATH void replace_leaf(struct area *area, vaddr_t va, pte_t *slot, paddr_t pa)
{
	pte_t pte = pte_ppn(pa) | leaf_bits(area);

	pte_store(slot, pte & ~PTE_W);
	tlb_flush(area->as, va, PAGE_SIZE);
	pte_change(slot, pte);
}

/* Split the huge leaf at va down to 4 KiB; => the entry of the page, NULL without memory. */
static APART pte_t *split_to_page(struct area *area, vaddr_t va, pte_t *slot, unsigned level)
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

/* The area is the frame's last owner, or shares what it maps: the leaf may write from now on. */
static ON_PATH void take_over(struct area *area, vaddr_t va, pte_t *slot, paddr_t pa)
{
	pte_change(slot, pte_ppn(pa) | leaf_bits(area));
	port_flush_page(va);
}

/* Of a huge page that is shared only the 4 KiB that are written get copied. */
static ON_PATH int copy_on_write(struct area *area, vaddr_t va, pte_t *slot, unsigned level,
				 paddr_t old)
{
	paddr_t copy;
	int err;

	old += align_down(va & (level_size(level) - 1), PAGE_SIZE);
	err = copy_frame(old, &copy);
	if (err)
		return err;
	if (level > 0)
		slot = split_to_page(area, va, slot, level);
	if (!slot) {
		frame_dec_ref(copy);
		return -ENOMEM;
	}
	note_copy(area);
	replace_leaf(area, va, slot, copy);
	frame_dec_ref(old);
	return 0;
}

/* Apart, so that the usual level 0 is a constant in the other. */
static APART int copy_part_on_write(struct area *area, vaddr_t va, pte_t *slot, unsigned level,
				    paddr_t old)
{
	return copy_on_write(area, va, slot, level, old);
}

/* There is a leaf, and it forbade the access when the hart last looked. */
static APART int fault_present(struct area *area, vaddr_t va, pte_t *slot, unsigned level,
			       unsigned access)
{
	struct frame *table = pt_desc(slot);
	paddr_t pa;
	pte_t pte;
	int err = 0;

	pt_lock(table);
	pte = *slot;
	pa = pte_pa(pte);
	if (pte_permits(pte, access))
		port_flush_page(va);
	else if (!(access & AS_WRITE))
		err = -EFAULT;
	else if (area_owns(area, pa, level))
		take_over(area, va, slot, pa);
	else if (level > 0)
		err = copy_part_on_write(area, va, slot, level, pa);
	else
		err = copy_on_write(area, va, slot, 0, pa);
	pt_unlock(table);
	return err;
}

/* ---- the fault ---- */

static ON_PATH int fault_inside(struct area *area, vaddr_t va, unsigned access)
{
	unsigned level;
	pte_t *slot = pt_walk(area->as, va, &level);
	pte_t pte = pte_load(slot);

	/* A table: another hart has just hung it in where the walk ended at nothing. */
	if (level > 0 && (!pte || pte_is_table(pte)))
		return fault_absent_above(area, va, slot, level, access);
	if (!pte)
		return fault_absent(area, va, slot, 0, access);
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
	    area_end(stack) - start > as->stack_limit)
		return -EFAULT;
	if (!area_allows(stack, access))
		return -EACCES;
	below = area_prev(stack);
	if (below && (below->flags & AS_RWX) && start - area_end(below) < STACK_GUARD)
		return -EFAULT;

	old_start = stack->start;
	area_set_range(stack, start, area_end(stack));
	err = fault_page(stack, va, access);
	if (err)
		area_set_range(stack, old_start, area_end(stack));
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
	struct area *area = area_lookup(as, va);

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
