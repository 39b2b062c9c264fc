/*
 * test_aspace_space.c - spaces as a whole: facts, ranges, shared root entries, the end.
 */
#include "mm/test/space.h"

static void facts(void)
{
	struct aspace as;

	begin(&as, 8 * MIB, "plain facts");
	is(aspace_base(&as), USER_BASE, "base");
	is(aspace_end(&as), USER_END, "end");
	is(aspace_size(&as), USER_END - USER_BASE, "size");
	ok(is_aligned(aspace_page_table_root(&as), PAGE_SIZE), "the root is a frame");
	ok(aspace_page_table(&as) == frame_va(aspace_page_table_root(&as)), "and a table");
	is(as.table_pages, 1, "one table page");
	end(&as);
}

static void contains(void)
{
	struct aspace as;

	begin(&as, 8 * MIB, "contains_range never wraps");
	ok(aspace_contains_range(&as, USER_BASE, USER_END - USER_BASE), "all of it");
	ok(!aspace_contains_range(&as, USER_BASE, USER_END - USER_BASE + 1), "one byte more");
	ok(!aspace_contains_range(&as, USER_BASE - 1, 2), "one byte before");
	ok(aspace_contains_range(&as, USER_END - 1, 1), "the last byte");
	ok(!aspace_contains_range(&as, USER_END - 1, SIZE_MAX), "a range that wraps");
	ok(!aspace_contains_range(&as, UINTPTR_MAX, 2), "a range that wraps far away");
	ok(!aspace_contains_range(&as, USER_BASE, SIZE_MAX - USER_BASE + 1), "wraps to zero");
	ok(aspace_contains_range(&as, USER_END, 0), "nothing, at the end");
	ok(!aspace_contains_range(&as, 0, 0), "nothing, outside");
	end(&as);
}

static void create_errors(void)
{
	struct aspace as, bad;

	begin(&as, 8 * MIB, "create refuses what is no range of Sv39");
	is(aspace_create(&bad, 0x1000, 0), -EINVAL, "empty");
	is(aspace_create(&bad, 0x1001, 0x1000), -EINVAL, "unaligned base");
	is(aspace_create(&bad, 0x1000, 0x1001), -EINVAL, "unaligned size");
	is(aspace_create(&bad, 0x1000, USER_END), -EINVAL, "beyond the lower half");
	is(aspace_create(&bad, 1ul << 40, 0x1000), -EINVAL, "in the hole");
	is(aspace_create(&bad, KERNEL_BASE, 1ul << 38), -EINVAL, "the very last page");
	is(aspace_create(&bad, KERNEL_BASE - PAGE_SIZE, PAGES(2)), -EINVAL, "into the upper half");
	is(aspace_create(&bad, -PAGE_SIZE, PAGES(2)), -EINVAL, "wraps");
	test_fail_nth(1);
	is(aspace_create(&bad, USER_BASE, PAGES(1)), -ENOMEM, "no memory");
	test_fail_nth(0);
	end(&as);
}

static void make_kernel(struct aspace *kernel)
{
	is(aspace_create(kernel, KERNEL_BASE, KERNEL_SIZE), 0, "a kernel space");
	watch(kernel);
	does(aspace_prealloc_root(kernel, KERNEL_BASE, KERNEL_SIZE), 0);
	is(kernel->table_pages, 257, "all level-1 tables are there");
}

