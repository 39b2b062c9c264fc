/*
 * test_truncate.c - cutting a file off under the eyes of the spaces that map it: none of them maps
 * anything beyond the end afterwards, whoever comes, goes, clones or faults meanwhile.
 */
#include "mm/aspace.h"
#include "mm/port.h"
#include "mm/test/file.h"
#include "mm/test/test.h"

#define MIB	(1ul << 20)
#define BASE	0x10000ul
#define SPACE	((1ul << 38) - BASE)

static void space_with(struct aspace *as, struct pagecache *pc, size_t pages,
		       enum aspace_sharing sharing, enum aspace_populate populate)
{
	unsigned access = sharing == AS_PRIVATE ? AS_WRITE : AS_READ;

	if (aspace_create(as, BASE, SPACE) ||
	    aspace_map_file(as, BASE, pages * PAGE_SIZE, AS_READ | AS_WRITE | AS_USER, pc, 0,
			    sharing) ||
	    (populate && aspace_populate_area(as, BASE, pages * PAGE_SIZE, access))) {
		printf("Bail out! no space\n");
		exit(99);
	}
}

static void end_space(struct aspace *as)
{
	aspace_check(as);
	aspace_destroy(as);
	test_aspace_forget(as);
}

/* Which of the first 8 pages are mapped, bit by bit. */
static unsigned mapped(struct aspace *as)
{
	unsigned i, mask = 0;
	size_t size;

	for (i = 0; i < 8; i++)
		mask |= (aspace_leaf(as, BASE + i * PAGE_SIZE, &size) != 0) << i;
	return mask;
}

static void truncate_mapped(void)
{
	struct aspace shared, private;
	struct pagecache *pc;

	test_case("truncation takes pages from every space");
	test_ram(4 * MIB);
	pc = create_file(8 * PAGE_SIZE);
	space_with(&shared, pc, 8, AS_SHARED, AS_POPULATE);
	space_with(&private, pc, 8, AS_PRIVATE, AS_POPULATE);
	is(mapped(&shared), 0xff, "a shared mapping has all 8 pages");
	is(mapped(&private), 0xff, "a private one has 8 copies");
	pagecache_truncate(pc, 5 * PAGE_SIZE + 1);
	is(mapped(&shared), 0x3f, "cut in page 5: shared keeps 0 to 5");
	is(mapped(&private), 0x3f, "private too: copies go as well");
	is(pagecache_resident(pc), 6, "the cache has 6");
	is(aspace_handle_page_fault(&shared, BASE + 6 * PAGE_SIZE, AS_READ), -ENXIO,
	   "no fault reaches beyond");
	is(aspace_handle_page_fault(&private, BASE + 6 * PAGE_SIZE, AS_WRITE), -ENXIO,
	   "nor in the private one");
	pagecache_truncate(pc, 8 * PAGE_SIZE);
	is(aspace_handle_page_fault(&shared, BASE + 6 * PAGE_SIZE, AS_READ), 0, "grown: it does");
	is(mapped(&shared), 0x7f, "and maps that page");
	pagecache_truncate(pc, 0);
	is(mapped(&shared) | mapped(&private), 0, "to nothing: no page is mapped");
	end_space(&shared);
	end_space(&private);
	pagecache_put(pc);
	is(test_free_frames() + 1, frame_total(), "nothing is lost but the frame of zeros");
}

/* A space on its way out is not touched; its frames live until it is gone. */
static void truncate_dying(void)
{
	struct aspace as;
	struct pagecache *pc;
	paddr_t pa;

	test_case("truncation leaves a dying space alone");
	test_ram(4 * MIB);
	pc = create_file(2 * PAGE_SIZE);
	space_with(&as, pc, 2, AS_SHARED, AS_POPULATE);
	pa = peek_page(pc, 1);
	test_aspace_dying(&as);
	pagecache_truncate(pc, 0);
	is(mapped(&as), 3, "its leaves are still there");
	is(frame_ref_count(pa), 1, "and hold the frame, which the cache has dropped");
	aspace_destroy(&as);
	test_aspace_forget(&as);
	is(frame_ref_count(pa), 0, "until the space is destroyed");
	pagecache_put(pc);
	is(test_free_frames() + 1, frame_total(), "nothing is lost");
}

