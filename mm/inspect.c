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
		at = area_end(area);
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
		vaddr_t stop = area_end(area) < end ? area_end(area) : end;

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
		.end = area_end(area),
		.flags = area->flags & ~AREA_SHARED,
		.page_size = level_size(area->level),
		.sharing = area->flags & AREA_SHARED ? AS_SHARED : AS_PRIVATE,
		.backend = area_ops(area)->name,
		.pc = area->pc,
		.offset = area->offset,
	};
	return true;
}

static bool cuts_page(const struct area *area, vaddr_t va)
{
	return area->start < va && !is_aligned(va, level_size(area->level));
}

bool aspace_cuts_page(const struct aspace *as, vaddr_t start, vaddr_t end)
{
	const struct area *area = area_above(as, start);

	if (area && cuts_page(area, start))
		return true;
	if (area && area_end(area) <= end)
		area = area_above(as, end);
	return area && cuts_page(area, end);
}

/* Is this the frame of the area's page cache at va, not a copy of the area's own? */
static bool is_cached(const struct area *area, vaddr_t va, paddr_t pa)
{
	paddr_t cached = 0;

	if (!area->pc)
		return !area_is_counted(area);
	if (area->flags & AREA_SHARED)
		return true;
	if (pagecache_get(area->pc, area_offset(area, va) >> PAGE_SHIFT, PAGECACHE_PEEK, &cached))
		return false;	/* the file was cut off before it */
	if (cached)
		frame_dec_ref(cached);
	return cached == pa;
}

/* How often a frame is mapped, by anybody; 0: it is not counted. frame_is_ram: a dump must survive a
 * damaged entry. */
static uint32_t times_mapped(const struct area *area, paddr_t pa, bool cached)
{
	if (!area || !area_is_counted(area) || !frame_is_ram(pa))
		return 0;
	return frame_ref_count(pa) - cached;	/* the cache holds one */
}

static void count_leaf(const struct area *area, vaddr_t va, paddr_t pa, size_t pages,
		       struct area_usage *u)
{
	bool cached = area && is_cached(area, va, pa);
	uint32_t times = times_mapped(area, pa, cached);

	u->resident += pages;
	u->of_file += cached ? pages : 0;
	u->shared += times + cached > 1 ? pages : 0;
	u->exclusive += times == 1 ? pages : 0;
	u->share += times ? pages * PAGE_SIZE / times : 0;
}

void aspace_area_usage(const struct aspace *as, vaddr_t start, vaddr_t end, struct area_usage *u)
{
	const struct area *area = area_above(as, start);
	struct pt_cursor c;
	unsigned i;

	*u = (struct area_usage){ 0 };
	pt_cursor_start(&c, as, start, end);
	while (pt_cursor_next(&c)) {
		size_t size = level_size(c.level);

		u->tables += c.level == 0;
		for (i = 0; i < c.count; i++)
			if (c.slot[i])
				count_leaf(area, c.va + i * size, pte_pa(c.slot[i]),
					   1ul << level_order(c.level), u);
	}
}

bool aspace_page_state(const struct aspace *as, vaddr_t va, struct page_state *state)
{
	const struct area *area = area_above(as, va);
	size_t size;
	pte_t pte = aspace_leaf(as, va, &size);
	paddr_t leaf = pte_pa(pte);

	if (!pte || !area || area->start > va)
		return false;
	state->pa = leaf + (va & (size - 1) & ~(PAGE_SIZE - 1));
	state->of_file = is_cached(area, va, state->pa);
	state->exclusive = times_mapped(area, leaf, state->of_file) == 1;
	return true;
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
