/*
 * test_aspace_fault.c - page faults: first touch, copy-on-write, spurious ones, stacks, files.
 */
#include "mm/test/space.h"

#define V	(2 * GIB)

static void first_touch(void)
{
	struct aspace as;
	size_t frames;

	begin(&as, 16 * MIB, "first touch");
	does(aspace_map_alloc(&as, V, PAGES(8), URW, AS_LAZY, PAGE_SIZE), 0);
	is(as.resident_pages, 0, "nothing is resident");
	does(peek(&as, V + 5), 0);
	is(frame_at_va(&as, V), frame_zero, "a read maps the frame of zeros");
	frames = frame_free_count();
	does(peek(&as, V + PAGES(1)), 0);
	is(frame_free_count(), frames, "a second one costs no frame");
	does(poke(&as, V + 5, 9), 0);
	is(frame_free_count(), frames - 1, "a write takes a frame of its own");
	does(peek(&as, V + 5), 9);
	does(peek(&as, V + 6), 0);
	does(peek(&as, V + PAGES(1) + 5), 0);
	does(poke(&as, V + PAGES(2), 1), 0);
	ok(leaf_at(&as, V + PAGES(2)) & PTE_W, "a first write is writable at once");
	is(as.resident_pages, 3, "three pages");
	is(as.table_pages, 3, "three tables");
	end(&as);
}

static void reasons(void)
{
	struct aspace as;
	struct pagecache *pc;

	begin(&as, 16 * MIB, "why a fault fails");
	if (pagecache_create(PAGES(1) + 10, &pc))
		abort();
	does(aspace_map_alloc(&as, V, PAGES(1), UR, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(1), PAGES(1), AS_USER, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(2), PAGES(1), RW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(3), PAGES(1), AS_USER | AS_EXEC, AS_LAZY, PAGE_SIZE),
	     0);
	does(aspace_map_file(&as, V + MIB, PAGES(4), UR, pc, 0, AS_SHARED), 0);
	does(aspace_map_file(&as, V + 2 * MIB, PAGES(4), URW, pc, 0, AS_PRIVATE), 0);
	does(aspace_handle_page_fault(&as, V - 1, AS_READ), -EFAULT);
	does(aspace_handle_page_fault(&as, 0, AS_READ), -EFAULT);
	does(aspace_handle_page_fault(&as, UINTPTR_MAX, AS_READ), -EFAULT);
	does(aspace_handle_page_fault(&as, USER_END, AS_READ), -EFAULT);
	does(aspace_handle_page_fault(&as, 1ul << 45, AS_READ), -EFAULT);
	does(aspace_handle_page_fault(&as, V, AS_WRITE), -EACCES);
	does(aspace_handle_page_fault(&as, V, AS_EXEC), -EACCES);
	does(aspace_handle_page_fault(&as, V + PAGES(1), AS_READ), -EACCES);
	does(aspace_handle_page_fault(&as, V + PAGES(2), AS_USER | AS_READ), -EACCES);
	does(aspace_handle_page_fault(&as, V + PAGES(2), AS_READ), 0);
	does(aspace_handle_page_fault(&as, V + PAGES(3), AS_READ), -EACCES);
	does(aspace_handle_page_fault(&as, V + PAGES(3), AS_EXEC), 0);
	does(aspace_handle_page_fault(&as, V + MIB + PAGES(1), AS_READ), 0);
	does(aspace_handle_page_fault(&as, V + MIB + PAGES(2), AS_READ), -ENXIO);
	does(aspace_handle_page_fault(&as, V + MIB, AS_WRITE), -EACCES);
	does(aspace_handle_page_fault(&as, V + 2 * MIB + PAGES(1), AS_WRITE), 0);
	does(aspace_handle_page_fault(&as, V + 2 * MIB + PAGES(2), AS_WRITE), -ENXIO);
	pagecache_put(pc);
	end(&as);
}

