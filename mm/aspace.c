/*
 * aspace.c - an address space as a whole: its facts, how it begins and ends, shared root entries.
 */
#include "mm/bits.h"
#include "mm/mm.h"

#define ROOT_SPAN	(1ul << 30)	/* bytes one root entry covers */

/* ---- plain facts ---- */

vaddr_t aspace_base(const struct aspace *as)
{
	return as->base;
}

vaddr_t aspace_end(const struct aspace *as)
{
	return as->end;
}

size_t aspace_size(const struct aspace *as)
{
	return as->end - as->base;
}

const uint64_t *aspace_page_table(const struct aspace *as)
{
	return pt_root(as);
}

paddr_t aspace_page_table_root(const struct aspace *as)
{
	return as->root;
}

bool aspace_contains_range(const struct aspace *as, vaddr_t start, size_t size)
{
	return start >= as->base && start <= as->end && size <= as->end - start;
}

bool range_is_valid(const struct aspace *as, vaddr_t va, size_t size)
{
	return size > 0 && is_aligned(va | size, PAGE_SIZE) && aspace_contains_range(as, va, size);
}

/* ---- beginning ---- */

/* Bits 63:39 of an address must equal bit 38 (section 4.4.1): two halves with a hole between. */
static bool in_one_half(vaddr_t first, vaddr_t last)
{
	vaddr_t half = 1ul << 38;

	return last < half || (first <= last && first >= -half);
}

int aspace_create(struct aspace *as, vaddr_t base, size_t size)
{
	paddr_t root;
	int err;

	if (size == 0 || !is_aligned(base | size, PAGE_SIZE) || size > -base - PAGE_SIZE ||
	    !in_one_half(base, base + size - 1))
		return -EINVAL;
	if (!frame_zero) {
		err = frame_alloc(0, FRAME_ZERO, &frame_zero);
		if (err)
			return err;
	}
	err = pt_alloc_table(&root);
	if (err)
		return err;
	*as = (struct aspace){ .base = base, .end = base + size, .root = root, .table_pages = 1 };
	return 0;
}

/* Root entries that a space's range covers: [first, last]. */
static unsigned root_first(const struct aspace *as)
{
	return pt_index(as->base, PT_ROOT_LEVEL);
}

static unsigned root_last(const struct aspace *as)
{
	return pt_index(as->end - 1, PT_ROOT_LEVEL);
}

int aspace_prealloc_root(struct aspace *as, vaddr_t va, size_t size)
{
	unsigned first = pt_index(va, PT_ROOT_LEVEL), last = pt_index(va + size - 1, PT_ROOT_LEVEL);
	struct reserve r = { 0 };
	pte_t *root = pt_root(as);
	unsigned i, missing = 0;
	int err;

	if (!range_is_valid(as, va, size))
		return -EINVAL;
	for (i = first; i <= last; i++)
		missing += root[i] == 0;
	err = reserve_tables(&r, missing);
	for (i = first; i <= last && !err; i++)
		if (!root[i])
			pt_add_table(as, &root[i], reserve_take_table(&r), 0, PT_ROOT_LEVEL);
	if (!err)
		as->keeps_tables = true;
	reserve_release(&r);
	return err;
}

/* ---- root entries of another space ---- */

static void set_foreign(struct aspace *as, unsigned i, pte_t pte)
{
	uint64_t bit = 1ul << i % 64;

	pte_store(&pt_root(as)[i], pte);
	if (pte)
		as->foreign[i / 64] |= bit;
	else
		as->foreign[i / 64] &= ~bit;
}

int aspace_copy_mappings_from(struct aspace *as, const struct aspace *other)
{
	unsigned first = root_first(other), last = root_last(other);
	const pte_t *from = pt_root(other);
	unsigned i;

	if (root_first(as) <= last && first <= root_last(as))
		return -EINVAL;
	for (i = first; i <= last; i++)
		if (from[i])
			set_foreign(as, i, from[i]);
	return 0;
}

/* Replace the foreign entries by those of another root table. */
static void copy_foreign(struct aspace *as, const pte_t *from)
{
	pte_t *root = pt_root(as);
	unsigned word, i;
	uint64_t left;

	for (word = 0; word < PT_ENTRIES / 64; word++)
		for (left = as->foreign[word]; left; left &= left - 1) {
			i = word * 64 + lowest_bit(left);
			root[i] = from[i];
		}
}

void share_foreign_root(struct aspace *as, const struct aspace *other)
{
	memcpy(as->foreign, other->foreign, sizeof(as->foreign));
	copy_foreign(as, pt_root(other));
}

void aspace_clear_mappings(struct aspace *as, vaddr_t start, size_t size)
{
	unsigned i, last;

	if (size == 0)
		return;
	last = pt_index(start + size - 1, PT_ROOT_LEVEL);
	for (i = pt_index(start, PT_ROOT_LEVEL); i <= last; i++)
		if (as->foreign[i / 64] >> i % 64 & 1)
			set_foreign(as, i, 0);
	tlb_flush(as, start, SIZE_MAX);
}

/* ---- ending ---- */

void aspace_clear(struct aspace *as)
{
	struct area *area;
	struct gather g;

	gather_start(&g, as);
	for_each_area(area, as, as->base, as->end)
		zap_range(&g, area, area->start, area_end(area));
	gather_flush(&g);
	area_discard_all(as);
}

void aspace_unmap_user_areas(struct aspace *as)
{
	struct reserve none = { 0 };
	struct area *area = area_above(as, as->base), *next;

	for (; area; area = next) {
		next = area_next(area);
		if (area->flags & AS_USER)
			unmap_commit(as, area->start, area_end(area), &none);
	}
}

/* Level-1 tables that were kept although empty. */
static void free_kept_tables(struct aspace *as)
{
	pte_t *root = pt_root(as);
	unsigned i;

	for (i = root_first(as); i <= root_last(as); i++)
		if (root[i]) {
			frame_dec_ref(pte_pa(root[i]));
			root[i] = 0;
		}
}

void aspace_destroy(struct aspace *as)
{
	aspace_clear(as);
	if (as->keeps_tables)
		free_kept_tables(as);
	copy_foreign(as, frame_va(frame_zero));
	frame_free_zeroed(as->root);
	as->root = 0;
}
