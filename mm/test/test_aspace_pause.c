/*
 * test_aspace_pause.c - work that can be long lets others run, at each page table at least.
 */
#include "mm/test/space.h"

#define V	GIB
#define TABLES	4			/* page tables that the range fills */
#define SIZE	(TABLES * PAGE_SIZE_2M)

static struct aspace as;

static void pauses(const char *what)
{
	ok(test_log.pauses >= TABLES, "%s: %lu pauses for %u tables", what, test_log.pauses, TABLES);
	test_events_clear();
}

int main(void)
{
	struct aspace child;

	begin(&as, 64 * MIB, "pauses in long work");
	does(aspace_map_alloc(&as, V, SIZE, URW, AS_POPULATE, PAGE_SIZE), 0);
	test_events_clear();
	does(aspace_protect(&as, V, SIZE, AS_READ), 0);
	pauses("protect");
	is(aspace_try_clone(&as, &child), 0, "clone");
	pauses("clone");
	aspace_destroy(&child);
	pauses("destroy");
	does(aspace_remap(&as, V, SIZE, V + GIB, SIZE, AS_MOVE), 0);
	pauses("move");
	does(aspace_discard(&as, V + GIB, SIZE), 0);
	pauses("discard");
	does(aspace_populate_area(&as, V + GIB, SIZE, AS_READ), 0);
	test_events_clear();
	does(aspace_unmap(&as, V + GIB, SIZE), 0);
	pauses("unmap");
	end(&as);
	return test_done();
}
