/*
 * test_aspace_remap.c - moving and resizing.
 */
#include "mm/test/space.h"

#define V	(2 * GIB)

static void resize(void)
{
	struct aspace as;

	begin(&as, 16 * MIB, "in place");
	does(aspace_map_alloc(&as, V, PAGES(4), URW, AS_POPULATE, PAGE_SIZE), 0);
	does(aspace_remap(&as, V, PAGES(4), V, PAGES(6), AS_MOVE), 0);
	is_areas(&as, V, V + MIB, "80000-80006rw");
	does(poke(&as, V + PAGES(5), 1), 0);
	does(aspace_remap(&as, V, PAGES(6), V, PAGES(2), AS_MOVE), 0);
	is_areas(&as, V, V + MIB, "80000-80002rw");
	is(as.resident_pages, 2, "the tail is gone");
	does(aspace_remap(&as, V, PAGES(2), V, PAGES(2), AS_MOVE), 0);
	does(aspace_map_alloc(&as, V + PAGES(3), PAGES(1), UR, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_remap(&as, V, PAGES(2), V, PAGES(4), AS_MOVE), -ENOMEM);
	does(aspace_remap(&as, V, PAGES(2), V, PAGES(3), AS_MOVE), 0);
	does(aspace_remap(&as, V, PAGES(1), V, PAGES(2), AS_MOVE), -ENOMEM);
	does(aspace_protect(&as, V + PAGES(3), PAGES(1), RW), 0);
	is_areas(&as, V, V + MIB, "80000-80004rw");
	does(aspace_map_alloc(&as, V + PAGES(8), PAGES(1), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_remap(&as, V + PAGES(3), PAGES(1), V + PAGES(3), PAGES(5), AS_MOVE), 0);
	is_areas(&as, V, V + MIB, "80000-80009rw");
	end(&as);
}

static void move(void)
{
	struct aspace as;
	vaddr_t to = V + GIB - PAGES(3);
	paddr_t frame;
	size_t frames;

	begin(&as, 16 * MIB, "moving takes the pages along");
	does(aspace_map_alloc(&as, V, PAGES(600), URW, AS_LAZY, PAGE_SIZE), 0);
	does(poke(&as, V, 1), 0);
	does(peek(&as, V + PAGES(1)), 0);
	does(poke(&as, V + PAGES(599), 2), 0);
	frame = frame_at_va(&as, V);
	as.harts = 3;
	test_events_clear();
	does(aspace_remap(&as, V, PAGES(600), to, PAGES(700), AS_MOVE), 0);
	is(test_log.harts, 1, "all harts are told");
	as.harts = 1;
	is_areas(&as, V, V + 2 * GIB, "bfffd-c02b9rw");
	is(frame_at_va(&as, to), frame, "the same frame");
	is(frame_at_va(&as, to + PAGES(1)), frame_zero, "zeros stay shared");
	does(peek(&as, to), 1);
	does(peek(&as, to + PAGES(599)), 2);
	does(peek(&as, to + PAGES(699)), 0);
	does(peek(&as, V), -EFAULT);
	does(aspace_remap(&as, to, PAGES(700), V, PAGES(1), AS_MOVE), 0);
	does(peek(&as, V), 1);
	is_areas(&as, V, V + 2 * GIB, "80000-80001rw");
	is(as.resident_pages, 1, "what did not move is gone");

	test_case("from the middle of an area onto another");
	does(aspace_map_alloc(&as, V, PAGES(10), URW | AS_REPLACE, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(20), PAGES(10), UR, AS_LAZY, PAGE_SIZE), 0);
	does(poke(&as, V + PAGES(4), 4), 0);
	does(aspace_remap(&as, V + PAGES(4), PAGES(2), V + PAGES(24), PAGES(2), AS_MOVE), 0);
	is_areas(&as, V, V + MIB, "80000-80004rw 80006-8000arw 80014-80018r 80018-8001arw "
				  "8001a-8001er");
	does(peek(&as, V + PAGES(24)), 4);

	test_case("inside one area");
	does(aspace_map_alloc(&as, V, PAGES(40), URW | AS_REPLACE, AS_LAZY, PAGE_SIZE), 0);
	does(poke(&as, V + PAGES(4), 4), 0);
	does(poke(&as, V + PAGES(24), 24), 0);
	does(aspace_remap(&as, V + PAGES(4), PAGES(2), V + PAGES(24), PAGES(2), AS_MOVE), 0);
	is_areas(&as, V, V + MIB, "80000-80004rw 80006-80028rw");
	does(peek(&as, V + PAGES(24)), 4);

	test_case("right beside where it was");
	does(aspace_map_alloc(&as, V, PAGES(40), URW | AS_REPLACE, AS_POPULATE, PAGE_SIZE), 0);
	does(poke(&as, V + PAGES(4), 4), 0);
	as.harts = 3;
	test_events_clear();
	does(aspace_remap(&as, V + PAGES(4), PAGES(2), V + PAGES(6), PAGES(2), AS_MOVE), 0);
	as.harts = 1;
	does(peek(&as, V + PAGES(6)), 4);
	is(test_log.harts, 2, "all harts are told that the target is gone, and that this has moved");
	does(aspace_map_alloc(&as, V, PAGES(40), URW | AS_REPLACE, AS_LAZY, PAGE_SIZE), 0);
	does(poke(&as, V + PAGES(24), 4), 0);

	test_case("keeping the old area");
	frames = frame_free_count();
	does(aspace_remap(&as, V + PAGES(24), PAGES(2), V + PAGES(4), PAGES(2), AS_MOVE_KEEP_OLD),
	     0);
	is_areas(&as, V, V + MIB, "80000-80028rw");
	does(peek(&as, V + PAGES(4)), 4);
	is(frame_free_count(), frames, "no frame more or less");
	does(peek(&as, V + PAGES(24)), 0);
	end(&as);
}

static void files(void)
{
	struct aspace as, child;
	struct pagecache *pc;

	begin(&as, 16 * MIB, "files keep their place, copies stay copies");
	if (pagecache_create(PAGES(10), &pc))
		abort();
	does(aspace_map_file(&as, V, PAGES(8), URW, pc, PAGES(1), AS_SHARED), 0);
	does(aspace_map_file(&as, V + MIB, PAGES(8), URW, pc, PAGES(1), AS_PRIVATE), 0);
	does(poke(&as, V + PAGES(3), 3), 0);
	does(poke(&as, V + MIB + PAGES(3), 4), 0);
	does(aspace_remap(&as, V + PAGES(2), PAGES(4), V + 2 * MIB, PAGES(6), AS_MOVE), 0);
	is(area_find(&as, V + 2 * MIB)->offset, PAGES(3), "the offset goes on");
	does(peek(&as, V + 2 * MIB + PAGES(1)), 3);
	does(aspace_remap(&as, V + MIB + PAGES(2), PAGES(4), V + 3 * MIB, PAGES(4), AS_MOVE), 0);
	does(peek(&as, V + 3 * MIB + PAGES(1)), 4);
	is(aspace_try_clone(&as, &child), 0, "clone");
	watch(&child);
	does(peek(&child, V + 3 * MIB + PAGES(1)), 4);
	destroy(&child);

	test_case("a second mapping of what is shared");
	does(aspace_remap(&as, V + 2 * MIB, 0, V + 4 * MIB, PAGES(2), AS_MOVE), 0);
	does(poke(&as, V + 4 * MIB + PAGES(1), 9), 0);
	does(peek(&as, V + 2 * MIB + PAGES(1)), 9);
	does(aspace_remap(&as, V + 3 * MIB, 0, V + 5 * MIB, PAGES(2), AS_MOVE), -EINVAL);
	destroy(&as);
	is(pc->refs, 1, "no user is left");
	pagecache_put(pc);
	end(NULL);
}

static void errors(void)
{
	struct aspace as;

	begin(&as, 16 * MIB, "what is refused");
	does(aspace_map_alloc(&as, V, PAGES(4), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_linear(&as, V + PAGES(4), 0x10000000, PAGES(2), RW, PAGE_SIZE), 0);
	does(aspace_remap(&as, V + GIB, PAGES(1), V + MIB, PAGES(1), AS_MOVE), -EFAULT);
	does(aspace_remap(&as, V, PAGES(5), V + MIB, PAGES(5), AS_MOVE), -EFAULT);
	does(aspace_remap(&as, V + 1, PAGES(1), V + MIB, PAGES(1), AS_MOVE), -EINVAL);
	does(aspace_remap(&as, V, 1, V + MIB, PAGES(1), AS_MOVE), -EINVAL);
	does(aspace_remap(&as, V, PAGES(1), V + MIB + 1, PAGES(1), AS_MOVE), -EINVAL);
	does(aspace_remap(&as, V, PAGES(1), V + MIB, 0, AS_MOVE), -EINVAL);
	does(aspace_remap(&as, V, PAGES(1), USER_END, PAGES(1), AS_MOVE), -EINVAL);
	does(aspace_remap(&as, V, PAGES(1), V + MIB, -PAGES(1), AS_MOVE), -EINVAL);
	does(aspace_remap(&as, V, PAGES(3), V + PAGES(2), PAGES(3), AS_MOVE), -EINVAL);
	does(aspace_remap(&as, V + PAGES(2), PAGES(1), V + PAGES(1), PAGES(2), AS_MOVE), -EINVAL);
	does(aspace_remap(&as, V, PAGES(1), V + MIB, PAGES(2), AS_MOVE_KEEP_OLD), -EINVAL);
	does(aspace_remap(&as, V, PAGES(1), V, PAGES(1), AS_MOVE_KEEP_OLD), -EINVAL);
	does(aspace_remap(&as, V, 0, V, PAGES(1), AS_MOVE), -EINVAL);
	does(aspace_remap(&as, V + PAGES(4), PAGES(2), V + PAGES(4), PAGES(3), AS_MOVE), -EFAULT);
	does(aspace_remap(&as, V + PAGES(4), PAGES(2), V + MIB, PAGES(3), AS_MOVE), -EFAULT);
	is_areas(&as, V, V + MIB, "80000-80004rw 80004-80006rw");
	does(aspace_remap(&as, V + PAGES(4), PAGES(2), V + MIB, PAGES(2), AS_MOVE), 0);
	is(translate(&as, V + MIB + PAGES(1), AS_WRITE), 0x10001000, "a device may move");
	end(&as);
}

static void huge(void)
{
	struct aspace as;
	vaddr_t to = V + GIB;
	paddr_t frame;

	begin(&as, 32 * MIB, "huge pages move as they are");
	does(aspace_map_alloc(&as, V, 6 * MIB, URW, AS_POPULATE, PAGE_SIZE_2M), 0);
	does(poke(&as, V + 3 * MIB, 3), 0);
	frame = frame_at_va(&as, V + 2 * MIB);
	does(aspace_remap(&as, V + 2 * MIB, 2 * MIB, to, 2 * MIB, AS_MOVE), 0);
	is(frame_at_va(&as, to), frame, "the same block");
	is(leaf_size(&as, to), PAGE_SIZE_2M, "in one leaf");
	does(peek(&as, to + MIB), 3);
	does(aspace_remap(&as, V, 2 * MIB, to + 2 * MIB + PAGES(1), 2 * MIB, AS_MOVE), -EINVAL);
	does(aspace_remap(&as, V, PAGES(1), to + 2 * MIB, PAGES(1), AS_MOVE), -EINVAL);
	end(&as);
}

int main(void)
{
	resize();
	move();
	files();
	errors();
	huge();
	return test_done();
}
