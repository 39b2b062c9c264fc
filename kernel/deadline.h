/*
 * deadline.h - which of many deadlines comes first: a pairing heap whose nodes lie in their owners.
 *
 * Adding is O(1), removing any one is O(log n) amortised. No locks of its own: whoever owns a heap
 * guards it and its nodes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* All zeros: not in a heap. */
struct deadline {
	uint64_t at;			/* time_now() units; fixed while in a heap */
	struct deadline *child;		/* the first of those that come later than this one */
	struct deadline *next;		/* the next child of the same parent */
	struct deadline **link;		/* what points here; NULL: in no heap */
};

struct deadline_heap {
	struct deadline *first;		/* the earliest; NULL: empty */
};

void deadline_add(struct deadline_heap *heap, struct deadline *node, uint64_t at);
void deadline_remove(struct deadline_heap *heap, struct deadline *node);	/* if it is in */

static inline bool deadline_is_set(const struct deadline *node)
{
	return node->link;
}

/* The earliest deadline; ~0: there is none. */
static inline uint64_t deadline_first(const struct deadline_heap *heap)
{
	return heap->first ? heap->first->at : ~0ull;
}
