/*
 * backend_alloc.c - memory of its own, zero until written.
 *
 * A page that is only read maps the one frame of zeros that all spaces share. The frame module
 * keeps a reference to it, so its count is never 1 and a write always copies.
 */
#include "mm/area.h"
#include "mm/port.h"
#include "mm/pt.h"

static inline int get_frame(unsigned level, unsigned access, paddr_t *pa)
{
	if (level == 0 && !(access & AS_WRITE)) {
		*pa = frame_zero;
		frame_hold(frame_desc(frame_zero));
		return 0;
	}
	return frame_alloc(level_order(level), FRAME_ZERO, pa);
}

/* Before an area executes a frame that the kernel has filled: see port_sync_icache. */
static __attribute__((noinline)) int get_code_frame(unsigned level, unsigned access, paddr_t *pa)
{
	int err = get_frame(level, access, pa);

	if (!err)
		port_sync_icache();
	return err;
}

static int alloc_get_frame(const struct area *area, vaddr_t va, unsigned level, unsigned access,
			   paddr_t *pa)
{
	(void)va;
	if (area->flags & AS_EXEC)
		return get_code_frame(level, access, pa);
	return get_frame(level, access, pa);
}

const struct area_ops alloc_ops = {
	.name = "alloc",
	.counted = true,
	.get_frame = alloc_get_frame,
};
