/*
 * aspace.h - one Sv39 address space: areas, page table, faults, clone.
 *
 * An address space covers [base, end), holds disjoint areas and owns a page table. An area says
 * what may be done with a range of pages and which backend finds their frames:
 *
 *	linear	frame = va + fixed offset; frames are not owned (devices, the kernel's own image)
 *	alloc	a zeroed frame of its own; after a clone shared until written
 *	file	the frame of a page cache; a private mapping copies on write
 *
 * Conventions: addresses and sizes are in bytes, ranges are half open. Functions return 0 or a
 * negative Linux errno. va and size are multiples of the page size unless the comment says
 * otherwise; what is not gives -EINVAL, as does a range outside [base, end) or one that wraps.
 * After any error but the two documented partial ones the space is exactly as before.
 *
 * Locking: unless a comment says otherwise the caller holds the lock that guards the address
 * space. Nothing here sleeps.
 */
#pragma once

#include "mm/list.h"
#include "mm/pagecache.h"
#include "mm/types.h"

/* Access and area flags. The low three equal PROT_READ, PROT_WRITE and PROT_EXEC; the low four are
 * the bits of a leaf, one place lower. */
#define AS_READ		0x001u
#define AS_WRITE	0x002u	/* implies AS_READ: there is no write-only page (Sv39, table 4.5) */
#define AS_EXEC		0x004u
#define AS_RWX		0x007u
#define AS_USER		0x008u	/* U bit: for user mode; absent means kernel only and global */
#define AS_MAX_SHIFT	4	/* max_prot: the most protect may ever grant, in bits 4..6 */
#define AS_MAX(prot)	((prot) << AS_MAX_SHIFT)	/* none given means all three */
#define AS_REPLACE	0x100u	/* atomically replace what is mapped there (MAP_FIXED) */
#define AS_GROWSDOWN	0x200u	/* a fault below the area extends it (stack) */
#define AS_DONTFORK	0x400u	/* absent from clones */
#define AS_WIPEONFORK	0x800u	/* clones see zeros */
#define AS_NORESERVE	0x1000u	/* remembered for reports only */

enum aspace_populate { AS_LAZY, AS_POPULATE };
enum aspace_sharing { AS_PRIVATE, AS_SHARED };

struct area;

struct aspace {
	vaddr_t base;			/* first byte covered */
	vaddr_t end;			/* one past the last */
	paddr_t root;			/* level-2 table */
	struct area *areas;		/* root of the area tree */
	struct area *last_hit;		/* area of the last successful lookup, or NULL */
	size_t area_count;
	size_t mapped_bytes;		/* sum of the areas' sizes */
	size_t resident_pages;		/* leaves present, in 4 KiB units, PROT_NONE included */
	size_t table_pages;		/* page-table pages owned, the root included */
	size_t stack_limit;		/* bytes an AS_GROWSDOWN area may reach in all */
	uint64_t harts;			/* bit per hart that may hold translations; atomic */
	bool keeps_tables;		/* level-1 tables stay when empty: others share them */
	uint64_t foreign[8];		/* bit per root entry: it is another space's */
};

/* ---- plain facts; no lock needed for the first five, they never change ---- */

vaddr_t aspace_base(const struct aspace *as);
vaddr_t aspace_end(const struct aspace *as);
size_t aspace_size(const struct aspace *as);
const uint64_t *aspace_page_table(const struct aspace *as);	/* the root table's 512 entries */
paddr_t aspace_page_table_root(const struct aspace *as);

/* True iff [start, start + size) lies in [base, end); a range that wraps does not. */
bool aspace_contains_range(const struct aspace *as, vaddr_t start, size_t size);

/* ---- life ---- */

/*
 * An empty space over [base, base + size) with one zeroed root table. The range is page aligned
 * and lies in one half of the Sv39 addresses; the very last page of all belongs to no space, so
 * that an end is never 0. The first space of all is made at boot by one hart. -EINVAL, -ENOMEM.
 */
int aspace_create(struct aspace *as, vaddr_t base, size_t size);

/*
 * Make every level-1 table of [va, va + size) now. These, and those that are there already, are kept
 * until aspace_destroy, so that the root entries never change again and may be shared (the kernel
 * half), as long as nothing is mapped that has none. 1 GiB leaves that are there stay and must not be
 * changed in part later. -EINVAL; -ENOMEM; either changes nothing.
 */
int aspace_prealloc_root(struct aspace *as, vaddr_t va, size_t size);

/*
 * Share the root entries that other has (a user space takes in the kernel half).
 * -EINVAL if the two ranges overlap, or meet inside one root entry (1 GiB). The tables stay
 * other's: they are never freed through as.
 */
int aspace_copy_mappings_from(struct aspace *as, const struct aspace *other);

