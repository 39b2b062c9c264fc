/*
 * test_aspace_unmap.c - unmap and discard: what goes, what stays, and in which order.
 */
#include "mm/test/space.h"

#define V	(2 * GIB)

static void shapes(void)
{
	struct aspace as;

	begin(&as, 16 * MIB, "every way to overlap an area");
	does(aspace_map_alloc(&as, V, PAGES(10), URW, AS_POPULATE, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(12), PAGES(4), UR, AS_POPULATE, PAGE_SIZE), 0);
	does(aspace_unmap(&as, V + PAGES(4), PAGES(2)), 0);
	is_areas(&as, V, V + MIB, "80000-80004rw 80006-8000arw 8000c-80010r");
	is(as.resident_pages, 12, "two pages less");
	does(aspace_unmap(&as, V + PAGES(3), PAGES(5)), 0);
	is_areas(&as, V, V + MIB, "80000-80003rw 80008-8000arw 8000c-80010r");
	does(aspace_unmap(&as, V + PAGES(9), PAGES(4)), 0);
	is_areas(&as, V, V + MIB, "80000-80003rw 80008-80009rw 8000d-80010r");
	does(aspace_unmap(&as, V + PAGES(8), PAGES(1)), 0);
	does(aspace_unmap(&as, V + PAGES(3), PAGES(2)), 0);
	does(aspace_unmap(&as, USER_BASE, USER_END - USER_BASE), 0);
	is(as.area_count, 0, "all gone");
	does(aspace_unmap(&as, V, PAGES(1)), 0);

	test_case("what is refused");
	does(aspace_unmap(&as, V, 0), -EINVAL);
	does(aspace_unmap(&as, V + 1, PAGES(1)), -EINVAL);
	does(aspace_unmap(&as, V, 1), -EINVAL);
	does(aspace_unmap(&as, 0, PAGES(1)), -EINVAL);
	does(aspace_unmap(&as, V, -PAGES(1)), -EINVAL);
	does(aspace_unmap(&as, USER_END, PAGES(1)), -EINVAL);
	does(aspace_unmap(&as, -PAGES(1), PAGES(1)), -EINVAL);
	end(&as);
}

static void tables(void)
{
	struct aspace as;
	unsigned i;

	begin(&as, 16 * MIB, "tables go when they are empty");
	for (i = 0; i < 8; i++)
		does(aspace_map_alloc(&as, V + i * GIB, PAGES(2), URW, AS_POPULATE, PAGE_SIZE), 0);
	is(as.table_pages, 17, "two for each");
	does(aspace_unmap(&as, V, PAGES(1)), 0);
	is(as.table_pages, 17, "one page is left in it");
	does(aspace_unmap(&as, V + PAGES(1), 3 * GIB), 0);
	does(aspace_unmap(&as, V + 3 * GIB + PAGES(1), PAGES(1)), 0);
	is(as.table_pages, 9, "four stretches of 1 GiB are still in use");
	does(aspace_unmap(&as, V, 8 * GIB), 0);
	is(as.table_pages, 1, "only the root");
	end(&as);
}

static void cheap(void)
{
	struct aspace as;
	size_t frames;

	begin(&as, 4 * MIB, "a huge lazy area with one page costs no more than the page");
	does(aspace_map_alloc(&as, GIB, 200 * GIB, URW, AS_LAZY, PAGE_SIZE), 0);
	frames = frame_free_count();
	does(poke(&as, 100 * GIB, 1), 0);
	is(frame_free_count(), frames - 3, "the page and two tables");
	does(aspace_discard(&as, GIB, 200 * GIB), 0);
	is(frame_free_count(), frames, "and back");
	does(peek(&as, 100 * GIB), 0);
	does(aspace_unmap(&as, GIB, 200 * GIB), 0);
	end(&as);
}

/* ---- order: no frame may be freed while a hart may still reach it ---- */

static unsigned long flushes, freed_early;

static void watch_unmap(const struct test_event *event)
{
	if (event->kind == FLUSH_HARTS)
		flushes++;
	if (event->kind == FREE_FRAME && flushes == 0)
		freed_early++;
}