static void no_memory(void)
{
	struct aspace as;
	size_t frames;
	unsigned n;

	begin(&as, 16 * MIB, "a fault without memory");
	does(aspace_map_alloc(&as, V, PAGES(2), URW, AS_LAZY, PAGE_SIZE), 0);
	frames = frame_free_count();
	for (n = 1; n <= 3; n++) {
		test_fail_nth(n);
		does(aspace_handle_page_fault(&as, V, AS_WRITE), -ENOMEM);
		test_fail_nth(0);
		is(frame_free_count(), frames, "nothing is taken");
		is(as.table_pages, 1, "no empty table is left");
	}
	does(aspace_handle_page_fault(&as, V, AS_WRITE), 0);

	test_case("copy-on-write without memory");
	does(peek(&as, V + PAGES(1)), 0);
	test_fail_nth(1);
	does(aspace_handle_page_fault(&as, V + PAGES(1), AS_WRITE), -ENOMEM);
	test_fail_nth(0);
	is(frame_at_va(&as, V + PAGES(1)), frame_zero, "the old mapping is intact");
	does(peek(&as, V + PAGES(1)), 0);
	end(&as);
}

static void spurious(void)
{
	struct aspace as;
	paddr_t frame;

	begin(&as, 16 * MIB, "spurious faults");
	does(aspace_map_alloc(&as, V, PAGES(2), URW, AS_POPULATE, PAGE_SIZE), 0);
	frame = frame_at_va(&as, V);
	test_events_clear();
	does(aspace_handle_page_fault(&as, V + 77, AS_WRITE), 0);
	does(aspace_handle_page_fault(&as, V + 77, AS_READ), 0);
	is(frame_at_va(&as, V), frame, "nothing changes");
	is(test_log.pages, 2, "but this hart forgets the stale entry");
	is(test_log.harts + test_log.all, 0, "it alone");
	end(&as);
}

/* The order of things in a copy-on-write fault, seen from inside it. */
static struct aspace *observed;
static paddr_t old_frame;
static bool writable_before_flush, freed_before_flush, flushed;

static void watch_cow(const struct test_event *event)
{
	if (event->kind == FLUSH_HARTS) {
		flushed = true;
		writable_before_flush = leaf_at(observed, V) & PTE_W;
		freed_before_flush = frame_ref_count(old_frame) != 2;
	}
}

static void copy_on_write(void)
{
	struct aspace as, child;
	paddr_t parents;

	begin(&as, 16 * MIB, "copy-on-write");
	does(aspace_map_alloc(&as, V, PAGES(2), URW, AS_POPULATE, PAGE_SIZE), 0);
	does(poke(&as, V, 1), 0);
	is(aspace_try_clone(&as, &child), 0, "clone");
	watch(&child);
	parents = frame_at_va(&as, V);
	if (!COW) {
		ok(frame_at_va(&child, V) != parents, "copied at once");
		destroy(&child);
		end(&as);
		return;
	}
	is(frame_at_va(&child, V), parents, "one frame");
	is(frame_ref_count(parents), 2, "counted twice");

	child.harts = 6;	/* harts 1 and 2 run the child; this one is 0 */
	observed = &child;
	old_frame = parents;
	flushed = false;
	test_event_hook = watch_cow;
	does(poke(&child, V, 2), 0);
	test_event_hook = NULL;
	ok(flushed, "the other harts are told");
	ok(!writable_before_flush, "the copy was not writable before all had forgotten");
	ok(!freed_before_flush, "nor the old frame given back");
	is(frame_ref_count(parents), 1, "but it is now");
	does(peek(&child, V), 2);
	does(peek(&as, V), 1);

	test_case("the last owner takes the frame over");
	test_events_clear();
	does(poke(&as, V, 3), 0);
	is(frame_at_va(&as, V), parents, "same frame");
	is(test_log.harts, 0, "no message");
	is(test_log.pages, 1, "but this hart forgets that it was read-only");
	does(peek(&child, V), 2);
	destroy(&child);

	test_case("a frame that somebody else holds is never taken over");
	frame_inc_ref(parents);
	does(aspace_protect(&as, V, PAGES(1), AS_READ), 0);
	does(aspace_protect(&as, V, PAGES(1), RW), 0);
	does(aspace_handle_page_fault(&as, V, AS_USER | AS_WRITE), 0);
	ok(leaf_at(&as, V) & PTE_W, "one fault is enough to write");
	does(poke(&as, V, 4), 0);
	ok(frame_at_va(&as, V) != parents, "copied");
	frame_dec_ref(parents);
	end(&as);
}

