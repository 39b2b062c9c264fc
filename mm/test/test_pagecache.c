/*
 * test_pagecache.c - the pages of a file: sparse, counted, cut off by truncation under the eyes of
 * the spaces that map them, and none lost when memory runs out in the middle.
 */
#include "mm/aspace.h"
#include "mm/frame.h"
#include "mm/pagecache.h"
#include "mm/port.h"
#include "mm/slab.h"
#include "mm/test/test.h"

#define MIB		(1ul << 20)
#define LAST_INDEX	((1ull << 51) - 1)	/* page of the last byte of an INT64_MAX file */
#define BASE		0x10000ul
#define SPACE		((1ul << 38) - BASE)

/* ---- helpers ---- */

static struct pagecache *create(uint64_t size)
{
	struct pagecache *pc;

	if (pagecache_create(size, &pc)) {
		printf("Bail out! no memory for a page cache\n");
		exit(99);
	}
	return pc;
}

/* Fill a page and drop the reference; the cache keeps it. => its frame */
static paddr_t fill(struct pagecache *pc, uint64_t index)
{
	paddr_t pa = 0;

	if (pagecache_get(pc, index, PAGECACHE_FILL, &pa))
		return 0;
	frame_dec_ref(pa);
	return pa;
}

static paddr_t peek(struct pagecache *pc, uint64_t index)
{
	paddr_t pa = 0;

	if (pagecache_get(pc, index, PAGECACHE_PEEK, &pa))
		return 0;
	if (pa)
		frame_dec_ref(pa);
	return pa;
}

static uint8_t *bytes_of(struct pagecache *pc, uint64_t index)
{
	return frame_va(peek(pc, index));
}

static bool all_bytes(const uint8_t *byte, size_t n, uint8_t value)
{
	while (n > 0 && byte[n - 1] == value)
		n--;
	return n == 0;
}

/* ---- one cache ---- */

static void life(void)
{
	struct pagecache *pc;
	size_t all;

	test_case("life of a page cache");
	test_ram(MIB);
	all = test_free_frames();
	pc = create(3 * PAGE_SIZE);
	is(pc->size, 3 * PAGE_SIZE, "its size");
	is(pagecache_resident(pc), 0, "no page yet");
	fill(pc, 0);
	fill(pc, 2);
	pc->owner = kmalloc(40);
	is(pagecache_resident(pc), 2, "two pages");
	pagecache_ref(pc);
	pagecache_put(pc);
	is(pagecache_resident(pc), 2, "a user less changes nothing while there is another");
	pagecache_put(pc);
	is(test_free_frames(), all, "the last user frees pages, owner's memory and cache");
}

static void get(void)
{
	struct pagecache *pc;
	paddr_t pa = 1, again;

	test_case("pagecache_get");
	test_ram(MIB);
	pc = create(2 * PAGE_SIZE + 1);
	is(pagecache_get(pc, 0, PAGECACHE_PEEK, &pa), 0, "PEEK at a hole");
	is(pa, 0, "finds none");
	is(pagecache_resident(pc), 0, "and makes none");
	is(pagecache_get(pc, 2, PAGECACHE_FILL, &pa), 0, "FILL of the page the last byte is in");
	is(frame_ref_count(pa), 2, "the cache has one reference, the caller one");
	ok(all_bytes(frame_va(pa), PAGE_SIZE, 0), "it is zeroed");
	is(pagecache_get(pc, 2, PAGECACHE_PEEK, &again), 0, "PEEK at a page");
	is(again, pa, "finds the same frame");
	is(frame_ref_count(pa), 3, "with one more reference");
	is(pagecache_get(pc, 2, PAGECACHE_FILL, &again), 0, "so does FILL");
	is(again, pa, "the same");
	frame_dec_ref(pa);
	frame_dec_ref(pa);
	is(pagecache_get(pc, 3, PAGECACHE_FILL, &again), -ENXIO, "FILL beyond the size");
	is(pagecache_get(pc, 3, PAGECACHE_PEEK, &again), -ENXIO, "PEEK beyond the size");
	is(pagecache_get(pc, ~0ull, PAGECACHE_FILL, &again), -ENXIO, "the largest index");
	pagecache_put(pc);
	is(frame_ref_count(pa), 1, "a page that is held outlives its cache");
	frame_dec_ref(pa);
	pc = create(0);
	is(pagecache_get(pc, 0, PAGECACHE_FILL, &pa), -ENXIO, "an empty file has no page");
	pagecache_put(pc);
	is(test_free_frames(), frame_total(), "nothing is lost");
}

