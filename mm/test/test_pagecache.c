/*
 * test_pagecache.c - the pages of a file: counted, shared, none lost when memory runs out in the
 * middle. Files with holes are in test_sparse.c; what truncation does to the spaces that map a file
 * is in test_truncate.c.
 */
#include "mm/slab.h"
#include "mm/test/file.h"
#include "mm/test/test.h"

#define MIB		(1ul << 20)
#define LAST_INDEX	((1ull << 51) - 1)	/* page of the last byte of an INT64_MAX file */

static bool all_bytes(const uint8_t *byte, size_t n, uint8_t value)
{
	while (n > 0 && byte[n - 1] == value)
		n--;
	return n == 0;
}

static void life(void)
{
	struct pagecache *pc;
	size_t all;

	test_case("life of a page cache");
	test_ram(MIB);
	all = test_free_frames();
	pc = create_file(3 * PAGE_SIZE);
	is(pc->size, 3 * PAGE_SIZE, "its size");
	is(pagecache_resident(pc), 0, "no page yet");
	fill_page(pc, 0);
	fill_page(pc, 2);
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
	pc = create_file(2 * PAGE_SIZE + 1);
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
	pc = create_file(0);
	is(pagecache_get(pc, 0, PAGECACHE_FILL, &pa), -ENXIO, "an empty file has no page");
	pagecache_put(pc);
	is(test_free_frames(), frame_total(), "nothing is lost");
}

static paddr_t get_beyond(struct pagecache *pc, uint64_t index)
{
	return get_page(pc, index, PAGECACHE_PEEK_BEYOND);
}

static void insert(void)
{
	struct pagecache *pc;
	paddr_t pa, other, got;

	test_case("pagecache_insert and pagecache_extend");
	test_ram(MIB);
	pc = create_file(PAGE_SIZE);
	frame_alloc(0, 0, &pa);
	frame_alloc(0, 0, &other);
	is(pagecache_insert(pc, 7, pa), 0, "beyond the size");
	is(frame_ref_count(pa), 1, "the cache took the reference over");
	is(pagecache_insert(pc, 7, other), -EEXIST, "a second at the same place");
	is(get_beyond(pc, 7), pa, "found by who asks for what is beyond");
	is(frame_ref_count(other), 1, "stays the caller's");
	is(pagecache_get(pc, 7, PAGECACHE_PEEK, &got), -ENXIO, "beyond the size nobody sees it");
	memset((char *)frame_va(pa), 0x11, PAGE_SIZE);
	pagecache_extend(pc, 7 * PAGE_SIZE + 100);
	is(peek_page(pc, 7), pa, "it is seen once the size is raised");
	is(page_bytes(pc, 7)[4095], 0x11, "its contents untouched");
	pagecache_extend(pc, 10);
	is(pc->size, 7 * PAGE_SIZE + 100, "extend never shrinks");
	pagecache_insert(pc, 20, other);
	pagecache_truncate(pc, pc->size);
	is(pagecache_resident(pc), 1, "truncation to the same size drops what was put beyond");
	is(peek_page(pc, 7), pa, "and nothing else");
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
	pc = create_file(2 * PAGE_SIZE);
	fill_page(pc, 0);
	fill_page(pc, 1);
	page = page_bytes(pc, 0);
	memset(page, 0x22, PAGE_SIZE);
	memset(page_bytes(pc, 1), 0x33, PAGE_SIZE);
	pagecache_truncate(pc, 100);
	is(pc->size, 100, "shrunk to 100 bytes");
	is(pagecache_resident(pc), 1, "the second page is gone");
	ok(all_bytes(page, 100, 0x22), "the 100 stay");
	ok(all_bytes(page + 100, PAGE_SIZE - 100, 0), "the rest of the page is zero");
	memset(page + 100, 0x44, PAGE_SIZE - 100);	/* as a write that fails may */
	pagecache_truncate(pc, 100);
	ok(all_bytes(page + 100, PAGE_SIZE - 100, 0), "also when the size is the same");
	memset(page + 100, 0x44, PAGE_SIZE - 100);	/* as a mapping may */
	pagecache_truncate(pc, 3 * PAGE_SIZE);
	ok(all_bytes(page, 100, 0x22), "grown: the 100 stay");
	ok(all_bytes(page + 100, PAGE_SIZE - 100, 0), "what a mapping put behind is not content");
	is(peek_page(pc, 1), 0, "the new part is a hole");
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
	ok(all_bytes(page_bytes(pc, 1), PAGE_SIZE, 0x66), "nor of a page put there before");
	pagecache_truncate(pc, 0);
	is(pagecache_resident(pc), 0, "to nothing");
	pagecache_put(pc);
	is(test_free_frames(), frame_total(), "nothing is lost");
}

/* ---- quotas ---- */

static void quotas(void)
{
	struct page_quota quota = { .limit = 3 }, other = { 0 };
	struct pagecache *pc, *second;
	paddr_t pa;

	test_case("page caches that share a quota");
	test_ram(MIB);
	pc = create_file(8 * PAGE_SIZE);
	second = create_file(8 * PAGE_SIZE);
	fill_page(pc, 0);
	pagecache_set_quota(pc, &quota);
	pagecache_set_quota(second, &quota);
	is(quota.used, 1, "what is there counts");
	fill_page(pc, 1);
	fill_page(second, 7);
	is(quota.used, 3, "both count");
	is(pagecache_get(second, 0, PAGECACHE_FILL, &pa), -ENOSPC, "and find no more room");
	is(pagecache_get(pc, 1, PAGECACHE_FILL, &pa), 0, "what is there can be had");
	frame_dec_ref(pa);
	frame_alloc(0, 0, &pa);
	is(pagecache_insert(pc, 5, pa), -ENOSPC, "nor can a page be put in");
	is(pagecache_insert(pc, 1, pa), -EEXIST, "where there is one that comes first");
	is(quota.used, 3, "none of which counts");
	pagecache_punch(pc, 0);
	is(quota.used, 2, "a page that is punched out makes room");
	is(pagecache_insert(pc, 5, pa), 0, "for another");
	pagecache_truncate(pc, PAGE_SIZE);
	is(quota.used, 1, "and so do those that are cut off");
	pagecache_set_quota(second, &other);
	is(quota.used, 0, "a page cache takes its pages along");
	is(other.used, 1, "to another quota");
	fill_page(second, 6);
	is(other.used, 2, "which without a limit has room");
	pagecache_put(second);
	is(other.used, 0, "the last reference gives back all");
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
	pc = create_file(INT64_MAX);
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
			wrong += test_free_frames() != before || peek_page(pc, at) ||
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
	pc = create_file(0);
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
	rival = fill_page(raced, 3);
}

static void races(void)
{
	paddr_t pa = 0;

	test_case("the hole changes while a frame for it is allocated");
	test_ram(MIB);
	raced = create_file(8 * PAGE_SIZE);
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

/* ---- several harts ---- */

static struct pagecache *file;

/* Everyone fills the same holes: one frame wins, the others are given back. */
static paddr_t seen[4][64];

static void fill_all(unsigned hart)
{
	unsigned i;

	for (i = 0; i < 64; i++)
		seen[hart][i] = fill_page(file, i);
}

static void concurrent_fill(void)
{
	unsigned round, i, different = 0;

	test_case("4 harts fill the same holes");
	test_ram(4 * MIB);
	for (round = 0; round < 20; round++) {
		file = create_file(64 * PAGE_SIZE);
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
	tails();
	failures();
	quotas();
	insert_failure();
	races();
	concurrent_fill();
	return test_done();
}