static void order(void)
{
	struct aspace as;
	size_t i;

	begin(&as, 16 * MIB, "flush first, free then");
	does(aspace_map_alloc(&as, V, PAGES(8), URW, AS_POPULATE, PAGE_SIZE), 0);
	as.harts = 5;
	flushes = 0;
	freed_early = 0;
	test_events_clear();
	test_event_hook = watch_unmap;
	does(aspace_unmap(&as, V, PAGES(8)), 0);
	test_event_hook = NULL;
	is(freed_early, 0, "no frame is freed before the flush");
	is(test_log.freed, 10, "then all are: eight pages, two tables");
	is(test_log.harts, 1, "one message for all");
	is(test_log.all, 1, "one local flush");
	for (i = 0; i < test_log.count; i++)
		if (test_log.event[i].kind == FLUSH_HARTS) {
			is(test_log.event[i].harts, 4, "to the other harts of the space");
			ok(test_log.event[i].size > PAGE_SIZE, "a full one: tables have gone");
		}

	test_case("one page of several: only its entry is flushed");
	does(aspace_map_alloc(&as, V, PAGES(8), URW, AS_POPULATE, PAGE_SIZE), 0);
	test_events_clear();
	does(aspace_unmap(&as, V + PAGES(3), PAGES(1)), 0);
	is(test_log.pages, 1, "here");
	is(test_log.harts, 1, "and there");
	is(test_log.all, 0, "nothing else");

	test_case("the only page of its table: non-leaf entries are flushed as well");
	does(aspace_map_alloc(&as, V + GIB, PAGES(1), URW, AS_POPULATE, PAGE_SIZE), 0);
	test_events_clear();
	does(aspace_unmap(&as, V + GIB, PAGES(1)), 0);
	is(test_log.all, 1, "here");
	is(test_log.pages, 0, "not only the page");
	ok(test_log.event[1].kind == FLUSH_HARTS && test_log.event[1].size > PAGE_SIZE, "there");

	test_case("more pages than a batch holds");
	does(aspace_map_alloc(&as, V + MIB, PAGES(500), URW, AS_POPULATE, PAGE_SIZE), 0);
	test_events_clear();
	flushes = 0;
	freed_early = 0;
	test_event_hook = watch_unmap;
	does(aspace_unmap(&as, V + MIB, PAGES(500)), 0);
	test_event_hook = NULL;
	is(freed_early, 0, "no frame is freed before the first flush");
	is(test_log.freed, 501, "500 pages and the table that is left empty");
	ok(test_log.harts <= 12, "%lu messages for 500 pages", test_log.harts);

	test_case("nobody uses the space: nobody is told");
	as.harts = 0;
	test_events_clear();
	does(aspace_unmap(&as, V, PAGES(3)), 0);
	is(test_log.harts + test_log.all + test_log.pages, 0, "no flush at all");

	test_case("nothing was mapped: nothing to flush");
	as.harts = 5;
	does(aspace_map_alloc(&as, V + 2 * MIB, PAGES(5), URW, AS_LAZY, PAGE_SIZE), 0);
	test_events_clear();
	does(aspace_unmap(&as, V + 2 * MIB, PAGES(5)), 0);
	is(test_log.harts + test_log.all + test_log.pages, 0, "no flush at all");
	as.harts = 1;
	end(&as);
}

static void discards(void)
{
	struct aspace as;
	struct pagecache *pc;

	begin(&as, 16 * MIB, "discard");
	if (pagecache_create(PAGES(4), &pc))
		abort();
	does(aspace_map_alloc(&as, V, PAGES(4), URW, AS_POPULATE, PAGE_SIZE), 0);
	does(aspace_map_file(&as, V + PAGES(4), PAGES(4), URW, pc, 0, AS_PRIVATE), 0);
	does(aspace_map_file(&as, V + PAGES(8), PAGES(4), URW, pc, 0, AS_SHARED), 0);
	does(poke(&as, V + PAGES(1), 1), 0);
	does(poke(&as, V + PAGES(2), 2), 0);
	does(poke(&as, V + PAGES(8), 3), 0);
	does(poke(&as, V + PAGES(4), 4), 0);
	does(peek(&as, V + PAGES(4)), 4);
	does(aspace_discard(&as, V + PAGES(2), PAGES(10)), 0);
	does(peek(&as, V + PAGES(1)), 1);
	does(peek(&as, V + PAGES(2)), 0);
	does(peek(&as, V + PAGES(4)), 3);
	does(peek(&as, V + PAGES(8)), 3);
	is_areas(&as, V, V + MIB, "80000-80004rw 80004-80008rw 80008-8000crws");

	test_case("holes and what cannot be discarded");
	does(aspace_unmap(&as, V + PAGES(1), PAGES(1)), 0);
	does(poke(&as, V + PAGES(3), 5), 0);
	does(aspace_discard(&as, V, PAGES(4)), -ENOMEM);
	does(peek(&as, V + PAGES(3)), 0);
	does(aspace_discard(&as, V, 0), 0);
	does(aspace_discard(&as, V + 1, PAGES(1)), -EINVAL);
	does(aspace_discard(&as, V, -PAGES(1)), -EINVAL);
	does(aspace_discard(&as, V + PAGES(11), PAGES(2)), -ENOMEM);
	does(aspace_map_linear(&as, V + PAGES(12), 0x10000000, PAGES(1), RW, PAGE_SIZE), 0);
	does(poke(&as, V, 6), 0);
	does(aspace_discard(&as, V, PAGES(13)), -EINVAL);
	does(peek(&as, V), 6);
	pagecache_put(pc);
	end(&as);
}

int main(void)
{
	shapes();
	tables();
	cheap();
	order();
	discards();
	return test_done();
}
