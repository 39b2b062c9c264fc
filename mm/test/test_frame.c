/*
 * test_frame.c - frames: blocks and their alignment, exact counts, running out, giving back.
 * test_frame_harts.c has several harts do that at once.
 */
#include "mm/frame.h"
#include "mm/framedesc.h"
#include "mm/test/test.h"

#define MIB		(1ul << 20)
#define GIB		(1ul << 30)
#define FRAMES(bytes)	((bytes) / PAGE_SIZE)

/* ---- helpers ---- */

/* Allocate blocks until there are none; the first `max` addresses go to pas. => how many */
static size_t take_all(unsigned order, paddr_t *pas, size_t max)
{
	size_t n = 0;

	while (n < max && frame_alloc(order, 0, &pas[n]) == 0)
		n++;
	return n;
}

static void drop_all(const paddr_t *pas, size_t n)
{
	while (n-- > 0)
		frame_dec_ref(pas[n]);
}

/* How many blocks of this order can be had now; they are given back. */
static size_t blocks_available(unsigned order)
{
	static paddr_t pas[70000];
	size_t n = take_all(order, pas, 70000);

	drop_all(pas, n);
	return n;
}

static void shuffle(paddr_t *pas, size_t n)
{
	while (n > 1) {
		size_t i = test_random((uint32_t)n--);
		paddr_t swap = pas[i];

		pas[i] = pas[n];
		pas[n] = swap;
	}
}

static bool is_filled(const void *at, size_t bytes, uint8_t with)
{
	const uint8_t *byte = at;

	while (bytes > 0 && byte[bytes - 1] == with)
		bytes--;
	return bytes == 0;
}

/* ---- blocks ---- */

static void every_order(void)
{
	unsigned order;

	test_case("every order, on 3 GiB");
	test_ram(3 * GIB);
	is(frame_total(), FRAMES(3 * GIB), "all frames are ours");
	is(frame_free_count(), FRAMES(3 * GIB), "and free");
	for (order = 0; order <= FRAME_MAX_ORDER; order++) {
		size_t size = PAGE_SIZE << order;
		size_t before = frame_free_count();
		paddr_t pa = 1, second = 1;

		is(frame_alloc(order, 0, &pa), 0, "order %u", order);
		is(frame_alloc(order, 0, &second), 0, "another of order %u", order);
		ok(is_aligned(pa - TEST_RAM_BASE, size) && is_aligned(pa, size), "is aligned");
		ok(pa + size <= second || second + size <= pa, "they do not overlap");
		is(frame_ref_count(pa), 1, "the count is 1");
		is(before - frame_free_count(), 2 * FRAMES(size), "the free count fell by both");
		is(frame_dec_ref(pa), 0, "freed");
		is(frame_dec_ref(second), 0, "freed");
		is(frame_free_count(), before, "the free count is what it was");
	}
	is(blocks_available(FRAME_MAX_ORDER), 3, "all merged into 1 GiB blocks again");
}

static void too_large(void)
{
	paddr_t pa = 77;

	test_case("blocks there are not");
	test_ram(64 * MIB);
	is(frame_alloc(FRAME_MAX_ORDER + 1, 0, &pa), -ENOMEM, "beyond the largest order");
	is(frame_alloc(FRAME_MAX_ORDER, 0, &pa), -ENOMEM, "larger than RAM");
	is(pa, 77, "nothing was stored");
	is(frame_free_count(), frame_total(), "nothing is gone");
	is(frame_alloc(14, 0, &pa), 0, "all of RAM is one block");
	frame_dec_ref(pa);
}

static void exhaustion(void)
{
	static paddr_t pas[20000];
	size_t n, i, wrong = 0;
	paddr_t pa;

	test_case("every frame can be had");
	test_ram(64 * MIB);
	n = take_all(0, pas, 20000);
	is(n, FRAMES(64 * MIB), "single frames");
	is(frame_free_count(), 0, "none is left");
	is(frame_alloc(0, 0, &pa), -ENOMEM, "nor to be had");
	for (i = 0; i < n; i++)
		*(paddr_t *)frame_va(pas[i]) = pas[i];
	for (i = 0; i < n; i++)
		wrong += *(paddr_t *)frame_va(pas[i]) != pas[i];
	is(wrong, 0, "no two are the same");
	shuffle(pas, n);
	drop_all(pas, n);
	is(frame_free_count(), n, "all are free again");
	is(blocks_available(14), 1, "and one block");
}