/* Drop root entries taken by aspace_copy_mappings_from over [start, start + size). */
void aspace_clear_mappings(struct aspace *as, vaddr_t start, size_t size);

/*
 * aspace_clear: unmap every area; the space stays usable.
 * aspace_unmap_user_areas: unmap every area that has AS_USER; kernel areas stay.
 * aspace_destroy: clear, then free the tables; no hart may still run on it. as->root is 0 then.
 */
void aspace_clear(struct aspace *as);
void aspace_unmap_user_areas(struct aspace *as);
void aspace_destroy(struct aspace *as);

/* ---- mapping ---- */

/*
 * Lowest free range of `size` bytes, aligned to page_size, at or above hint and inside
 * [limit_start, limit_end); -ENOMEM when there is none. A hint of 0 is limit_start.
 * aspace_find_free_area_topdown: highest such range that ends at or below limit_end.
 */
int aspace_find_free_area(const struct aspace *as, vaddr_t hint, size_t size, vaddr_t limit_start,
			  vaddr_t limit_end, size_t page_size, vaddr_t *found);
int aspace_find_free_area_topdown(const struct aspace *as, size_t size, vaddr_t limit_start,
				  vaddr_t limit_end, size_t page_size, vaddr_t *found);

/*
 * The three ways to map. va, size (and pa) are multiples of page_size: 4 KiB, 2 MiB or 1 GiB.
 * flags: AS_RWX bits, AS_MAX(...), AS_USER, AS_REPLACE, AS_GROWSDOWN ...
 * -EINVAL; -EEXIST if an area overlaps and AS_REPLACE is absent; -ENOMEM.
 * With AS_REPLACE no moment exists at which the old is gone and the new is not there.
 */
int aspace_map_linear(struct aspace *as, vaddr_t va, paddr_t pa, size_t size, unsigned flags,
		      size_t page_size);
int aspace_map_alloc(struct aspace *as, vaddr_t va, size_t size, unsigned flags,
		     enum aspace_populate populate, size_t page_size);
/* offset: bytes into the page cache, page aligned. Takes its own reference to pc. */
int aspace_map_file(struct aspace *as, vaddr_t va, size_t size, unsigned flags,
		    struct pagecache *pc, uint64_t offset, enum aspace_sharing sharing);

/* Remove every mapping in the range; holes are fine. -EINVAL; -ENOMEM before any change. */
int aspace_unmap(struct aspace *as, vaddr_t va, size_t size);

/*
 * Change permissions (AS_RWX bits of flags) of areas and of present pages; touches no absent page.
 * -ENOMEM at a hole and -EACCES at an area whose max_prot forbids it: what lies before stays
 * changed (Linux). -ENOMEM for lack of memory changes nothing.
 */
int aspace_protect(struct aspace *as, vaddr_t va, size_t size, unsigned flags);

/*
 * Move [old, old + old_size) to new_va with new_size bytes, contents and sharing kept; the target
 * is replaced if occupied. Or resize in place when new_va == old. One area must cover the old range.
 * keep_old leaves the old area mapped and empty (MREMAP_DONTUNMAP).
 * old_size 0: map a shared area a second time. -EFAULT no area, -EINVAL, -ENOMEM.
 */
enum aspace_move { AS_MOVE, AS_MOVE_KEEP_OLD };
int aspace_remap(struct aspace *as, vaddr_t old, size_t old_size, vaddr_t new_va, size_t new_size,
		 enum aspace_move move);

/* Drop the resident pages (madvise DONTNEED): private ones are zero or re-read on the next touch.
 * -ENOMEM after doing the rest if the range has holes. */
int aspace_discard(struct aspace *as, vaddr_t va, size_t size);

/* Set or clear AS_DONTFORK / AS_WIPEONFORK on a range (madvise). Errors as aspace_protect. */
int aspace_set_fork_flags(struct aspace *as, vaddr_t va, size_t size, unsigned set,
			  unsigned clear);

/* ---- faults, residency, contents ---- */

/*
 * Make the access possible at va (any byte address): 0 means retry it. access is one of AS_READ,
 * AS_WRITE, AS_EXEC, with AS_USER if the program did it (an area without AS_USER then forbids it).
 * -EFAULT no area there; -EACCES an area that forbids it; -ENXIO beyond the end of the file;
 * -ENOMEM.
 */
int aspace_handle_page_fault(struct aspace *as, vaddr_t va, unsigned access);

/*
 * The same with the space's lock held shared: any number of these at a time, and nothing else.
 * => also -EAGAIN: this one needs the lock alone (a stack grows, or the page is a huge one).
 */
int aspace_handle_page_fault_shared(struct aspace *as, vaddr_t va, unsigned access);

