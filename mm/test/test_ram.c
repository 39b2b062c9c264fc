/*
 * test_ram.c - which addresses are RAM: ranges given at boot and later, holes between them, ends
 * that are aligned to nothing, and ranges that must be refused.
 */
#include "mm/framedesc.h"
#include "mm/test/test.h"

#define MIB		(1ul << 20)
#define FRAMES(bytes)	((bytes) / PAGE_SIZE)

/* How many blocks of this order, aligned and of RAM, can be had now; they are given back. */
static size_t blocks_available(unsigned order)
{
	static paddr_t pas[5000];
	size_t i, n = 0, good = 0, size = PAGE_SIZE << order;

	while (n < 5000 && frame_alloc(order, 0, &pas[n]) == 0)
		n++;
	for (i = 0; i < n; i++) {
		good += is_aligned(pas[i], size) && frame_is_ram(pas[i]) &&
			frame_is_ram(pas[i] + size - 1);
		frame_dec_ref(pas[i]);
	}
	return good;
}

static bool is_filled(const uint8_t *byte, size_t bytes, uint8_t with)
{
	while (bytes > 0 && byte[bytes - 1] == with)
		bytes--;
	return bytes == 0;
}

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
	is(blocks_available(0), 3, "three frames");
	is(blocks_available(1), 1, "two of them a block");
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

/* What boot left in RAM is used where it lies. */
static void adopted_frames(void)
{
	paddr_t pa = AT(5 * MIB + 3 * PAGE_SIZE);
	size_t i;

	test_case("reserved frames that come into use as they are");
	test_ram_reserved(16 * MIB);
	memset(frame_va(pa), 0x5a, PAGE_SIZE);
	frame_free_range(AT(4 * MIB), pa);
	frame_adopt(pa);
	is(frame_total(), FRAMES(pa - AT(4 * MIB)) + 1, "it counts as ours");
	is(frame_free_count(), frame_total() - 1, "and not as free");
	ok(frame_is_ram(pa) && !frame_is_ram(pa + PAGE_SIZE), "it alone");
	is(frame_ref_count(pa), 1, "it has one user");
	ok(is_filled(frame_va(pa), PAGE_SIZE, 0x5a), "who finds the contents");
	frame_inc_ref(pa);
	is(frame_dec_ref(pa), 1, "it is counted as others are");
	panics(frame_adopt(pa), "80503000 is not reserved");
	panics(frame_adopt(AT(16 * MIB)), "outside the frame table");
	for (i = 1; i < 5; i++)
		frame_adopt(pa + i * PAGE_SIZE);
	frame_free_range(pa + 5 * PAGE_SIZE, AT(8 * MIB));
	is(blocks_available(10), 0, "[4, 8) MiB is not whole");
	for (i = 0; i < 5; i++)
		frame_dec_ref(pa + i * PAGE_SIZE);
	is(frame_free_count(), FRAMES(4 * MIB), "freed");
	is(blocks_available(10), 1, "it merges with its neighbours");
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
	outside->order = 10;
	outside->kind = FRAME_FREE;
	outside->next = outside->prev = FRAME_NONE;
	frame_init(start, end, table);
	frame_free_range(start, end);
	is(blocks_available(10), 1, "[4, 8) MiB is one block");
	is(frame_kind(outside), FRAME_FREE, "[0, 4) was not looked at");
	test_ram(16 * MIB);
}

int main(void)
{
	ranges();
	bad_ranges();
	adopted_frames();
	unaligned_ram();
	buddy_outside();
	return test_done();
}