/* What other harts keep in their caches is not lost to this one. */
static void caches_of_other_harts(void)
{
	static paddr_t pas[2000];
	unsigned hart;
	size_t n, all;
	paddr_t pa;

	test_case("frames in the caches of other harts");
	test_ram(4 * MIB);
	all = frame_total();
	for (hart = 1; hart < MM_MAX_HARTS; hart++) {
		test_set_hart(hart);
		n = take_all(0, pas, 40);
		drop_all(pas, n);
		is(frame_free_count(), all, "hart %u: counted while they are cached", hart);
	}
	test_set_hart(0);
	is(take_all(0, pas, 2000), all, "hart 0 gets every frame");
	drop_all(pas, all);
	for (hart = 1; hart < MM_MAX_HARTS; hart++) {
		test_set_hart(hart);
		frame_alloc(0, 0, &pa);
		frame_dec_ref(pa);
	}
	test_set_hart(0);
	is(frame_alloc(10, 0, &pa), 0, "and the one block that all of them make");
	frame_dec_ref(pa);
}

/* Random blocks come and go; a map of who has which frame finds any overlap. */
struct block {
	paddr_t pa;		/* 0: none */
	unsigned order;
};

static uint8_t taken[FRAMES(64 * MIB)];	/* per frame: how many blocks hold it */
static size_t taken_frames, overlaps;

static void take_block(struct block *block, unsigned order)
{
	size_t frame, end;

	if (frame_alloc(order, 0, &block->pa)) {
		block->pa = 0;
		return;
	}
	block->order = order;
	frame = FRAMES(block->pa - TEST_RAM_BASE);
	for (end = frame + (1u << order); frame < end; frame++)
		overlaps += taken[frame]++;
	taken_frames += 1u << order;
}

static void drop_block(struct block *block)
{
	size_t frame = FRAMES(block->pa - TEST_RAM_BASE);

	memset(&taken[frame], 0, 1u << block->order);
	taken_frames -= 1u << block->order;
	frame_dec_ref(block->pa);
	block->pa = 0;
}

/*
 * Read all descriptors as a row of blocks: free, in use, or one frame in a cache; every frame
 * behind the first of a block being an inner one.
 * => how many contradict that or the count of free frames
 */
static size_t audit(void)
{
	uint32_t number = frame_number(TEST_RAM_BASE), end = number + (uint32_t)frame_total();
	size_t wrong = 0, free = 0;

	while (number < end) {
		enum frame_kind kind = frame_kind(frame_at(number));
		uint32_t frames = kind == FRAME_INNER ? 1 : 1u << frame_at(number)->order;
		uint32_t i;

		if (kind == FRAME_FREE || kind == FRAME_INNER)
			free += frames;
		else
			wrong += kind != FRAME_USED;
		for (i = 1; i < frames; i++)
			wrong += buddy_is_written(number + i) &&
				 frame_kind(frame_at(number + i)) != FRAME_INNER;
		number += frames;
	}
	return wrong + (free != frame_free_count());
}

static void random_blocks(void)
{
	enum { BLOCKS = 300, STEPS = 100000 };
	static struct block blocks[BLOCKS];
	size_t step, miscounts = 0, contradictions = 0;

	test_case("random blocks");
	test_ram(64 * MIB);
	for (step = 0; step < STEPS; step++) {
		struct block *block = &blocks[test_random(BLOCKS)];

		test_set_hart(test_random(3));
		if (block->pa)
			drop_block(block);
		else
			take_block(block, test_random(9));
		miscounts += frame_free_count() + taken_frames != frame_total();
		if (step % 1000 == 0)
			contradictions += audit();
	}
	for (step = 0; step < BLOCKS; step++)
		if (blocks[step].pa)
			drop_block(&blocks[step]);
	test_set_hart(0);
	is(overlaps, 0, "no frame was in two blocks in %d steps", STEPS);
	is(miscounts, 0, "the free count was exact at each");
	is(contradictions, 0, "the descriptors agreed at every thousandth");
	is(blocks_available(14), 1, "in the end RAM is one block again");
}

/* Few frames, so that neighbours often meet in a cache in any order, some of them in use. */
static void random_singles(void)
{
	enum { FRAMES_IN_ALL = 64, STEPS = 20000 };
	static paddr_t pas[FRAMES_IN_ALL];
	size_t step, contradictions = 0;

	test_case("random single frames, densely");
	test_ram(FRAMES_IN_ALL * PAGE_SIZE);
	for (step = 0; step < STEPS; step++) {
		paddr_t *pa = &pas[test_random(FRAMES_IN_ALL)];

		if (*pa) {
			frame_dec_ref(*pa);
			*pa = 0;
		} else {
			frame_alloc(0, 0, pa);
		}
		if (step % 10 == 0)
			contradictions += audit();
	}
	for (step = 0; step < FRAMES_IN_ALL; step++)
		if (pas[step])
			frame_dec_ref(pas[step]);
	is(contradictions, 0, "the descriptors agreed in %d steps", STEPS);
	is(blocks_available(6), 1, "in the end RAM is one block again");
}

