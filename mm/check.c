/*
 * check.c - verifies every numbered invariant of an address space (README.md lists them).
 *
 * Reads everything, changes nothing, costs O(areas + tables): for tests, and after every memory
 * call in a debug kernel. The space's lock is held.
 */
#include "mm/mm.h"
#include "mm/port.h"

#define require(condition, number, as, where) do {					\
	if (!(condition))								\
		broken(number, #condition, as, where);					\
} while (0)

__attribute__((noreturn))
static void broken(const char *number, const char *text, const struct aspace *as, vaddr_t where)
{
	aspace_dump(as);
	port_panic("aspace_check: invariant %s broken at %lx: %s", number, (unsigned long)where,
		   text);
}

/* ---- areas: A1 .. A7 ---- */

static unsigned height(const struct area *node)
{
	return node ? node->height : 0;
}

/* With its children right, is a node's place in the tree right? */
static void check_node(const struct aspace *as, const struct area *node, vaddr_t floor)
{
	const struct area *left = node->left, *right = node->right;
	unsigned low = height(left), high = height(right);
	uint32_t max_gap = node->gap;

	require(!left || (left->parent == node && left->start < node->start), "A2", as,
		node->start);
	require(!right || (right->parent == node && right->start > node->start), "A2", as,
		node->start);
	require(node->parent || as->areas == node, "A2", as, node->start);
	require(node->height == (low > high ? low : high) + 1, "A3", as, node->start);
	require(low <= high + 1 && high <= low + 1, "A3", as, node->start);
	require((vaddr_t)node->gap << PAGE_SHIFT == node->start - floor, "A4", as, node->start);
	if (left && left->max_gap > max_gap)
		max_gap = left->max_gap;
	if (right && right->max_gap > max_gap)
		max_gap = right->max_gap;
	require(node->max_gap == max_gap, "A4", as, node->start);
}

static bool listed_in_file(const struct area *area)
{
	const struct list *link;
	bool found = false;

	port_lock(&area->pc->lock);
	for (link = area->pc->areas.next; link != &area->pc->areas; link = link->next)
		found = found || link == &area->pc_link;
	port_unlock(&area->pc->lock);
	return found;
}

static void check_flags(const struct aspace *as, const struct area *area)
{
	unsigned prot = area->flags & AS_RWX, max = (area->flags >> AS_MAX_SHIFT) & AS_RWX;
	bool file = area->backend == BACKEND_FILE;

	require(area->as == as, "A6", as, area->start);
	require(!(prot & AS_WRITE) || (prot & AS_READ), "A6", as, area->start);
	require(!(area->flags & AS_REPLACE), "A6", as, area->start);
	require(!(prot & ~max & ~AS_READ), "A6", as, area->start);
	require(area->level <= PT_ROOT_LEVEL, "A6", as, area->start);
	require(file == (area->pc != NULL), "A6", as, area->start);
	require(file || !(area->flags & AREA_SHARED), "A6", as, area->start);
	require(!file || area->level == 0, "A6", as, area->start);
	require(!file || listed_in_file(area), "A6", as, area->start);
}

static bool agree(const struct area *low, const struct area *high)
{
	return area_end(low) == high->start && low->backend == high->backend &&
	       low->flags == high->flags && low->level == high->level && low->pc == high->pc &&
	       (low->backend == BACKEND_ALLOC || area_offset(low, area_end(low)) == high->offset);
}

static void check_areas(const struct aspace *as)
{
	const struct area *area, *below = NULL;
	size_t count = 0, bytes = 0;
	bool hit = !as->last_hit;

	for_each_area(area, as, 0, as->end) {
		vaddr_t floor = below ? area_end(below) : as->base;

		require(area->start >= floor && area->start < area_end(area), "A1", as, area->start);
		require(area_end(area) <= as->end, "A1", as, area->start);
		require(is_aligned(area->start | area_end(area), PAGE_SIZE), "A1", as, area->start);
		check_node(as, area, floor);
		check_flags(as, area);
		require(!below || !agree(below, area), "A7", as, area->start);
		hit = hit || as->last_hit == area;
		count++;
		bytes += area_size(area);
		below = area;
	}
	require(count == as->area_count, "A5", as, as->base);
	require(bytes == as->mapped_bytes, "A5", as, as->base);
	require(hit, "A5", as, as->base);
}