static void stacks(void)
{
	struct aspace as;
	vaddr_t top = V + PAGES(600), low;

	begin(&as, 16 * MIB, "a stack grows down");
	as.stack_limit = PAGES(500);
	does(aspace_map_alloc(&as, top - PAGES(1), PAGES(1), URW | AS_GROWSDOWN, AS_LAZY,
			      PAGE_SIZE), 0);
	does(poke(&as, top - PAGES(3), 1), 0);
	is_areas(&as, V, top, "80255-80258rw");
	does(aspace_handle_page_fault(&as, top - PAGES(4), AS_USER | AS_EXEC), -EACCES);
	is_areas(&as, V, top, "80255-80258rw");
	does(poke(&as, top - PAGES(500), 1), 0);
	does(poke(&as, top - PAGES(500) - 1, 1), -EFAULT);
	is(as.mapped_bytes, PAGES(500), "up to its limit");

	test_case("but keeps its distance from what lies below");
	low = top - PAGES(500);
	as.stack_limit = PAGES(5000);
	does(aspace_map_alloc(&as, low - PAGES(300), PAGES(1), URW, AS_LAZY, PAGE_SIZE), 0);
	does(poke(&as, low - PAGES(43) - 1, 1), -EFAULT);
	does(poke(&as, low - PAGES(43), 1), 0);
	does(aspace_protect(&as, low - PAGES(300), PAGES(1), 0), 0);
	does(poke(&as, low - PAGES(290), 1), 0);
	does(poke(&as, low - PAGES(299) - 1, 1), -EACCES);

	test_case("and goes back if there is no memory for the page");
	does(aspace_unmap(&as, low - PAGES(300), PAGES(1)), 0);
	test_fail_nth(1);
	does(aspace_handle_page_fault(&as, low - PAGES(400), AS_WRITE), -ENOMEM);
	test_fail_nth(0);
	ok(!area_find(&as, low - PAGES(400)), "not grown");
	end(&as);
}

