/*
 * pagecache.h - the pages of one file, or of one piece of shared anonymous memory.
 *
 * A page cache is a sparse array of frames indexed by page number, shared by read(), write() and
 * every mapping of the file: there is one copy of each page. A page not present is a hole and
 * reads as zero. A page cache counts its users (the inode, each area that maps it) and holds one
 * reference to each of its frames, so a mapped one has a count of at least 2.
 *
 * Locking: each page cache has a spin lock, taken inside; order: address space -> page cache ->
 * slab -> frame. pagecache_truncate may sleep (it takes the locks of the spaces that map the file)
 * and is called with no address space's lock held. Changes of the size of one page cache are
 * serialised by its owner (the file's lock). Sizes are at most INT64_MAX.
 */
#pragma once

#include "mm/list.h"
#include "mm/radix.h"
#include "mm/types.h"

/* How many frames several page caches may hold together: the size of a file system. */
struct page_quota {
	size_t limit;		/* 0: none; may change at any time */
	size_t used;		/* atomic */
};

struct pagecache {
	uint32_t refs;		/* users; atomic */
	struct mm_lock lock;	/* guards what follows */
	uint64_t size;		/* bytes: accesses to a page wholly at or above fail (SIGBUS);
				   may be read without the lock, atomically */
	struct radix pages;	/* frame addresses */
	size_t resident;	/* how many; for pagecache_resident */
	struct page_quota *quota;	/* where they are counted; NULL: nowhere */
	struct list areas;	/* struct area: every area that maps this; new ones are appended.
				   Only pagecache_truncate may walk it: it leaves a mark in it */
	uint32_t writable;	/* shared areas that may be, or become, writable */
	bool sealed;		/* there may be none of those any more */
	size_t spare;		/* frames that filling a hole leaves free; set by the owner */
	void *owner;		/* the file system's: from kmalloc, freed with the page cache */
};

/* pagecache_get: what to do about a hole; and whether there is anything beyond the size */
enum pagecache_hole { PAGECACHE_PEEK, PAGECACHE_FILL, PAGECACHE_PEEK_BEYOND };

/* A new one with count 1 and the given size in bytes; -ENOMEM. */
int pagecache_create(uint64_t size, struct pagecache **pc);
void pagecache_ref(struct pagecache *pc);
/* Drop a user; the last one frees all pages. */
void pagecache_put(struct pagecache *pc);

/*
 * The frame of page `index` (byte offset / PAGE_SIZE), with a reference the caller must drop.
 * PEEK: a hole gives 0 with *pa = 0. FILL: a hole gets a zeroed frame.
 * PEEK_BEYOND: as PEEK, and finds what was inserted beyond the size too.
 * => 0; -ENOMEM; -ENOSPC: the quota is used up; -ENXIO when no more may be filled (see spare), or the
 * page lies wholly at or beyond size.
 */
int pagecache_get(struct pagecache *pc, uint64_t index, enum pagecache_hole hole, paddr_t *pa);

/* The frames of `n` pages from `index` on that are there within the size, each with a reference; 0 for
 * the others. */
void pagecache_peek(struct pagecache *pc, uint64_t index, unsigned n, paddr_t pas[]);

/*
 * Give a ready frame (count 1, taken over) to a hole at `index`, which may lie beyond size: nobody
 * sees it before the size is raised. => 0; -EEXIST if there is a page; -ENOMEM; -ENOSPC;
 * after an error the frame is still the caller's.
 */
int pagecache_insert(struct pagecache *pc, uint64_t index, paddr_t pa);

/* The first page from `index` on that is no hole, within the size or beyond; false: none. */
bool pagecache_next(struct pagecache *pc, uint64_t index, uint64_t *found);

/* Make page `index` read as zeros: a hole if nobody else has its frame, else the frame is cleared. */
void pagecache_punch(struct pagecache *pc, uint64_t index);

/*
 * Shared mappings through which a file can be written, and a seal against them. allow: from now
 * until end_writable there counts as one more; false when sealed. seal: there will be no more; false
 * while there are any, unless those may stay.
 */
bool pagecache_allow_writable(struct pagecache *pc);
void pagecache_end_writable(struct pagecache *pc);
bool pagecache_seal(struct pagecache *pc, bool may_stay);
bool pagecache_is_written(const struct pagecache *pc);

/* Raise the size to at least this many bytes; contents untouched: the caller has stored there. */
void pagecache_extend(struct pagecache *pc, uint64_t size);

/*
 * Set the size in bytes. Growing makes holes; what a mapping stored between the old end and the end
 * of its page is zeroed first. Shrinking: no new fault can reach beyond, every mapping of pages
 * wholly beyond is removed from every space (private copies too). Unless it grows the rest of the
 * last page is zeroed. Pages beyond the new size are dropped in any case. Cannot fail.
 */
void pagecache_truncate(struct pagecache *pc, uint64_t size);

/* Count the frames here from now on (NULL: nowhere), whatever the limit; the old quota gets its back. */
void pagecache_set_quota(struct pagecache *pc, struct page_quota *quota);

/* Frames present. */
size_t pagecache_resident(struct pagecache *pc);
