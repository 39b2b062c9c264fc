/*
 * pagecache.h - the pages of one file, or of one piece of shared anonymous memory.
 *
 * A page cache is a sparse array of frames indexed by page number, shared by read(), write() and
 * every mapping of the file: there is one copy of each page. A page not present is a hole and
 * reads as zero. A page cache counts its users (the inode, each area that maps it).
 *
 * Locking: each page cache has a spin lock, taken inside; order: address space -> page cache ->
 * frame. pagecache_truncate may sleep (it takes the locks of the spaces that map the file) and is
 * called with no address space's lock held.
 */
#pragma once

#include "mm/list.h"
#include "mm/types.h"

struct pagecache {
	struct mm_lock lock;	/* guards all but refs */
	uint32_t refs;		/* users; atomic */
	uint64_t size;		/* bytes: accesses to a page wholly at or above this fail (SIGBUS) */
	void *root;		/* radix tree of frames */
	uint32_t height;	/* levels in the tree; 0 = at most one page */
	size_t resident;	/* frames present */
	struct list areas;	/* struct area: every area that maps this */
};

/* pagecache_get: what to do about a hole */
enum pagecache_hole { PAGECACHE_PEEK, PAGECACHE_FILL };

/* A new one with count 1 and the given size in bytes; -ENOMEM. */
int pagecache_create(uint64_t size, struct pagecache **pc);
void pagecache_ref(struct pagecache *pc);
/* Drop a user; the last one frees all pages. */
void pagecache_put(struct pagecache *pc);

/*
 * The frame of page `index` (byte offset / PAGE_SIZE), with a reference the caller must drop.
 * PEEK: a hole gives 0 with *pa = 0. FILL: a hole gets a zeroed frame.
 * => 0; -ENOMEM; -ENXIO when the page lies wholly at or beyond size.
 */
int pagecache_get(struct pagecache *pc, uint64_t index, enum pagecache_hole hole, paddr_t *pa);

/* Give a ready frame (count 1, taken over) to a hole at `index`; -EEXIST if there is a page. */
int pagecache_insert(struct pagecache *pc, uint64_t index, paddr_t pa);

/*
 * Set the size in bytes. Growing makes holes. Shrinking: no new fault can reach beyond, every
 * mapping of pages wholly beyond is removed from every space (private copies too), those pages
 * are dropped, and the rest of the last page is zeroed. Cannot fail.
 */
void pagecache_truncate(struct pagecache *pc, uint64_t size);
