/*
 * test_frame.c - frames: blocks and their alignment, exact counts, running out, giving back,
 * references, and what happens when several harts do all that at once.
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
	is(frame_alloc(15, 0, &pa), -ENOMEM, "twice RAM");
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
 * Read all descriptors as a row of blocks: free, cached or in use, every frame behind the first of a
 * block being an inner one. => how many contradict that or the count of free frames
 */
static size_t audit(void)
{
	uint32_t number = frame_first, i;
	size_t wrong = 0, free = 0;

	while (number < frame_first + frame_count) {
		enum frame_kind kind = frame_kind(frame_at(number));
		uint32_t frames = kind == FRAME_CACHED ? 1 : 1u << frame_at(number)->order;

		if (kind == FRAME_FREE || kind == FRAME_CACHED)
			free += frames;
		else
			wrong += kind != FRAME_USED;
		for (i = 1; i < frames; i++)
			wrong += frame_kind(frame_at(number + i)) != FRAME_INNER &&
				 buddy_is_written(number + i);
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

/* ---- what is RAM ---- */

#define AT(offset)	(TEST_RAM_BASE + (offset))

static void ranges(void)
{
	paddr_t pa;

	test_case("ranges given at boot and later");
	test_ram_reserved(16 * MIB);
	is(frame_total(), 0, "nothing is ours at first");
	is(frame_alloc(0, 0, &pa), -ENOMEM, "nothing can be had");
	frame_free_range(AT(1), AT(2 * PAGE_SIZE - 1));
	is(frame_total(), 0, "a range without a whole frame adds nothing");
	frame_free_range(AT(PAGE_SIZE - 1), AT(4 * PAGE_SIZE + 1));
	is(frame_total(), 3, "ends are rounded inwards");
	ok(!frame_is_ram(AT(0)), "the frame below is not ours");
	ok(frame_is_ram(AT(PAGE_SIZE)) && frame_is_ram(AT(4 * PAGE_SIZE - 1)), "the three are");
	ok(!frame_is_ram(AT(4 * PAGE_SIZE)), "the frame above is not");
	frame_free_range(AT(6 * MIB), AT(12 * MIB));
	is(frame_total(), 3 + FRAMES(6 * MIB), "a larger range, a hole before it");
	ok(!frame_is_ram(AT(5 * MIB)) && !frame_is_ram(AT(12 * MIB)), "the holes are not ours");
	ok(frame_is_ram(AT(6 * MIB)) && frame_is_ram(AT(12 * MIB - 1)), "the range is");
	is(blocks_available(10), 1, "4 MiB blocks: [8, 12)");
	frame_free_range(AT(4 * MIB), AT(6 * MIB));
	is(blocks_available(10), 2, "a later range merges with its neighbour: [4, 8)");
	is(frame_free_count(), frame_total(), "the free count is exact");
	ok(!frame_is_ram(0), "address 0 is not RAM");
	ok(!frame_is_ram(AT(16 * MIB)), "the end of the table is not");
	ok(!frame_is_ram(AT(8 * MIB) + (1ul << 44)), "nor an address with the same low bits");
	ok(!frame_is_ram(~0ul), "nor the last address");
}

static void bad_ranges(void)
{
	test_case("ranges that cannot be given");
	test_ram_reserved(16 * MIB);
	frame_free_range(AT(4 * MIB), AT(8 * MIB));
	panics(frame_free_range(AT(4 * MIB), AT(6 * MIB)), "80400000 is not reserved");
	panics(frame_free_range(AT(8 * MIB - PAGE_SIZE), AT(8 * MIB)), "807ff000 is not reserved");
	panics(frame_free_range(AT(0) - PAGE_SIZE, AT(MIB)), "outside the frame table");
	panics(frame_free_range(AT(15 * MIB), AT(17 * MIB)), "outside the frame table");
	is(frame_free_count(), FRAMES(4 * MIB), "the free count is unharmed");
}

/* RAM that begins and ends in the middle of 2 MiB: the table covers whole ones. */
static void unaligned_ram(void)
{
	static uint8_t table[6 * 512 * 16 + 6] __attribute__((aligned(16)));
	paddr_t start = AT(MIB), end = AT(9 * MIB + 5 * PAGE_SIZE);
	size_t size = frame_table_size(start, end);

	test_case("RAM that does not begin or end at 2 MiB");
	test_ram(16 * MIB);
	ok(size <= sizeof(table), "the table's size");
	memset(table, 0x5a, sizeof(table));
	frame_init(start, end, table);
	frame_free_range(start, end);
	is(frame_free_count(), FRAMES(end - start), "every frame is free");
	ok(!frame_is_ram(start - 1) && frame_is_ram(start), "from the first");
	ok(frame_is_ram(end - 1) && !frame_is_ram(end), "to the last");
	is(blocks_available(0), FRAMES(end - start), "each can be had");
	is(blocks_available(11), 0, "[0, 8) is not whole");
	is(blocks_available(10), 1, "[4, 8) is");
	ok(is_filled(table + size, sizeof(table) - size, 0x5a), "nothing is written behind it");
	test_ram(16 * MIB);
}

/* A block's buddy may lie outside the table, where whatever looks like a free block is none. */
static void buddy_outside(void)
{
	static struct frame memory[1024 + 1024 + 1];	/* before the table; table; its marks */
	struct frame *table = &memory[1024], *outside = table - 1024;
	paddr_t start = AT(4 * MIB), end = AT(8 * MIB);

	test_case("a buddy outside the table");
	test_ram(16 * MIB);
	*outside = (struct frame){ .order = 10, .flags = FRAME_FREE,
				   .next = FRAME_NONE, .prev = FRAME_NONE };
	frame_init(start, end, table);
	frame_free_range(start, end);
	is(blocks_available(10), 1, "[4, 8) MiB is one block");
	is(frame_kind(outside), FRAME_FREE, "[0, 4) was not looked at");
	test_ram(16 * MIB);
}

/* ---- references ---- */

static void references(void)
{
	paddr_t pa, block;
	size_t all;

	test_case("references");
	test_ram(64 * MIB);
	all = frame_free_count();
	frame_alloc(0, 0, &pa);
	frame_inc_ref(pa);
	frame_inc_ref(pa);
	is(frame_ref_count(pa), 3, "three users");
	is(frame_dec_ref(pa), 2, "two left");
	is(frame_dec_ref(pa), 1, "one left");
	is(frame_free_count(), all - 1, "the frame is still in use");
	is(frame_dec_ref(pa), 0, "none left");
	is(frame_free_count(), all, "the frame is free");
	is(frame_ref_count(pa), 0, "a free frame has no users");
	panics(frame_dec_ref(pa), "frame_dec_ref: frame");
	test_ram(64 * MIB);
	panics(frame_inc_ref(AT(5 * PAGE_SIZE)), "lies inside a block");
	frame_alloc(0, 0, &pa);
	panics(frame_inc_ref(pa + 20 * PAGE_SIZE), "is not in use");
	frame_dec_ref(pa);
	panics(frame_dec_ref(AT(-PAGE_SIZE)), "is not RAM");
	panics(frame_inc_ref(AT(64 * MIB)), "is not RAM");
	panics(frame_ref_count(0), "is not RAM");

	test_ram(64 * MIB);
	frame_alloc(3, 0, &block);
	panics(frame_dec_ref(block + PAGE_SIZE), "is not in use");
	frame_desc(block + PAGE_SIZE)->refs = 0;
	is(frame_dec_ref(block), 0, "a block goes as one");
	is(frame_free_count(), all, "all of it");
}

/* 65,535 sharers and more; and the end of what can be counted. */
static void many_references(void)
{
	paddr_t pa;
	unsigned i;

	test_case("very many references");
	test_ram(4 * MIB);
	frame_alloc(0, 0, &pa);
	for (i = 0; i < 70000; i++)
		frame_inc_ref(pa);
	is(frame_ref_count(pa), 70001, "70,001 users");
	while (frame_ref_count(pa) > 1)
		frame_dec_ref(pa);
	frame_desc(pa)->refs = 0x7fffffff;
	frame_inc_ref(pa);
	is(frame_ref_count(pa), 0x80000000, "2^31 is counted");
	frame_inc_ref(pa);
	is(frame_ref_count(pa), 0x80000000, "and is where it sticks");
	is(frame_dec_ref(pa), 0x80000000, "also downwards");
	is(frame_free_count(), frame_total() - 1, "the frame is never freed");
	frame_desc(pa)->refs = 1;
	frame_dec_ref(pa);
}

/* ---- huge pages ---- */

static void huge_block(void)
{
	paddr_t pa, later;
	size_t all, i, wrong = 0;

	test_case("a 2 MiB block shared, cut and freed in pieces");
	test_ram(16 * MIB);
	all = frame_free_count();
	frame_alloc(9, 0, &pa);
	ok(frame_block_exclusive(pa, 9), "exclusive at first");
	frame_block_inc_ref(pa, 9);
	is(frame_ref_count(pa), 2, "a second user");
	ok(!frame_block_exclusive(pa, 9), "no longer exclusive");
	memset(frame_va(pa), 0x3c, PAGE_SIZE_2M);

	frame_block_split(pa, 9, 0);
	for (i = 0; i < 512; i++)
		wrong += frame_ref_count(pa + i * PAGE_SIZE) != 2;
	is(wrong, 0, "cut: each of 512 pieces has both users");
	ok(is_filled(frame_va(pa), PAGE_SIZE_2M, 0x3c), "the contents stay");
	is(frame_free_count(), all - 512, "nothing is freed");
	frame_block_split(pa, 9, 0);
	is(frame_ref_count(pa + 7 * PAGE_SIZE), 2, "cutting again changes nothing");

	for (i = 0; i < 512; i++)
		frame_dec_ref(pa + i * PAGE_SIZE);
	ok(!frame_block_exclusive(pa, 9), "the other user is alone, but it is many pieces now");
	ok(frame_block_exclusive(pa + PAGE_SIZE, 0), "each of them exclusive");
	frame_dec_ref(pa + 100 * PAGE_SIZE);
	is(frame_free_count(), all - 511, "one piece is freed by itself");
	frame_alloc(0, 0, &later);
	is(later, pa + 100 * PAGE_SIZE, "and used again");
	frame_block_inc_ref(pa, 8);
	is(frame_ref_count(later), 2, "a range of pieces counts up");
	is(frame_ref_count(pa + 256 * PAGE_SIZE), 1, "and not beyond");
	frame_block_dec_ref(pa, 8);
	frame_block_dec_ref(pa, 9);
	is(frame_free_count(), all, "dropping the range frees all pieces");
	is(blocks_available(12), 1, "they merge");
}

static void giant_block(void)
{
	paddr_t pa;
	size_t i, wrong = 0;

	test_case("a 1 GiB block cut to 2 MiB, one of them to 4 KiB");
	test_ram(2 * GIB);
	frame_alloc(18, 0, &pa);
	frame_block_inc_ref(pa, 18);
	frame_block_split(pa, 18, 9);
	for (i = 0; i < 512; i++)
		wrong += frame_ref_count(pa + i * PAGE_SIZE_2M) != 2;
	is(wrong, 0, "512 pieces of 2 MiB with two users");
	frame_block_split(pa + PAGE_SIZE_2M, 9, 0);
	is(frame_ref_count(pa + PAGE_SIZE_2M + 511 * PAGE_SIZE), 2, "4 KiB pieces with two users");
	frame_block_split(pa, 18, 9);
	ok(frame_desc(pa + PAGE_SIZE_2M)->order == 0, "cutting to 2 MiB leaves smaller pieces alone");
	frame_block_dec_ref(pa, 18);
	is(frame_ref_count(pa + PAGE_SIZE_2M + 511 * PAGE_SIZE), 1, "one user lets go of all sizes");
	ok(frame_block_exclusive(pa + 2 * PAGE_SIZE_2M, 9), "a 2 MiB piece is exclusive");
	is(frame_free_count(), FRAMES(GIB), "nothing is free yet");
	frame_block_split(pa, 18, 0);
	is(frame_ref_count(pa + GIB - PAGE_SIZE), 1, "the rest is cut to 4 KiB");
	frame_block_dec_ref(pa, 18);
	is(frame_free_count(), FRAMES(2 * GIB), "all is free");
	is(blocks_available(18), 2, "and merged");
}

/* ---- several harts ---- */

#define HARTS	4
#define STEPS	20000

/* Each hart stamps what it has; some frames are passed on and freed by another. */
static paddr_t passed[64];
static unsigned stamps_lost;

static void pass_on(paddr_t pa)
{
	paddr_t other = __atomic_exchange_n(&passed[test_random(64)], pa, __ATOMIC_ACQ_REL);

	if (other)
		frame_dec_ref(other);
}

static void churn(unsigned hart)
{
	paddr_t mine[40] = { 0 };
	unsigned step;

	for (step = 0; step < STEPS; step++) {
		paddr_t *pa = &mine[test_random(40)];

		if (!*pa) {
			if (frame_alloc(test_random(20) == 0 ? 2 : 0, 0, pa))
				*pa = 0;
			else
				*(uint64_t *)frame_va(*pa) = hart;
			continue;
		}
		if (*(uint64_t *)frame_va(*pa) != hart)
			__atomic_fetch_add(&stamps_lost, 1, __ATOMIC_RELAXED);
		if (test_random(4) == 0)
			pass_on(*pa);
		else
			frame_dec_ref(*pa);
		*pa = 0;
		if (test_random(100) == 0 && frame_free_count() > frame_total())
			__atomic_fetch_add(&stamps_lost, 1, __ATOMIC_RELAXED);
	}
	for (step = 0; step < 40; step++)
		if (mine[step])
			frame_dec_ref(mine[step]);
}

static void concurrent_frames(void)
{
	unsigned i;

	test_case("%u harts allocate and free, in little memory", HARTS);
	test_ram(512 * 1024);
	test_threads(HARTS, churn);
	for (i = 0; i < 64; i++)
		if (passed[i])
			frame_dec_ref(passed[i]);
	is(stamps_lost, 0, "no frame was two harts' at once");
	is(frame_free_count(), frame_total(), "none is lost");
	is(blocks_available(7), 1, "all of RAM is one block");
}

/* All harts hold one huge block and treat it each in its own way at the same time. */
static paddr_t shared_block;

static void tear(unsigned hart)
{
	size_t i;

	if (hart % 2) {
		frame_block_dec_ref(shared_block, 9);
		return;
	}
	frame_block_split(shared_block, 9, 0);
	for (i = 0; i < 512; i++)
		frame_dec_ref(shared_block + i * PAGE_SIZE);
}

static void concurrent_cut(void)
{
	unsigned round, i, lost = 0;

	test_case("%u harts let go of one huge block, some in pieces", HARTS);
	test_ram(8 * MIB);
	for (round = 0; round < 50; round++) {
		frame_alloc(9, 0, &shared_block);
		for (i = 1; i < HARTS; i++)
			frame_block_inc_ref(shared_block, 9);
		test_threads(HARTS, tear);
		lost += frame_free_count() != frame_total();
	}
	is(lost, 0, "in 50 rounds each frame was freed once");
}

int main(void)
{
	every_order();
	too_large();
	exhaustion();
	caches_of_other_harts();
	random_blocks();
	contents();
	ranges();
	bad_ranges();
	unaligned_ram();
	buddy_outside();
	references();
	many_references();
	huge_block();
	giant_block();
	concurrent_frames();
	concurrent_cut();
	return test_done();
}