static void upper_half(void)
{
	struct aspace as, kernel;
	vaddr_t top = KERNEL_BASE + KERNEL_SIZE - PAGES(3);
	vaddr_t found;

	begin(&as, 16 * MIB, "a space that reaches the top of all addresses");
	make_kernel(&kernel);
	does(aspace_map_alloc(&kernel, top, PAGES(3), RW, AS_POPULATE, PAGE_SIZE), 0);
	ok(translate(&kernel, top + PAGES(2), AS_WRITE), "the last page is mapped");
	ok(leaf_at(&kernel, top) & PTE_G, "and global");
	ok(!translate(&kernel, top, AS_USER | AS_READ), "not for user mode");
	does(aspace_protect(&kernel, top, PAGES(3), AS_READ), 0);
	does(aspace_find_free_area(&kernel, top, PAGE_SIZE, 0, UINTPTR_MAX, PAGE_SIZE, &found),
	     -ENOMEM);
	does(aspace_find_free_area_topdown(&kernel, PAGE_SIZE, 0, UINTPTR_MAX, PAGE_SIZE, &found),
	     0);
	is(found, top - PAGE_SIZE, "the highest free page is right below");
	does(aspace_unmap(&kernel, top, PAGES(3)), 0);
	does(aspace_map_linear(&kernel, KERNEL_BASE, TEST_RAM_BASE, GIB, RW, PAGE_SIZE_1G), 0);
	is(leaf_size(&kernel, KERNEL_BASE), PAGE_SIZE_2M, "root entries stay tables");
	is(kernel.table_pages, 257, "kept tables stay");
	destroy(&kernel);

	test_case("a visit that skips absent entries up there comes to an end");
	is(aspace_create(&kernel, KERNEL_BASE, KERNEL_SIZE), 0, "another one, without tables");
	watch(&kernel);
	does(aspace_map_alloc(&kernel, -4 * GIB, 4 * GIB - PAGES(1), RW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_protect(&kernel, -4 * GIB, 4 * GIB - PAGES(1), AS_READ), 0);
	does(aspace_handle_page_fault(&kernel, -GIB + 5, AS_READ), 0);
	does(aspace_discard(&kernel, -4 * GIB, 4 * GIB - PAGES(1)), 0);
	is(kernel.resident_pages, 0, "nothing is left");
	does(aspace_unmap(&kernel, -MIB, MIB - PAGES(1)), 0);
	does(aspace_find_free_area(&kernel, -GIB, 2 * MIB, 0, UINTPTR_MAX, PAGE_SIZE_2M, &found),
	     -ENOMEM);
	destroy(&kernel);
	end(&as);
}

static void share_root(void)
{
	struct aspace as, kernel, other;
	const uint64_t *root;
	vaddr_t stack = KERNEL_BASE + 5 * GIB;

	begin(&as, 16 * MIB, "sharing the kernel half");
	make_kernel(&kernel);
	does(aspace_copy_mappings_from(&as, &kernel), 0);
	root = aspace_page_table(&as);
	does(aspace_map_alloc(&kernel, stack, PAGES(4), RW, AS_POPULATE, PAGE_SIZE), 0);
	is(translate(&as, stack, AS_WRITE), translate(&kernel, stack, AS_WRITE),
	   "what the kernel maps later is seen through the copy");
	is(aspace_copy_mappings_from(&as, &as), -EINVAL, "overlapping ranges");
	if (aspace_create(&other, USER_END - PAGES(1), PAGES(1)))
		abort();
	is(aspace_copy_mappings_from(&as, &other), -EINVAL, "ranges that share a root entry");
	is(aspace_copy_mappings_from(&other, &as), -EINVAL, "the same from the other side");
	aspace_destroy(&other);

	test_case("dropping a copy does not hurt the original");
	does(aspace_map_alloc(&as, GIB, PAGES(1), URW, AS_POPULATE, PAGE_SIZE), 0);
	aspace_clear_mappings(&as, KERNEL_BASE, KERNEL_SIZE);
	is(root[300], 0, "the root entries are gone");
	ok(root[1], "the space's own are not");
	aspace_clear_mappings(&as, USER_BASE, USER_END - USER_BASE);
	ok(root[1], "not even when asked for");
	ok(test_log.all > 0, "flushed");
	ok(translate(&kernel, stack, AS_WRITE), "the kernel still has its pages");

	does(aspace_copy_mappings_from(&as, &kernel), 0);
	destroy(&as);
	ok(translate(&kernel, stack, AS_WRITE), "also when the copy is destroyed as it is");
	check_all();
	destroy(&kernel);
	end(NULL);
}

static void prealloc(void)
{
	struct aspace as, kernel;
	size_t frames;

	begin(&as, 16 * MIB, "preallocating without memory");
	if (aspace_create(&kernel, KERNEL_BASE, KERNEL_SIZE))
		abort();
	watch(&kernel);
	frames = test_free_frames();
	test_fail_nth(100);
	does(aspace_prealloc_root(&kernel, KERNEL_BASE, KERNEL_SIZE), -ENOMEM);
	test_fail_nth(0);
	is(test_free_frames(), frames, "nothing is kept");
	ok(!kernel.keeps_tables, "and nothing promised");

	test_case("preallocating a part");
	does(aspace_prealloc_root(&kernel, KERNEL_BASE + GIB, KERNEL_SIZE), -EINVAL);
	does(aspace_map_alloc(&kernel, KERNEL_BASE, PAGES(1), RW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_handle_page_fault(&kernel, KERNEL_BASE, AS_READ), 0);
	does(aspace_prealloc_root(&kernel, KERNEL_BASE + 5 * GIB, GIB), 0);
	does(aspace_prealloc_root(&kernel, KERNEL_BASE + 5 * GIB, 2 * GIB), 0);
	is(kernel.table_pages, 1 + 2 + 2, "with what was there already");
	does(aspace_unmap(&kernel, KERNEL_BASE, PAGES(1)), 0);
	is(kernel.table_pages, 1 + 1 + 2, "whose level-1 table stays too");
	does(aspace_copy_mappings_from(&as, &kernel), 0);
	is(as.foreign[256 / 64], 1 | 3 << 5, "all three are shared");
	destroy(&kernel);
	end(&as);
}

static void endings(void)
{
	struct aspace as;
	size_t frames;

	begin(&as, 32 * MIB, "clear, unmap_user_areas, destroy");
	frames = test_free_frames();
	does(aspace_map_alloc(&as, GIB, PAGES(600), URW, AS_POPULATE, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, 4 * GIB, 4 * MIB, URW, AS_POPULATE, PAGE_SIZE_2M), 0);
	does(aspace_map_linear(&as, 8 * GIB, 0x10000000, PAGES(1), RW, PAGE_SIZE), 0);
	aspace_unmap_user_areas(&as);
	check_all();
	is_areas(&as, 0, USER_END, "200000-200001rw");
	ok(translate(&as, 8 * GIB, AS_WRITE), "the kernel's area stays mapped");
	does(aspace_map_alloc(&as, GIB, PAGES(600), URW, AS_POPULATE, PAGE_SIZE), 0);
	aspace_clear(&as);
	check_all();
	is(as.area_count, 0, "no areas");
	is(as.mapped_bytes, 0, "no bytes");
	is(as.resident_pages, 0, "no pages");
	is(as.table_pages, 1, "no tables but the root");
	is(test_free_frames(), frames, "all frames are back");
	does(aspace_map_alloc(&as, GIB, PAGES(6), URW, AS_POPULATE, PAGE_SIZE), 0);
	aspace_clear(&as);
	aspace_clear(&as);
	end(&as);
}

static void harts(void)
{
	struct aspace as;

	begin(&as, 8 * MIB, "which harts use a space");
	is(as.harts, 1, "hart 0 has entered");
	test_set_hart(3);
	aspace_enter(&as);
	is(as.harts, 9, "hart 3 too");
	test_set_hart(0);
	aspace_leave(&as);
	is(as.harts, 8, "hart 0 has left");
	end(&as);
}

int main(void)
{
	facts();
	contains();
	create_errors();
	upper_half();
	share_root();
	prealloc();
	endings();
	harts();
	return test_done();
}
