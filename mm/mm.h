/*
 * mm.h - what the files of the address-space module tell each other; private to mm.
 *
 *	aspace_*()	map.c unmap.c protect.c remap.c clone.c fault.c usercopy.c
 *	  | uses
 *	areas		area.c area_edit.c gap.c	page table	pt.c tlb.c
 *	frames by	backend_{linear,alloc,file}.c	what may fail	reserve.c
 */
#pragma once

#include "mm/area.h"
#include "mm/pt.h"
#include "mm/tlb.h"

/* The two functions of a C library that mm uses; the kernel and the host both have them. */
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int byte, size_t size);

/* 1: clones share frames until one side writes. 0: clones copy every page at once. */
#ifndef COW
#define COW 1
#endif

/* ---- reserve.c: all that may fail, before the first change ---- */

/*
 * What an operation will use up once it has begun. Zero it, fill it, begin; give back the rest.
 * Tables and frames wait in chains through their first words.
 */
struct reserve {
	struct area *areas[3];
	unsigned area_count;
	paddr_t tables;		/* zeroed page-table pages */
	paddr_t frames;		/* zeroed blocks of frame_level */
	unsigned frame_level;
};

/* => 0 or -ENOMEM; what was reserved before stays until reserve_release. */
int reserve_areas(struct reserve *r, unsigned n);
int reserve_tables(struct reserve *r, size_t n);
int reserve_frames(struct reserve *r, size_t n, unsigned level);

struct area *reserve_take_area(struct reserve *r);
paddr_t reserve_take_table(struct reserve *r);
paddr_t reserve_take_frame(struct reserve *r);

void reserve_release(struct reserve *r);

/* ---- aspace.c ---- */

/* Page aligned, not empty, inside the space. */
bool range_is_valid(const struct aspace *as, vaddr_t va, size_t size);

/* Take over the root entries that belong to neither space (the kernel half of a user space). */
void share_foreign_root(struct aspace *as, const struct aspace *other);

/* ---- from a frame to a leaf: the one way to make an entry that maps something ---- */

/* Are the frames of the area copied before they are written, unless they have one user only? */
static inline bool area_copies(const struct area *area)
{
	return area_is_counted(area) && !(area->flags & AREA_SHARED);
}

static inline bool frame_is_exclusive(paddr_t pa, unsigned level)
{
	if (level > 0)
		return frame_block_exclusive(pa, level_order(level));
	return __atomic_load_n(&frame_desc(pa)->refs, __ATOMIC_ACQUIRE) == 1;
}

/* May a write through this area go straight to this frame? No: copy first. */
static inline bool area_owns(const struct area *area, paddr_t pa, unsigned level)
{
	return !area_copies(area) || frame_is_exclusive(pa, level);
}

/* All bits but the frame's number that a leaf of the area has when the area owns the frame. */
static inline pte_t leaf_bits(const struct area *area)
{
	pte_t bits = (pte_t)(area->flags & (AS_RWX | AS_USER)) << 1;

	bits |= (~bits & PTE_U) * (PTE_G / PTE_U);
	return bits | PTE_A | PTE_D | (area->flags & AS_RWX ? PTE_V : 0);
}

/* The leaf that maps a frame for an area; not writable before the area owns the frame. */
static inline pte_t leaf_pte(const struct area *area, pte_t bits, paddr_t pa, unsigned level)
{
	if ((bits & PTE_W) && !area_owns(area, pa, level))
		bits &= ~PTE_W;
	return pte_ppn(pa) | bits;
}

/* Put a leaf into an absent entry of a table; the caller's reference to the frame becomes its. */
static inline void install_leaf(struct area *area, struct frame *table, pte_t *slot,
				unsigned level, paddr_t pa)
{
	pte_store(slot, leaf_pte(area, leaf_bits(area), pa, level));
	pt_count_leaves(area->as, table, level, 1);
}

/* ---- fault.c ---- */

/* Make an access possible that the area allows, or that the caller takes upon itself: for AS_WRITE
 * the page becomes the area's own whatever its permissions. => 0, -ENOMEM, -ENXIO. */
int fault_page(struct area *area, vaddr_t va, unsigned access);

/* ---- unmap.c: from a leaf to nothing ---- */

/* Clear every leaf in the range, which no huge leaf may cross the ends of. */
void zap_range(struct gather *g, struct area *area, vaddr_t start, vaddr_t end);

/* Split huge leaves until none crosses va; uses tables that reserve_splits has counted. */
int reserve_splits(struct reserve *r, const struct aspace *as, vaddr_t start, vaddr_t end);
void split_at(struct aspace *as, vaddr_t va, struct reserve *r);

/* Unmap in two steps: what may fail, and what may not. */
int unmap_prepare(struct aspace *as, vaddr_t start, vaddr_t end, struct reserve *r);
void unmap_commit(struct aspace *as, vaddr_t start, vaddr_t end, struct reserve *r);

/* ---- map.c ---- */

/* The absent entry of the given level at va; tables on the way come from the reserve. */
pte_t *reserved_slot(struct aspace *as, vaddr_t va, unsigned level, struct reserve *r);

/* Tables that leaves of a level all over the range can need at most. */
size_t tables_for(vaddr_t va, size_t size, unsigned level);

/* ---- for pagecache.c ---- */

/* The space of an entry of pc->areas; pc->lock is held. */
struct aspace *area_aspace_of(struct list *pc_link);

/* Remove every leaf, private copies too, that maps pc at or above from_offset. The space's lock is
 * held, pc->lock is not. */
void aspace_zap_file(struct aspace *as, struct pagecache *pc, uint64_t from_offset);
