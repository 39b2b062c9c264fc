/*
 * deadline.c - a pairing heap of deadlines.
 *
 * Every node comes no later than its children. Two heaps become one by hanging the later root under
 * the earlier. Taking a node out leaves its children, each the root of a heap: they are joined in
 * pairs, then the pairs one after the other, which is what keeps the heap flat (Fredman, Sedgewick,
 * Sleator and Tarjan, 1986).
 */
#include "kernel/deadline.h"

#include <stddef.h>

static void point(struct deadline **link, struct deadline *node)
{
	*link = node;
	if (node)
		node->link = link;
}

/* One heap of two; neither root has a next. */
static struct deadline *join(struct deadline *a, struct deadline *b)
{
	if (!a || !b)
		return a ? a : b;
	if (b->at < a->at) {
		struct deadline *later = a;

		a = b;
		b = later;
	}
	point(&b->next, a->child);
	point(&a->child, b);
	return a;
}

static struct deadline *cut(struct deadline **list)
{
	struct deadline *node = *list;

	if (node) {
		*list = node->next;
		node->next = NULL;
	}
	return node;
}

/* One heap of a list of them. */
static struct deadline *join_all(struct deadline *list)
{
	struct deadline *pairs = NULL, *all = NULL, *pair;

	while (list) {
		struct deadline *a = cut(&list);

		pair = join(a, cut(&list));
		pair->next = pairs;
		pairs = pair;
	}
	while ((pair = cut(&pairs)))
		all = join(all, pair);
	return all;
}

void deadline_add(struct deadline_heap *heap, struct deadline *node, uint64_t at)
{
	*node = (struct deadline){ .at = at };
	point(&heap->first, join(heap->first, node));
}

void deadline_remove(struct deadline_heap *heap, struct deadline *node)
{
	struct deadline *children = join_all(node->child);

	if (!deadline_is_set(node))
		return;
	point(node->link, node->next);
	node->child = node->next = NULL;
	node->link = NULL;
	if (children)
		point(&heap->first, join(heap->first, children));
}
