/*
 * test/file.h - a page cache as a test wants it: no error to handle, no reference to drop.
 */
#pragma once

#include "mm/frame.h"
#include "mm/pagecache.h"
#include "mm/test/test.h"

static inline struct pagecache *create_file(uint64_t size)
{
	struct pagecache *pc;

	if (pagecache_create(size, &pc)) {
		printf("Bail out! no memory for a page cache\n");
		exit(99);
	}
	return pc;
}

/* The frame of a page, which the cache holds; 0 at a hole, or where there can be no page. */
static inline paddr_t get_page(struct pagecache *pc, uint64_t index, enum pagecache_hole hole)
{
	paddr_t pa = 0;

	if (pagecache_get(pc, index, hole, &pa) || !pa)
		return 0;
	frame_dec_ref(pa);
	return pa;
}

static inline paddr_t fill_page(struct pagecache *pc, uint64_t index)
{
	return get_page(pc, index, PAGECACHE_FILL);
}

static inline paddr_t peek_page(struct pagecache *pc, uint64_t index)
{
	return get_page(pc, index, PAGECACHE_PEEK);
}

static inline uint8_t *page_bytes(struct pagecache *pc, uint64_t index)
{
	return frame_va(peek_page(pc, index));
}
