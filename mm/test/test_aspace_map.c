/*
 * test_aspace_map.c - the three ways to map: results, errors, replacing, merging, populating.
 */
#include "mm/test/space.h"

#define V	(2 * GIB)
#define DEVICE	0x10000000ul

static void linear(void)
{
	struct aspace as;
	size_t frames;

	begin(&as, 16 * MIB, "map_linear");
	does(aspace_map_linear(&as, V, DEVICE, PAGES(3), RW, PAGE_SIZE), 0);
	is(translate(&as, V + PAGES(2) + 5, AS_WRITE), DEVICE + PAGES(2) + 5, "mapped at once");
	ok(!translate(&as, V, AS_USER | AS_READ), "for the kernel only");
	ok(leaf_at(&as, V) & PTE_G, "and global");
	does(aspace_map_linear(&as, V + PAGES(3), DEVICE + PAGES(3), PAGES(1), RW, PAGE_SIZE), 0);
	is(as.area_count, 1, "continues in memory: one area");
	does(aspace_map_linear(&as, V + PAGES(4), DEVICE, PAGES(1), RW, PAGE_SIZE), 0);
	is(as.area_count, 2, "does not: two areas");
	does(aspace_map_linear(&as, V + GIB, 0, 2 * GIB, RW, PAGE_SIZE_1G), 0);
	is(leaf_size(&as, V + GIB), PAGE_SIZE_1G, "1 GiB leaves");
	does(aspace_map_linear(&as, V + 6 * MIB, 0x40000000, 4 * MIB, RW, PAGE_SIZE_2M), 0);
	is(leaf_size(&as, V + 6 * MIB), PAGE_SIZE_2M, "2 MiB leaves");
	is(translate(&as, V + 7 * MIB + 12345, AS_READ), 0x40000000 + MIB + 12345, "inside one");

	test_case("linear frames are not owned");
	does(aspace_map_linear(&as, 8 * GIB, TEST_RAM_BASE + MIB, PAGES(4), URW, PAGE_SIZE), 0);
	frames = frame_free_count();
	does(poke(&as, 8 * GIB, 7), 0);
	does(aspace_unmap(&as, 8 * GIB, PAGES(4)), 0);
	is(frame_free_count(), frames + 2, "only the two tables come back");

	test_case("a write fault on a present linear page never copies");
	does(aspace_map_linear(&as, 8 * GIB, DEVICE, PAGES(1), URW, PAGE_SIZE), 0);
	does(aspace_handle_page_fault(&as, 8 * GIB, AS_WRITE), 0);
	is(translate(&as, 8 * GIB, AS_WRITE), DEVICE, "still the device");
	does(aspace_protect(&as, 8 * GIB, PAGES(1), AS_READ), 0);
	does(aspace_handle_page_fault(&as, 8 * GIB, AS_WRITE), -EACCES);
	does(aspace_protect(&as, 8 * GIB, PAGES(1), RW), 0);
	is(translate(&as, 8 * GIB, AS_WRITE), DEVICE, "writable again without a fault");
	end(&as);
}

