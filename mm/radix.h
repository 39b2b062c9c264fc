/*
 * radix.h - a sparse array of non-zero words, indexed by up to 60 bits.
 *
 * A tree of nodes with 32 slots: the words themselves are in the bottom level. It is as high as
 * the largest index in it needs; a single word at index 0 needs no node at all, up to 32 words one
 * of 256 bytes. Nodes exist only while something is in them.
 *
 *	height 0   root = word 0
 *	height 1   root -> [ 0 .. 31 ]
 *	height 2   root -> [   .    ...    .   ] -> [ 32 .. 63 ] ...
 *
 * Locking: none; the caller's.
 */
#pragma once

#include "mm/types.h"

struct radix {
	uintptr_t root;		/* a node, or at height 0 the word at index 0; 0 = empty */
	unsigned height;	/* levels of nodes; 0 when empty */
};

/* The word at index, or 0. */
uintptr_t radix_get(const struct radix *tree, uint64_t index);

/* The smallest index >= from that has a word; false: there is none. */
bool radix_next(const struct radix *tree, uint64_t from, uint64_t *index);

/* Take the word at index out. => it, or 0. */
uintptr_t radix_take(struct radix *tree, uint64_t index);

/* Put a word where there is none. => 0; -EEXIST; -ENOMEM, and then nothing changed. */
int radix_put(struct radix *tree, uint64_t index, uintptr_t word);

/*
 * Take out words with the largest indexes, none below `first`: all that are in the last node.
 * => how many; 0 when there are no more.
 */
#define RADIX_BATCH	32
unsigned radix_take_last(struct radix *tree, uint64_t first, uintptr_t words[RADIX_BATCH]);