/*
 * Make every page of the range resident, and for AS_WRITE the area's own. -ENOMEM hole or no
 * memory, -EACCES an area that forbids the access, -EFAULT a page beyond its file. Pages filled
 * before an error stay.
 */
int aspace_populate_area(struct aspace *as, vaddr_t va, size_t size, unsigned access);

/* True iff every byte lies in an area that allows all of access. Zero length is true. */
bool aspace_check_region_access(const struct aspace *as, vaddr_t va, size_t size, unsigned access);

/* vec[i] = 1 if page i of the range is mapped, or in the cache of its file. -ENOMEM at a hole (vec
 * partly written). */
int aspace_resident(const struct aspace *as, vaddr_t va, size_t size, uint8_t *vec);

/*
 * Copy between buf and any bytes of the space, through the direct map; lazy pages are filled,
 * copy-on-write and permissions respected as if the space's own program had done the access.
 * write makes code visible to instruction fetch on all harts. *done tells how far it got.
 * -EFAULT, -EACCES, -ENXIO, -ENOMEM as for a fault.
 */
int aspace_read(struct aspace *as, vaddr_t va, void *buf, size_t len, size_t *done);
int aspace_write(struct aspace *as, vaddr_t va, const void *buf, size_t len, size_t *done);

/*
 * Copy from one space to another what both have present, with the permission: => bytes, up to the
 * first page that would need a fault, or to one that others map as well: what is read may be written
 * only where `src` and `dst` overlap in one space. Never sleeps. Both are locked, shared is enough.
 */
size_t aspace_copy_present(const struct aspace *to, vaddr_t dst, const struct aspace *from,
			   vaddr_t src, size_t size);

/* As aspace_write whatever the permissions (a debugger's or loader's poke), still never shared. */
int aspace_write_forced(struct aspace *as, vaddr_t va, const void *buf, size_t len);

/*
 * Build a copy in *child (uninitialised): copy-on-write (COW=1) or eager (COW=0). -ENOMEM: no
 * child, nothing leaked, the parent behaves as before. The kernel half is copied too. The caller
 * holds the child's lock as well, from before the call: a truncation may want it at once.
 */
int aspace_try_clone(struct aspace *as, struct aspace *child);

/* ---- which harts use it (atomics; no lock) ---- */

/* Before this hart's satp names the space: note that it may cache translations. */
void aspace_enter(struct aspace *as);
/* After satp names another and the local TLB is flushed. */
void aspace_leave(struct aspace *as);

/* ---- looking at it ---- */

struct area_info {
	vaddr_t start, end;
	unsigned flags;			/* AS_* with max_prot */
	size_t page_size;
	enum aspace_sharing sharing;
	const char *backend;		/* "linear", "alloc", "file" */
	struct pagecache *pc;		/* file: borrowed, valid under the space's lock */
	uint64_t offset;		/* file: byte offset of start; linear: physical address */
};

/* The first area that ends above va; false when there is none. Iterate with va = info.end. */
bool aspace_next_area(const struct aspace *as, vaddr_t va, struct area_info *info);

/* Does an end of the range lie inside an area and there inside a page of the area's size? Linux
 * gives back and protects huge pages whole only. */
bool aspace_cuts_page(const struct aspace *as, vaddr_t start, vaddr_t end);

struct area_usage {
	size_t resident;		/* pages present */
	size_t shared;			/* of those, with a frame whose count is above 1 */
	size_t of_file;			/* with a frame of a page cache's */
	size_t exclusive;		/* with a frame that is mapped only here */
	size_t share;			/* bytes: each page divided by how often it is mapped */
	size_t tables;
};
void aspace_area_usage(const struct aspace *as, vaddr_t start, vaddr_t end, struct area_usage *u);

/* The page at va: false when it is absent. For /proc/pid/pagemap. */
struct page_state {
	paddr_t pa;
	bool of_file;	/* a page cache's, or not RAM that is counted; else the space's */
	bool exclusive;			/* mapped only here */
};
bool aspace_page_state(const struct aspace *as, vaddr_t va, struct page_state *state);

/* The leaf that maps va, raw (0 = absent), and its page size. */
uint64_t aspace_leaf(const struct aspace *as, vaddr_t va, size_t *page_size);

/* Print areas, flags, backends, resident pages, table pages. Takes no lock: usable in a panic. */
void aspace_dump(const struct aspace *as);

/* Print why an access at va fails: the area or the nearest ones, the walk level by level with
 * each raw entry decoded, and the rule that was broken. Takes no lock. */
void aspace_explain(const struct aspace *as, vaddr_t va, unsigned access);

/* Verify every numbered invariant (mm/README.md); panics with the number, or does nothing. */
void aspace_check(const struct aspace *as);
