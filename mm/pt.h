/*
 * pt.h - Sv39 page tables: entries, walks, and the cursor that visits what is present; private.
 *
 * Sv39 (privileged specification, section 4.4): three levels of tables with 512 entries each. An
 * entry at level 2, 1, 0 covers 1 GiB, 2 MiB, 4 KiB; it is absent, a pointer to the next table,
 * or a leaf that maps a naturally aligned block of that size.
 *
 *	63    54 53                10 9 8 7 6 5 4 3 2 1 0
 *	[  0    ][ frame number     ][RSW]D A G U X W R V
 *
 * All that is zero is absent. A leaf always has A and D, so hardware that faults where they are
 * not set (Svade) never does, and hardware that sets them itself (Svadu) finds nothing to set. One
 * that nobody may touch (PROT_NONE) has V = 0, which hides it from the hardware; A and D tell it
 * from an absent one. There is no copy-on-write bit: a private leaf is writable only while its frame
 * has one owner, and the reference count says when that is.
 */
#pragma once

#include "mm/area.h"

typedef uint64_t pte_t;

#define PTE_V		0x001ul
#define PTE_R		0x002ul
#define PTE_W		0x004ul
#define PTE_X		0x008ul
#define PTE_U		0x010ul
#define PTE_G		0x020ul
#define PTE_A		0x040ul
#define PTE_D		0x080ul
#define PTE_FLAGS	0x3fful
#define PTE_PPN_SHIFT	10

#define PT_ENTRIES	512u
#define PT_ROOT_LEVEL	2u

/* ---- entries ---- */

static inline paddr_t pte_pa(pte_t pte)
{
	return (pte >> PTE_PPN_SHIFT) << PAGE_SHIFT;
}

static inline pte_t pte_ppn(paddr_t pa)
{
	return (pa >> PAGE_SHIFT) << PTE_PPN_SHIFT;
}

static inline bool pte_is_table(pte_t pte)
{
	return (pte & (PTE_V | PTE_R | PTE_W | PTE_X)) == PTE_V;
}

static inline bool pte_is_leaf(pte_t pte)
{
	return pte && !pte_is_table(pte);
}

/* AS_READ, AS_WRITE, AS_EXEC are R, W, X shifted down by one. */
static inline bool pte_permits(pte_t pte, unsigned access)
{
	pte_t need = PTE_V | (access & AS_RWX) << 1;

	return (pte & need) == need;
}

static inline pte_t *pte_table(pte_t pte)
{
	return frame_va(pte_pa(pte));
}

/* One store: the hardware never sees half an entry, and sees what it leads to no later. */
static inline void pte_store(pte_t *slot, pte_t pte)
{
	store_release(slot, pte);
}

/* Other permissions for a leaf: what it leads to stays, so nothing else has to be seen first. */
static inline void pte_change(pte_t *slot, pte_t pte)
{
	store_shared(slot, pte);
}

/*
 * What another hart may be filling in just now. What is read through an address that was loaded is
 * read after it (RISC-V's memory model, syntactic address dependency): no fence.
 */
#ifdef __riscv
#define PTE_LOAD_ORDER	__ATOMIC_RELAXED
#else
#define PTE_LOAD_ORDER	__ATOMIC_ACQUIRE	/* the same, said to compilers and race detectors */
#endif

static inline pte_t pte_load(const pte_t *slot)
{
	return __atomic_load_n(slot, PTE_LOAD_ORDER);
}

/* ---- geometry ---- */

static inline unsigned level_shift(unsigned level)
{
	return PAGE_SHIFT + 9 * level;
}

static inline size_t level_size(unsigned level)
{
	return 1ul << level_shift(level);
}

static inline unsigned level_order(unsigned level)
{
	return 9 * level;
}

static inline unsigned pt_index(vaddr_t va, unsigned level)
{
	return (va >> level_shift(level)) & (PT_ENTRIES - 1);
}

/* ---- tables ---- */

/* The descriptor of the table an entry lies in: it counts the entries in use. */
static inline struct frame *pt_desc(const pte_t *slot)
{
	uintptr_t table = align_down((uintptr_t)slot, PAGE_SIZE);

	return frame_desc(frame_pa((void *)table));
}

static inline pte_t *pt_root(const struct aspace *as)
{
	return frame_va(as->root);
}

/* A zeroed table; -ENOMEM. The caller accounts for it. */
static inline int pt_alloc_table(paddr_t *pa)
{
	return frame_alloc(0, FRAME_ZERO, pa);
}

