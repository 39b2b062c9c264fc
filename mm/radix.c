/*
 * radix.c - the sparse array behind a page cache; see radix.h.
 */
#include "mm/radix.h"
#include "mm/slab.h"

#define NODE_BITS	5
#define NODE_SLOTS	RADIX_BATCH
#define MAX_HEIGHT	12	/* levels that 60 bits need */

_Static_assert(NODE_SLOTS == 1u << NODE_BITS, "a batch is what is in one node");

struct node {
	uintptr_t slot[NODE_SLOTS];	/* nodes one level down, or words; 0 = absent */
};

static struct slab_cache nodes = SLAB_CACHE_INIT(nodes, "radix node", sizeof(struct node));

static struct node *create_node(void)
{
	struct node *node = slab_alloc(&nodes);

	if (node)
		*node = (struct node){ .slot = { 0 } };
	return node;
}

static unsigned height_for(uint64_t index)
{
	unsigned height = 0;

	for (; index > 0; index >>= NODE_BITS)
		height++;
	return height;
}

/* The slot in a node whose subtrees each have `height` levels. */
static uintptr_t *slot_in(uintptr_t node, uint64_t index, unsigned height)
{
	return &((struct node *)node)->slot[(index >> (height * NODE_BITS)) % NODE_SLOTS];
}

static bool is_empty_from(const struct node *node, unsigned first)
{
	unsigned i;

	for (i = first; i < NODE_SLOTS; i++)
		if (node->slot[i])
			return false;
	return true;
}

uintptr_t radix_get(const struct radix *tree, uint64_t index)
{
	unsigned height = tree->height;
	uintptr_t at = tree->root;

	if (height < MAX_HEIGHT && index >> (height * NODE_BITS) != 0)
		return 0;
	while (at && height > 0)
		at = *slot_in(at, index, --height);
	return at;
}

/* Free the empty nodes on the way to index, then levels that lead to index 0 only. */
static void prune(struct radix *tree, uint64_t index)
{
	uintptr_t *path[MAX_HEIGHT + 1] = { &tree->root };
	unsigned height = tree->height;
	unsigned depth = 0;

	while (*path[depth] && height > 0) {
		uintptr_t *slot = slot_in(*path[depth], index, --height);

		path[++depth] = slot;
	}
	while (!*path[depth] && depth > 0) {
		struct node *node = (struct node *)*path[--depth];

		if (!is_empty_from(node, 0))
			break;
		slab_free(&nodes, node);
		*path[depth] = 0;
	}
	while (tree->root && tree->height > 0) {
		struct node *node = (struct node *)tree->root;

		if (!is_empty_from(node, 1))
			break;
		tree->root = node->slot[0];
		tree->height--;
		slab_free(&nodes, node);
	}
	if (!tree->root)
		tree->height = 0;
}

/* Make the tree high enough for index. */
static int raise(struct radix *tree, uint64_t index)
{
	unsigned height = height_for(index);

	if (!tree->root)
		tree->height = height;
	while (tree->height < height) {
		struct node *node = create_node();

		if (!node)
			return -ENOMEM;
		node->slot[0] = tree->root;
		tree->root = (uintptr_t)node;
		tree->height++;
	}
	return 0;
}

int radix_put(struct radix *tree, uint64_t index, uintptr_t word)
{
	uintptr_t *slot = &tree->root;
	unsigned height;

	if (raise(tree, index))
		goto no_memory;
	for (height = tree->height; height > 0;) {
		if (!*slot)
			*slot = (uintptr_t)create_node();
		if (!*slot)
			goto no_memory;
		slot = slot_in(*slot, index, --height);
	}
	if (*slot)
		return -EEXIST;
	*slot = word;
	return 0;

no_memory:
	prune(tree, index);
	return -ENOMEM;
}

bool radix_next(const struct radix *tree, uint64_t from, uint64_t *index)
{
	while (height_for(from) <= tree->height) {
		uintptr_t at = tree->root;
		unsigned height = tree->height;

		while (at && height > 0)
			at = *slot_in(at, from, --height);
		if (at) {
			*index = from;
			return true;
		}
		/* Nothing is below here: on to where the next slot begins. */
		from = ((from >> (height * NODE_BITS)) + 1) << (height * NODE_BITS);
	}
	return false;
}

/* The largest index; 0 also for an empty tree. */
static uint64_t last_index(const struct radix *tree)
{
	uintptr_t at = tree->root;
	unsigned height = tree->height;
	uint64_t index = 0;

	while (height-- > 0) {
		const struct node *node = (struct node *)at;
		unsigned i = NODE_SLOTS - 1;

		while (!node->slot[i])
			i--;
		index = index << NODE_BITS | i;
		at = node->slot[i];
	}
	return index;
}

/* Where the word at index is or would be; the nodes on the way are there. */
static uintptr_t *slot_of(struct radix *tree, uint64_t index)
{
	uintptr_t *slot = &tree->root;
	unsigned height = tree->height;

	while (height > 0)
		slot = slot_in(*slot, index, --height);
	return slot;
}

unsigned radix_take_last(struct radix *tree, uint64_t first, uintptr_t words[RADIX_BATCH])
{
	uint64_t last = last_index(tree);
	uint64_t index = last - last % NODE_SLOTS;
	unsigned n = 0;

	if (index < first)
		index = first;
	for (; index <= last; index++) {
		uintptr_t *slot = slot_of(tree, index);

		if (*slot)
			words[n++] = *slot;
		*slot = 0;
	}
	prune(tree, last);
	return n;
}

uintptr_t radix_take(struct radix *tree, uint64_t index)
{
	uintptr_t word = radix_get(tree, index);

	if (word) {
		*slot_of(tree, index) = 0;
		prune(tree, index);
	}
	return word;
}
