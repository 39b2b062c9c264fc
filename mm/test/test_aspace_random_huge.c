/*
 * test_aspace_random_huge.c - random calls on spaces with 2 MiB pages that are cut, shared and
 * copied, against a model with one record per 4 KiB page.
 */
#include "mm/test/space.h"

#define BLOCKS	4
#define BLOCK	512			/* pages of 4 KiB */
#define WINDOW	(BLOCKS * BLOCK)
#define SPACES	3
#define BASE	(GIB - 2 * PAGE_SIZE_2M)	/* half of the window in another level-1 table */

struct page {
	bool mapped;
	uint8_t prot;
	uint8_t byte;
};

static struct page model[SPACES][WINDOW];
static struct aspace space[SPACES];
static unsigned long step;

static vaddr_t va_of(unsigned page)
{
	return BASE + PAGES(page);
}

/* Runs of pages that may be touched alike; and which byte pages hold that are not zero. */
static void dump_model(unsigned s)
{
	const struct page *p = model[s];
	unsigned i, first = 0;

	diag("the model of space %u, at %lx:", s, BASE);
	for (i = 1; i <= WINDOW; i++) {
		if (i < WINDOW && p[i].mapped == p[first].mapped && p[i].prot == p[first].prot)
			continue;
		if (p[first].mapped)
			diag("  pages %u-%u: prot %u", first, i - 1, p[first].prot);
		for (; first < i; first++)
			if (p[first].mapped && p[first].byte)
				diag("    page %u holds %u", first, p[first].byte);
	}
}

static void dump_all(void)
{
	unsigned s;

	for (s = 0; s < SPACES; s++) {
		dump_model(s);
		diag("the real space %u:", s);
		aspace_dump(&space[s]);
	}
}

static void fail(const char *what, unsigned s, unsigned page, long got, long want)
{
	diag("DIFFERENCE in call %lu: %s of page %u in space %u: got %ld, want %ld", step, what,
	     page, s, got, want);
	port_panic("the model differs");
}

static void expect(const char *what, unsigned s, unsigned page, long got, long want)
{
	if (got != want)
		fail(what, s, page, got, want);
}

static int model_read(const struct page *p)
{
	if (!p->mapped)
		return -EFAULT;
	return p->prot & AS_READ ? p->byte : -EACCES;
}

static int model_write(struct page *p, uint8_t byte)
{
	if (!p->mapped)
		return -EFAULT;
	if (!(p->prot & AS_WRITE))
		return -EACCES;
	p->byte = byte;
	return 0;
}

/* Look at some pages: every one of a few neighbours, and some at random. */
static void compare(unsigned s)
{
	unsigned from = test_random(WINDOW - 8), i, page;

	for (i = 0; i < 24; i++) {
		page = i < 8 ? from + i : test_random(WINDOW);
		expect("contents", s, page, peek(&space[s], va_of(page)),
		       model_read(&model[s][page]));
	}
}

static void map_huge(unsigned s)
{
	unsigned block = test_random(BLOCKS), n = 1 + test_random(BLOCKS - block), i;

	test_call("map(s%u, page %u, %u pages, in leaves of 2 MiB)", s, block * BLOCK, n * BLOCK);
	expect("map", s, block * BLOCK,
	       aspace_map_alloc(&space[s], va_of(block * BLOCK), n * PAGE_SIZE_2M, URW | AS_REPLACE,
				test_random(2) ? AS_LAZY : AS_POPULATE, PAGE_SIZE_2M), 0);
	for (i = block * BLOCK; i < (block + n) * BLOCK; i++)
		model[s][i] = (struct page){ .mapped = true, .prot = RW };
}

static void map_small(unsigned s, unsigned page, unsigned n)
{
	unsigned i;

	test_call("map(s%u, page %u, %u pages)", s, page, n);
	expect("map small", s, page, aspace_map_alloc(&space[s], va_of(page), PAGES(n),
						      URW | AS_REPLACE, AS_LAZY, PAGE_SIZE), 0);
	for (i = page; i < page + n; i++)
		model[s][i] = (struct page){ .mapped = true, .prot = RW };
}

