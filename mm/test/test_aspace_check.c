/*
 * test_aspace_check.c - aspace_check notices every kind of damage it claims to notice.
 */
#include "mm/test/space.h"

#define V	(2 * GIB)

static struct pagecache *pc;

static void build(struct aspace *as)
{
	begin(as, 16 * MIB, "damage");
	if (pagecache_create(PAGES(4), &pc) ||
	    aspace_map_alloc(as, V, PAGES(4), URW, AS_POPULATE, PAGE_SIZE) ||
	    aspace_map_alloc(as, V + PAGES(6), PAGES(2), UR, AS_LAZY, PAGE_SIZE) ||
	    aspace_map_alloc(as, V + PAGES(8), PAGES(2), URW, AS_LAZY, PAGE_SIZE) ||
	    aspace_map_file(as, V + MIB, PAGES(4), URW, pc, 0, AS_SHARED) ||
	    aspace_map_linear(as, V + 4 * MIB, 0x10000000, PAGES(2), RW, PAGE_SIZE) ||
	    poke(as, V + MIB, 1))
		abort();
	aspace_check(as);
}

static void tear_down(struct aspace *as)
{
	aspace_check(as);
	destroy(as);
	pagecache_put(pc);
	end(NULL);
}

/* Set *field to value, see the check panic with the invariant's number, and set it back. */
#define breaks(field, value, number) do {					\
	__typeof__((field) + 0) good = (field);					\
	(field) = (value);							\
	panics(aspace_check(&as), "invariant " number);				\
	(field) = good;								\
	aspace_check(&as);							\
} while (0)

static void areas(void)
{
	struct aspace as;
	struct area *root, *first, *file, stranger;

	build(&as);
	root = as.areas;
	first = area_above(&as, 0);
	file = area_find(&as, V + MIB);
	breaks(first->pages, first->pages + 7, "A1");
	breaks(first->pages, 0, "A1");
	breaks(first->start, first->start + 1, "A1");
	breaks(as.end, first->start + 1, "A1");
	breaks(root->left->parent, NULL, "A2");
	breaks(root->height, 7, "A3");
	breaks(root->max_gap, 3, "A4");
	breaks(root->gap, root->gap + 1, "A4");
	breaks(as.area_count, 4, "A5");
	breaks(as.mapped_bytes, 4, "A5");
	stranger = *first;
	breaks(as.last_hit, &stranger, "A5");
	breaks(first->as, NULL, "A6");
	breaks(first->flags, (first->flags & ~AS_READ), "A6");
	breaks(first->flags, first->flags | AREA_SHARED, "A6");
	breaks(first->flags, first->flags & ~AS_MAX(AS_WRITE), "A6");
	breaks(first->flags, first->flags | AS_REPLACE, "A6");
	breaks(first->level, 3, "A6");
	breaks(first->pc, pc, "A6");
	breaks(file->level, 1, "A6");
	list_remove(&file->pc_link);
	panics(aspace_check(&as), "invariant A6");
	list_append(&pc->areas, &file->pc_link);
	breaks(area_find(&as, V + PAGES(6))->flags, first->flags, "A7");
	tear_down(&as);
}

static void page_table(void)
{
	struct aspace as;
	uint64_t *slot, *file, *device, *pointer;
	unsigned level;
	uint16_t *used;

	build(&as);
	slot = pt_walk(&as, V, &level);
	file = pt_walk(&as, V + MIB, &level);
	device = pt_walk(&as, V + 4 * MIB, &level);
	pointer = pt_root(&as) + 2;
	used = &pt_desc(slot)->used;
	breaks(slot[4], slot[0], "P1");
	breaks(*pointer, *pointer | PTE_R | PTE_U | PTE_A, "P1");
	breaks(frame_desc(frame_at_va(&as, V))->refs, 0, "P3");
	breaks(slot[1], slot[1] | 1ul << 60, "P2");
	breaks(slot[1], slot[1] & ~PTE_R, "P2");
	breaks(slot[1], slot[1] & ~PTE_U, "P2");
	breaks(slot[1], slot[1] | PTE_G, "P2");
	breaks(slot[1], slot[1] | PTE_X, "P2");
	breaks(slot[1], slot[1] & ~PTE_D, "P2");
	breaks(slot[1], slot[1] & ~PTE_A, "P2");
	breaks(slot[1], slot[1] & ~PTE_V, "P2");
	breaks(slot[1], (slot[1] & ~(PTE_V | (PTE_R | PTE_W | PTE_X))) | PTE_V, "P5");
	breaks(*pointer, *pointer | PTE_U, "P2");
	breaks(*file, (*file & PTE_FLAGS) | (slot[0] & ~PTE_FLAGS), "P3");
	breaks(*device, *device + (1ul << PTE_PPN_SHIFT), "P3");
	breaks(frame_desc(frame_at_va(&as, V))->refs, 2, "P4");
	breaks(*used, *used + 1, "P5");
	breaks(as.resident_pages, 1, "P6");
	breaks(as.table_pages, 1, "P6");
	breaks(frame_desc(pte_pa(*pointer))->refs, 2, "P7");
	breaks(pt_root(&as)[300], *pointer, "P8");
	breaks(as.foreign[0], 1ul << 2, "P8");
	tear_down(&as);
}

int main(void)
{
	areas();
	page_table();
	return test_done();
}
