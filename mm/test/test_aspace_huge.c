/*
 * test_aspace_huge.c - 2 MiB and 1 GiB pages: splitting, counting, copy-on-write.
 */
#include "mm/test/space.h"

#define V	(2 * GIB)
#define M2	(2 * MIB)

static void faults(void)
{
	struct aspace as;
	size_t frames;

	begin(&as, 32 * MIB, "huge leaves on the first touch");
	frames = frame_free_count();
	does(aspace_map_alloc(&as, V, 3 * M2, URW, AS_LAZY, PAGE_SIZE_2M), 0);
	ok(!aspace_cuts_page(&as, V, V + M2), "bounds cut no page");
	ok(aspace_cuts_page(&as, V, V + M2 + PAGES(3)), "an end between them does");
	ok(aspace_cuts_page(&as, V + M2 + PAGES(3), V + 4 * M2), "so does a start");
	ok(!aspace_cuts_page(&as, V - PAGES(3), V + 3 * M2 + PAGES(3)), "unless there is no area");
	ok(!aspace_cuts_page(&as, V + 4 * M2 + PAGES(3), V + 5 * M2), "nor any above");
	ok(!aspace_cuts_page(&as, V + M2, V + 4 * M2 + PAGES(3)), "nor behind");
	does(peek(&as, V + M2 + 12345), 0);
	is(leaf_size(&as, V + M2), PAGE_SIZE_2M, "2 MiB");
	is(as.resident_pages, 512, "512 pages resident");
	does(poke(&as, V + 2 * M2 - 1, 1), 0);
	is(as.resident_pages, 512, "still one leaf");
	is(as.table_pages, 2, "one table");
	does(aspace_unmap(&as, V, 3 * M2), 0);
	is(test_free_frames(), frames, "all back");

	test_case("no block of that size: small pages do");
	does(aspace_map_alloc(&as, V, M2, URW, AS_LAZY, PAGE_SIZE_2M), 0);
	test_fail_nth(1);
	does(poke(&as, V + PAGES(7), 1), 0);
	test_fail_nth(0);
	is(leaf_size(&as, V + PAGES(7)), PAGE_SIZE, "4 KiB");
	does(poke(&as, V + PAGES(8), 1), 0);
	is(leaf_size(&as, V + PAGES(8)), PAGE_SIZE, "beside a small page only small ones");

	test_case("no room for a huge leaf in what is left of the area");
	does(aspace_map_alloc(&as, V + M2, 2 * M2, URW, AS_LAZY, PAGE_SIZE_2M), 0);
	does(aspace_unmap(&as, V + 3 * M2 - PAGES(1), PAGES(1)), 0);
	does(aspace_unmap(&as, V + M2, PAGES(1)), 0);
	does(poke(&as, V + 3 * M2 - PAGES(2), 1), 0);
	is(leaf_size(&as, V + 3 * M2 - PAGES(2)), PAGE_SIZE, "4 KiB at its end");
	does(poke(&as, V + M2 + PAGES(1), 1), 0);
	is(leaf_size(&as, V + M2 + PAGES(1)), PAGE_SIZE, "and at its start");
	end(&as);
}

/* A leaf lies in one area: were it not split, a clone would take the part along that it must not. */
static void partial_fork_flags(void)
{
	struct aspace as, child;

	begin(&as, 32 * MIB, "a part of a huge page that clones do not get");
	does(aspace_map_alloc(&as, V, M2, URW, AS_POPULATE, PAGE_SIZE_2M), 0);
	does(poke(&as, V + PAGES(9), 9), 0);
	does(poke(&as, V + PAGES(10), 10), 0);
	does(aspace_set_fork_flags(&as, V + PAGES(10), PAGES(5), AS_DONTFORK, 0), 0);
	does(aspace_try_clone(&as, &child), 0);
	watch(&child);
	does(peek(&child, V + PAGES(9)), 9);
	does(peek(&child, V + PAGES(10)), -EFAULT);
	ok(!translate(&child, V + PAGES(10), AS_READ), "nor does its page table have it");
	destroy(&child);
	end(&as);
}

