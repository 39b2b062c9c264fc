/*
 * test_refs.c - counts of users: up to the last and no further, very many, and those of a huge
 * block through sharing, cutting and dropping in pieces.
 */
#include "mm/framedesc.h"
#include "mm/test/test.h"

#define MIB		(1ul << 20)
#define GIB		(1ul << 30)
#define FRAMES(bytes)	((bytes) / PAGE_SIZE)

static bool is_filled(const uint8_t *byte, size_t bytes, uint8_t with)
{
	while (bytes > 0 && byte[bytes - 1] == with)
		bytes--;
	return bytes == 0;
}

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
	panics(frame_inc_ref(TEST_RAM_BASE + 5 * PAGE_SIZE), "lies inside a block");
	frame_alloc(0, 0, &pa);
	panics(frame_inc_ref(pa + 20 * PAGE_SIZE), "is not in use");
	frame_dec_ref(pa);
	panics(frame_dec_ref(TEST_RAM_BASE - PAGE_SIZE), "is not RAM");
	panics(frame_inc_ref(TEST_RAM_BASE + 64 * MIB), "is not RAM");
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
	is(frame_alloc(12, 0, &pa), 0, "they merge: 16 MiB can be had");
	frame_dec_ref(pa);
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
	is(frame_desc(pa + PAGE_SIZE_2M)->order, 0, "cutting to 2 MiB leaves smaller ones alone");
	frame_block_dec_ref(pa, 18);
	is(frame_ref_count(pa + 2 * PAGE_SIZE_2M - PAGE_SIZE), 1, "one user lets go of all sizes");
	ok(frame_block_exclusive(pa + 2 * PAGE_SIZE_2M, 9), "a 2 MiB piece is exclusive");
	is(frame_free_count(), FRAMES(GIB), "nothing is free yet");
	frame_block_split(pa, 18, 0);
	is(frame_ref_count(pa + GIB - PAGE_SIZE), 1, "the rest is cut to 4 KiB");
	frame_block_dec_ref(pa, 18);
	is(frame_free_count(), FRAMES(2 * GIB), "all is free");
	is(frame_alloc(18, 0, &pa), 0, "and merged: 1 GiB can be had");
	frame_dec_ref(pa);
}

/* ---- several harts ---- */

#define HARTS	4

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
	references();
	many_references();
	huge_block();
	giant_block();
	concurrent_cut();
	return test_done();
}