static void unmap(unsigned s, unsigned page, unsigned n)
{
	unsigned i;

	test_call("unmap(s%u, page %u, %u pages)", s, page, n);
	expect("unmap", s, page, aspace_unmap(&space[s], va_of(page), PAGES(n)), 0);
	for (i = page; i < page + n; i++)
		model[s][i].mapped = false;
}

static void protect(unsigned s, unsigned page, unsigned n)
{
	static const uint8_t prots[] = { 0, AS_READ, RW, RW };
	unsigned prot = prots[test_random(4)], i;
	int want = 0;

	test_call("protect(s%u, page %u, %u pages, prot %u)", s, page, n, prot);
	for (i = page; i < page + n && !want; i++) {
		if (model[s][i].mapped)
			model[s][i].prot = (uint8_t)prot;
		else
			want = -ENOMEM;
	}
	expect("protect", s, page, aspace_protect(&space[s], va_of(page), PAGES(n), prot), want);
}

static void discard(unsigned s, unsigned page, unsigned n)
{
	unsigned i;
	int want = 0;

	test_call("discard(s%u, page %u, %u pages)", s, page, n);
	for (i = page; i < page + n; i++) {
		model[s][i].byte = 0;
		if (!model[s][i].mapped)
			want = -ENOMEM;
	}
	expect("discard", s, page, aspace_discard(&space[s], va_of(page), PAGES(n)), want);
}

static void clone(unsigned s)
{
	unsigned to = test_random(SPACES);

	if (to == s)
		return;
	test_call("clone(s%u, s%u)", s, to);
	aspace_destroy(&space[to]);
	expect("clone", s, 0, aspace_try_clone(&space[s], &space[to]), 0);
	memcpy(model[to], model[s], sizeof(model[s]));
}

static void write_bytes(unsigned s)
{
	unsigned i, page;

	for (i = 0; i < 4; i++) {
		uint8_t byte = (uint8_t)(1 + test_random(255));

		page = test_random(WINDOW);
		test_call("write(s%u, page %u, byte %u)", s, page, byte);
		expect("write", s, page, poke(&space[s], va_of(page), byte),
		       model_write(&model[s][page], byte));
	}
}

static void one_step(unsigned s)
{
	unsigned page = test_random(WINDOW);
	unsigned n = 1 + test_random(test_random(2) ? 10 : 900);

	if (n > WINDOW - page)
		n = WINDOW - page;
	switch (test_random(16)) {
	case 0:
	case 1:
		map_huge(s);
		break;
	case 2:
		map_small(s, page, n);
		break;
	case 3:
		unmap(s, page, n);
		break;
	case 4:
	case 5:
		protect(s, page, n);
		break;
	case 6:
		discard(s, page, n);
		break;
	case 7:
	case 8:
		clone(s);
		break;
	default:
		write_bytes(s);
	}
}

int main(int argc, char **argv)
{
	unsigned long steps = argc > 1 ? strtoul(argv[1], NULL, 0) : 2500;
	unsigned s;

	begin(&space[0], 96 * MIB, "random calls on huge pages against a model");
	unwatch(&space[0]);
	test_seed(argc > 2 ? strtoul(argv[2], NULL, 0) : 1);
	for (s = 1; s < SPACES; s++)
		if (aspace_try_clone(&space[0], &space[s]))
			abort();
	test_panic_hook = dump_all;
	for (step = 0; step < steps; step++) {
		s = test_random(SPACES);
		one_step(s);
		aspace_check(&space[s]);
		for (s = 0; s < SPACES; s++)
			compare(s);
	}
	ok(true, "%lu calls agree with the model", steps);
	aspace_destroy(&space[1]);
	aspace_destroy(&space[2]);
	end(&space[0]);
	return test_done();
}