/* While truncation has its first space locked, others appear, are cloned and go away. */
static struct aspace first, original, clone, later, leaving;
static struct pagecache *moving_file;
static unsigned locked;
static int fault_error;

static void change_the_list(struct aspace *as)
{
	(void)as;
	if (++locked != 1)
		return;
	space_with(&later, moving_file, 8, AS_SHARED, AS_LAZY);
	if (aspace_try_clone(&original, &clone))
		printf("Bail out! no memory to clone\n");
	aspace_unmap(&leaving, BASE, 8 * PAGE_SIZE);
	fault_error = aspace_handle_page_fault(&later, BASE + 3 * PAGE_SIZE, AS_READ);
}

static void truncate_while_changing(void)
{
	test_case("spaces come and go while truncation visits them");
	test_ram(4 * MIB);
	moving_file = create_file(8 * PAGE_SIZE);
	space_with(&first, moving_file, 8, AS_SHARED, AS_POPULATE);
	space_with(&leaving, moving_file, 8, AS_SHARED, AS_POPULATE);
	space_with(&original, moving_file, 8, AS_PRIVATE, AS_POPULATE);
	locked = 0;
	test_aspace_locked_hook = change_the_list;
	pagecache_truncate(moving_file, 3 * PAGE_SIZE);
	test_aspace_locked_hook = NULL;
	is(mapped(&first), 7, "the first space keeps pages 0 to 2");
	is(mapped(&original), 7, "so does the one cloned meanwhile");
	is(mapped(&clone), 7, "and the clone that was made of it");
	is(mapped(&leaving), 0, "one that went away is not missed");
	is(mapped(&later), 0, "nor one that came");
	is(fault_error, -ENXIO, "whose fault beyond the end was refused at once");
	is(pagecache_resident(moving_file), 3, "3 pages are left");
	end_space(&first);
	end_space(&leaving);
	end_space(&original);
	end_space(&clone);
	end_space(&later);
	pagecache_put(moving_file);
	is(test_free_frames() + 1, frame_total(), "nothing is lost");
}

/* A space with many areas of one file is visited once for all those that are neighbours. */
static void truncate_many_areas(void)
{
	enum { AREAS = 300 };
	struct aspace as;
	struct pagecache *pc;
	size_t i, left = 0, size;

	test_case("one space with %d areas of a file", AREAS);
	test_ram(16 * MIB);
	pc = create_file(2 * PAGE_SIZE);
	aspace_create(&as, BASE, SPACE);
	for (i = 0; i < AREAS; i++) {
		vaddr_t va = BASE + i * 3 * PAGE_SIZE;

		aspace_map_file(&as, va, 2 * PAGE_SIZE, AS_READ | AS_USER, pc, 0, AS_SHARED);
		aspace_populate_area(&as, va, 2 * PAGE_SIZE, AS_READ);
	}
	locked = 1;
	test_aspace_locked_hook = change_the_list;	/* counts */
	pagecache_truncate(pc, PAGE_SIZE);
	test_aspace_locked_hook = NULL;
	for (i = 0; i < AREAS; i++) {
		left += aspace_leaf(&as, BASE + i * 3 * PAGE_SIZE, &size) == 0;
		left += aspace_leaf(&as, BASE + (i * 3 + 1) * PAGE_SIZE, &size) != 0;
	}
	is(left, 0, "every area keeps its first page and loses its second");
	is(locked, 2, "the space was locked once");
	end_space(&as);
	pagecache_put(pc);
	is(test_free_frames() + 1, frame_total(), "nothing is lost");
}

/* ---- several harts ---- */

#define SPACES	3

static struct aspace space[SPACES];
static struct pagecache *file;
static unsigned beyond, mistakes, finished;

static void fault_at_random(struct aspace *as)
{
	vaddr_t va = BASE + test_random(8) * PAGE_SIZE;
	int err;

	port_aspace_lock(as);
	err = aspace_handle_page_fault(as, va, test_random(2) ? AS_WRITE : AS_READ);
	if (err && err != -ENXIO)
		__atomic_fetch_add(&mistakes, 1, __ATOMIC_RELAXED);
	port_aspace_unlock(as);
}

