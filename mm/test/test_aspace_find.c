/*
 * test_aspace_find.c - the set of areas and the search for free ranges, against plain loops.
 */
#include "mm/test/space.h"

#define WINDOW	96

static bool taken[WINDOW];	/* page of the window belongs to an area */
static vaddr_t base;

static bool is_free(unsigned page, unsigned n)
{
	unsigned i;

	for (i = page; i < page + n; i++)
		if (taken[i])
			return false;
	return true;
}

/* The answers by trying every page. -1: none. */
static long slow_lowest(unsigned low, unsigned high, unsigned n, vaddr_t align)
{
	unsigned page;

	for (page = low; page + n <= high; page++)
		if (is_aligned(base + PAGES(page), align) && is_free(page, n))
			return page;
	return -1;
}

static long slow_highest(unsigned low, unsigned high, unsigned n, vaddr_t align)
{
	long page;

	for (page = (long)high - n; page >= (long)low; page--)
		if (is_aligned(base + PAGES(page), align) && is_free((unsigned)page, n))
			return page;
	return -1;
}

static bool same(const char *what, int err, vaddr_t found, long want)
{
	long got = err ? -1 : (long)((found - base) >> PAGE_SHIFT);

	if (got == want)
		return true;
	diag("%s: got page %ld (error %d), want %ld", what, got, err, want);
	return false;
}

/* Ask both searches at random; => false at the first wrong answer. */
static bool ask(const struct aspace *as)
{
	unsigned low = test_random(WINDOW), high = low + test_random(WINDOW - low + 1);
	unsigned hint = test_random(2) ? test_random(WINDOW) : 0;
	unsigned n = 1 + test_random(8), from = hint > low ? hint : low;
	vaddr_t found = 0;
	int err;

	err = aspace_find_free_area(as, hint ? base + PAGES(hint) : 0, PAGES(n),
				    base + PAGES(low), base + PAGES(high), PAGE_SIZE, &found);
	if (!same("lowest", err, found, slow_lowest(from, high, n, PAGE_SIZE)))
		return false;
	err = aspace_find_free_area_topdown(as, PAGES(n), base + PAGES(low), base + PAGES(high),
					    PAGE_SIZE, &found);
	return same("highest", err, found, slow_highest(low, high, n, PAGE_SIZE));
}

static void change(struct aspace *as)
{
	unsigned page = test_random(WINDOW), n = 1 + test_random(5), i;
	bool unmap = test_random(2);

	if (n > WINDOW - page)
		n = WINDOW - page;
	if (unmap) {
		if (aspace_unmap(as, base + PAGES(page), PAGES(n)))
			abort();
	} else if (aspace_map_alloc(as, base + PAGES(page), PAGES(n),
				    AS_REPLACE | (test_random(2) ? URW : UR), AS_LAZY, PAGE_SIZE)) {
		abort();
	}
	for (i = page; i < page + n; i++)
		taken[i] = !unmap;
}

static void random_layouts(void)
{
	struct aspace as;
	unsigned long i;
	bool good = true;

	begin(&as, 16 * MIB, "random layouts");
	base = GIB - PAGES(40);
	memset(taken, 0, sizeof(taken));
	for (i = 0; i < 30000 && good; i++) {
		change(&as);
		aspace_check(&as);
		good = ask(&as) && ask(&as) && ask(&as);
	}
	ok(good, "%lu layouts: every answer is the one found by trying every page", i);
	end(&as);
}

/* Layouts of 1 MiB blocks, searches for 2 MiB alignment. */
static void random_alignment(void)
{
	struct aspace as;
	unsigned long i;
	unsigned block;
	bool good = true;
	vaddr_t at = 4 * GIB;

	begin(&as, 16 * MIB, "alignment above a page");
	for (i = 0; i < 3000 && good; i++) {
		vaddr_t found = 0, want = 0, va;
		bool any = false;
		int err;

		aspace_clear(&as);
		for (block = 0; block < 24; block++)
			if (test_random(3) == 0 &&
			    aspace_map_alloc(&as, at + block * MIB + PAGES(test_random(3)),
					     MIB - PAGES(test_random(5) + 3), URW, AS_LAZY,
					     PAGE_SIZE))
				abort();
		for (va = at; va + 2 * MIB <= at + 24 * MIB && !any; va += 2 * MIB)
			if (!area_overlaps(&as, va, va + 2 * MIB)) {
				any = true;
				want = va;
			}
		err = aspace_find_free_area(&as, 0, 2 * MIB, at, at + 24 * MIB, PAGE_SIZE_2M,
					    &found);
		good = any ? !err && found == want : err == -ENOMEM;
		any = false;
		for (va = at + 22 * MIB; va >= at && !any; va -= 2 * MIB)
			if (!area_overlaps(&as, va, va + 2 * MIB)) {
				any = true;
				want = va;
			}
		err = aspace_find_free_area_topdown(&as, 2 * MIB, at, at + 24 * MIB, PAGE_SIZE_2M,
						    &found);
		good = good && (any ? !err && found == want : err == -ENOMEM);
	}
	ok(good, "%lu layouts with 2 MiB alignment", i);
	end(&as);
}

