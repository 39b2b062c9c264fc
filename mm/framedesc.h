/*
 * framedesc.h - the descriptor of one 4 KiB frame; private to mm.
 *
 * The descriptors form an array indexed by frame number (physical address / PAGE_SIZE). buddy.c
 * owns a free frame's descriptor. Whoever allocated a frame owns used and link until its count drops
 * to 0.
 */
#pragma once

#include "mm/frame.h"
#include "mm/types.h"

/* DEBUG=1 builds check more. */
#ifdef DEBUG
#define MM_DEBUG	DEBUG
#else
#define MM_DEBUG	0
#endif

/* What a frame is. */
enum frame_kind {
	FRAME_RESERVED,		/* a hole, firmware, the kernel's image: never given to us */
	FRAME_FREE,		/* first frame of a block on a free list */
	FRAME_USED,		/* first frame of an allocated block */
	FRAME_INNER,		/* not the first of either, or in a hart's cache */
	FRAME_SLAB,		/* any frame of a slab; link is its slab_cache (slab.c) */
};

struct frame {
	uint32_t refs;		/* users; 0 while free, reserved or inner; atomic */
	uint8_t order;		/* log2 of the frames in the block; in its first, or a slab's any */
	uint8_t kind;		/* enum frame_kind; atomic: buddies read it */
	uint16_t used;		/* page-table page: entries in use */
	union {
		struct {
			uint32_t next;	/* FRAME_FREE: neighbours on the free list, frame */
			uint32_t prev;	/* numbers or FRAME_NONE */
		};
		uint32_t busy;	/* page-table page: see pt_lock; atomic */
		uint64_t link;	/* allocated: the owner's */
	};
};

_Static_assert(sizeof(struct frame) == 16, "0.4 % of RAM");

#define FRAME_NONE	UINT32_MAX	/* no frame number */

extern struct frame *frame_table;	/* the descriptors, by frame number: the first */
extern uint32_t frame_first;		/* is frame_table[frame_first] */
extern uint32_t frame_count;		/* how many there are, holes included */

static inline uint32_t frame_number(paddr_t pa)
{
	return (uint32_t)(pa >> PAGE_SHIFT);
}

static inline paddr_t frame_address(uint32_t number)
{
	return (paddr_t)number << PAGE_SHIFT;
}

/* The descriptor of a frame that the table covers, by number and by address. Unchecked. */
static inline struct frame *frame_at(uint32_t number)
{
	return &frame_table[number];
}

static inline struct frame *frame_desc(paddr_t pa)
{
	return &frame_table[pa >> PAGE_SHIFT];
}

static inline uint32_t frame_number_of(const struct frame *frame)
{
	return (uint32_t)(frame - frame_table);
}

static inline enum frame_kind frame_kind(const struct frame *frame)
{
	return __atomic_load_n(&frame->kind, __ATOMIC_RELAXED);
}

static inline void frame_set_kind(struct frame *frame, enum frame_kind kind)
{
	store_shared(&frame->kind, (uint8_t)kind);
}

/* The first frame of a block that nobody had; the block has one user now. */
static inline void frame_begin_use(struct frame *frame, unsigned order)
{
	frame->order = (uint8_t)order;
	frame->used = 0;
	frame->link = 0;
	frame_set_kind(frame, FRAME_USED);
	store_shared(&frame->refs, 1);
}

/* ---- refs.c ---- */

/*
 * A count from here on is stuck: it neither rises nor falls, and the frame is never freed. That
 * takes 2^31 users, whose page tables alone fill 16 GiB; losing a frame then is better than
 * freeing one that is in use.
 */
#define REFS_STUCK	(UINT32_C(1) << 31)

/* A count was 0 (which is fatal) or stuck before it was changed; => what it is. */
uint32_t frame_repair_count(struct frame *frame, uint32_t before, const char *who);

/* frame_inc_ref for who has the descriptor. */
static inline void frame_hold(struct frame *frame)
{
	uint32_t before = __atomic_fetch_add(&frame->refs, 1, __ATOMIC_RELAXED);

	if (before - 1 >= REFS_STUCK - 1)
		frame_repair_count(frame, before, "frame_inc_ref");
}

/* ---- buddy.c: free blocks; its caller holds frame_lock ---- */

extern struct mm_lock frame_lock;	/* guards the free lists; innermost of all locks */
extern size_t buddy_free_frames;	/* frames on the free lists; under frame_lock */

/* First frame of a block of exactly this order, or FRAME_NONE (also for an order there is not). Its
 * kind is FRAME_INNER. */
uint32_t buddy_take(unsigned order);

/* Up to n frames out of the smallest blocks there are, of each block the lowest last; => how many.
 * Their kind is FRAME_INNER. */
size_t buddy_take_frames(uint32_t *numbers, size_t n);

/* Put a block back and merge it with its free neighbours. */
void buddy_put(uint32_t number, unsigned order);

/* Is the frame's descriptor written? (No lock needed.) */
bool buddy_is_written(uint32_t number);

/* Make sure that all descriptors of the block are written, not only the first of each 2 MiB. */
void buddy_write_descriptors(uint32_t number, unsigned order);

/* ---- frame.c ---- */

extern paddr_t frame_zero;	/* a frame of zeros that all spaces share; 0 = none yet */

/* All caches empty and no frame of zeros; called by frame_init. */
void frame_caches_init(void);

/* Take back a frame or block whose count is 0. */
void frame_release(struct frame *frame);