static void files(void)
{
	struct aspace as, other;
	struct pagecache *pc;
	paddr_t cached;

	begin(&as, 16 * MIB, "file pages");
	if (pagecache_create(PAGES(4), &pc) || aspace_create(&other, USER_BASE, GIB))
		abort();
	watch(&other);
	does(aspace_map_file(&as, V, PAGES(4), URW, pc, 0, AS_SHARED), 0);
	does(aspace_map_file(&as, V + MIB, PAGES(4), URW, pc, 0, AS_PRIVATE), 0);
	does(aspace_map_file(&other, MIB, PAGES(2), URW, pc, PAGES(1), AS_SHARED), 0);
	does(peek(&as, V + MIB + PAGES(1)), 0);
	does(poke(&as, V + PAGES(1), 7), 0);
	does(peek(&other, MIB), 7);
	does(peek(&as, V + MIB + PAGES(1)), 7);
	if (pagecache_get(pc, 1, PAGECACHE_PEEK, &cached))
		abort();
	is(frame_at_va(&as, V + PAGES(1)), cached, "a shared page is the file's");
	is(frame_ref_count(cached), 5, "held by the cache, three leaves and us");
	frame_dec_ref(cached);

	test_case("a private write does not reach the file");
	does(poke(&as, V + MIB + PAGES(1), 8), 0);
	does(peek(&as, V + PAGES(1)), 7);
	does(peek(&as, V + MIB + PAGES(1)), 8);
	does(poke(&other, MIB, 9), 0);
	does(peek(&as, V + MIB + PAGES(1)), 8);
	does(poke(&as, V + MIB + PAGES(2), 6), 0);
	does(peek(&as, V + PAGES(2)), 0);

	test_case("a shared page is writable after a read, without another fault");
	does(peek(&as, V + PAGES(3)), 0);
	ok(translate(&as, V + PAGES(3), AS_USER | AS_WRITE), "writable");

	test_case("a file that loses pages takes them from every mapping");
	does(aspace_map_alloc(&as, V + 4 * MIB, PAGES(4), URW, AS_LAZY, PAGE_SIZE), 0);
	does(poke(&as, V + 4 * MIB + PAGES(3), 3), 0);
	pagecache_truncate(pc, PAGES(1) + 5);
	check_all();
	does(peek(&as, V + PAGES(2)), -ENXIO);
	does(peek(&as, V + MIB + PAGES(2)), -ENXIO);
	does(peek(&other, MIB + PAGES(1)), -ENXIO);
	does(peek(&as, V + PAGES(1)), 9);
	does(peek(&as, V + MIB + PAGES(1)), 8);
	ok(leaf_at(&as, V + 4 * MIB + PAGES(3)) != 0, "but nothing from memory that is no file's");
	aspace_zap_file(&as, pc, 5);
	ok(!leaf_at(&as, V + PAGES(1)), "from page 1 on");
	does(peek(&as, V), 0);
	aspace_zap_file(&as, pc, 5);
	ok(leaf_at(&as, V) != 0, "a page that is lost in part stays");
	destroy(&other);
	pagecache_put(pc);
	end(&as);
}

static void neighbours(void)
{
	struct aspace as;
	struct pagecache *pc;
	paddr_t pa;
	unsigned i;

	begin(&as, 16 * MIB, "a read maps the neighbours that are in the cache");
	if (pagecache_create(PAGES(40), &pc))
		abort();
	for (i = 0; i < 30; i++) {
		if (i == 3)
			continue;
		if (pagecache_get(pc, i, PAGECACHE_FILL, &pa))
			abort();
		frame_dec_ref(pa);
	}
	does(aspace_map_file(&as, V + PAGES(2), PAGES(38), URW, pc, PAGES(2), AS_PRIVATE), 0);
	does(poke(&as, V + PAGES(6), 6), 0);
	is(as.resident_pages, 1, "a write maps its page alone");
	does(peek(&as, V + PAGES(5)), 0);
	is(as.resident_pages, 13, "pages 2 to 15 of the area's first block, but for page 3");
	is(leaf_at(&as, V + PAGES(3)), 0, "which the cache does not have");
	is(leaf_at(&as, V + PAGES(16)), 0, "nothing beyond the block");
	ok(!(leaf_at(&as, V + PAGES(7)) & PTE_W), "read-only, as they belong to the file");
	does(peek(&as, V + PAGES(6)), 6);
	does(poke(&as, V + PAGES(7), 7), 0);
	does(peek(&as, V + PAGES(35)), 0);
	is(as.resident_pages, 14, "the others of its block are not in the cache");
	pagecache_put(pc);
	end(&as);
}

static void code(void)
{
	struct aspace as;
	unsigned flags = AS_USER | AS_RWX;

	begin(&as, 16 * MIB, "pages that are executed");
	does(aspace_map_alloc(&as, V, PAGES(2), flags, AS_LAZY, PAGE_SIZE), 0);
	test_events_clear();
	does(aspace_handle_page_fault(&as, V, AS_EXEC), 0);
	is(test_log.icache, 1, "a frame that was something else before: fetch is told");
	test_events_clear();
	does(poke(&as, V, 1), 0);
	is(test_log.icache, 1, "a copy too");
	end(&as);
}

int main(void)
{
	first_touch();
	reasons();
	no_memory();
	spurious();
	copy_on_write();
	stacks();
	files();
	neighbours();
	code();
	return test_done();
}
