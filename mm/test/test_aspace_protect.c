/*
 * test_aspace_protect.c - protect and the fork flags: areas, leaves, flushes, partial effects.
 */
#include "mm/test/space.h"

#define V	(2 * GIB)

static void areas(void)
{
	struct aspace as;

	begin(&as, 16 * MIB, "areas are cut and joined");
	does(aspace_map_alloc(&as, V, PAGES(10), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_protect(&as, V + PAGES(4), PAGES(2), AS_READ), 0);
	is_areas(&as, V, V + MIB, "80000-80004rw 80004-80006r 80006-8000arw");
	does(aspace_protect(&as, V + PAGES(4), PAGES(2), RW), 0);
	is_areas(&as, V, V + MIB, "80000-8000arw");
	does(aspace_protect(&as, V, PAGES(3), 0), 0);
	does(aspace_protect(&as, V + PAGES(7), PAGES(3), AS_READ | AS_EXEC), 0);
	is_areas(&as, V, V + MIB, "80000-80003 80003-80007rw 80007-8000arx");
	does(aspace_protect(&as, V + PAGES(2), PAGES(6), AS_READ), 0);
	is_areas(&as, V, V + MIB, "80000-80002 80002-80008r 80008-8000arx");
	does(aspace_protect(&as, V, PAGES(10), AS_WRITE), 0);
	is_areas(&as, V, V + MIB, "80000-8000arw");
	is(as.resident_pages, 0, "nothing became resident");
	end(&as);
}

static void leaves(void)
{
	struct aspace as;
	paddr_t frame;

	begin(&as, 16 * MIB, "present pages follow");
	does(aspace_map_alloc(&as, V, PAGES(4), URW, AS_LAZY, PAGE_SIZE), 0);
	does(poke(&as, V, 5), 0);
	does(peek(&as, V + PAGES(1)), 0);
	frame = frame_at_va(&as, V);
	does(aspace_protect(&as, V, PAGES(4), 0), 0);
	is(leaf_at(&as, V) & PTE_V, 0, "no permission: not valid");
	is(frame_at_va(&as, V), frame, "but its frame is kept");
	is(as.resident_pages, 2, "and it is resident");
	does(peek(&as, V), -EACCES);
	does(aspace_protect(&as, V, PAGES(4), AS_READ), 0);
	does(peek(&as, V), 5);
	does(poke(&as, V, 6), -EACCES);
	does(aspace_protect(&as, V, PAGES(4), RW), 0);
	ok(translate(&as, V, AS_USER | AS_WRITE), "writable again without a fault");
	ok(!translate(&as, V + PAGES(1), AS_USER | AS_WRITE), "the frame of zeros is not");
	does(poke(&as, V + PAGES(1), 1), 0);
	does(aspace_protect(&as, V, PAGES(4), AS_WRITE), 0);
	does(peek(&as, V), 5);
	does(aspace_protect(&as, V, PAGES(4), AS_EXEC), 0);
	does(peek(&as, V), -EACCES);
	ok(translate(&as, V, AS_USER | AS_EXEC), "execute only");
	end(&as);
}

static void shared_frames(void)
{
	struct aspace as, child;
	struct pagecache *pc;

	begin(&as, 16 * MIB, "a page that is shared until written stays read-only");
	if (pagecache_create(PAGES(2), &pc))
		abort();
	does(aspace_map_alloc(&as, V, PAGES(1), URW, AS_POPULATE, PAGE_SIZE), 0);
	does(aspace_map_file(&as, V + MIB, PAGES(1), URW, pc, 0, AS_PRIVATE), 0);
	does(aspace_map_file(&as, V + 2 * MIB, PAGES(1), URW, pc, 0, AS_SHARED), 0);
	does(poke(&as, V, 1), 0);
	does(peek(&as, V + MIB), 0);
	does(peek(&as, V + 2 * MIB), 0);
	is(aspace_try_clone(&as, &child), 0, "clone");
	watch(&child);
	does(aspace_protect(&child, V, PAGES(1), AS_READ), 0);
	does(aspace_protect(&child, V, PAGES(1), RW), 0);
	does(poke(&child, V, 2), 0);
	does(peek(&as, V), 1);
	does(aspace_protect(&as, V + MIB, PAGES(1), AS_READ), 0);
	does(aspace_protect(&as, V + MIB, PAGES(1), RW), 0);
	does(poke(&as, V + MIB, 3), 0);
	does(peek(&as, V + 2 * MIB), 0);
	does(aspace_protect(&as, V + 2 * MIB, PAGES(1), AS_READ), 0);
	does(aspace_protect(&as, V + 2 * MIB, PAGES(1), RW), 0);
	ok(translate(&as, V + 2 * MIB, AS_USER | AS_WRITE), "a shared mapping is writable at once");
	destroy(&child);
	pagecache_put(pc);
	end(&as);
}

static void partial(void)
{
	struct aspace as;
	unsigned read_only = UR | AS_MAX(AS_READ);

	begin(&as, 16 * MIB, "holes and limits: what lies before is changed");
	does(aspace_map_alloc(&as, V, PAGES(4), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(6), PAGES(2), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_protect(&as, V + PAGES(2), PAGES(6), AS_READ), -ENOMEM);
	is_areas(&as, V, V + MIB, "80000-80002rw 80002-80004r 80006-80008rw");
	does(aspace_protect(&as, V + PAGES(4), PAGES(4), AS_READ), -ENOMEM);
	is_areas(&as, V, V + MIB, "80000-80002rw 80002-80004r 80006-80008rw");
	does(aspace_protect(&as, V + PAGES(7), PAGES(4), AS_READ), -ENOMEM);
	is_areas(&as, V, V + MIB, "80000-80002rw 80002-80004r 80006-80007rw 80007-80008r");
	does(aspace_map_alloc(&as, V + PAGES(4), PAGES(1), read_only, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_protect(&as, V, PAGES(5), AS_READ | AS_EXEC), -EACCES);
	is_areas(&as, V, V + MIB, "80000-80004rx 80004-80005r 80006-80007rw 80007-80008r");
	does(aspace_protect(&as, V + PAGES(4), PAGES(1), RW), -EACCES);

	test_case("what is refused or nothing");
	does(aspace_protect(&as, V, 0, RW), 0);
	does(aspace_protect(&as, V + MIB, 0, RW), 0);
	does(aspace_protect(&as, V + 1, PAGES(1), RW), -EINVAL);
	does(aspace_protect(&as, V, 1, RW), -EINVAL);
	does(aspace_protect(&as, V, -PAGES(1), RW), -EINVAL);
	does(aspace_protect(&as, 0, PAGES(1), RW), -EINVAL);

	test_case("no memory for a cut: nothing is changed");
	does(aspace_map_alloc(&as, V + MIB, PAGES(9), URW, AS_LAZY, PAGE_SIZE), 0);
	test_fail_nth(2);
	does(aspace_protect(&as, V + MIB + PAGES(3), PAGES(3), AS_READ), -ENOMEM);
	test_fail_nth(0);
	is_areas(&as, V + MIB, V + 2 * MIB, "80100-80109rw");
	end(&as);
}

static void flushes(void)
{
	struct aspace as;

	begin(&as, 16 * MIB, "flushes");
	does(aspace_map_alloc(&as, V, PAGES(8), URW, AS_POPULATE, PAGE_SIZE), 0);
	as.harts = 3;
	test_events_clear();
	does(aspace_protect(&as, V, PAGES(8), AS_READ), 0);
	is(test_log.harts, 1, "less permission: all harts are told, once");
	is(test_log.all, 1, "this one too");
	test_events_clear();
	does(aspace_protect(&as, V, PAGES(8), RW), 0);
	is(test_log.harts + test_log.all + test_log.pages, 0, "more permission: none");
	does(aspace_protect(&as, V + PAGES(2), PAGES(1), 0), 0);
	is(test_log.harts, 1, "one page");
	is(test_log.pages, 1, "only that page");
	test_events_clear();
	does(aspace_protect(&as, V + PAGES(2), PAGES(1), AS_READ), 0);
	is(test_log.harts, 0, "it was not valid, so nobody has it");
	test_events_clear();
	does(aspace_protect(&as, V + PAGES(2), PAGES(1), AS_EXEC), 0);
	is(test_log.harts, 1, "read is lost");
	is(test_log.icache, 1, "execute is new");
	end(&as);
}

static void cheap(void)
{
	struct aspace as;
	size_t frames;

	begin(&as, 4 * MIB, "64 GiB lazy with one page");
	does(aspace_map_alloc(&as, 4 * GIB, 64 * GIB, URW, AS_LAZY, PAGE_SIZE), 0);
	does(poke(&as, 30 * GIB, 1), 0);
	frames = frame_free_count();
	does(aspace_protect(&as, 4 * GIB, 64 * GIB, AS_READ), 0);
	does(aspace_protect(&as, 4 * GIB, 64 * GIB, 0), 0);
	does(aspace_protect(&as, 4 * GIB, 64 * GIB, RW), 0);
	is(frame_free_count(), frames, "costs no memory");
	does(peek(&as, 30 * GIB), 1);
	is(as.resident_pages, 1, "and populates nothing");
	end(&as);
}

static void fork_flags(void)
{
	struct aspace as;
	struct pagecache *pc;

	begin(&as, 16 * MIB, "fork flags");
	if (pagecache_create(PAGES(2), &pc))
		abort();
	does(aspace_map_alloc(&as, V, PAGES(8), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_set_fork_flags(&as, V + PAGES(2), PAGES(2), AS_DONTFORK, 0), 0);
	is(as.area_count, 3, "cut");
	does(aspace_set_fork_flags(&as, V + PAGES(2), PAGES(2), 0, AS_DONTFORK), 0);
	is(as.area_count, 1, "joined");
	does(aspace_map_file(&as, V + PAGES(9), PAGES(2), UR, pc, 0, AS_PRIVATE), 0);
	does(aspace_set_fork_flags(&as, V + PAGES(9), PAGES(1), AS_WIPEONFORK, 0), -EINVAL);
	does(aspace_set_fork_flags(&as, V + PAGES(4), PAGES(7), AS_DONTFORK, 0), -ENOMEM);
	is(as.area_count, 3, "but done where it could be");
	does(aspace_set_fork_flags(&as, V, PAGES(1), AS_READ, 0), -EINVAL);
	does(aspace_set_fork_flags(&as, V + 1, PAGES(1), 0, 0), -EINVAL);
	does(aspace_set_fork_flags(&as, V, 0, AS_DONTFORK, 0), 0);
	does(aspace_set_fork_flags(&as, V + GIB, PAGES(1), AS_DONTFORK, 0), -ENOMEM);
	pagecache_put(pc);
	end(&as);
}

int main(void)
{
	areas();
	leaves();
	shared_frames();
	partial();
	flushes();
	cheap();
	fork_flags();
	return test_done();
}