static void insert(void)
{
	struct pagecache *pc;
	paddr_t pa, other, got;

	test_case("pagecache_insert and pagecache_extend");
	test_ram(MIB);
	pc = create(PAGE_SIZE);
	frame_alloc(0, 0, &pa);
	frame_alloc(0, 0, &other);
	is(pagecache_insert(pc, 7, pa), 0, "beyond the size");
	is(frame_ref_count(pa), 1, "the cache took the reference over");
	is(pagecache_insert(pc, 7, other), -EEXIST, "a second at the same place");
	is(frame_ref_count(other), 1, "stays the caller's");
	is(pagecache_get(pc, 7, PAGECACHE_PEEK, &got), -ENXIO, "beyond the size nobody sees it");
	memset((char *)frame_va(pa), 0x11, PAGE_SIZE);
	pagecache_extend(pc, 7 * PAGE_SIZE + 100);
	is(peek(pc, 7), pa, "it is seen once the size is raised");
	is(bytes_of(pc, 7)[4095], 0x11, "its contents untouched");
	pagecache_extend(pc, 10);
	is(pc->size, 7 * PAGE_SIZE + 100, "extend never shrinks");
	pagecache_insert(pc, 20, other);
	pagecache_truncate(pc, pc->size);
	is(pagecache_resident(pc), 1, "truncation to the same size drops what was put beyond");
	is(peek(pc, 7), pa, "and nothing else");
	pagecache_put(pc);
	is(test_free_frames(), frame_total(), "nothing is lost");
}

