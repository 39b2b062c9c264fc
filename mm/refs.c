/*
 * refs.c - counting who uses a frame, and a huge block in one piece or in many.
 *
 * A block has one count, that of its first frame. Huge pages need one thing more. Several spaces
 * can hold one large block; the first that has to treat a part of it alone cuts it for all: every
 * piece gets the count of the whole, because whoever held the whole holds each piece. The others
 * go on mapping the range with one large leaf and never notice; their next change of count finds
 * more pieces.
 *
 *	before	[ order 9, count 3                    ]
 *	after	[ 3 ][ 3 ][ 3 ][ 3 ] ...  [ 3 ][ 3 ][ 3 ]	512 of order 0
 *
 * The frame lock keeps two changes of one block from meeting. Pieces of order 0 are also counted
 * without it, by frame_inc_ref and frame_dec_ref; counts are atomic, so that is no conflict.
 */
#include "mm/framedesc.h"
#include "mm/port.h"

static struct frame *counted_frame(paddr_t pa, const char *who)
{
	if (MM_DEBUG && (pa >> PAGE_SHIFT) - frame_first >= frame_count)
		port_panic("%s: %lx is not RAM", who, (unsigned long)pa);
	if (MM_DEBUG && !buddy_is_written(frame_number(pa)))
		port_panic("%s: %lx lies inside a block", who, (unsigned long)pa);
	return frame_desc(pa);
}

__attribute__((cold)) uint32_t frame_repair_count(struct frame *frame, uint32_t before,
						  const char *who)
{
	paddr_t pa = frame_address(frame_number_of(frame));

	if (before == 0)
		port_panic("%s: frame %lx is not in use", who, (unsigned long)pa);
	store_shared(&frame->refs, REFS_STUCK);
	return REFS_STUCK;
}

void frame_inc_ref(paddr_t pa)
{
	struct frame *frame = counted_frame(pa, "frame_inc_ref");
	frame_hold(frame);
}

/*
 * One user less. The last one must see everything the others did to the frame before they let go
 * of it: each drop is a release, the last one also an acquire.
 */
static inline uint32_t drop_ref(struct frame *frame)
{
	uint32_t before = __atomic_fetch_sub(&frame->refs, 1, __ATOMIC_RELEASE);

	if (before - 1 >= REFS_STUCK - 1)
		return frame_repair_count(frame, before, "frame_dec_ref");
	if (before == 1)
		__atomic_load_n(&frame->refs, __ATOMIC_ACQUIRE);
	return before - 1;
}

uint32_t frame_dec_ref(paddr_t pa)
{
	struct frame *frame = counted_frame(pa, "frame_dec_ref");
	uint32_t left = drop_ref(frame);

	if (left == 0)
		frame_release(frame);
	return left;
}

uint32_t frame_ref_count(paddr_t pa)
{
	return __atomic_load_n(&counted_frame(pa, "frame_ref_count")->refs, __ATOMIC_ACQUIRE);
}

/* ---- huge pages ---- */

static paddr_t piece_size(paddr_t pa)
{
	return PAGE_SIZE << frame_desc(pa)->order;
}

void frame_block_inc_ref(paddr_t pa, unsigned order)
{
	paddr_t end = pa + (PAGE_SIZE << order);

	port_lock(&frame_lock);
	for (; pa < end; pa += piece_size(pa))
		frame_inc_ref(pa);
	port_unlock(&frame_lock);
}

void frame_block_dec_ref(paddr_t pa, unsigned order)
{
	paddr_t end = pa + (PAGE_SIZE << order);
	paddr_t next;

	port_lock(&frame_lock);
	for (; pa < end; pa = next) {
		struct frame *frame = counted_frame(pa, "frame_block_dec_ref");

		next = pa + piece_size(pa);
		if (drop_ref(frame) == 0)
			buddy_put(frame_number(pa), frame->order);
	}
	port_unlock(&frame_lock);
}

bool frame_block_exclusive(paddr_t pa, unsigned order)
{
	bool exclusive;

	port_lock(&frame_lock);
	exclusive = frame_desc(pa)->order == order && frame_ref_count(pa) == 1;
	port_unlock(&frame_lock);
	return exclusive;
}

static void split_piece(paddr_t pa, unsigned to_order)
{
	struct frame *first = frame_desc(pa);
	uint32_t refs = __atomic_load_n(&first->refs, __ATOMIC_RELAXED);
	uint32_t frames = 1u << first->order;
	uint32_t i;

	buddy_write_descriptors(frame_number(pa), first->order);
	for (i = 0; i < frames; i += 1u << to_order) {
		first[i].order = (uint8_t)to_order;
		first[i].used = 0;
		first[i].link = 0;
		frame_set_kind(&first[i], FRAME_USED);
		store_shared(&first[i].refs, refs);
	}
}

void frame_block_split(paddr_t pa, unsigned order, unsigned to_order)
{
	paddr_t end = pa + (PAGE_SIZE << order);
	paddr_t next;

	port_lock(&frame_lock);
	for (; pa < end; pa = next) {
		next = pa + piece_size(pa);
		if (frame_desc(pa)->order > to_order)
			split_piece(pa, to_order);
	}
	port_unlock(&frame_lock);
}