static void partial_unmap(void)
{
	struct aspace as;
	size_t frames;

	begin(&as, 32 * MIB, "unmapping a part of a huge page");
	frames = test_free_frames();
	does(aspace_map_alloc(&as, V, 2 * M2, URW, AS_POPULATE, PAGE_SIZE_2M), 0);
	does(poke(&as, V + PAGES(9), 9), 0);
	does(poke(&as, V + PAGES(11), 11), 0);
	as.harts = 3;
	test_events_clear();
	does(aspace_unmap(&as, V + PAGES(10), PAGES(1)), 0);
	ok(test_log.harts >= 2, "split and unmap are flushed");
	as.harts = 1;
	is_areas(&as, V, V + GIB, "80000-8000arw 8000b-80400rw");
	is(as.resident_pages, 1023, "one page is gone");
	does(peek(&as, V + PAGES(9)), 9);
	does(peek(&as, V + PAGES(10)), -EFAULT);
	does(peek(&as, V + PAGES(11)), 11);
	is(leaf_size(&as, V + M2), PAGE_SIZE_2M, "the other leaf is whole");
	does(aspace_unmap(&as, V + PAGES(500), M2), 0);
	does(aspace_map_alloc(&as, V, M2, URW | AS_REPLACE, AS_POPULATE, PAGE_SIZE_2M), 0);
	is(leaf_size(&as, V), PAGE_SIZE_2M, "whole again");
	does(aspace_unmap(&as, V, 2 * M2), 0);
	is(test_free_frames(), frames, "all back");

	test_case("only one end of the range inside a leaf");
	does(aspace_map_alloc(&as, V, 2 * M2, URW, AS_POPULATE, PAGE_SIZE_2M), 0);
	does(poke(&as, V + PAGES(499), 1), 0);
	does(poke(&as, V + M2 + PAGES(3), 2), 0);
	does(aspace_unmap(&as, V + PAGES(500), PAGES(12)), 0);
	does(peek(&as, V + PAGES(499)), 1);
	does(aspace_unmap(&as, V + M2, PAGES(3)), 0);
	does(peek(&as, V + M2 + PAGES(3)), 2);
	is(as.resident_pages, 1024 - 15, "15 pages are gone");
	does(aspace_unmap(&as, V, 2 * M2), 0);
	does(aspace_map_alloc(&as, V, 2 * M2, URW, AS_POPULATE, PAGE_SIZE_2M), 0);
	does(poke(&as, V + PAGES(499), 1), 0);
	does(poke(&as, V + M2 + PAGES(3), 2), 0);
	does(aspace_discard(&as, V + PAGES(500), PAGES(12)), 0);
	does(peek(&as, V + PAGES(499)), 1);
	does(aspace_discard(&as, V + M2, PAGES(3)), 0);
	does(peek(&as, V + M2 + PAGES(3)), 2);
	does(aspace_unmap(&as, V, 2 * M2), 0);

	test_case("no memory for the split");
	does(aspace_map_alloc(&as, V, M2, URW, AS_POPULATE, PAGE_SIZE_2M), 0);
	test_fail_nth(2);
	does(aspace_unmap(&as, V + PAGES(10), PAGES(1)), -ENOMEM);
	test_fail_nth(0);
	is(leaf_size(&as, V), PAGE_SIZE_2M, "nothing has happened");
	end(&as);
}

