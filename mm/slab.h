/*
 * slab.h - small kernel objects on whole frames.
 *
 * A slab_cache hands out objects of one size; kmalloc picks the cache for a size (and whole
 * blocks of frames above 2 KiB). Memory is not zeroed unless the name says so. NULL means out of
 * memory, and every caller handles it. Empty slabs go back to the frame allocator (at most one
 * empty slab is kept per cache, and slab_reclaim drops those too).
 *
 * Objects are aligned to 16 bytes, or to 8 when their size is not a multiple of 16.
 *
 * Locking: as in frame.h.
 */
#pragma once

#include "mm/list.h"
#include "mm/types.h"

struct slab;

/* Defined static with SLAB_CACHE_INIT; once used it stays. */
struct slab_cache {
	const char *name;		/* for reports */
	uint32_t size;			/* bytes per object: a multiple of 8, at most 2048 */

	struct mm_lock lock;		/* guards the next four */
	struct list partial;		/* slabs with room */
	struct slab *empty;		/* the one of them that is empty, or NULL */
	uint32_t in_use;		/* objects handed out */
	uint32_t slabs;			/* slabs, the full ones included */

	struct slab_cache *next_known;	/* slab_reclaim's list; set once, with */
	bool is_known;			/* this, under a lock of slab.c */
};

#define SLAB_CACHE_INIT(var, object_name, object_size) {			\
	.name = (object_name), .size = (object_size), .partial = LIST_INIT((var).partial) }

void *slab_alloc(struct slab_cache *cache);
void slab_free(struct slab_cache *cache, void *object);
void slab_reclaim(void);

void *kmalloc(size_t size);
void *kzalloc(size_t size);
void kfree(void *object);		/* kfree(NULL) does nothing */
