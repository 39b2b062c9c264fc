/*
 * test_aspace_sweep.c - every operation with its 1st, 2nd, 3rd ... allocation failing: it says
 * -ENOMEM, and space and free memory are as they were before.
 */
#include "mm/test/space.h"

#define V	(2 * GIB)
#define M2	(2 * MIB)

static struct pagecache *pc;

static void must(int err)
{
	if (err)
		port_panic("set-up fails with %d", err);
}

static void nothing(struct aspace *as)
{
	(void)as;
}

/* Small pages, some resident, in areas with different flags. */
static void small(struct aspace *as)
{
	must(aspace_map_alloc(as, V, PAGES(20), URW, AS_LAZY, PAGE_SIZE));
	must(aspace_map_alloc(as, V + PAGES(20), PAGES(20), UR, AS_POPULATE, PAGE_SIZE));
	must(poke(as, V + PAGES(3), 3));
	must(poke(as, V + PAGES(12), 12));
	must(peek(as, V + PAGES(13)));
}

static void huge(struct aspace *as)
{
	must(aspace_map_alloc(as, V, 3 * M2, URW, AS_POPULATE, PAGE_SIZE_2M));
	must(poke(as, V + PAGES(3), 3));
}

static void file(struct aspace *as)
{
	must(pagecache_create(PAGES(8), &pc));
	must(aspace_map_file(as, V, PAGES(8), URW, pc, 0, AS_PRIVATE));
	must(aspace_map_file(as, V + MIB, PAGES(8), URW, pc, 0, AS_SHARED));
	must(poke(as, V + PAGES(3), 3));
	must(poke(as, V + MIB + PAGES(4), 4));
	must(peek(as, V + MIB + PAGES(7)));
}

static void put_file(void)
{
	pagecache_put(pc);
}

/* ---- the operations ---- */

static int map_lazy(struct aspace *as)
{
	return aspace_map_alloc(as, V + GIB, PAGES(5), URW, AS_LAZY, PAGE_SIZE);
}

static int map_populate(struct aspace *as)
{
	return aspace_map_alloc(as, V + GIB - PAGES(3), PAGES(6), URW, AS_POPULATE, PAGE_SIZE);
}

static int map_populate_huge(struct aspace *as)
{
	return aspace_map_alloc(as, V + GIB, 2 * M2, URW, AS_POPULATE, PAGE_SIZE_2M);
}

static int map_linear(struct aspace *as)
{
	return aspace_map_linear(as, V + GIB - PAGES(3), 0x10000000, PAGES(6), RW, PAGE_SIZE);
}

static int map_file(struct aspace *as)
{
	return aspace_map_file(as, V + GIB, PAGES(6), UR, pc, 0, AS_SHARED);
}

static int replace_middle(struct aspace *as)
{
	return aspace_map_alloc(as, V + PAGES(10), PAGES(5), UR | AS_REPLACE, AS_POPULATE,
				PAGE_SIZE);
}

static int replace_by_linear(struct aspace *as)
{
	return aspace_map_linear(as, V + PAGES(10), 0x10000000, PAGES(5), UR | AS_REPLACE,
				 PAGE_SIZE);
}

static int replace_huge(struct aspace *as)
{
	return aspace_map_alloc(as, V + PAGES(10), M2, URW | AS_REPLACE, AS_POPULATE, PAGE_SIZE);
}

static int unmap_middle(struct aspace *as)
{
	return aspace_unmap(as, V + PAGES(10), PAGES(5));
}

static int unmap_both_ends(struct aspace *as)
{
	return aspace_unmap(as, V + PAGES(10), M2);
}

static int protect_middle(struct aspace *as)
{
	return aspace_protect(as, V + PAGES(10), PAGES(5), AS_READ);
}

static int protect_two(struct aspace *as)
{
	return aspace_protect(as, V + PAGES(10), PAGES(20), AS_READ | AS_EXEC);
}

static int fork_flags(struct aspace *as)
{
	return aspace_set_fork_flags(as, V + PAGES(10), PAGES(20), AS_DONTFORK, 0);
}

static int discard_middle(struct aspace *as)
{
	return aspace_discard(as, V + PAGES(10), PAGES(600));
}

static int move(struct aspace *as)
{
	return aspace_remap(as, V + PAGES(2), PAGES(11), V + GIB - PAGES(5), PAGES(12), AS_MOVE);
}

static int move_inside(struct aspace *as)
{
	return aspace_remap(as, V + PAGES(2), PAGES(2), V + PAGES(10), PAGES(3), AS_MOVE);
}

static int move_huge(struct aspace *as)
{
	return aspace_remap(as, V + M2, M2, V + GIB, M2, AS_MOVE);
}

static int write_first(struct aspace *as)
{
	uint8_t byte = 0;
	size_t done;

	return aspace_write(as, V + PAGES(7), &byte, 1, &done);
}

static int read_far(struct aspace *as)
{
	uint8_t byte;
	size_t done;

	return aspace_read(as, V + GIB, &byte, 1, &done);
}

static void small_and_far(struct aspace *as)
{
	small(as);
	must(aspace_map_alloc(as, V + GIB, PAGES(1), URW, AS_LAZY, PAGE_SIZE));
}

static int clone(struct aspace *as)
{
	struct aspace child;
	int err = aspace_try_clone(as, &child);

	if (!err)
		aspace_destroy(&child);
	return err;
}

#define SWEEP(name, setup, op) sweep(name, &(struct sweep){ .prepare = setup, .call = op })
#define SWEEP_FILE(name, op) \
	sweep(name, &(struct sweep){ .prepare = file, .call = op, .cleanup = put_file })

int main(void)
{
	struct aspace as;

	begin(&as, 64 * MIB, "failing allocations");
	SWEEP("map lazy", small, map_lazy);
	SWEEP("map populate", small, map_populate);
	SWEEP("map populate into nothing", nothing, map_populate);
	SWEEP("map populate huge", small, map_populate_huge);
	SWEEP("map linear", small, map_linear);
	SWEEP_FILE("map file", map_file);
	SWEEP("replace and populate", small, replace_middle);
	SWEEP("replace by linear", small, replace_by_linear);
	SWEEP("replace a part of huge pages", huge, replace_huge);
	SWEEP("unmap", small, unmap_middle);
	SWEEP("unmap a part of huge pages", huge, unmap_both_ends);
	SWEEP("protect", small, protect_middle);
	SWEEP("protect two areas", small, protect_two);
	SWEEP("protect a part of a huge page", huge, protect_middle);
	SWEEP("fork flags", small, fork_flags);
	SWEEP("discard a part of huge pages", huge, discard_middle);
	SWEEP("move", small, move);
	SWEEP("move inside an area", small, move_inside);
	SWEEP("move huge pages", huge, move_huge);
	SWEEP_FILE("move a private file", move_inside);
	SWEEP("first write", small, write_first);
	SWEEP("first read, new tables", small_and_far, read_far);
	SWEEP_FILE("copy of a file page", write_first);
	SWEEP("clone", small, clone);
	SWEEP("clone huge pages", huge, clone);
	SWEEP_FILE("clone files", clone);
	end(&as);
	return test_done();
}