static void partial_protect(void)
{
	struct aspace as;

	begin(&as, 32 * MIB, "protecting a part of a huge page");
	does(aspace_map_alloc(&as, V, M2, URW, AS_POPULATE, PAGE_SIZE_2M), 0);
	does(poke(&as, V + PAGES(20), 20), 0);
	does(aspace_protect(&as, V + PAGES(20), PAGES(2), AS_READ), 0);
	does(poke(&as, V + PAGES(20), 1), -EACCES);
	does(poke(&as, V + PAGES(19), 1), 0);
	does(peek(&as, V + PAGES(20)), 20);
	ok(translate(&as, V + PAGES(22), AS_USER | AS_WRITE), "the rest needs no fault");
	does(aspace_protect(&as, V, M2, 0), 0);
	does(aspace_protect(&as, V, M2, RW), 0);
	is(as.area_count, 1, "one area again");
	does(peek(&as, V + PAGES(20)), 20);

	test_case("only one end of the range inside a leaf");
	does(aspace_map_alloc(&as, V, 2 * M2, URW | AS_REPLACE, AS_POPULATE, PAGE_SIZE_2M), 0);
	does(aspace_protect(&as, V + PAGES(500), PAGES(12), AS_READ), 0);
	ok(translate(&as, V + PAGES(499), AS_USER | AS_WRITE), "what lies before keeps W");
	ok(!translate(&as, V + PAGES(500), AS_USER | AS_WRITE), "the first page does not");
	does(aspace_protect(&as, V + M2, PAGES(3), AS_READ), 0);
	ok(translate(&as, V + M2 + PAGES(3), AS_USER | AS_WRITE), "what lies behind keeps W");
	does(aspace_unmap(&as, V, 2 * M2), 0);
	does(aspace_map_alloc(&as, V, M2, URW, AS_LAZY, PAGE_SIZE_2M), 0);

	test_case("a huge page without permission");
	does(aspace_map_alloc(&as, V + M2, M2, URW, AS_POPULATE, PAGE_SIZE_2M), 0);
	does(aspace_protect(&as, V + M2, M2, 0), 0);
	is(leaf_size(&as, V + M2), PAGE_SIZE_2M, "is still one leaf");
	is(leaf_at(&as, V + M2) & 0xf, 0, "and never a pointer to data");
	does(aspace_unmap(&as, V + M2 + PAGES(1), PAGES(1)), 0);
	does(peek(&as, V + M2), -EACCES);
	does(aspace_protect(&as, V + M2, PAGES(1), AS_READ), 0);
	does(peek(&as, V + M2), 0);
	end(&as);
}

static void linear_split(void)
{
	struct aspace as;

	begin(&as, 32 * MIB, "4 KiB out of large linear leaves");
	does(aspace_map_linear(&as, V, 0x40000000, GIB, RW, PAGE_SIZE_1G), 0);
	does(aspace_unmap(&as, V + 5 * M2 + PAGES(3), PAGES(1)), 0);
	is(leaf_size(&as, V), PAGE_SIZE_2M, "1 GiB becomes 2 MiB");
	is(leaf_size(&as, V + 5 * M2), PAGE_SIZE, "and one of these 4 KiB");
	is(translate(&as, V + 5 * M2 + PAGES(4), AS_WRITE), 0x40000000 + 5 * M2 + PAGES(4),
	   "the same addresses as before");
	ok(!translate(&as, V + 5 * M2 + PAGES(3), AS_READ), "but for the hole");
	does(aspace_protect(&as, V + 9 * M2, M2, AS_READ), 0);
	is(leaf_size(&as, V + 9 * M2), PAGE_SIZE_2M, "a whole 2 MiB leaf is not split");
	does(aspace_protect(&as, V + 20 * M2 + PAGES(1), 9 * M2, AS_READ), 0);
	does(aspace_map_linear(&as, V + 5 * M2 + PAGES(3), 0x10000000, PAGES(1), RW, PAGE_SIZE), 0);
	does(aspace_unmap(&as, V, GIB), 0);
	is(as.table_pages, 1, "all tables are gone");
	end(&as);
}