/* The entry that decides about va: a leaf, or the absent one where the walk ends; and its level. */
static inline pte_t *pt_walk(const struct aspace *as, vaddr_t va, unsigned *level)
{
	const uintptr_t map = port_direct_map;	/* read once */
	unsigned at = PT_ROOT_LEVEL;
	pte_t *slot = (pte_t *)(as->root + map) + pt_index(va, at);
	pte_t pte;

	for (; at > 0 && pte_is_table(pte = pte_load(slot)); at--)
		slot = (pte_t *)(pte_pa(pte) + map) + pt_index(va, at - 1);
	*level = at;
	return slot;
}

/* Hang an empty table, ready in `table`, below an absent entry; => its entry for va. */
static inline pte_t *pt_add_table(struct aspace *as, pte_t *slot, paddr_t table, vaddr_t va,
				  unsigned level)
{
	pt_desc(slot)->used++;
	as->table_pages++;
	pte_store(slot, pte_ppn(table) | PTE_V);
	return (pte_t *)frame_va(table) + pt_index(va, level - 1);
}

/* Hang the tables, two at most, that lead from an absent entry down to level `want`; => its entry
 * for va, or NULL without memory and nothing changed. */
static inline __attribute__((always_inline)) pte_t *pt_extend(struct aspace *as, vaddr_t va,
							      pte_t *slot, unsigned level,
							      unsigned want)
{
	paddr_t upper, lower;

	if (level == want)
		return slot;
	if (pt_alloc_table(&upper))
		return NULL;
	if (level - want == 1)
		return pt_add_table(as, slot, upper, va, level);
	if (pt_alloc_table(&lower)) {
		frame_free_zeroed(upper);
		return NULL;
	}
	slot = pt_add_table(as, slot, upper, va, level);
	return pt_add_table(as, slot, lower, va, level - 1);
}

/*
 * Faults of one space run side by side (aspace_handle_page_fault_shared), each changing one leaf
 * table under that table's lock, or hanging in tables under the root's. Whoever holds the space's
 * lock alone needs neither.
 */
static inline void pt_lock(struct frame *table)
{
	while (__atomic_exchange_n(&table->busy, 1, __ATOMIC_ACQUIRE))
		;
}

static inline void pt_unlock(struct frame *table)
{
	store_release(&table->busy, 0);
}

/* Make n leaves of a level appear, or vanish, in the counters of the table and the space. */
static inline void pt_count_leaves(struct aspace *as, struct frame *table, unsigned level,
				   unsigned n)
{
	table->used += (uint16_t)n;
	__atomic_fetch_add(&as->resident_pages, (size_t)n << level_order(level), __ATOMIC_RELAXED);
}

static inline void pt_uncount_leaves(struct aspace *as, const pte_t *slot, unsigned level,
				     unsigned n)
{
	pt_desc(slot)->used -= (uint16_t)n;
	as->resident_pages -= (size_t)n << level_order(level);
}

/*
 * Turn the leaf at va into a table of leaves one level below that map the same frames with the
 * same permissions. table: a zeroed frame, used up. Flushes.
 */
void pt_split_leaf(struct area *area, vaddr_t va, pte_t *slot, unsigned level, paddr_t table);

/* Tables needed so that no leaf crosses va: 0, 1 or 2. */
unsigned pt_tables_to_split_at(const struct aspace *as, vaddr_t va);

/* ---- cursor: visits the leaves of a range, skipping whole absent subtrees ---- */

/*
 *	struct pt_cursor c;
 *
 *	pt_cursor_start(&c, as, start, end);
 *	while (pt_cursor_next(&c))
 *		for (i = 0, left = c.used; i < c.count && left > 0; i++)
 *			if (c.slot[i]) ... left--;
 *
 * A run is part of one level-0 table (it may hold absent entries) or one huge leaf. Leaves and
 * tables of the current run and before it may be changed and freed meanwhile.
 */
struct pt_cursor {
	pte_t *slot;		/* first entry of the run, present */
	unsigned count;		/* entries in it, */
	unsigned used;		/* of which at most so many are present */
	unsigned level;
	vaddr_t va;		/* what its first entry maps */

	const struct aspace *as;
	vaddr_t next;		/* the visit goes on here, */
	vaddr_t last;		/* up to this byte, */
	bool done;		/* unless it is over */
};

void pt_cursor_start(struct pt_cursor *c, const struct aspace *as, vaddr_t start, vaddr_t end);
bool pt_cursor_next(struct pt_cursor *c);
