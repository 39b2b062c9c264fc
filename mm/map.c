/*
 * map.c - new areas: linear, alloc and file.
 *
 * All three check, reserve everything they may need, and only then touch the space: what is
 * replaced goes, the area comes, and the leaves that are wanted now are filled in.
 */
#include "mm/mm.h"
#include "mm/port.h"

#define FLAGS_KNOWN	(AS_RWX | AS_MAX(AS_RWX) | AS_USER | AS_REPLACE | AS_GROWSDOWN |	\
			 AS_DONTFORK | AS_WIPEONFORK | AS_NORESERVE)

/* What a call asks for, checked. */
struct mapping {
	vaddr_t va;
	size_t size;
	unsigned flags;		/* as kept in the area: AS_WRITE has AS_READ, AS_MAX is filled in */
	unsigned level;
	bool replace;
	bool fill;		/* leaves now, not at the first touch */
};

static bool level_of(size_t page_size, unsigned *level)
{
	for (*level = 0; *level <= PT_ROOT_LEVEL; (*level)++)
		if (level_size(*level) == page_size)
			return true;
	return false;
}

/* => 0; -EINVAL, -EACCES more permission than AS_MAX, -EEXIST. */
static int check_mapping(const struct aspace *as, vaddr_t va, size_t size, unsigned flags,
			 size_t page_size, struct mapping *m)
{
	unsigned max = (flags >> AS_MAX_SHIFT) & AS_RWX;

	if ((flags & ~FLAGS_KNOWN) || !level_of(page_size, &m->level) ||
	    !is_aligned(va | size, page_size) || !range_is_valid(as, va, size))
		return -EINVAL;
	if (!max)
		max = AS_RWX;
	if (flags & AS_RWX & ~max)
		return -EACCES;
	m->va = va;
	m->size = size;
	m->replace = flags & AS_REPLACE;
	m->flags = (flags & ~AS_REPLACE) | AS_MAX(max);
	if (flags & AS_WRITE)
		m->flags |= AS_READ;
	if (!m->replace && area_overlaps(as, va, va + size))
		return -EEXIST;
	if (as->keeps_tables && m->level == PT_ROOT_LEVEL)
		m->level--;	/* a root entry is taken by a table, or will be */
	return 0;
}

/* ---- leaves that are filled in at once ---- */

pte_t *reserved_slot(struct aspace *as, vaddr_t va, unsigned level, struct reserve *r)
{
	unsigned at;
	pte_t *slot = pt_walk(as, va, &at);

	for (; at > level; at--)
		slot = pt_add_table(as, slot, reserve_take_table(r), va, at);
	return slot;
}

size_t tables_for(vaddr_t va, size_t size, unsigned level)
{
	size_t tables = 0;

	for (level++; level <= PT_ROOT_LEVEL; level++)
		tables += ((va + size - 1) >> level_shift(level)) - (va >> level_shift(level)) + 1;
	return tables;
}

static int reserve_leaves(struct reserve *r, const struct area *area)
{
	size_t size = area_size(area);
	int err = reserve_tables(r, tables_for(area->start, size, area->level));

	if (!err && area_is_counted(area))
		err = reserve_frames(r, size >> level_shift(area->level), area->level);
	return err;
}

static void fill_leaves(struct area *area, struct reserve *r)
{
	size_t step = level_size(area->level);
	vaddr_t va;

	for (va = area->start; va < area_end(area); va += step) {
		pte_t *slot = reserved_slot(area->as, va, area->level, r);
		paddr_t pa = area_is_counted(area) ? reserve_take_frame(r) : area_offset(area, va);

		install_leaf(area, pt_desc(slot), slot, area->level, pa);
	}
	/* A hart may have cached that there was nothing. A program's fault finds out that this is
	 * no longer so; the kernel could not take such a fault, say on a new stack. */
	if (!(area->flags & AS_USER))
		tlb_flush(area->as, area->start, area_size(area));
}

/* ---- the area ---- */

static struct area *new_area(struct aspace *as, const struct mapping *m, enum area_backend backend)
{
	struct area *area = area_alloc();

	if (area) {
		area_place(area, m->va, m->va + m->size);
		area->flags = m->flags;
		area->backend = backend;
		area->level = m->level;
		area->as = as;
	}
	return area;
}

/* Enter a new area into the space. It is used up, also when this fails. */
static int enter_area(struct area *area, const struct mapping *m)
{
	struct aspace *as = area->as;
	struct reserve r = { 0 };
	int err = 0;

	if (m->replace)
		err = unmap_prepare(as, area->start, area_end(area), &r);
	if (!err && m->fill)
		err = reserve_leaves(&r, area);
	if (err) {
		area_free(area);
		goto out;
	}

	if (m->replace)
		unmap_commit(as, area->start, area_end(area), &r);
	area_attach(area);
	if (m->fill)
		fill_leaves(area, &r);
	if (area->flags & AS_EXEC)
		port_sync_icache();
	area_merge(as, m->va, m->va + m->size);
out:
	reserve_release(&r);
	return err;
}

int aspace_map_linear(struct aspace *as, vaddr_t va, paddr_t pa, size_t size, unsigned flags,
		      size_t page_size)
{
	struct mapping m = { .fill = true };
	struct area *area;
	int err = check_mapping(as, va, size, flags, page_size, &m);

	if (!err && (!is_aligned(pa, page_size) || pa + size < pa || (flags & AS_GROWSDOWN) ||
		     (pa + size) >> 56))
		err = -EINVAL;
	if (err)
		return err;
	area = new_area(as, &m, BACKEND_LINEAR);
	if (!area)
		return -ENOMEM;
	area->offset = pa;
	return enter_area(area, &m);
}

int aspace_map_alloc(struct aspace *as, vaddr_t va, size_t size, unsigned flags,
		     enum aspace_populate populate, size_t page_size)
{
	struct mapping m = { .fill = populate == AS_POPULATE };
	struct area *area;
	int err = check_mapping(as, va, size, flags, page_size, &m);

	if (err)
		return err;
	area = new_area(as, &m, BACKEND_ALLOC);
	return area ? enter_area(area, &m) : -ENOMEM;
}

int aspace_map_file(struct aspace *as, vaddr_t va, size_t size, unsigned flags,
		    struct pagecache *pc, uint64_t offset, enum aspace_sharing sharing)
{
	struct mapping m = { .fill = false };
	struct area *area;
	int err = check_mapping(as, va, size, flags, PAGE_SIZE, &m);

	if (!err && (!is_aligned(offset, PAGE_SIZE) || offset + size < offset ||
		     (flags & AS_GROWSDOWN)))
		err = -EINVAL;
	if (err)
		return err;
	area = new_area(as, &m, BACKEND_FILE);
	if (!area)
		return -ENOMEM;
	area->pc = pc;
	area->offset = offset;
	if (sharing == AS_SHARED)
		area->flags |= AREA_SHARED;
	return enter_area(area, &m);
}
