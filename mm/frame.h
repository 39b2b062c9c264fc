/*
 * frame.h - physical memory: who may use which 4 KiB frame, and how many do.
 *
 * A frame is 4 KiB of RAM named by its physical address. Every frame of RAM has one small
 * descriptor with a reference count: the number of page-table leaves, page caches and kernel
 * users that hold it. Count 1 means exclusive. The frame goes back to the buddy allocator when
 * the count drops to 0.
 *
 * Locking: all functions take what they need themselves (the frame lock is innermost), never
 * sleep, and may be called from any task; interrupt handlers must not call them.
 */
#pragma once

#include "mm/types.h"

#define FRAME_MAX_ORDER	18	/* largest block: 2^18 frames = 1 GiB */

/* frame_alloc flags */
#define FRAME_ZERO	1u	/* contents are zero; otherwise they are whatever was there */

/*
 * Boot. frame_table_size tells how many bytes of descriptors RAM [start, end) needs (holes
 * included); frame_init is given that much memory at `table` (direct-mapped, any contents) and
 * makes every frame reserved; frame_free_range then gives ranges to the allocator, at boot and
 * later (the consumed initrd). Unaligned ends are rounded inwards. frame_adopt: a reserved frame is in
 * use from now on, with count 1, and keeps its contents.
 */
size_t frame_table_size(paddr_t start, paddr_t end);
void frame_init(paddr_t start, paddr_t end, void *table);
void frame_free_range(paddr_t start, paddr_t end);
void frame_adopt(paddr_t pa);

/*
 * Allocate 2^order physically contiguous, naturally aligned frames with count 1.
 * => 0 and *pa, or -ENOMEM with nothing changed.
 * An allocation of order > 0 is one block: its count is that of its first frame, and
 * frame_dec_ref of that frees all of it. aspace uses order 9 and 18 for huge pages.
 */
int frame_alloc(unsigned order, unsigned flags, paddr_t *pa);

/*
 * Reference counts, 32 bits wide; at 2^31 one sticks and its frame is never freed. dec_ref frees at
 * zero and returns the count that is left. Both panic for a frame that is not in use.
 */
void frame_inc_ref(paddr_t pa);
uint32_t frame_dec_ref(paddr_t pa);
uint32_t frame_ref_count(paddr_t pa);

/* Free a single frame with count 1 whose bytes are all zero, say an empty page table: whoever asks
 * for zeros next is spared the clearing. */
void frame_free_zeroed(paddr_t pa);

/*
 * Huge pages. A range handed out as one block may since have been cut into smaller blocks, each
 * with a count of its own. These act on every block in [pa, pa + (PAGE_SIZE << order)). While a
 * block of order > 0 may be shared, its count is changed by these only.
 *
 * frame_block_exclusive: it is still one block, and its count is 1.
 * frame_block_split: blocks larger than to_order become blocks of to_order with the same count. Who
 *   held the large block holds each of the small ones; the contents stay where they are.
 */
void frame_block_inc_ref(paddr_t pa, unsigned order);
void frame_block_dec_ref(paddr_t pa, unsigned order);
bool frame_block_exclusive(paddr_t pa, unsigned order);
void frame_block_split(paddr_t pa, unsigned order, unsigned to_order);

/*
 * frame_clear writes zeros to a block, some 550 instructions per frame; frame_copy copies one
 * frame, some 1,080.
 */
void frame_clear(paddr_t pa, unsigned order);
void frame_copy(paddr_t to, paddr_t from);

/* True for an address in RAM that was given to the allocator. */
bool frame_is_ram(paddr_t pa);

/*
 * Frames given to the allocator in all, and free now (per-hart caches included). Exact, and as
 * costly as a few allocations: for reports, not for every page.
 */
size_t frame_total(void);
size_t frame_free_count(void);
/* More than so many are free: the same question, usually without adding anything up. */
bool frame_leaves_free(size_t frames);

/* The direct map: where the kernel reads and writes the bytes of a frame. Set once by the port. */
extern uintptr_t port_direct_map;

static inline void *frame_va(paddr_t pa) { return (void *)(pa + port_direct_map); }
static inline paddr_t frame_pa(const void *va) { return (paddr_t)va - port_direct_map; }
