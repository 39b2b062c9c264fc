/*
 * slab.h - small kernel objects on whole frames.
 *
 * A slab_cache hands out objects of one size; kmalloc picks the cache for a size (and whole
 * blocks of frames above 2 KiB). Memory is not zeroed unless the name says so. NULL means out of
 * memory, and every caller handles it. Empty slabs go back to the frame allocator (at most one
 * empty slab is kept per cache, and slab_reclaim drops those too).
 *
 * Locking: as in frame.h.
 */
#pragma once

#include "mm/list.h"
#include "mm/types.h"

struct slab_cache {
	const char *name;	/* for reports */
	uint32_t size;		/* bytes per object; at most 2048 */
	struct mm_lock lock;	/* guards what follows */
	struct list partial;	/* slabs with room */
	struct list full;	/* slabs without */
	uint32_t in_use;	/* objects handed out */
};

#define SLAB_CACHE_INIT(var, object_name, object_size) {			\
	.name = (object_name), .size = (object_size),				\
	.partial = LIST_INIT((var).partial), .full = LIST_INIT((var).full) }

void *slab_alloc(struct slab_cache *cache);
void slab_free(struct slab_cache *cache, void *object);
void slab_reclaim(void);

void *kmalloc(size_t size);
void *kzalloc(size_t size);
void kfree(void *object);		/* kfree(NULL) does nothing */
