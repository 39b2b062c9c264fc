/*
 * area.h - one area of an address space, the ordered set of them, and the backends; private to mm.
 *
 * The set is an AVL tree ordered by address whose nodes are the areas themselves. Every node also
 * knows the free gap right below it and the largest such gap in its subtree, so that a free range
 * is found without visiting every area.
 *
 *	     base                                               end
 *	      |  gap  [ area A ] gap [ area B ][ area C ]  tail  |
 */
#pragma once

#include "mm/aspace.h"
#include "mm/framedesc.h"

enum area_backend { BACKEND_LINEAR, BACKEND_ALLOC, BACKEND_FILE };

/* Flags of an area beside the AS_* ones of aspace.h. */
#define AREA_SHARED	0x8000u	/* file: writes reach the file; never copied on write */

struct area {
	vaddr_t start;			/* first byte */
	uint32_t pages : 28;		/* from there on; half of Sv39 has 2^26 */
	uint32_t backend : 2;		/* enum area_backend */
	uint32_t level : 2;		/* largest leaf: 0 = 4 KiB, 1 = 2 MiB, 2 = 1 GiB */
	uint16_t flags;			/* AS_* (AS_MAX always filled in) and AREA_* */
	uint8_t height;			/* of the subtree; a node without children has 1 */
	bool copied;			/* may hold copies that its file does not have; atomic */

	struct pagecache *pc;		/* file: what is mapped; else NULL */
	uint64_t offset;		/* of start: in the file; linear: in physical memory */

	struct area *left, *right, *parent;
	uint32_t gap;			/* free pages between the area below (or base) and start */
	uint32_t max_gap;		/* largest gap in the subtree */

	struct list pc_link;		/* file: in pc->areas, under pc->lock */
	struct aspace *as;
};

_Static_assert(sizeof(struct area) <= 88, "with its share of a slab it takes less than 96 bytes");

/*
 * A backend knows which frame holds the bytes of an area; it never sees a page table, the TLB or
 * the set of areas. There is no put_frame: frames are given back after the flush, when their area
 * may be gone, and giving back is one dropped reference whatever the backend.
 */
struct area_ops {
	const char *name;
	bool counted;	/* each leaf holds a reference to its frame */

	/*
	 * The frame for the leaf of the given level around va.
	 * access: what is about to be done; a frame that is only to be read may be shared.
	 * => 0 and *pa, with a reference for the caller if counted; -ENOMEM, -ENXIO.
	 */
	int (*get_frame)(const struct area *area, vaddr_t va, unsigned level, unsigned access,
			 paddr_t *pa);

	/* The area enters or leaves the set. They cannot fail; NULL if there is nothing to do. */
	void (*open)(struct area *area);
	void (*close)(struct area *area);
};

extern const struct area_ops linear_ops, alloc_ops, file_ops;

static inline const struct area_ops *area_ops(const struct area *area)
{
	if (area->backend == BACKEND_ALLOC)
		return &alloc_ops;
	return area->backend == BACKEND_FILE ? &file_ops : &linear_ops;
}

static inline bool area_is_counted(const struct area *area)
{
	return area->backend != BACKEND_LINEAR;
}

static inline bool area_allows(const struct area *area, unsigned access)
{
	return (area->flags & access) == access;
}

/* Where in the file, or at which physical address, the byte at va is. */
static inline uint64_t area_offset(const struct area *area, vaddr_t va)
{
	return area->offset + (va - area->start);
}

static inline size_t area_size(const struct area *area)
{
	return (size_t)area->pages << PAGE_SHIFT;
}

/* One past the last byte. */
static inline vaddr_t area_end(const struct area *area)
{
	return area->start + area_size(area);
}

/* Set the bounds of one that is not in a set. */
static inline void area_place(struct area *area, vaddr_t start, vaddr_t end)
{
	area->start = start;
	area->pages = (end - start) >> PAGE_SHIFT;
}

/* ---- area.c: the set ---- */

static inline bool area_contains(const struct area *area, vaddr_t va)
{
	return va - area->start < area_size(area);
}

/* The area that holds va; NULL when none does. Remembered, as the next is often the same. */
static inline struct area *area_lookup(struct aspace *as, vaddr_t va)
{
	struct area *node = as->areas, *found = NULL;

	while (node) {		/* the last one that starts at or below va */
		if (va < node->start) {
			node = node->left;
		} else {
			found = node;
			node = node->right;
		}
	}
	if (!found || va >= area_end(found))
		return NULL;
	store_shared(&as->last_hit, found);
	return found;
}

struct area *area_search(struct aspace *as, vaddr_t va);	/* the same, not inline */

static inline struct area *area_find(struct aspace *as, vaddr_t va)
{
	struct area *hit = __atomic_load_n(&as->last_hit, __ATOMIC_RELAXED);

	return hit && area_contains(hit, va) ? hit : area_search(as, va);
}

/* The lowest area that ends above va; NULL when there is none. */
struct area *area_above(const struct aspace *as, vaddr_t va);

/* Neighbours in address order; NULL at the ends. */
struct area *area_next(const struct area *area);
struct area *area_prev(const struct area *area);

/* The areas that touch [from, to), lowest first. */
#define for_each_area(area, as, from, to)						\
	for (area = area_above(as, from); area && area->start < (to);			\
	     area = area_next(area))

/* Does any area touch [start, end)? */
bool area_overlaps(const struct aspace *as, vaddr_t start, vaddr_t end);

/* Enter an area whose range is free into area->as; take it out again. Counters follow. */
void area_insert(struct area *area);
void area_remove(struct area *area);

/* Move the bounds; the area must not pass a neighbour. The offset is the caller's business. */
void area_set_range(struct area *area, vaddr_t start, vaddr_t end);

/* ---- area_edit.c: making, cutting and joining areas ---- */

struct area *area_alloc(void);		/* zeroed; NULL: no memory */
void area_free(struct area *area);	/* one that is not in the set; NULL is fine */

/* All that an area says, not where it is linked: for one that is not in a set yet. */
void area_copy(struct area *to, const struct area *from);

/* Insert and open; close, remove and free. */
void area_attach(struct area *area);
void area_discard(struct area *area);

/* The same for all at once, in O(n): a space without areas gets copies of another's, and all areas of
 * a space go. -ENOMEM leaves what is good for area_discard_all only. */
int area_clone_all(struct aspace *as, const struct aspace *other);
void area_discard_all(struct aspace *as);

/* Cut in two at `at`; spare becomes the upper half. at must lie strictly inside. */
void area_split(struct area *area, vaddr_t at, struct area *spare);

/* Cut [start, end) out of an area, freeing what nothing is left of. Consumes *spare if both sides
 * remain. The page table is not touched. */
void area_cut(struct area *area, vaddr_t start, vaddr_t end, struct area **spare);

/* Join the areas around every boundary in [start, end] where the two sides agree. */
void area_merge(struct aspace *as, vaddr_t start, vaddr_t end);
