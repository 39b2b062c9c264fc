/*
 * test_aspace_clone.c - clones: what they share, what it costs, what failure leaves behind.
 */
#include "mm/test/space.h"

#define V	(2 * GIB)

static void contents(void)
{
	struct aspace as, child, grandchild;

	begin(&as, 16 * MIB, "private memory");
	does(aspace_map_alloc(&as, V, PAGES(6), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(6), PAGES(1), AS_USER, AS_POPULATE, PAGE_SIZE), 0);
	does(poke(&as, V, 1), 0);
	does(peek(&as, V + PAGES(1)), 0);
	as.stack_limit = 12345;
	is(aspace_try_clone(&as, &child), 0, "clone");
	watch(&child);
	is(child.area_count, 2, "the same areas");
	is(child.resident_pages, as.resident_pages, "the same pages");
	is(child.stack_limit, 12345, "the same limit");
	is(child.harts, 0, "nobody runs it yet");
	does(poke(&as, V, 2), 0);
	does(peek(&child, V), 1);
	does(poke(&child, V + PAGES(1), 3), 0);
	does(peek(&as, V + PAGES(1)), 0);
	does(poke(&child, V + PAGES(2), 4), 0);
	does(peek(&as, V + PAGES(2)), 0);
	is(aspace_try_clone(&child, &grandchild), 0, "a clone of the clone");
	watch(&grandchild);
	does(poke(&child, V, 5), 0);
	does(peek(&grandchild, V), 1);
	does(aspace_protect(&grandchild, V + PAGES(6), PAGES(1), RW), 0);
	does(poke(&grandchild, V + PAGES(6), 9), 0);
	does(aspace_protect(&as, V + PAGES(6), PAGES(1), RW), 0);
	does(peek(&as, V + PAGES(6)), 0);
	destroy(&child);
	does(peek(&grandchild, V), 1);
	does(peek(&as, V), 2);
	destroy(&as);
	does(poke(&grandchild, V, 6), 0);
	destroy(&grandchild);
	end(NULL);
}