/* Hart 0 cuts and grows; nothing may be mapped beyond the end when it returns. */
static void cut_and_grow(void)
{
	unsigned round, i;

	for (round = 0; round < 1500; round++) {
		uint64_t pages = test_random(8);

		pagecache_truncate(file, pages * PAGE_SIZE);
		for (i = 0; i < SPACES; i++) {
			port_aspace_lock(&space[i]);
			beyond += mapped(&space[i]) >> pages != 0;
			port_aspace_unlock(&space[i]);
		}
		pagecache_truncate(file, 8 * PAGE_SIZE);
	}
	__atomic_store_n(&finished, 1, __ATOMIC_RELAXED);
}

static void truncate_against_faults(unsigned hart)
{
	paddr_t pa;

	if (hart == 0) {
		cut_and_grow();
		return;
	}
	while (!__atomic_load_n(&finished, __ATOMIC_RELAXED)) {
		if (hart < 3) {
			fault_at_random(&space[test_random(SPACES)]);
		} else if (pagecache_get(file, test_random(9), test_random(2), &pa) == 0 && pa) {
			*(volatile char *)frame_va(pa);	/* ours to look at until we drop it */
			frame_dec_ref(pa);
		}
	}
}

static void concurrent_truncation(void)
{
	unsigned i;

	test_case("faults and readers against truncation");
	test_ram(4 * MIB);
	file = create_file(8 * PAGE_SIZE);
	for (i = 0; i < SPACES; i++)
		space_with(&space[i], file, 8, i ? AS_SHARED : AS_PRIVATE, AS_LAZY);
	test_threads(4, truncate_against_faults);
	is(beyond, 0, "nothing was mapped beyond the end after any truncation");
	is(mistakes, 0, "faults succeeded or were beyond the end");
	for (i = 0; i < SPACES; i++)
		end_space(&space[i]);
	pagecache_put(file);
	is(test_free_frames() + 1, frame_total(), "nothing is lost");
}

/* Hart 0 cuts and grows, the others clone a private mapping and throw the clones away. A clone in
 * the making is locked: truncation may come for it as soon as it maps the file. */
static struct aspace parent;

static void clone_against_truncation(unsigned hart)
{
	struct aspace child;

	if (hart == 0) {
		unsigned round;

		for (round = 0; round < 1500; round++) {
			pagecache_truncate(file, test_random(8) * PAGE_SIZE);
			pagecache_truncate(file, 8 * PAGE_SIZE);
		}
		__atomic_store_n(&finished, 1, __ATOMIC_RELAXED);
		return;
	}
	while (!__atomic_load_n(&finished, __ATOMIC_RELAXED)) {
		port_aspace_lock(&parent);
		port_aspace_lock(&child);
		aspace_handle_page_fault(&parent, BASE + test_random(8) * PAGE_SIZE, AS_WRITE);
		if (aspace_try_clone(&parent, &child))
			__atomic_fetch_add(&mistakes, 1, __ATOMIC_RELAXED);
		port_aspace_unlock(&child);
		port_aspace_unlock(&parent);
		test_aspace_dying(&child);
		aspace_check(&child);
		aspace_destroy(&child);
		test_aspace_forget(&child);
	}
}

static void concurrent_clones(void)
{
	test_case("clones against truncation");
	test_ram(4 * MIB);
	file = create_file(8 * PAGE_SIZE);
	space_with(&parent, file, 8, AS_PRIVATE, AS_LAZY);
	finished = mistakes = 0;
	test_threads(3, clone_against_truncation);
	is(mistakes, 0, "every clone succeeded");
	end_space(&parent);
	pagecache_put(file);
	is(test_free_frames() + 1, frame_total(), "nothing is lost");
}

int main(void)
{
	truncate_mapped();
	truncate_dying();
	truncate_while_changing();
	truncate_many_areas();
	concurrent_truncation();
	concurrent_clones();
	return test_done();
}