/* Frames 0, 1, 40, 3 leave a cache together; 2 is in use. They are no block of four. */
static void misleading_batch(void)
{
	static const unsigned char order[] = { 0, 1, 40, 3 };
	static paddr_t pas[64];
	unsigned i;

	test_case("frames freed in an order that looks like a block");
	test_ram(64 * PAGE_SIZE);
	is(take_all(0, pas, 64), 64, "all frames are in use");
	for (i = 0; i < 4; i++)
		frame_dec_ref(TEST_RAM_BASE + order[i] * PAGE_SIZE);
	for (i = 4; i < 40; i++)
		frame_dec_ref(TEST_RAM_BASE + i * PAGE_SIZE);
	is(audit(), 0, "the descriptors agree");
	frame_dec_ref(TEST_RAM_BASE + 2 * PAGE_SIZE);
	for (i = 41; i < 64; i++)
		frame_dec_ref(TEST_RAM_BASE + i * PAGE_SIZE);
	is(blocks_available(6), 1, "in the end RAM is one block again");
}

static void contents(void)
{
	paddr_t pa, other;
	unsigned order;

	test_case("contents");
	test_ram(64 * MIB);
	for (order = 0; order <= 5; order += 5) {
		size_t size = PAGE_SIZE << order;

		frame_alloc(order, 0, &pa);
		memset(frame_va(pa), 0x77, size);
		frame_dec_ref(pa);
		frame_alloc(order, FRAME_ZERO, &other);
		is(other, pa, "order %u: the block just freed is the next one", order);
		ok(is_filled(frame_va(pa), size, 0), "FRAME_ZERO: its contents are zero");
		frame_dec_ref(pa);
	}
	frame_alloc(1, FRAME_ZERO, &pa);
	frame_alloc(0, 0, &other);
	for (order = 0; order < PAGE_SIZE; order++)
		((uint8_t *)frame_va(other))[order] = (uint8_t)(order * 7 + order / 256);
	frame_copy(pa, other);
	ok(memcmp(frame_va(pa), frame_va(other), PAGE_SIZE) == 0, "frame_copy copies a frame");
	ok(is_filled((char *)frame_va(pa) + PAGE_SIZE, PAGE_SIZE, 0), "and not a byte more");
	frame_clear(other, 0);
	ok(is_filled(frame_va(other), PAGE_SIZE, 0), "frame_clear clears it");
	frame_dec_ref(pa);
	frame_dec_ref(other);
}

/* What is known to hold zeros is not cleared again, and is a frame like any other otherwise. */
static void zeroed_frames(void)
{
	static paddr_t pas[128];
	paddr_t pa, other;
	unsigned i;

	test_case("frames given back with zeros in them");
	test_ram(128 * PAGE_SIZE);
	is(frame_alloc(0, FRAME_ZERO, &pa), 0, "a frame of zeros");
	frame_free_zeroed(pa);
	memset(frame_va(pa), 0x77, 8);
	is(frame_alloc(0, FRAME_ZERO, &other), 0, "another");
	is(other, pa, "is the same");
	ok(!is_filled(frame_va(pa), 8, 0), "and was not cleared");
	memset(frame_va(pa), 0, 8);
	frame_free_zeroed(pa);
	frame_alloc(0, 0, &other);
	ok(other != pa, "who does not ask for zeros gets none");
	frame_dec_ref(other);

	is(take_all(0, pas, 128), 128, "but when there is no other: all frames are in use");
	for (i = 0; i < 128; i++)
		memset(frame_va(pas[i]), 0, PAGE_SIZE);
	for (i = 128; i-- > 0;)
		frame_free_zeroed(pas[i]);
	is(frame_free_count(), 128, "all are free, some in the cache");
	is(blocks_available(7), 1, "and merge to one block");
	is(frame_alloc(0, FRAME_ZERO, &pa), 0, "what has left the cache");
	frame_dec_ref(pa);
}

int main(void)
{
	every_order();
	too_large();
	exhaustion();
	caches_of_other_harts();
	random_blocks();
	random_singles();
	misleading_batch();
	contents();
	zeroed_frames();
	return test_done();
}
