/*
 * buddy.c - free physical memory as naturally aligned blocks of 2^order frames.
 *
 * Free blocks of one order form a list threaded through the descriptors of their first frames.
 * To allocate, the smallest block that is large enough is halved until it fits; to free, a block
 * is merged with its buddy (the other half of the block twice its size) as long as that is free
 * too:
 *
 *	order 2   [       0       ][       4       ]	the buddy of a block differs
 *	order 1   [   0   ][   2   ][   4   ][   6  ]	from it in one bit of the number:
 *	order 0   [ 0 ][ 1 ][ 2 ][ 3 ] ...		number ^ (1 << order)
 *
 * Boot must not cost time for every frame of a large machine. Descriptors are therefore written
 * by chunks of 512 (2 MiB): frame_init writes only the first of each chunk, and the other 511 are
 * written when the chunk is first cut into smaller blocks. Until then nobody looks at them: a
 * block of order 9 or more has a buddy that starts a chunk, and a smaller block lies in a chunk
 * that has been cut.
 *
 * Not here: reference counts and the per-hart caches in front of the lists (frame.c).
 */
#include "mm/framedesc.h"
#include "mm/port.h"

#define CHUNK_ORDER	9
#define CHUNK_FRAMES	(1u << CHUNK_ORDER)
#define CHUNK_SIZE	((paddr_t)CHUNK_FRAMES << PAGE_SHIFT)

/* Read at every turn and never written: not in one cache line with what follows, which is. */
struct frame *frame_table __attribute__((aligned(64)));
uint32_t frame_first;
uint32_t frame_count __attribute__((aligned(64)));

struct mm_lock frame_lock __attribute__((aligned(64)));
size_t buddy_free_frames;

/* Under frame_lock. */
static uint32_t free_head[FRAME_MAX_ORDER + 1];	/* first free block of each order */
static size_t total_frames;			/* given to us in all */

static uint8_t *chunk_cut;	/* per chunk: 1 when all its descriptors are written; atomic */

/* ---- chunks ---- */

static uint32_t chunk_start(uint32_t number)
{
	return number & ~(CHUNK_FRAMES - 1);
}

static uint8_t *cut_mark(uint32_t number)
{
	return &chunk_cut[(number - frame_first) >> CHUNK_ORDER];
}

static bool chunk_is_cut(uint32_t number)
{
	return __atomic_load_n(cut_mark(number), __ATOMIC_ACQUIRE);
}

/* Write the descriptors of the chunk that holds this frame, if nobody has; the first one stays. */
static void cut_chunk(uint32_t number, enum frame_kind kind)
{
	struct frame *first = frame_at(chunk_start(number));
	uint32_t i;

	if (chunk_is_cut(number))
		return;
	for (i = 1; i < CHUNK_FRAMES; i++)
		first[i] = (struct frame){ .kind = (uint8_t)kind };
	store_release(cut_mark(number), 1);
}

bool buddy_is_written(uint32_t number)
{
	return number == chunk_start(number) || chunk_is_cut(number);
}

void buddy_write_descriptors(uint32_t number, unsigned order)
{
	uint32_t end = number + (1u << order);

	for (; number < end; number = chunk_start(number) + CHUNK_FRAMES)
		cut_chunk(number, FRAME_INNER);
}

/* ---- lists ---- */

static void list_block(uint32_t number, unsigned order)
{
	struct frame *frame = frame_at(number);
	uint32_t next = free_head[order];

	frame->order = (uint8_t)order;
	frame->next = next;
	frame->prev = FRAME_NONE;
	frame_set_kind(frame, FRAME_FREE);
	if (next != FRAME_NONE)
		frame_at(next)->prev = number;
	free_head[order] = number;
}

static void unlist_block(uint32_t number)
{
	struct frame *frame = frame_at(number);

	if (frame->prev != FRAME_NONE)
		frame_at(frame->prev)->next = frame->next;
	else
		free_head[frame->order] = frame->next;
	if (frame->next != FRAME_NONE)
		frame_at(frame->next)->prev = frame->prev;
	frame_set_kind(frame, FRAME_INNER);
}

static bool is_free_block(uint32_t number, unsigned order)
{
	const struct frame *frame;

	if (number - frame_first >= frame_count)
		return false;
	frame = frame_at(number);
	return frame_kind(frame) == FRAME_FREE && frame->order == order;
}

/* ---- blocks ---- */

/* frame_leaves_free reads it without the lock. */
static void set_free_frames(size_t frames)
{
	store_shared(&buddy_free_frames, frames);
}

/* The smallest order >= the given one that has a free block, or -1. */
static int smallest(unsigned order)
{
	for (; order <= FRAME_MAX_ORDER; order++)
		if (free_head[order] != FRAME_NONE)
			return (int)order;
	return -1;
}

/* Halve the first free block of one order until it is of another; the first part is taken. */
static uint32_t take_from(unsigned found, unsigned order)
{
	uint32_t number = free_head[found];
	unsigned half;

	unlist_block(number);
	for (half = found; half-- > order;) {
		if (half == CHUNK_ORDER - 1)
			cut_chunk(number, FRAME_INNER);
		list_block(number + (1u << half), half);
	}
	set_free_frames(buddy_free_frames - ((size_t)1 << order));
	return number;
}