static void copy_on_write(void)
{
	struct aspace as, child, third;
	size_t frames;
	paddr_t block;

	begin(&as, 32 * MIB, "copy-on-write of a huge page");
	frames = test_free_frames();
	does(aspace_map_alloc(&as, V, M2, URW, AS_POPULATE, PAGE_SIZE_2M), 0);
	does(poke(&as, V, 1), 0);
	does(poke(&as, V + PAGES(100), 100), 0);
	block = frame_at_va(&as, V);
	is(aspace_try_clone(&as, &child), 0, "clone");
	watch(&child);
	if (!COW) {
		ok(frame_at_va(&child, V) != block, "copied at once");
		does(peek(&child, V + PAGES(100)), 100);
		destroy(&child);
		end(&as);
		return;
	}
	is(frame_at_va(&child, V), block, "one block");
	is(frame_ref_count(block), 2, "counted twice");
	does(poke(&child, V + PAGES(100), 101), 0);
	is(leaf_size(&child, V), PAGE_SIZE, "the writer's leaf is split");
	is(leaf_size(&as, V), PAGE_SIZE_2M, "the other is not");
	does(peek(&as, V + PAGES(100)), 100);
	does(peek(&child, V + PAGES(100)), 101);
	does(peek(&child, V), 1);
	is(frame_ref_count(block), 2, "each piece is counted now");
	is(frame_ref_count(block + PAGES(100)), 1, "but for the one that was copied");

	test_case("a third space takes the block that is already cut");
	is(aspace_try_clone(&as, &third), 0, "clone");
	watch(&third);
	is(frame_ref_count(block), 3, "a huge leaf counts on every piece");
	is(frame_ref_count(block + PAGES(100)), 2, "on this one too");
	does(poke(&as, V + PAGES(100), 102), 0);
	does(peek(&third, V + PAGES(100)), 100);
	does(aspace_unmap(&third, V, PAGES(300)), 0);
	does(peek(&child, V), 1);
	destroy(&child);
	does(peek(&as, V), 1);
	destroy(&third);
	does(poke(&as, V, 2), 0);
	does(peek(&as, V), 2);
	does(aspace_unmap(&as, V, M2), 0);
	is(test_free_frames(), frames, "all back");

	test_case("the last owner takes a whole block over");
	does(aspace_map_alloc(&as, V, M2, URW, AS_POPULATE, PAGE_SIZE_2M), 0);
	is(aspace_try_clone(&as, &child), 0, "clone");
	aspace_destroy(&child);
	ok(!(leaf_at(&as, V) & PTE_W), "read-only since the clone");
	does(poke(&as, V, 3), 0);
	is(leaf_size(&as, V), PAGE_SIZE_2M, "not split");
	ok(leaf_at(&as, V) & PTE_W, "writable");
	end(&as);
}

static void cow_without_memory(void)
{
	struct aspace as, child;
	size_t frames;
	unsigned n;

	begin(&as, 32 * MIB, "copy-on-write of a huge page without memory");
	does(aspace_map_alloc(&as, V, M2, URW, AS_POPULATE, PAGE_SIZE_2M), 0);
	does(poke(&as, V + PAGES(3), 3), 0);
	is(aspace_try_clone(&as, &child), 0, "clone");
	watch(&child);
	frames = frame_free_count();
	for (n = 1; n <= 2; n++) {
		test_fail_nth(n);
		does(aspace_handle_page_fault(&child, V + PAGES(3), AS_WRITE), -ENOMEM);
		test_fail_nth(0);
		is(leaf_size(&child, V), PAGE_SIZE_2M, "the old leaf is intact");
		is(frame_free_count(), frames, "nothing is taken");
	}
	does(poke(&child, V + PAGES(3), 4), 0);
	does(peek(&as, V + PAGES(3)), 3);
	destroy(&child);
	end(&as);
}

static void gigabyte(void)
{
	struct aspace as, child;
	size_t frames;

	begin(&as, 2304 * MIB, "1 GiB pages");
	frames = test_free_frames();
	does(aspace_map_alloc(&as, V, GIB, URW, AS_LAZY, PAGE_SIZE_1G), 0);
	does(poke(&as, V + 700 * MIB, 7), 0);
	is(leaf_size(&as, V), PAGE_SIZE_1G, "one leaf");
	is(as.table_pages, 1, "in the root");
	is(aspace_try_clone(&as, &child), 0, "clone");
	if (COW) {
		does(poke(&child, V + 700 * MIB, 8), 0);
		is(leaf_size(&child, V + 700 * MIB), PAGE_SIZE, "only 4 KiB are copied");
		is(leaf_size(&child, V), PAGE_SIZE_2M, "the rest stays large");
		does(peek(&as, V + 700 * MIB), 7);
		does(peek(&child, V + 700 * MIB), 8);
	}
	aspace_check(&child);
	aspace_destroy(&child);
	does(aspace_unmap(&as, V + 500 * MIB, PAGES(1)), 0);
	does(peek(&as, V + 700 * MIB), 7);
	does(aspace_unmap(&as, V, GIB), 0);
	is(test_free_frames(), frames, "all back");
	end(&as);
}

int main(void)
{
	faults();
	partial_fork_flags();
	partial_unmap();
	partial_protect();
	linear_split();
	copy_on_write();
	if (COW)
		cow_without_memory();
	gigabyte();
	return test_done();
}