/* A write to a shared page copies all of it, not only what is written. */
static void whole_pages(void)
{
	uint8_t before[PAGE_SIZE], after[PAGE_SIZE];
	struct aspace as, child;
	size_t done, i;

	begin(&as, 16 * MIB, "all bytes of a copied page");
	for (i = 0; i < PAGE_SIZE; i++)
		before[i] = (uint8_t)(i * 7 + (i >> 8));
	does(aspace_map_alloc(&as, V, PAGES(1), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_write(&as, V, before, PAGE_SIZE, &done), 0);
	is(aspace_try_clone(&as, &child), 0, "clone");
	watch(&child);
	does(poke(&child, V + 100, 1), 0);
	before[100] = 1;
	does(aspace_read(&child, V, after, PAGE_SIZE, &done), 0);
	for (i = 0; i < PAGE_SIZE && before[i] == after[i]; i++)
		;
	is(i, PAGE_SIZE, "the copy differs in the byte written only");
	destroy(&as);
	destroy(&child);
	end(NULL);
}

static void sharing(void)
{
	struct aspace as, child;
	struct pagecache *pc;

	begin(&as, 16 * MIB, "shared, linear and file areas");
	if (pagecache_create(PAGES(4), &pc))
		abort();
	does(aspace_map_file(&as, V, PAGES(2), URW, pc, 0, AS_SHARED), 0);
	does(aspace_map_file(&as, V + MIB, PAGES(2), URW, pc, 0, AS_PRIVATE), 0);
	does(aspace_map_linear(&as, V + 2 * MIB, 0x10000000, PAGES(1), URW, PAGE_SIZE), 0);
	does(poke(&as, V, 1), 0);
	does(poke(&as, V + MIB + PAGES(1), 2), 0);
	does(peek(&as, V + MIB), 1);
	is(aspace_try_clone(&as, &child), 0, "clone");
	watch(&child);
	is(pc->refs, 5, "the file has two users more");
	is(translate(&child, V + 2 * MIB, AS_WRITE), 0x10000000, "the device is mapped at once");
	does(poke(&child, V, 3), 0);
	does(peek(&as, V), 3);
	does(peek(&as, V + MIB), 3);
	does(peek(&child, V + MIB + PAGES(1)), 2);
	does(poke(&as, V + MIB + PAGES(1), 4), 0);
	does(peek(&child, V + MIB + PAGES(1)), 2);
	does(poke(&child, V + MIB, 5), 0);
	does(peek(&as, V + MIB), 3);
	destroy(&as);
	does(peek(&child, V), 3);

	test_case("an area remembers its copies when it is joined with another");
	does(aspace_map_file(&child, GIB, PAGES(2), UR, pc, 0, AS_PRIVATE), 0);
	does(aspace_map_file(&child, GIB + PAGES(2), PAGES(2), URW, pc, PAGES(2), AS_PRIVATE), 0);
	does(poke(&child, GIB + PAGES(3), 6), 0);
	does(aspace_protect(&child, GIB + PAGES(2), PAGES(2), AS_READ), 0);
	is_areas(&child, GIB, GIB + MIB, "40000-40004r");
	is(aspace_try_clone(&child, &as), 0, "clone");
	watch(&as);
	does(peek(&as, GIB + PAGES(3)), 6);
	destroy(&as);
	destroy(&child);
	is(pc->refs, 1, "all users have gone");
	pagecache_put(pc);
	end(NULL);
}

static void fork_flags(void)
{
	struct aspace as, child;

	begin(&as, 16 * MIB, "areas that are not inherited");
	does(aspace_map_alloc(&as, V, PAGES(2), URW, AS_POPULATE, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(2), PAGES(2), URW | AS_DONTFORK, AS_POPULATE,
			      PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(4), PAGES(2), URW | AS_WIPEONFORK, AS_POPULATE,
			      PAGE_SIZE), 0);
	does(poke(&as, V + PAGES(4), 7), 0);
	is(aspace_try_clone(&as, &child), 0, "clone");
	watch(&child);
	is_areas(&child, V, V + MIB, "80000-80002rw 80004-80006rw");
	does(peek(&child, V + PAGES(2)), -EFAULT);
	does(peek(&child, V + PAGES(4)), 0);
	does(peek(&as, V + PAGES(4)), 7);
	destroy(&child);
	end(&as);
}

static void flushes(void)
{
	struct aspace as, child;

	begin(&as, 16 * MIB, "no hart may keep writing");
	does(aspace_map_alloc(&as, V, PAGES(3), URW, AS_POPULATE, PAGE_SIZE), 0);
	as.harts = 7;
	test_events_clear();
	is(aspace_try_clone(&as, &child), 0, "clone");
	is(test_log.harts, 1, "the other harts of the parent are told once");
	ok(!(leaf_at(&as, V) & PTE_W), "no leaf of the parent is writable");
	aspace_destroy(&child);

	test_events_clear();
	is(aspace_try_clone(&as, &child), 0, "again");
	is(test_log.harts, 0, "nothing was writable: nobody is told");
	aspace_destroy(&child);

	test_case("also when it fails");
	does(poke(&as, V, 1), 0);
	test_events_clear();
	does(aspace_map_alloc(&as, V + GIB, PAGES(1), URW, AS_POPULATE, PAGE_SIZE), 0);
	test_fail_nth(COW ? 6 : 4);
	is(aspace_try_clone(&as, &child), -ENOMEM, "no memory for the second area");
	test_fail_nth(0);
	check_all();
	is(test_log.harts, 1, "the other harts are told");
	does(poke(&as, V, 2), 0);
	as.harts = 1;
	end(&as);
}

static void cheap(void)
{
	struct aspace as, child;
	size_t frames;

	begin(&as, 8 * MIB, "64 GiB lazy with one page");
	does(aspace_map_alloc(&as, 4 * GIB, 64 * GIB, URW, AS_LAZY, PAGE_SIZE), 0);
	does(poke(&as, 30 * GIB, 1), 0);
	frames = test_free_frames();
	is(aspace_try_clone(&as, &child), 0, "clone");
	ok(frames - test_free_frames() <= 5, "%lu frames", frames - test_free_frames());
	aspace_destroy(&child);
	end(&as);
}

/* More sharers of one frame than a 16-bit count could hold, by hand: a space for each would take
 * all the host's memory. */
static void many_sharers(void)
{
	struct aspace as, child;
	unsigned i, n = 70000;
	paddr_t frame;

	begin(&as, 16 * MIB, "more than 65,535 sharers of a frame");
	does(aspace_map_alloc(&as, V, PAGES(1), URW, AS_POPULATE, PAGE_SIZE), 0);
	does(poke(&as, V, 1), 0);
	frame = frame_at_va(&as, V);
	for (i = 0; i < n; i++)
		frame_inc_ref(frame);
	is(aspace_try_clone(&as, &child), 0, "clone");
	watch(&child);
	is(frame_ref_count(frame), n + 2, "all are counted");
	does(poke(&child, V, 2), 0);
	does(peek(&as, V), 1);
	for (i = 0; i < n; i++)
		frame_dec_ref(frame);
	does(poke(&as, V, 3), 0);
	is(frame_at_va(&as, V), frame, "the last owner keeps it");
	destroy(&child);
	end(&as);
}

static void kernel_half(void)
{
	struct aspace as, kernel, child;

	begin(&as, 16 * MIB, "the kernel half is inherited");
	if (aspace_create(&kernel, KERNEL_BASE, KERNEL_SIZE) ||
	    aspace_prealloc_root(&kernel, KERNEL_BASE, KERNEL_SIZE) ||
	    aspace_copy_mappings_from(&as, &kernel))
		abort();
	is(aspace_try_clone(&as, &child), 0, "clone");
	is(memcmp(aspace_page_table(&as) + 256, aspace_page_table(&child) + 256, 2048), 0,
	   "all 256 entries");
	aspace_destroy(&child);
	aspace_check(&kernel);
	destroy(&as);
	aspace_destroy(&kernel);
	end(NULL);
}

int main(void)
{
	contents();
	whole_pages();
	sharing();
	fork_flags();
	flushes();
	cheap();
	if (COW)
		many_sharers();
	kernel_half();
	return test_done();
}
