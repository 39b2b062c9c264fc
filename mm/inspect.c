/*
 * inspect.c - questions about a space, and filling it ahead of time.
 */
#include "mm/mm.h"

bool aspace_check_region_access(const struct aspace *as, vaddr_t va, size_t size, unsigned access)
{
	const struct area *area;
	vaddr_t at = va;

	if (size == 0)
		return true;
	if (!aspace_contains_range(as, va, size))
		return false;
	for_each_area(area, as, va, va + size) {
		if (area->start > at || !area_allows(area, access))
			return false;
		at = area->end;
	}
	return at >= va + size;
}

/* Make one page accessible; => how many bytes from va on its leaf covers. */
static int populate_page(struct area *area, vaddr_t va, unsigned access, size_t *covered)
{
	unsigned level;
	pte_t pte = *pt_walk(area->as, va, &level);
	int err = 0;

	if (!pte || !pte_permits(pte, access)) {
		err = fault_page(area, va, access);
		pt_walk(area->as, va, &level);
	}
	*covered = level_size(level) - (va & (level_size(level) - 1));
	return err == -ENXIO ? -EFAULT : err;
}

int aspace_populate_area(struct aspace *as, vaddr_t va, size_t size, unsigned access)
{
	vaddr_t end = va + size;
	size_t covered;
	int err = 0;

	if (!range_is_valid(as, va, size))
		return -EINVAL;
	if (!access)
		access = AS_READ;
	for (; va < end && !err; va += covered) {
		struct area *area = area_find(as, va);

		if (!area)
			return -ENOMEM;
		if (!area_allows(area, access))
			return -EACCES;
		err = populate_page(area, va, access, &covered);
	}
	return err;
}

/* Note the leaves present in [start, end), which areas cover. */
static void mark_resident(const struct aspace *as, vaddr_t start, vaddr_t end, uint8_t *vec)
{
	struct pt_cursor c;
	vaddr_t va, stop;
	unsigned i;

	pt_cursor_start(&c, as, start, end);
	while (pt_cursor_next(&c)) {
		if (c.level == 0) {
			for (i = 0; i < c.count; i++)
				vec[((c.va - start) >> PAGE_SHIFT) + i] = c.slot[i] != 0;
			continue;
		}
		stop = c.va + level_size(c.level) < end ? c.va + level_size(c.level) : end;
		for (va = c.va > start ? c.va : start; va < stop; va += PAGE_SIZE)
			vec[(va - start) >> PAGE_SHIFT] = 1;
	}
}

/* A page of a file that only the cache has is resident too: touching it reads nothing. */
static void mark_cached(const struct area *area, vaddr_t start, vaddr_t end, uint8_t *vec)
{
	vaddr_t va;
	paddr_t pa;

	for (va = start; va < end; va += PAGE_SIZE, vec++)
		if (!*vec && pagecache_get(area->pc, area_offset(area, va) >> PAGE_SHIFT,
					   PAGECACHE_PEEK, &pa) == 0 && pa) {
			*vec = 1;
			frame_dec_ref(pa);
		}
}

int aspace_resident(const struct aspace *as, vaddr_t va, size_t size, uint8_t *vec)
{
	const struct area *area;
	vaddr_t end = va + size, at = va;

	if (size == 0)
		return 0;
	if (!range_is_valid(as, va, size))
		return -EINVAL;
	for_each_area(area, as, va, end) {
		vaddr_t stop = area->end < end ? area->end : end;

		if (area->start > at)
			return -ENOMEM;
		memset(vec + ((at - va) >> PAGE_SHIFT), 0, (stop - at) >> PAGE_SHIFT);
		mark_resident(as, at, stop, vec + ((at - va) >> PAGE_SHIFT));
		if (area->pc)
			mark_cached(area, at, stop, vec + ((at - va) >> PAGE_SHIFT));
		at = stop;
	}
	return at < end ? -ENOMEM : 0;
}

bool aspace_next_area(const struct aspace *as, vaddr_t va, struct area_info *info)
{
	const struct area *area = area_above(as, va);

	if (!area)
		return false;
	*info = (struct area_info){
		.start = area->start,
		.end = area->end,
		.flags = area->flags & ~AREA_SHARED,
		.page_size = level_size(area->level),
		.sharing = area->flags & AREA_SHARED ? AS_SHARED : AS_PRIVATE,
		.backend = area_ops(area)->name,
		.pc = area->pc,
		.offset = area->offset,
	};
	return true;
}

void aspace_area_usage(const struct aspace *as, vaddr_t start, vaddr_t end, struct area_usage *u)
{
	const struct area *area = area_above(as, start);
	bool counted = area && area_is_counted(area);
	struct pt_cursor c;
	unsigned i;

	*u = (struct area_usage){ 0 };
	pt_cursor_start(&c, as, start, end);
	while (pt_cursor_next(&c)) {
		size_t pages = 1ul << level_order(c.level);

		u->tables += c.level == 0;
		for (i = 0; i < c.count; i++) {
			if (!c.slot[i])
				continue;
			u->resident += pages;
			/* frame_is_ram: a dump must survive a damaged entry. */
			if (counted && frame_is_ram(pte_pa(c.slot[i])) &&
			    frame_ref_count(pte_pa(c.slot[i])) > 1)
				u->shared += pages;
		}
	}
}

uint64_t aspace_leaf(const struct aspace *as, vaddr_t va, size_t *page_size)
{
	unsigned level;
	pte_t pte;

	*page_size = PAGE_SIZE;
	if (!aspace_contains_range(as, va, 1))
		return 0;
	pte = *pt_walk(as, va, &level);
	*page_size = level_size(level);
	return pte;
}