/* Pages at every distance, up to the largest file there can be. */
static void sparse(void)
{
	static const uint64_t index[] = {
		0, 1, 31, 32, 33, 1023, 1024, 1ull << 20, (1ull << 35) + 5, LAST_INDEX - 1,
		LAST_INDEX };
	static const uint64_t absent[] = {
		2, 34, 1022, 1025, (1ull << 20) + 1, (1ull << 35) + 4, 1ull << 50, LAST_INDEX - 2 };
	enum { N = sizeof(index) / sizeof(index[0]) };
	struct pagecache *pc;
	paddr_t pa[N];
	size_t i, j, wrong = 0;

	test_case("a sparse file of INT64_MAX bytes");
	test_ram(MIB);
	for (j = 0; j < 2; j++) {	/* rising, then falling */
		pc = create(INT64_MAX);
		for (i = 0; i < N; i++)
			pa[j ? N - 1 - i : i] = fill(pc, index[j ? N - 1 - i : i]);
		for (i = 0; i < N; i++)
			wrong += !pa[i] || peek(pc, index[i]) != pa[i];
		for (i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
			wrong += peek(pc, absent[i]) != 0;
		is(wrong, 0, "%s: every page is found, none where there is none",
		   j ? "filled from the top" : "filled from the bottom");
		is(pagecache_resident(pc), N, "%d pages", N);
		for (i = N; i-- > 1;) {
			pagecache_truncate(pc, index[i] << PAGE_SHIFT);
			wrong += pagecache_resident(pc) != i || peek(pc, index[i - 1]) != pa[i - 1];
		}
		is(wrong, 0, "cut off one by one from the end");
		is(pc->pages.height, 0, "one page at index 0 needs no node");
		pagecache_put(pc);
	}
	is(test_free_frames(), frame_total(), "nothing is lost");
}

/* Nodes are made for the way to a page and for nothing else. */
static void nodes(void)
{
	struct pagecache *pc;

	test_case("nodes of the tree");
	test_ram(MIB);
	pc = create(INT64_MAX);
	fill(pc, 40);
	pagecache_truncate(pc, 0);
	pagecache_truncate(pc, INT64_MAX);	/* the cache of nodes has a slab now */
	test_fail_nth(0);
	fill(pc, 1ull << 40);
	is(test_allocations(), 1 + 9, "a page at 2^40: a frame and 9 nodes of 5 bits");
	test_fail_nth(0);
	fill(pc, (1ull << 40) + 31);
	is(test_allocations(), 1, "its neighbour: a frame");
	pagecache_put(pc);
	is(test_free_frames(), frame_total(), "nothing is lost");
}

/* What a small file costs beside its pages. */
static void overhead(void)
{
	enum { FILES = 400 };
	static struct pagecache *pc[FILES];
	static const unsigned pages[] = { 1, 10, 32 };
	size_t i, j, k, before, used;

	test_case("kernel memory per file");
	test_ram(64 * MIB);
	for (k = 0; k < 3; k++) {
		before = test_free_frames();
		for (i = 0; i < FILES; i++) {
			pc[i] = create(pages[k] * PAGE_SIZE);
			for (j = 0; j < pages[k]; j++)
				fill(pc[i], j);
		}
		used = (before - frame_free_count() - FILES * pages[k]) * PAGE_SIZE / FILES;
		diag("%u pages: %zu bytes beside the pages", pages[k], used);
		ok(used <= (k ? 400 : 120), "a file of %u pages is cheap", pages[k]);
		for (i = 0; i < FILES; i++)
			pagecache_put(pc[i]);
	}
}

/* Random pages against a plain array. */
static void random_pages(void)
{
	enum { PAGES = 3000, STEPS = 30000 };
	static paddr_t model[PAGES];
	struct pagecache *pc;
	size_t step, i, present = 0, wrong = 0;

	test_case("random pages and sizes, against an array");
	test_ram(64 * MIB);
	pc = create(PAGES * PAGE_SIZE);
	memset(model, 0, sizeof(model));
	for (step = 0; step < STEPS; step++) {
		i = test_random(test_random(3) ? 80 : PAGES);
		if (test_random(60) == 0) {
			pagecache_truncate(pc, i * PAGE_SIZE);
			for (; i < PAGES; i++) {
				present -= model[i] != 0;
				model[i] = 0;
			}
			pagecache_truncate(pc, PAGES * PAGE_SIZE);
		} else if (test_random(2)) {
			wrong += peek(pc, i) != model[i];
		} else {
			paddr_t pa = fill(pc, i);

			wrong += model[i] && model[i] != pa;
			present += !model[i];
			model[i] = pa;
		}
		wrong += pagecache_resident(pc) != present;
	}
	is(wrong, 0, "the same in %d steps", STEPS);
	pagecache_put(pc);
	is(test_free_frames(), frame_total(), "nothing is lost");
}

/* ---- size ---- */

static void tails(void)
{
	struct pagecache *pc;
	uint8_t *page;
	paddr_t pa;

	test_case("what lies between the end and the end of its page");
	test_ram(MIB);
	pc = create(2 * PAGE_SIZE);
	fill(pc, 0);
	fill(pc, 1);
	page = bytes_of(pc, 0);
	memset(page, 0x22, PAGE_SIZE);
	memset(bytes_of(pc, 1), 0x33, PAGE_SIZE);
	pagecache_truncate(pc, 100);
	is(pc->size, 100, "shrunk to 100 bytes");
	is(pagecache_resident(pc), 1, "the second page is gone");
	ok(all_bytes(page, 100, 0x22), "the 100 stay");
	ok(all_bytes(page + 100, PAGE_SIZE - 100, 0), "the rest of the page is zero");
	memset(page + 100, 0x44, PAGE_SIZE - 100);	/* as a mapping may */
	pagecache_truncate(pc, 3 * PAGE_SIZE);
	ok(all_bytes(page, 100, 0x22), "grown: the 100 stay");
	ok(all_bytes(page + 100, PAGE_SIZE - 100, 0), "what a mapping put behind is not content");
	is(peek(pc, 1), 0, "the new part is a hole");
	pagecache_truncate(pc, PAGE_SIZE);
	ok(all_bytes(page, 100, 0x22), "shrunk to a whole page: the page stays");
	memset(page, 0x55, PAGE_SIZE);
	pagecache_truncate(pc, 2 * PAGE_SIZE);
	ok(all_bytes(page, PAGE_SIZE, 0x55), "grown from a whole page: not a byte is zeroed");
	pagecache_truncate(pc, PAGE_SIZE);
	frame_alloc(0, 0, &pa);
	memset(frame_va(pa), 0x66, PAGE_SIZE);
	pagecache_insert(pc, 1, pa);
	pagecache_truncate(pc, 2 * PAGE_SIZE);
	ok(all_bytes(bytes_of(pc, 1), PAGE_SIZE, 0x66), "nor of a page put there before");
	pagecache_truncate(pc, 0);
	is(pagecache_resident(pc), 0, "to nothing");
	pagecache_put(pc);
	is(test_free_frames(), frame_total(), "nothing is lost");
}

/* ---- failing allocations ---- */

/* Fill or insert with every allocation failing in turn: nothing is changed by a failure. */
static void failures(void)
{
	static const uint64_t index[] = { 0, 5, 40, 2000, 1ull << 30, LAST_INDEX };
	enum { N = sizeof(index) / sizeof(index[0]) };
	struct pagecache *pc;
	size_t i, points = 0, wrong = 0, before;
	unsigned n;
	paddr_t pa;

	test_case("every allocation failing");
	test_ram(MIB);
	test_fail_nth(1);
	is(pagecache_create(0, &pc), -ENOMEM, "pagecache_create");
	test_fail_nth(0);
	pc = create(INT64_MAX);
	for (i = 0; i < 2 * N; i++) {
		uint64_t at = index[i < N ? i : 2 * N - 1 - i];	/* rising, then falling */

		if (i == N) {
			pagecache_truncate(pc, 0);
			pagecache_truncate(pc, INT64_MAX);
		}
		before = test_free_frames();
		for (n = 1; ; n++) {
			test_fail_nth(n);
			if (pagecache_get(pc, at, PAGECACHE_FILL, &pa) == 0)
				break;
			test_fail_nth(0);
			points++;
			wrong += test_free_frames() != before || peek(pc, at) ||
				 pagecache_resident(pc) != i % N;
		}
		test_fail_nth(0);
		frame_dec_ref(pa);
	}
	ok(points > 40, "%zu failure points", points);
	is(wrong, 0, "each left the cache and the free frames as they were");
	pagecache_put(pc);
	is(test_free_frames(), frame_total(), "nothing is lost");
}

static void insert_failure(void)
{
	struct pagecache *pc;
	paddr_t pa;

	test_case("pagecache_insert without memory");
	test_ram(MIB);
	pc = create(0);
	frame_alloc(0, 0, &pa);
	test_fail_nth(2);
	is(pagecache_insert(pc, 1000, pa), -ENOMEM, "a node is missing");
	test_fail_nth(0);
	is(frame_ref_count(pa), 1, "the frame is still the caller's");
	is(pc->pages.height, 0, "the tree is empty again");
	is(pagecache_insert(pc, 1000, pa), 0, "and takes it the next time");
	pagecache_put(pc);
	is(test_free_frames(), frame_total(), "nothing is lost");
}

/* ---- what can happen while pagecache_get allocates ---- */

static struct pagecache *raced;
static paddr_t rival;

static void cut_off(void)
{
	pagecache_truncate(raced, 0);
}

static void fill_first(void)
{
	rival = fill(raced, 3);
}

static void races(void)
{
	paddr_t pa = 0;

	test_case("the hole changes while a frame for it is allocated");
	test_ram(MIB);
	raced = create(8 * PAGE_SIZE);
	test_alloc_hook = cut_off;
	is(pagecache_get(raced, 3, PAGECACHE_FILL, &pa), -ENXIO, "it is cut off: beyond the end");
	is(pagecache_resident(raced), 0, "no page is left behind");
	pagecache_truncate(raced, 8 * PAGE_SIZE);
	test_alloc_hook = fill_first;
	is(pagecache_get(raced, 3, PAGECACHE_FILL, &pa), 0, "somebody fills it");
	is(pa, rival, "his frame is the one");
	is(frame_ref_count(pa), 2, "ours is not needed");
	frame_dec_ref(pa);
	pagecache_put(raced);
	is(test_free_frames(), frame_total(), "nothing is lost");
}

/* ---- truncation and the spaces that map the file ---- */

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
	pc = create(8 * PAGE_SIZE);
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
	pc = create(2 * PAGE_SIZE);
	space_with(&as, pc, 2, AS_SHARED, AS_POPULATE);
	pa = peek(pc, 1);
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

static void change_the_list(struct aspace *as)
{
	(void)as;
	if (++locked != 1)
		return;
	space_with(&later, moving_file, 8, AS_SHARED, AS_LAZY);
	if (aspace_try_clone(&original, &clone))
		printf("Bail out! no memory to clone\n");
	aspace_unmap(&leaving, BASE, 8 * PAGE_SIZE);
}

static void truncate_while_changing(void)
{
	test_case("spaces come and go while truncation visits them");
	test_ram(4 * MIB);
	moving_file = create(8 * PAGE_SIZE);
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
	pc = create(2 * PAGE_SIZE);
	aspace_create(&as, BASE, SPACE);
	for (i = 0; i < AREAS; i++) {
		aspace_map_file(&as, BASE + i * 3 * PAGE_SIZE, 2 * PAGE_SIZE, AS_READ | AS_USER, pc, 0,
				AS_SHARED);
		aspace_populate_area(&as, BASE + i * 3 * PAGE_SIZE, 2 * PAGE_SIZE, AS_READ);
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
			*(volatile char *)frame_va(pa);	/* it is ours to look at until we drop it */
			frame_dec_ref(pa);
		}
	}
}

