/*
 * test_aspace_mutants.c - small things that no other test noticed when they were broken
 * (scripts/mutants.py), or went by (scripts/coverage.py).
 */
#include "mm/slab.h"
#include "mm/test/file.h"
#include "mm/test/space.h"

#define V	(2 * GIB)

/* A flush of one page would do for the first only. */
static void flush_of_two_pages(void)
{
	struct aspace as;

	begin(&as, 16 * MIB, "two pages go, the table stays");
	does(aspace_map_alloc(&as, V, PAGES(4), URW, AS_POPULATE, PAGE_SIZE), 0);
	as.harts = 3;
	test_events_clear();
	does(aspace_unmap(&as, V, PAGES(2)), 0);
	is(test_log.pages, 0, "not one page");
	is(test_log.all, 1, "but all is flushed here");
	is(test_log.harts, 1, "and on the other hart");
	is(test_log.event[1].size, PAGES(2), "by its range");
	as.harts = 1;
	end(&as);
}

static void no_area_at_all(void)
{
	struct area_usage usage;
	struct aspace as;
	vaddr_t found;

	begin(&as, 16 * MIB, "a space without areas");
	does(aspace_find_free_area(&as, 0, PAGES(1), 0, USER_END, PAGE_SIZE, &found), 0);
	is(found, USER_BASE, "the lowest page is free");
	does(aspace_find_free_area_topdown(&as, PAGES(1), 0, USER_END, PAGE_SIZE, &found), 0);
	is(found, USER_END - PAGES(1), "so is the highest");
	aspace_area_usage(&as, V, V + PAGES(4), &usage);
	is(usage.resident + usage.shared + usage.tables, 0, "nothing is used");
	aspace_dump(&as);
	aspace_explain(&as, V, AS_READ);
	aspace_clear_mappings(&as, V, 0);
	aspace_check(&as);
	end(&as);

	test_case("no frame of zeros for the first space of all");
	test_ram(16 * MIB);
	test_fail_nth(1);
	is(aspace_create(&as, USER_BASE, PAGES(1)), -ENOMEM, "there is none");
	test_fail_nth(1);
	is((uintptr_t)kzalloc(32), 0, "nor an object");
	test_fail_nth(0);
	is(frame_zero, 0, "and none is remembered");
}