/* ---- page table: P1 .. P7 ---- */

struct totals {
	size_t leaves;		/* in 4 KiB pages */
	size_t tables;
};

/* Is this the frame the backend would give, or a private copy of it? */
static bool frame_agrees(const struct area *area, vaddr_t va, paddr_t pa)
{
	paddr_t cached = 0;

	if (area->backend == BACKEND_LINEAR)
		return pa == area_offset(area, va);
	if (frame_ref_count(pa) == 0 && area->level == 0)
		return false;
	if (area->backend == BACKEND_ALLOC || area->copied)
		return true;
	/* Beyond the end: a truncation on another hart is about to come for this leaf. */
	if (pagecache_get(area->pc, area_offset(area, va) >> PAGE_SHIFT, PAGECACHE_PEEK, &cached))
		return true;
	if (!cached)
		return false;
	frame_dec_ref(cached);
	return cached == pa;
}

static void check_leaf(const struct aspace *as, vaddr_t va, unsigned level, pte_t pte)
{
	const struct area *area = area_above(as, va);
	pte_t bits = pte & PTE_FLAGS;

	require(area && area->start <= va && area_end(area) - va >= level_size(level), "P1", as, va);
	require(level <= area->level, "P1", as, va);
	require(is_aligned(pte_pa(pte), level_size(level)), "P1", as, va);
	require(pte >> 54 == 0, "P2", as, va);
	require(bits == (leaf_bits(area) & (bits | ~PTE_W)), "P2", as, va);
	require(frame_agrees(area, va, pte_pa(pte)), "P3", as, va);
	require(!(pte & PTE_W) || area_owns(area, pte_pa(pte), level), "P4", as, va);
}

static unsigned check_table(const struct aspace *as, const pte_t *table, vaddr_t va,
			    unsigned level, struct totals *t);

static void check_entry(const struct aspace *as, pte_t pte, vaddr_t va, unsigned level,
			struct totals *t)
{
	paddr_t table = pte_pa(pte);
	unsigned used;

	if (!pte_is_table(pte)) {
		check_leaf(as, va, level, pte);
		t->leaves += 1ul << level_order(level);
		return;
	}
	require(level > 0, "P5", as, va);
	require((pte & ~(PTE_V | pte_ppn(table))) == 0, "P2", as, va);
	require(frame_ref_count(table) == 1, "P7", as, va);
	used = check_table(as, pte_table(pte), va, level - 1, t);
	require(used == frame_desc(table)->used, "P5", as, va);
	require(used > 0 || (level == PT_ROOT_LEVEL && as->keeps_tables), "P5", as, va);
	t->tables++;
}

/* => entries in use. Recursion is as deep as the page table: three levels. */
static unsigned check_table(const struct aspace *as, const pte_t *table, vaddr_t va,
			    unsigned level, struct totals *t)
{
	unsigned i, used = 0;

	for (i = 0; i < PT_ENTRIES; i++) {
		if (!table[i])
			continue;
		check_entry(as, table[i], va + ((vaddr_t)i << level_shift(level)), level, t);
		used++;
	}
	return used;
}

static void check_page_table(const struct aspace *as)
{
	unsigned first = pt_index(as->base, PT_ROOT_LEVEL);
	unsigned last = pt_index(as->end - 1, PT_ROOT_LEVEL);
	vaddr_t va = align_down(as->base, level_size(PT_ROOT_LEVEL));
	struct totals t = { .tables = 1 };
	unsigned i;

	for (i = 0; i < PT_ENTRIES; i++) {
		bool outside = (i < first || i > last) && pt_root(as)[i];

		require(outside == (as->foreign[i / 64] >> i % 64 & 1), "P8", as, va);
	}
	for (i = first; i <= last; i++, va += level_size(PT_ROOT_LEVEL))
		if (pt_root(as)[i])
			check_entry(as, pt_root(as)[i], va, PT_ROOT_LEVEL, &t);
	require(t.leaves == as->resident_pages, "P6", as, as->base);
	require(t.tables == as->table_pages, "P6", as, as->base);
}

void aspace_check(const struct aspace *as)
{
	check_areas(as);
	check_page_table(as);
}