static void known_mistakes(void)
{
	struct aspace as;
	vaddr_t found = 0;

	begin(&as, 16 * MIB, "cases that others get wrong");
	does(aspace_map_alloc(&as, 0x10000, PAGES(16), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_find_free_area(&as, 0x18000, PAGES(1), USER_BASE, USER_END, PAGE_SIZE, &found),
	     0);
	is(found, 0x20000, "the area that holds the hint is not skipped");
	does(aspace_find_free_area(&as, 0, PAGES(16), USER_BASE, 0x20000, PAGE_SIZE, &found),
	     -ENOMEM);
	does(aspace_find_free_area(&as, 0, PAGES(15), USER_BASE, 0x20000, PAGE_SIZE, &found), 0);
	is(found, 0x1000, "a gap is cut at the limit's start");
	does(aspace_find_free_area(&as, 0x20000, PAGES(2), USER_BASE, 0x21000, PAGE_SIZE, &found),
	     -ENOMEM);
	does(aspace_find_free_area(&as, 0x1000, PAGES(1), 0x1000, 0x2000, PAGE_SIZE, &found), 0);
	does(aspace_find_free_area(&as, UINTPTR_MAX - 10, GIB, 0, UINTPTR_MAX, PAGE_SIZE_1G,
				   &found), -ENOMEM);
	does(aspace_find_free_area(&as, USER_END - PAGES(1), GIB, 0, UINTPTR_MAX, PAGE_SIZE_1G,
				   &found), -ENOMEM);
	does(aspace_find_free_area(&as, 0, USER_END, 0, UINTPTR_MAX, PAGE_SIZE, &found), -ENOMEM);
	does(aspace_find_free_area(&as, 0, PAGES(1), USER_END, USER_BASE, PAGE_SIZE, &found),
	     -ENOMEM);
	does(aspace_map_alloc(&as, 0x1ff000, 0x2000, URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, 0x201000, 0x2ff000, UR, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_find_free_area(&as, 0x1000, 2 * MIB, 0, USER_END, PAGE_SIZE_2M, &found), 0);
	is(found, 0x600000, "aligning up does not land inside the next area");

	test_case("bad arguments");
	does(aspace_find_free_area(&as, 0, 0, 0, USER_END, PAGE_SIZE, &found), -EINVAL);
	does(aspace_find_free_area(&as, 0, 5, 0, USER_END, PAGE_SIZE, &found), -EINVAL);
	does(aspace_find_free_area(&as, 0, PAGES(1), 0, USER_END, PAGE_SIZE_2M, &found), -EINVAL);
	does(aspace_find_free_area(&as, 0, PAGES(1), 0, USER_END, 8192, &found), -EINVAL);
	does(aspace_find_free_area_topdown(&as, 0, 0, USER_END, PAGE_SIZE, &found), -EINVAL);
	does(aspace_find_free_area_topdown(&as, 2 * USER_END, 0, USER_END, PAGE_SIZE, &found),
	     -ENOMEM);
	end(&as);
}

/* 4,000 areas: the tree must be no deeper than 1.44 log2 n. */
static void many_areas(void)
{
	struct aspace as;
	unsigned i, n = 4000;
	vaddr_t found = 0;

	begin(&as, 32 * MIB, "many areas");
	for (i = 0; i < n; i++)
		if (aspace_map_alloc(&as, GIB + PAGES(2 * i), PAGES(1), URW, AS_LAZY, PAGE_SIZE))
			abort();
	check_all();
	is(as.area_count, n, "all are there");
	ok(as.areas->height <= 17, "the tree is %u high", as.areas->height);
	does(aspace_find_free_area(&as, GIB, PAGES(2), 0, USER_END, PAGE_SIZE, &found), 0);
	is(found, GIB + PAGES(2 * n - 1), "first fit behind them");
	for (i = 0; i < n; i += 2)
		if (aspace_unmap(&as, GIB + PAGES(2 * ((i * 7) % n)), PAGES(1)))
			abort();
	check_all();
	is(as.area_count, n / 2, "half of them");
	does(aspace_find_free_area(&as, GIB, PAGES(3), 0, USER_END, PAGE_SIZE, &found), 0);
	is(found, GIB + PAGES(3), "the first gap that is large enough");
	end(&as);
}

int main(void)
{
	known_mistakes();
	random_layouts();
	random_alignment();
	many_areas();
	return test_done();
}