uint32_t buddy_take(unsigned order)
{
	int found = smallest(order);

	return found < 0 ? FRAME_NONE : take_from((unsigned)found, order);
}

size_t buddy_take_frames(uint32_t *numbers, size_t n)
{
	unsigned order = 0, part;
	uint32_t number, i;
	size_t done = 0;

	while (done < n && order <= FRAME_MAX_ORDER) {
		if (free_head[order] == FRAME_NONE) {
			order++;
			continue;
		}
		for (part = order; 1ul << part > n - done; part--)
			;
		number = take_from(order, part);
		for (i = 1u << part; i-- > 0;)
			numbers[done++] = number + i;
		order = part;	/* what was too much of the block is in the lists from here on */
	}
	return done;
}

void buddy_put(uint32_t number, unsigned order)
{
	set_free_frames(buddy_free_frames + ((size_t)1 << order));
	for (; order < FRAME_MAX_ORDER; order++) {
		uint32_t buddy = number ^ (1u << order);

		if (!is_free_block(buddy, order))
			break;
		unlist_block(buddy);
		frame_set_kind(frame_at(number), FRAME_INNER);
		if (buddy < number)
			number = buddy;
	}
	list_block(number, order);
}

/* ---- boot ---- */

/* Chunks that [start, end) touches. */
static size_t chunks_between(paddr_t start, paddr_t end)
{
	return (align_up(end, CHUNK_SIZE) - align_down(start, CHUNK_SIZE)) / CHUNK_SIZE;
}

size_t frame_table_size(paddr_t start, paddr_t end)
{
	return chunks_between(start, end) * (CHUNK_FRAMES * sizeof(struct frame) + 1);
}

void frame_init(paddr_t start, paddr_t end, void *table)
{
	size_t chunks = chunks_between(start, end);
	uint32_t number;
	unsigned order;

	frame_first = chunk_start(frame_number(start));
	frame_count = (uint32_t)(chunks << CHUNK_ORDER);
	frame_table = (struct frame *)((uintptr_t)table - frame_first * sizeof(struct frame));
	chunk_cut = (uint8_t *)frame_at(frame_first + frame_count);
	for (number = frame_first; number < frame_first + frame_count; number += CHUNK_FRAMES) {
		*frame_at(number) = (struct frame){ .kind = FRAME_RESERVED };
		*cut_mark(number) = 0;
	}
	for (order = 0; order <= FRAME_MAX_ORDER; order++)
		free_head[order] = FRAME_NONE;
	buddy_free_frames = 0;
	total_frames = 0;
	frame_caches_init();
}

/* A reserved block becomes ours; it is not free yet. */
static void claim_block(uint32_t number, unsigned order)
{
	uint32_t i;

	if (order < CHUNK_ORDER && !frame_is_ram(frame_address(number)))
		cut_chunk(number, FRAME_RESERVED);
	for (i = number; i < number + (1u << order); i += chunk_is_cut(i) ? 1 : CHUNK_FRAMES) {
		if (frame_is_ram(frame_address(i)))
			port_panic("frame %lx is not reserved", (unsigned long)frame_address(i));
		frame_set_kind(frame_at(i), FRAME_INNER);
	}
	total_frames += (size_t)1 << order;
}

/* The largest order of a block that starts here and ends by `stop`. */
static unsigned fitting_order(uint32_t number, uint32_t stop)
{
	unsigned order = 0;

	while (order < FRAME_MAX_ORDER && is_aligned(number, 2ul << order) &&
	       stop - number >= 2u << order)
		order++;
	return order;
}

void frame_free_range(paddr_t start, paddr_t end)
{
	uint32_t number = frame_number(align_up(start, PAGE_SIZE));
	uint32_t stop = frame_number(end);

	if (number >= stop)
		return;
	if (number < frame_first || stop > frame_first + frame_count)
		port_panic("frame_free_range: %lx..%lx is outside the frame table",
			   (unsigned long)start, (unsigned long)end);
	port_lock(&frame_lock);
	while (number < stop) {
		unsigned order = fitting_order(number, stop);

		claim_block(number, order);
		buddy_put(number, order);
		number += 1u << order;
	}
	port_unlock(&frame_lock);
}

void frame_adopt(paddr_t pa)
{
	uint32_t number = frame_number(pa);

	if (number - frame_first >= frame_count)
		port_panic("frame_adopt: %lx is outside the frame table", (unsigned long)pa);
	port_lock(&frame_lock);
	claim_block(number, 0);
	port_unlock(&frame_lock);
	frame_begin_use(frame_at(number), 0);
}

/* ---- facts ---- */

bool frame_is_ram(paddr_t pa)
{
	paddr_t index = (pa >> PAGE_SHIFT) - frame_first;
	uint32_t number = frame_number(pa);

	if (index >= frame_count)
		return false;
	if (!chunk_is_cut(number))
		number = chunk_start(number);
	return frame_kind(frame_at(number)) != FRAME_RESERVED;
}

size_t frame_total(void)
{
	size_t total;

	port_lock(&frame_lock);
	total = total_frames;
	port_unlock(&frame_lock);
	return total;
}
