/*
 * test_sparse.c - files with holes: pages at any distance, the tree that finds them, its cost.
 */
#include "mm/slab.h"
#include "mm/test/file.h"
#include "mm/test/test.h"

#define MIB		(1ul << 20)
#define LAST_INDEX	((1ull << 51) - 1)	/* page of the last byte of an INT64_MAX file */

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
		pc = create_file(INT64_MAX);
		for (i = 0; i < N; i++)
			pa[j ? N - 1 - i : i] = fill_page(pc, index[j ? N - 1 - i : i]);
		for (i = 0; i < N; i++)
			wrong += !pa[i] || peek_page(pc, index[i]) != pa[i];
		for (i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
			wrong += peek_page(pc, absent[i]) != 0;
		is(wrong, 0, "%s: every page is found, none where there is none",
		   j ? "filled from the top" : "filled from the bottom");
		is(pagecache_resident(pc), N, "%d pages", N);
		for (i = N; i-- > 1;) {
			pagecache_truncate(pc, index[i] << PAGE_SHIFT);
			wrong += pagecache_resident(pc) != i;
			wrong += peek_page(pc, index[i - 1]) != pa[i - 1];
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
	pc = create_file(INT64_MAX);
	fill_page(pc, 40);
	pagecache_truncate(pc, 0);
	pagecache_truncate(pc, INT64_MAX);	/* the cache of nodes has a slab now */
	test_fail_nth(0);
	fill_page(pc, 1ull << 40);
	is(test_allocations(), 1 + 9, "a page at 2^40: a frame and 9 nodes of 5 bits");
	test_fail_nth(0);
	fill_page(pc, (1ull << 40) + 31);
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
			pc[i] = create_file(pages[k] * PAGE_SIZE);
			for (j = 0; j < pages[k]; j++)
				fill_page(pc[i], j);
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
	pc = create_file(PAGES * PAGE_SIZE);
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
			wrong += peek_page(pc, i) != model[i];
		} else {
			paddr_t pa = fill_page(pc, i);

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

static void next_and_punch(void)
{
	struct pagecache *pc;
	uint64_t found = 7;
	paddr_t pa;

	test_case("the next page, and punching one out");
	test_ram(MIB);
	pc = create_file(1ull << 40);
	ok(!pagecache_next(pc, 0, &found), "an empty file has no page");
	fill_page(pc, 0);
	fill_page(pc, 33);
	fill_page(pc, 1ull << 27);
	ok(pagecache_next(pc, 0, &found) && found == 0, "the first");
	ok(pagecache_next(pc, 1, &found) && found == 33, "the next is behind a hole");
	ok(pagecache_next(pc, 34, &found) && found == 1ull << 27, "far behind");
	ok(!pagecache_next(pc, (1ull << 27) + 1, &found), "and there is no further");
	ok(!pagecache_next(pc, LAST_INDEX, &found), "not at the end of all either");
	pagecache_punch(pc, 33);
	is(pagecache_resident(pc), 2, "a page that only the file has is given back");
	ok(pagecache_next(pc, 1, &found) && found == 1ull << 27, "it is gone");
	is(pagecache_get(pc, 0, PAGECACHE_PEEK, &pa), 0, "one that somebody holds");
	*(char *)frame_va(pa) = 1;
	pagecache_punch(pc, 0);
	is(*(char *)frame_va(pa), 0, "is cleared");
	is(pagecache_resident(pc), 2, "and stays");
	frame_dec_ref(pa);
	pagecache_punch(pc, 5);
	is(pagecache_resident(pc), 2, "a hole is one already");
	pc->spare = test_free_frames();
	is(pagecache_get(pc, 5, PAGECACHE_FILL, &pa), -ENXIO, "no hole is filled from the spare");
	pc->spare = 0;
	ok(pagecache_allow_writable(pc), "it may be mapped for writing");
	ok(pagecache_is_written(pc), "which it tells");
	ok(!pagecache_seal(pc, false), "not be sealed while it is");
	ok(pagecache_seal(pc, true), "unless that may stay");
	pagecache_end_writable(pc);
	ok(!pagecache_is_written(pc), "now it is not");
	ok(pagecache_seal(pc, false) && !pagecache_allow_writable(pc), "afterwards it may");
	pagecache_put(pc);
}

int main(void)
{
	sparse();
	nodes();
	overhead();
	random_pages();
	next_and_punch();
	return test_done();
}