static void errors(void)
{
	struct aspace as;
	struct pagecache *pc;

	begin(&as, 16 * MIB, "arguments that are refused");
	if (pagecache_create(PAGES(4), &pc))
		abort();
	does(aspace_map_alloc(&as, V, 0, URW, AS_LAZY, PAGE_SIZE), -EINVAL);
	does(aspace_map_alloc(&as, V + 1, PAGES(1), URW, AS_LAZY, PAGE_SIZE), -EINVAL);
	does(aspace_map_alloc(&as, V, PAGES(1) + 1, URW, AS_LAZY, PAGE_SIZE), -EINVAL);
	does(aspace_map_alloc(&as, V, PAGES(1), URW, AS_LAZY, 8192), -EINVAL);
	does(aspace_map_alloc(&as, V, PAGES(1), URW, AS_LAZY, 0), -EINVAL);
	does(aspace_map_alloc(&as, V + PAGES(1), 2 * MIB, URW, AS_LAZY, PAGE_SIZE_2M), -EINVAL);
	does(aspace_map_alloc(&as, V, PAGES(1), URW, AS_LAZY, PAGE_SIZE_2M), -EINVAL);
	does(aspace_map_alloc(&as, 0, PAGES(1), URW, AS_LAZY, PAGE_SIZE), -EINVAL);
	does(aspace_map_alloc(&as, USER_END - PAGES(1), PAGES(2), URW, AS_LAZY, PAGE_SIZE),
	     -EINVAL);
	does(aspace_map_alloc(&as, V, -PAGES(1), URW, AS_LAZY, PAGE_SIZE), -EINVAL);
	does(aspace_map_alloc(&as, -PAGES(1), PAGES(2), URW, AS_LAZY, PAGE_SIZE), -EINVAL);
	does(aspace_map_alloc(&as, V, PAGES(1), URW | 0x40000000, AS_LAZY, PAGE_SIZE), -EINVAL);
	does(aspace_map_alloc(&as, V, PAGES(1), URW | AS_MAX(AS_READ), AS_LAZY, PAGE_SIZE),
	     -EACCES);
	does(aspace_map_linear(&as, V, DEVICE + 1, PAGES(1), RW, PAGE_SIZE), -EINVAL);
	does(aspace_map_linear(&as, V, DEVICE + PAGES(1), 2 * MIB, RW, PAGE_SIZE_2M), -EINVAL);
	does(aspace_map_linear(&as, V, -PAGES(1), PAGES(2), RW, PAGE_SIZE), -EINVAL);
	does(aspace_map_linear(&as, V, 1ul << 56, PAGES(1), RW, PAGE_SIZE), -EINVAL);
	does(aspace_map_linear(&as, V, DEVICE, PAGES(1), RW | AS_GROWSDOWN, PAGE_SIZE), -EINVAL);
	does(aspace_map_file(&as, V, PAGES(1), URW, pc, 1, AS_SHARED), -EINVAL);
	does(aspace_map_file(&as, V, PAGES(2), URW, pc, -PAGES(1), AS_SHARED), -EINVAL);
	does(aspace_map_file(&as, V, PAGES(1), URW | AS_GROWSDOWN, pc, 0, AS_PRIVATE), -EINVAL);
	is(as.area_count, 0, "none of them left anything");

	test_case("overlaps");
	does(aspace_map_alloc(&as, V, PAGES(4), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(3), PAGES(4), URW, AS_LAZY, PAGE_SIZE), -EEXIST);
	does(aspace_map_alloc(&as, V - PAGES(3), PAGES(4), URW, AS_LAZY, PAGE_SIZE), -EEXIST);
	does(aspace_map_alloc(&as, V - PAGES(3), PAGES(40), URW, AS_LAZY, PAGE_SIZE), -EEXIST);
	does(aspace_map_linear(&as, V + PAGES(1), DEVICE, PAGES(1), RW, PAGE_SIZE), -EEXIST);
	does(aspace_map_file(&as, V, PAGES(1), URW, pc, 0, AS_SHARED), -EEXIST);
	does(aspace_map_alloc(&as, V + PAGES(4), PAGES(4), UR, AS_LAZY, PAGE_SIZE), 0);
	pagecache_put(pc);
	end(&as);
}

