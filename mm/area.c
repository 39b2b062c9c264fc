/*
 * area.c - the ordered set of areas: an AVL tree with the areas as its nodes.
 *
 * Every change ends in repair(), which walks from a node towards the root, recomputes what each
 * node knows about its subtree, rotates where one side has become two higher than the other, and
 * stops as soon as a subtree looks the same from above as before.
 *
 * Not here: what areas mean (area_edit.c) and the search for free ranges (gap.c).
 */
#include "mm/area.h"

static int height_of(const struct area *node)
{
	return node ? node->height : 0;
}

/* How much higher the left side is. */
static int lean_of(const struct area *node)
{
	return height_of(node->left) - height_of(node->right);
}

/* Recompute what a node knows about its subtree; => whether that is anything new. */
static inline bool refresh(struct area *node)
{
	const struct area *left = node->left, *right = node->right;
	uint32_t max_gap = node->gap, old_max_gap = node->max_gap;
	unsigned height = 0, old_height = node->height;

	if (left) {
		height = left->height;
		if (left->max_gap > max_gap)
			max_gap = left->max_gap;
	}
	if (right) {
		if (right->height > height)
			height = right->height;
		if (right->max_gap > max_gap)
			max_gap = right->max_gap;
	}
	node->max_gap = max_gap;
	node->height = (uint8_t)(height + 1);
	return max_gap != old_max_gap || height + 1 != old_height;
}

/* Let `new` (may be NULL) stand where `old` stands below its parent. */
static void replace_child(struct area *old, struct area *new)
{
	struct area *parent = old->parent;

	if (!parent)
		old->as->areas = new;
	else if (parent->left == old)
		parent->left = new;
	else
		parent->right = new;
	if (new)
		new->parent = parent;
}

/*
 *	    node               up
 *	   /    \             /  \
 *	  a      up   ->   node   c
 *	        /  \       /  \
 *	       b    c     a    b
 */
static struct area *rotate_left(struct area *node)
{
	struct area *up = node->right;

	replace_child(node, up);
	node->right = up->left;
	if (node->right)
		node->right->parent = node;
	up->left = node;
	node->parent = up;
	refresh(node);
	refresh(up);
	return up;
}

/* The mirror image. */
static struct area *rotate_right(struct area *node)
{
	struct area *up = node->left;

	replace_child(node, up);
	node->left = up->right;
	if (node->left)
		node->left->parent = node;
	up->right = node;
	node->parent = up;
	refresh(node);
	refresh(up);
	return up;
}

/* Rotate a node of which one side is two higher; => the node that now heads the subtree. */
static struct area *rotate(struct area *node)
{
	if (lean_of(node) > 0) {
		if (lean_of(node->left) < 0)
			rotate_left(node->left);
		return rotate_right(node);
	}
	if (lean_of(node->right) > 0)
		rotate_right(node->right);
	return rotate_left(node);
}

static void repair(struct area *node)
{
	for (; node; node = node->parent) {
		int lean = lean_of(node);

		if (lean > 1 || lean < -1)
			node = rotate(node);
		else if (!refresh(node))
			return;
	}
}

/* The bounds of an area or of the one below it have changed. */
static void update_gap(struct area *area)
{
	const struct area *below = area_prev(area);
	vaddr_t floor = below ? area_end(below) : area->as->base;

	area->gap = (uint32_t)((area->start - floor) >> PAGE_SHIFT);
	repair(area);
}

/* ---- lookup ---- */

struct area *area_search(struct aspace *as, vaddr_t va)
{
	return area_lookup(as, va);
}

struct area *area_above(const struct aspace *as, vaddr_t va)
{
	struct area *node = as->last_hit, *below = NULL, *above = NULL;

	if (node && va - node->start <= area_size(node))
		return area_contains(node, va) ? node : area_next(node);
	node = as->areas;
	while (node) {		/* the last one that starts at or below va, the first above it */
		if (va < node->start) {
			above = node;
			node = node->left;
		} else {
			below = node;
			node = node->right;
		}
	}
	return below && area_contains(below, va) ? below : above;
}

struct area *area_next(const struct area *area)
{
	if (area->right) {
		area = area->right;
		while (area->left)
			area = area->left;
		return (struct area *)area;
	}
	while (area->parent && area->parent->right == area)
		area = area->parent;
	return area->parent;
}

struct area *area_prev(const struct area *area)
{
	if (area->left) {
		area = area->left;
		while (area->right)
			area = area->right;
		return (struct area *)area;
	}
	while (area->parent && area->parent->left == area)
		area = area->parent;
	return area->parent;
}

bool area_overlaps(const struct aspace *as, vaddr_t start, vaddr_t end)
{
	const struct area *area = area_above(as, start);

	return area && area->start < end;
}

/* ---- change ---- */

void area_insert(struct area *area)
{
	struct aspace *as = area->as;
	struct area **link = &as->areas, *parent = NULL, *next;

	while (*link) {
		parent = *link;
		link = area->start < parent->start ? &parent->left : &parent->right;
	}
	*link = area;
	area->parent = parent;
	area->left = NULL;
	area->right = NULL;
	area->height = 0;	/* differs from what it will be, so repair goes on to the parent */
	update_gap(area);
	next = area_next(area);
	if (next)
		update_gap(next);
	as->area_count++;
	as->mapped_bytes += area_size(area);
}

/* Put the in-order successor of a node with two children in its place; => where to repair from. */
static struct area *replace_by_successor(struct area *area, struct area *next)
{
	struct area *from = next;

	if (next->parent != area) {
		from = next->parent;
		replace_child(next, next->right);
		next->right = area->right;
		next->right->parent = next;
	}
	next->left = area->left;
	next->left->parent = next;
	next->height = area->height;
	next->max_gap = area->max_gap;
	replace_child(area, next);
	return from;
}

void area_remove(struct area *area)
{
	struct aspace *as = area->as;
	struct area *next = area_next(area), *from = area->parent;

	if (area->left && area->right)
		from = replace_by_successor(area, next);
	else
		replace_child(area, area->left ? area->left : area->right);
	repair(from);
	if (next)
		update_gap(next);
	if (as->last_hit == area)
		as->last_hit = NULL;
	as->area_count--;
	as->mapped_bytes -= area_size(area);
}

void area_set_range(struct area *area, vaddr_t start, vaddr_t end)
{
	struct area *next;
	bool end_moves = area_end(area) != end;
	bool start_moves = area->start != start;

	area->as->mapped_bytes += (end - start) - area_size(area);
	area_place(area, start, end);
	if (start_moves)
		update_gap(area);
	next = end_moves ? area_next(area) : NULL;
	if (next)
		update_gap(next);
}
