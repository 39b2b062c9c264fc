/*
 * area_edit.c - making areas, cutting them in pieces and joining neighbours that agree.
 *
 * Nothing here can fail but area_alloc: who needs a second area for a cut brings it along, taken
 * before the first change (reserve.c). The page table is not touched here.
 */
#include "mm/area.h"
#include "mm/slab.h"

static struct slab_cache area_cache = SLAB_CACHE_INIT(area_cache, "area", sizeof(struct area));

struct area *area_alloc(void)
{
	struct area *area = slab_alloc(&area_cache);

	if (area)
		*area = (struct area){ 0 };
	return area;
}

void area_free(struct area *area)
{
	if (area)
		slab_free(&area_cache, area);
}

/* The links of the set and of the file's list are the area's own; a truncation may be changing the
 * latter's just now, under another lock. */
void area_copy(struct area *to, const struct area *from)
{
	*to = (struct area){
		.start = from->start,
		.pages = from->pages,
		.flags = from->flags,
		.backend = from->backend,
		.level = from->level,
		.copied = from->copied,
		.pc = from->pc,
		.offset = from->offset,
		.as = from->as,
	};
}

void area_attach(struct area *area)
{
	area_insert(area);
	if (area_ops(area)->open)
		area_ops(area)->open(area);
}

void area_discard(struct area *area)
{
	area_remove(area);
	if (area_ops(area)->close)
		area_ops(area)->close(area);
	area_free(area);
}

/* A subtree of the same shape, hung below `parent` at *link. */
static int clone_subtree(struct aspace *as, const struct area *from, struct area *parent,
			 struct area **link)
{
	struct area *area;
	int err;

	if (!from)
		return 0;
	area = area_alloc();
	if (!area)
		return -ENOMEM;
	area_copy(area, from);
	area->as = as;
	area->gap = from->gap;
	area->max_gap = from->max_gap;
	area->height = from->height;
	area->parent = parent;
	*link = area;
	if (area_ops(area)->open)
		area_ops(area)->open(area);
	err = clone_subtree(as, from->left, area, &area->left);
	return err ? err : clone_subtree(as, from->right, area, &area->right);
}

int area_clone_all(struct aspace *as, const struct aspace *other)
{
	as->area_count = other->area_count;
	as->mapped_bytes = other->mapped_bytes;
	return clone_subtree(as, other->areas, NULL, &as->areas);
}

/* Leaf by leaf, so that nothing needs to be kept in order or balance. */
void area_discard_all(struct aspace *as)
{
	struct area *area = as->areas, *parent;

	while (area) {
		if (area->left || area->right) {
			area = area->left ? area->left : area->right;
			continue;
		}
		parent = area->parent;
		if (parent && parent->left == area)
			parent->left = NULL;
		else if (parent)
			parent->right = NULL;
		if (area_ops(area)->close)
			area_ops(area)->close(area);
		area_free(area);
		area = parent;
	}
	as->areas = NULL;
	as->last_hit = NULL;
	as->area_count = 0;
	as->mapped_bytes = 0;
}

/* Set a new start; the bytes that remain keep their place in the file or in memory. */
static void trim_start(struct area *area, vaddr_t start)
{
	if (area->backend != BACKEND_ALLOC)
		area->offset = area_offset(area, start);
	area_set_range(area, start, area_end(area));
}

void area_split(struct area *area, vaddr_t at, struct area *spare)
{
	area_copy(spare, area);
	area_place(spare, at, area_end(area));
	if (area->backend != BACKEND_ALLOC)
		spare->offset = area_offset(area, at);
	area_set_range(area, area->start, at);
	area_attach(spare);
}

/*
 *	area     [=============)	[=====)		   [======)	  [=====)
 *	cut          [----)		   [------)	[------)	[---------)
 *	left     [===)    [====)	[==)		       [==)
 */
void area_cut(struct area *area, vaddr_t start, vaddr_t end, struct area **spare)
{
	bool keeps_low = area->start < start, keeps_high = end < area_end(area);

	if (keeps_low && keeps_high) {
		area_split(area, end, *spare);
		*spare = NULL;
	}
	if (keeps_low)
		area_set_range(area, area->start, start);
	else if (keeps_high)
		trim_start(area, end);
	else
		area_discard(area);
}

static bool can_merge(const struct area *low, const struct area *high)
{
	if (area_end(low) != high->start || low->flags != high->flags ||
	    low->backend != high->backend || low->level != high->level || low->pc != high->pc)
		return false;
	return low->backend == BACKEND_ALLOC || area_offset(low, area_end(low)) == high->offset;
}

void area_merge(struct aspace *as, vaddr_t start, vaddr_t end)
{
	struct area *low = area_above(as, start ? start - 1 : 0), *high;

	for (; low && area_end(low) <= end; low = high) {
		high = area_next(low);
		if (high && can_merge(low, high)) {
			vaddr_t high_end = area_end(high);

			low->copied |= high->copied;
			area_discard(high);
			area_set_range(low, low->start, high_end);
			high = low;
		}
	}
}