static void merging(void)
{
	struct aspace as;
	struct pagecache *pc;

	begin(&as, 16 * MIB, "neighbours that agree become one");
	if (pagecache_create(PAGES(16), &pc))
		abort();
	does(aspace_map_alloc(&as, V, PAGES(2), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(4), PAGES(2), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(2), PAGES(2), URW, AS_LAZY, PAGE_SIZE), 0);
	is_areas(&as, V, V + MIB, "80000-80006rw");
	does(aspace_map_alloc(&as, V + PAGES(6), PAGES(2), UR, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(8), PAGES(2), UR | AS_DONTFORK, AS_LAZY, PAGE_SIZE),
	     0);
	does(aspace_map_alloc(&as, V + PAGES(10), PAGES(2), AS_READ, AS_LAZY, PAGE_SIZE), 0);
	is_areas(&as, V, V + MIB, "80000-80006rw 80006-80008r 80008-8000ar 8000a-8000cr");

	does(aspace_map_alloc(&as, V + 4 * MIB, 2 * MIB, URW, AS_LAZY, PAGE_SIZE_2M), 0);
	does(aspace_map_alloc(&as, V + 6 * MIB, PAGES(1), URW, AS_LAZY, PAGE_SIZE), 0);
	is_areas(&as, V + 4 * MIB, V + 8 * MIB, "80400-80600rw 80600-80601rw");

	test_case("files only where offset, file and sharing go on");
	does(aspace_map_file(&as, GIB, PAGES(2), UR, pc, 0, AS_PRIVATE), 0);
	does(aspace_map_file(&as, GIB + PAGES(2), PAGES(2), UR, pc, PAGES(2), AS_PRIVATE), 0);
	does(aspace_map_file(&as, GIB + PAGES(4), PAGES(2), UR, pc, PAGES(5), AS_PRIVATE), 0);
	does(aspace_map_file(&as, GIB + PAGES(6), PAGES(2), UR, pc, PAGES(7), AS_SHARED), 0);
	is_areas(&as, GIB, V, "40000-40004r 40004-40006r 40006-40008rs");
	is(pc->refs, 4, "each area counts as a user of the file");
	does(aspace_unmap(&as, GIB, PAGES(8)), 0);
	is(pc->refs, 1, "and no longer when it is gone");
	ok(list_is_empty(&pc->areas), "nor is it listed");
	pagecache_put(pc);
	end(&as);
}

static void populate(void)
{
	struct aspace as;
	size_t frames;
	uint64_t before;

	begin(&as, 4 * MIB, "populating");
	does(aspace_map_alloc(&as, V, PAGES(5), UR, AS_POPULATE, PAGE_SIZE), 0);
	is(as.resident_pages, 5, "all pages are there");
	ok(translate(&as, V + PAGES(4), AS_USER | AS_READ), "readable");
	ok(frame_at_va(&as, V) != frame_zero, "each with a frame of its own");
	does(aspace_handle_page_fault(&as, V, AS_READ), 0);
	does(aspace_handle_page_fault(&as, V, AS_READ), 0);
	does(aspace_protect(&as, V, PAGES(5), RW), 0);
	does(peek(&as, V + PAGES(4)), 0);

	test_case("out of memory while populating");
	frames = test_free_frames();
	before = fingerprint(&as);
	test_events_clear();
	does(aspace_map_alloc(&as, GIB, 8 * MIB, URW, AS_POPULATE, PAGE_SIZE), -ENOMEM);
	ok(test_log.freed < 100, "not by taking all there is, which others would miss");
	does(aspace_map_alloc(&as, GIB, PAGES(frames - 1), URW, AS_POPULATE, PAGE_SIZE), -ENOMEM);
	does(aspace_map_alloc(&as, V, 8 * MIB, URW | AS_REPLACE, AS_POPULATE, PAGE_SIZE), -ENOMEM);
	is(fingerprint(&as), before, "the space is as before");
	is(test_free_frames(), frames, "so is memory");
	does(aspace_map_alloc(&as, 4 * GIB, 64 * GIB, URW, AS_LAZY, PAGE_SIZE), 0);
	ok(frames - test_free_frames() <= 1, "a lazy area of 64 GiB costs no more than its record");
	end(&as);
}

