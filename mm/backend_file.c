/*
 * backend_file.c - the pages of a page cache: files and shared anonymous memory.
 *
 * The cache keeps a reference to each of its frames, so the count of one that is also mapped is
 * at least 2: a private mapping always copies before it writes. A shared one never does.
 */
#include "mm/area.h"
#include "mm/port.h"

static int file_get_frame(const struct area *area, vaddr_t va, unsigned level, unsigned access,
			  paddr_t *pa)
{
	int err;

	(void)level;
	(void)access;
	err = pagecache_get(area->pc, area_offset(area, va) >> PAGE_SHIFT, PAGECACHE_FILL, pa);
	return err == -ENOSPC ? -ENXIO : err;	/* a full file system is SIGBUS too */
}

static bool is_written(const struct area *area)
{
	return (area->flags & AREA_SHARED) && (area->flags & AS_MAX(AS_WRITE));
}

/* Truncation finds every mapping of a file in the cache's list. */
static void file_open(struct area *area)
{
	pagecache_ref(area->pc);
	port_lock(&area->pc->lock);
	list_append(&area->pc->areas, &area->pc_link);
	area->pc->writable += is_written(area);
	port_unlock(&area->pc->lock);
}

static void file_close(struct area *area)
{
	port_lock(&area->pc->lock);
	list_remove(&area->pc_link);
	area->pc->writable -= is_written(area);
	port_unlock(&area->pc->lock);
	pagecache_put(area->pc);
}

const struct area_ops file_ops = {
	.name = "file",
	.counted = true,
	.get_frame = file_get_frame,
	.open = file_open,
	.close = file_close,
};