static void concurrent_truncation(void)
{
	unsigned i;

	test_case("faults and readers against truncation");
	test_ram(4 * MIB);
	file = create(8 * PAGE_SIZE);
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

/* Everyone fills the same holes: one frame wins, the others are given back. */
static paddr_t seen[4][64];

static void fill_all(unsigned hart)
{
	unsigned i;

	for (i = 0; i < 64; i++)
		seen[hart][i] = fill(file, i);
}

static void concurrent_fill(void)
{
	unsigned round, i, different = 0;

	test_case("4 harts fill the same holes");
	test_ram(4 * MIB);
	for (round = 0; round < 20; round++) {
		file = create(64 * PAGE_SIZE);
		test_threads(4, fill_all);
		for (i = 0; i < 64; i++)
			different += !seen[0][i] || seen[0][i] != seen[1][i] ||
				     seen[0][i] != seen[2][i] || seen[0][i] != seen[3][i];
		different += pagecache_resident(file) != 64;
		pagecache_put(file);
	}
	is(different, 0, "all saw the same frames");
	is(test_free_frames(), frame_total(), "nothing is lost");
}

int main(void)
{
	life();
	get();
	insert();
	sparse();
	nodes();
	overhead();
	random_pages();
	tails();
	failures();
	insert_failure();
	races();
	truncate_mapped();
	truncate_dying();
	truncate_while_changing();
	truncate_many_areas();
	concurrent_truncation();
	concurrent_fill();
	return test_done();
}