static void replace(void)
{
	struct aspace as;
	struct pagecache *pc;

	begin(&as, 16 * MIB, "replacing");
	if (pagecache_create(PAGES(16), &pc))
		abort();
	does(aspace_map_alloc(&as, V, PAGES(10), URW, AS_POPULATE, PAGE_SIZE), 0);
	does(poke(&as, V + PAGES(2), 5), 0);
	does(poke(&as, V + PAGES(4), 6), 0);
	does(aspace_map_alloc(&as, V + PAGES(3), PAGES(4), UR | AS_REPLACE, AS_LAZY, PAGE_SIZE),
	     0);
	is_areas(&as, V, V + MIB, "80000-80003rw 80003-80007r 80007-8000arw");
	does(peek(&as, V + PAGES(2)), 5);
	does(peek(&as, V + PAGES(4)), 0);
	does(aspace_map_alloc(&as, V + PAGES(3), PAGES(4), URW | AS_REPLACE, AS_LAZY, PAGE_SIZE),
	     0);
	is_areas(&as, V, V + MIB, "80000-8000arw");
	does(aspace_map_file(&as, V - PAGES(1), PAGES(12), UR | AS_REPLACE, pc, 0, AS_SHARED), 0);
	is_areas(&as, V - MIB, V + MIB, "7ffff-8000brs");
	does(aspace_map_linear(&as, V, DEVICE, PAGES(1), URW | AS_REPLACE, PAGE_SIZE), 0);
	is_areas(&as, V - MIB, V + MIB, "7ffff-80000rs 80000-80001rw 80001-8000brs");
	is(translate(&as, V, AS_WRITE), DEVICE, "the device is there at once");
	is(area_find(&as, V + PAGES(1))->offset, PAGES(2), "the file goes on behind it");
	does(aspace_map_alloc(&as, V - MIB, 2 * MIB, URW | AS_REPLACE, AS_POPULATE, PAGE_SIZE), 0);
	is(as.resident_pages, 512, "populated over all of it");
	pagecache_put(pc);
	end(&as);
}

static void max_prot(void)
{
	struct aspace as;

	begin(&as, 16 * MIB, "the most that protect may grant");
	does(aspace_map_alloc(&as, V, PAGES(4), UR | AS_MAX(AS_READ), AS_LAZY, PAGE_SIZE), 0);
	does(aspace_protect(&as, V, PAGES(4), RW), -EACCES);
	does(aspace_protect(&as, V, PAGES(4), AS_EXEC), -EACCES);
	does(aspace_protect(&as, V, PAGES(4), 0), 0);
	does(aspace_protect(&as, V, PAGES(4), AS_READ), 0);
	does(aspace_map_alloc(&as, V + MIB, PAGES(1), AS_USER | AS_WRITE, AS_POPULATE, PAGE_SIZE),
	     0);
	ok(translate(&as, V + MIB, AS_USER | AS_READ), "write implies read");
	end(&as);
}

static void too_much(void)
{
	struct aspace as;

	begin(&as, 16 * MIB, "more than there is: the answer comes before memory is taken");
	test_fail_nth(0);
	does(aspace_map_alloc(&as, V, 32 * MIB, URW, AS_POPULATE, PAGE_SIZE), -ENOMEM);
	ok(test_allocations() < 50, "%u allocations: the area, its tables", test_allocations());
	test_fail_nth(0);
	does(aspace_map_linear(&as, V, 0, 32 * GIB, URW, PAGE_SIZE), -ENOMEM);
	ok(test_allocations() < 50, "%u allocations: the area", test_allocations());
	end(&as);
}

static void kernel_flush(void)
{
	struct aspace as;

	begin(&as, 16 * MIB, "new kernel pages are announced, a program's are not");
	as.harts = 3;
	test_events_clear();
	does(aspace_map_alloc(&as, V, PAGES(4), RW, AS_POPULATE, PAGE_SIZE), 0);
	is(test_log.harts, 1, "one message to the other harts");
	test_events_clear();
	does(aspace_map_alloc(&as, V + MIB, PAGES(4), URW, AS_POPULATE, PAGE_SIZE), 0);
	is(test_log.harts + test_log.all + test_log.pages, 0, "none");

	test_case("code");
	test_events_clear();
	does(aspace_map_alloc(&as, V + 2 * MIB, PAGES(1), UX, AS_LAZY, PAGE_SIZE), 0);
	ok(test_log.icache > 0, "an executable area: instruction fetch is told");
	end(&as);
}

int main(void)
{
	linear();
	errors();
	merging();
	populate();
	replace();
	max_prot();
	too_much();
	kernel_flush();
	return test_done();
}
