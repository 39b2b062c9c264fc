/*
 * backend_linear.c - frames at a fixed distance from the addresses: devices, the kernel's own
 * image, the direct map. The frames belong to somebody else and are never counted or freed.
 */
#include "mm/pt.h"

static int linear_get_frame(const struct area *area, vaddr_t va, unsigned level, unsigned access,
			    paddr_t *pa)
{
	(void)access;
	*pa = align_down(area_offset(area, va), level_size(level));
	return 0;
}

const struct area_ops linear_ops = {
	.name = "linear",
	.get_frame = linear_get_frame,
};
