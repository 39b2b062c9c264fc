/*
 * gap.c - finding a free range, from below or from above.
 *
 * Each area knows the gap right below it and the largest gap in its subtree, so the next gap that
 * is large enough is found in O(log n). An alignment above 4 KiB may refuse some gaps that are
 * large enough; each costs one more step.
 */
#include "mm/area.h"

struct wanted {
	size_t size;
	vaddr_t align;
	vaddr_t low, high;	/* inside [low, high) */
	uint32_t pages;		/* size in pages: what a gap must have at least */
};

/* The lowest, or highest, aligned place for the range inside the free range [start, end). */
static bool fits_low(const struct wanted *w, vaddr_t start, vaddr_t end, vaddr_t *found)
{
	vaddr_t at;

	if (start < w->low)
		start = w->low;
	if (end > w->high)
		end = w->high;
	at = align_up(start, w->align);
	*found = at;
	return at >= start && at < end && end - at >= w->size;
}

static bool fits_high(const struct wanted *w, vaddr_t start, vaddr_t end, vaddr_t *found)
{
	vaddr_t at;

	if (start < w->low)
		start = w->low;
	if (end > w->high)
		end = w->high;
	if (end <= start || end - start < w->size)
		return false;
	at = align_down(end - w->size, w->align);
	*found = at;
	return at >= start;
}

static bool subtree_has(const struct area *node, uint32_t pages)
{
	return node && node->max_gap >= pages;
}

/* Inside a subtree that has one: the lowest, or highest, area above a large enough gap. */
static struct area *lowest_in(struct area *node, uint32_t pages)
{
	for (;;) {
		if (subtree_has(node->left, pages))
			node = node->left;
		else if (node->gap >= pages)
			return node;
		else
			node = node->right;
	}
}

static struct area *highest_in(struct area *node, uint32_t pages)
{
	for (;;) {
		if (subtree_has(node->right, pages))
			node = node->right;
		else if (node->gap >= pages)
			return node;
		else
			node = node->left;
	}
}

/* The next area above, or below, this one that has a large enough gap below it. */
static struct area *next_gap(struct area *node, uint32_t pages)
{
	if (subtree_has(node->right, pages))
		return lowest_in(node->right, pages);
	while (node->parent) {
		bool from_left = node->parent->left == node;

		node = node->parent;
		if (!from_left)
			continue;
		if (node->gap >= pages)
			return node;
		if (subtree_has(node->right, pages))
			return lowest_in(node->right, pages);
	}
	return NULL;
}

static struct area *prev_gap(struct area *node, uint32_t pages)
{
	if (subtree_has(node->left, pages))
		return highest_in(node->left, pages);
	while (node->parent) {
		bool from_right = node->parent->right == node;

		node = node->parent;
		if (!from_right)
			continue;
		if (node->gap >= pages)
			return node;
		if (subtree_has(node->left, pages))
			return highest_in(node->left, pages);
	}
	return NULL;
}

static vaddr_t gap_start(const struct area *area)
{
	return area->start - ((vaddr_t)area->gap << PAGE_SHIFT);
}

static struct area *last_area(const struct aspace *as)
{
	struct area *area = as->areas;

	while (area && area->right)
		area = area->right;
	return area;
}

static int prepare(const struct aspace *as, size_t size, vaddr_t low, vaddr_t high,
		   size_t page_size, struct wanted *w)
{
	if (page_size != PAGE_SIZE && page_size != PAGE_SIZE_2M && page_size != PAGE_SIZE_1G)
		return -EINVAL;
	if (size == 0 || !is_aligned(size, page_size))
		return -EINVAL;
	w->low = low > as->base ? low : as->base;
	w->high = high < as->end ? high : as->end;
	if (w->low >= w->high || size > w->high - w->low)
		return -ENOMEM;
	w->size = size;
	w->align = page_size;
	w->pages = (uint32_t)(size >> PAGE_SHIFT);
	return 0;
}

int aspace_find_free_area(const struct aspace *as, vaddr_t hint, size_t size, vaddr_t limit_start,
			  vaddr_t limit_end, size_t page_size, vaddr_t *found)
{
	vaddr_t low = hint > limit_start ? hint : limit_start, tail = as->base;
	const struct area *last = last_area(as);
	struct wanted w;
	struct area *area;
	int err = prepare(as, size, low, limit_end, page_size, &w);

	if (err)
		return err;
	area = area_above(as, w.low);
	while (area && gap_start(area) < w.high) {
		if (fits_low(&w, gap_start(area), area->start, found))
			return 0;
		area = next_gap(area, w.pages);
	}
	if (last)
		tail = area_end(last);
	return fits_low(&w, tail, as->end, found) ? 0 : -ENOMEM;
}

int aspace_find_free_area_topdown(const struct aspace *as, size_t size, vaddr_t limit_start,
				  vaddr_t limit_end, size_t page_size, vaddr_t *found)
{
	struct area *last = last_area(as), *area;
	vaddr_t tail = last ? area_end(last) : as->base;
	struct wanted w;
	int err = prepare(as, size, limit_start, limit_end, page_size, &w);

	if (err)
		return err;
	if (fits_high(&w, tail, as->end, found))
		return 0;
	area = area_above(as, w.high - 1);
	if (!area)
		area = last;
	while (area && area->start > w.low) {
		if (fits_high(&w, gap_start(area), area->start, found))
			return 0;
		area = prev_gap(area, w.pages);
	}
	return -ENOMEM;
}