static void refused(void)
{
	struct pagecache *pc;
	struct aspace as;

	begin(&as, 16 * MIB, "more that is refused");
	pc = create_file(PAGES(4));
	does(aspace_map_alloc(&as, V, PAGES(4), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_file(&as, V + MIB, PAGES(4), URW, pc, 0, AS_PRIVATE), 0);
	does(aspace_set_fork_flags(&as, V, PAGES(4), AS_WIPEONFORK, 0), 0);
	does(aspace_set_fork_flags(&as, V + MIB, PAGES(4), AS_WIPEONFORK, 0), -EINVAL);
	does(aspace_set_fork_flags(&as, V, USER_END, AS_DONTFORK, 0), -EINVAL);
	does(aspace_discard(&as, V + 1, 0), -EINVAL);
	does(aspace_discard(&as, V, 0), 0);
	does(aspace_remap(&as, USER_END - PAGES(1), PAGES(2), V, PAGES(1), AS_MOVE), -EINVAL);
	pagecache_put(pc);
	end(&as);
}

/* A device that was moved and kept is found again by a fault, in leaves as large as before. */
static void device_faults(void)
{
	struct aspace as;

	begin(&as, 16 * MIB, "faults in an area of a device");
	does(aspace_map_linear(&as, V, 0x10000000, 4 * MIB, URW, PAGE_SIZE_2M), 0);
	does(aspace_remap(&as, V, 4 * MIB, V + GIB, 4 * MIB, AS_MOVE_KEEP_OLD), 0);
	is(leaf_at(&as, V), 0, "the old place is empty");
	test_fail_nth(1);
	does(aspace_handle_page_fault(&as, V + 3 * MIB, AS_USER | AS_WRITE), -ENOMEM);
	test_fail_nth(0);
	does(aspace_handle_page_fault(&as, V + 3 * MIB, AS_USER | AS_WRITE), 0);
	is(translate(&as, V + 3 * MIB, AS_USER | AS_WRITE), 0x10000000 + 3 * MIB, "the same byte");
	is(leaf_size(&as, V + 3 * MIB), PAGE_SIZE_2M, "in a huge leaf");
	aspace_explain(&as, V + 3 * MIB, AS_EXEC);
	end(&as);
}

static void stack_at_the_base(void)
{
	struct aspace as;

	begin(&as, 16 * MIB, "only a stack grows, and not below the space");
	as.stack_limit = MIB;
	does(aspace_map_alloc(&as, V, PAGES(1), URW, AS_LAZY, PAGE_SIZE), 0);
	does(poke(&as, V - 1, 1), -EFAULT);
	does(aspace_map_alloc(&as, USER_BASE + PAGES(1), PAGES(1), URW | AS_GROWSDOWN, AS_LAZY,
			      PAGE_SIZE), 0);
	does(poke(&as, 5, 1), -EFAULT);
	does(poke(&as, USER_BASE, 1), 0);
	does(aspace_protect(&as, USER_BASE, PAGES(2), 0), 0);
	aspace_dump(&as);
	aspace_explain(&as, USER_BASE, AS_WRITE);
	end(&as);
}

/* The root entries at both ends of the space are the space's own: a clone must not take them over. */
static void clone_at_both_ends(void)
{
	struct aspace as, child;

	begin(&as, 16 * MIB, "clones of the lowest and the highest page");
	does(aspace_map_alloc(&as, USER_BASE, PAGES(1), URW, AS_POPULATE, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, USER_END - PAGES(1), PAGES(1), URW | AS_DONTFORK, AS_POPULATE,
			      PAGE_SIZE), 0);
	does(poke(&as, USER_END - 1, 9), 0);
	does(aspace_try_clone(&as, &child), 0);
	watch(&child);
	does(peek(&child, USER_BASE), 0);
	does(peek(&child, USER_END - 1), -EFAULT);
	ok(!translate(&child, USER_END - 1, AS_READ), "its page table has nothing there either");
	destroy(&child);
	does(peek(&as, USER_END - 1), 9);
	end(&as);
}

static void two_files(void)
{
	struct pagecache *one, *two;
	struct aspace as;

	begin(&as, 16 * MIB, "pages of two files that go on where the other ends");
	one = create_file(PAGES(4));
	two = create_file(PAGES(4));
	does(aspace_map_file(&as, V, PAGES(2), UR, one, 0, AS_SHARED), 0);
	does(aspace_map_file(&as, V + PAGES(2), PAGES(2), UR, two, PAGES(2), AS_SHARED), 0);
	is_areas(&as, V, V + MIB, "80000-80002rs 80002-80004rs");
	does(aspace_populate_area(&as, V, PAGES(4), AS_READ), 0);
	pagecache_truncate(one, 0);
	check_all();
	ok(!translate(&as, V, AS_READ), "the one's pages are cut off");
	ok(translate(&as, V + PAGES(2), AS_READ), "the other's are not");
	pagecache_put(one);
	pagecache_put(two);
	end(&as);
}

static void clone_of_a_file(void)
{
	struct pagecache *pc;
	struct aspace as, child;

	begin(&as, 16 * MIB, "pages that a fault finds again are not copied by clone");
	pc = create_file(PAGES(4));
	does(aspace_map_file(&as, V, PAGES(4), URW, pc, 0, AS_SHARED), 0);
	does(aspace_populate_area(&as, V, PAGES(4), AS_WRITE), 0);
	does(aspace_try_clone(&as, &child), 0);
	watch(&child);
	is(child.resident_pages, 0, "none is there");
	is(child.table_pages, 1, "nor a table");
	does(poke(&child, V, 5), 0);
	does(peek(&as, V), 5);
	destroy(&child);
	pagecache_put(pc);
	end(&as);
}

int main(void)
{
	clone_at_both_ends();
	clone_of_a_file();
	two_files();
	no_area_at_all();
	refused();
	device_faults();
	stack_at_the_base();
	flush_of_two_pages();
	return test_done();
}
