/*
 * test_aspace_random.c - random calls on a few spaces that clone each other, against a model.
 *
 * The model is one plain record per page: what may be done there and which byte it holds. After
 * every call the result, the areas and the byte of every page must be the same.
 */
#include "mm/test/space.h"

#define WINDOW	48		/* pages */
#define SPACES	3
#define FILES	2
#define FILE_PAGES 24

#define BASE	(GIB - PAGES(20))	/* the window crosses tables of both lower levels */

struct page {
	bool mapped, shared;
	unsigned prot;
	int file;		/* -1: anonymous */
	unsigned index;		/* page of the file */
	bool copied;		/* private page of a file that has been written */
	uint8_t byte;		/* own contents */
};

static struct model {
	bool alive;
	struct page page[WINDOW];
} model[SPACES];

static struct aspace space[SPACES];
static struct pagecache *file[FILES];
static uint8_t file_byte[FILES][FILE_PAGES];
static unsigned long step;

static const unsigned prots[] = { 0, AS_READ, RW, AS_READ | AS_EXEC, RW | AS_EXEC };

static uint8_t *model_byte(struct page *p)
{
	if (p->file >= 0 && !p->copied)
		return &file_byte[p->file][p->index];
	return &p->byte;
}

static void dump_model(unsigned s)
{
	unsigned i;

	diag("the model of space %u, at %lx:", s, BASE);
	for (i = 0; i < WINDOW; i++) {
		struct page *p = &model[s].page[i];

		if (p->mapped)
			diag("  page %u: prot %u, byte %u, file %d page %u%s%s", i, p->prot,
			     *model_byte(p), p->file, p->index, p->shared ? " shared" : "",
			     p->copied ? " copied" : "");
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

static bool beyond_file(const struct page *p)
{
	return p->file >= 0 && p->index >= FILE_PAGES;
}

static int model_read(struct page *p)
{
	if (!p->mapped)
		return -EFAULT;
	if (!(p->prot & AS_READ))
		return -EACCES;
	return beyond_file(p) ? -ENXIO : *model_byte(p);
}

static int model_write(struct page *p, uint8_t byte)
{
	if (!p->mapped)
		return -EFAULT;
	if (!(p->prot & AS_WRITE))
		return -EACCES;
	if (beyond_file(p))
		return -ENXIO;
	if (!p->shared && p->file >= 0)
		p->copied = true;
	*model_byte(p) = byte;
	return 0;
}

static vaddr_t va_of(unsigned page)
{
	return BASE + PAGES(page);
}

static void compare_space(unsigned s)
{
	struct area_info info;
	unsigned i;

	aspace_check(&space[s]);
	for (i = 0; i < WINDOW; i++) {
		struct page *p = &model[s].page[i];
		bool mapped = aspace_next_area(&space[s], va_of(i), &info) &&
			      info.start <= va_of(i);

		if (mapped != p->mapped)
			fail("mapped", s, i, mapped, p->mapped);
		if (mapped && (info.flags & AS_RWX) != p->prot)
			fail("prot", s, i, info.flags & AS_RWX, p->prot);
		if (test_random(4) == 0 && peek(&space[s], va_of(i)) != model_read(p))
			fail("contents", s, i, peek(&space[s], va_of(i)), model_read(p));
	}
}

static void compare(void)
{
	unsigned s;

	for (s = 0; s < SPACES; s++)
		if (model[s].alive)
			compare_space(s);
}

static void expect(const char *what, unsigned s, unsigned page, long got, long want)
{
	if (got != want)
		fail(what, s, page, got, want);
}

/* ---- operations ---- */

static void map(unsigned s, unsigned page, unsigned n)
{
	unsigned prot = prots[test_random(5)], i, flags = AS_USER | prot;
	bool replace = test_random(2), overlap = false, shared = test_random(2);
	int f = (int)test_random(FILES + 2) - 2;
	unsigned index = test_random(FILE_PAGES);
	int got, want;

	for (i = page; i < page + n; i++)
		overlap = overlap || model[s].page[i].mapped;
	if (replace)
		flags |= AS_REPLACE;
	want = overlap && !replace ? -EEXIST : 0;
	test_call("map(s%u, page %u, %u pages, flags 0x%x, file %d page %u%s)", s, page, n, flags,
		  f, index, shared ? ", shared" : "");
	if (f < 0)
		got = aspace_map_alloc(&space[s], va_of(page), PAGES(n), flags,
				       test_random(4) ? AS_LAZY : AS_POPULATE, PAGE_SIZE);
	else
		got = aspace_map_file(&space[s], va_of(page), PAGES(n), flags, file[f],
				      PAGES(index), shared ? AS_SHARED : AS_PRIVATE);
	expect("map", s, page, got, want);
	for (i = 0; i < n && !want; i++)
		model[s].page[page + i] = (struct page){
			.mapped = true, .shared = f >= 0 && shared, .prot = prot,
			.file = f < 0 ? -1 : f, .index = index + i };
}

static void unmap(unsigned s, unsigned page, unsigned n)
{
	unsigned i;

	test_call("unmap(s%u, page %u, %u pages)", s, page, n);
	expect("unmap", s, page, aspace_unmap(&space[s], va_of(page), PAGES(n)), 0);
	for (i = page; i < page + n; i++)
		model[s].page[i].mapped = false;
}

static void protect(unsigned s, unsigned page, unsigned n)
{
	unsigned prot = prots[test_random(5)], i;
	int want = 0;

	test_call("protect(s%u, page %u, %u pages, prot %u)", s, page, n, prot);
	for (i = page; i < page + n && !want; i++) {
		if (!model[s].page[i].mapped)
			want = -ENOMEM;
		else
			model[s].page[i].prot = prot;
	}
	expect("protect", s, page, aspace_protect(&space[s], va_of(page), PAGES(n), prot), want);
}

static void discard(unsigned s, unsigned page, unsigned n)
{
	unsigned i;
	int want = 0;

	test_call("discard(s%u, page %u, %u pages)", s, page, n);
	for (i = page; i < page + n; i++) {
		if (!model[s].page[i].mapped)
			want = -ENOMEM;
		model[s].page[i].byte = 0;
		model[s].page[i].copied = false;
	}
	expect("discard", s, page, aspace_discard(&space[s], va_of(page), PAGES(n)), want);
}

static void clone(unsigned s)
{
	unsigned to = test_random(SPACES);

	if (to == s)
		return;
	test_call("clone(s%u, s%u)", s, to);
	if (model[to].alive)
		aspace_destroy(&space[to]);
	expect("clone", s, 0, aspace_try_clone(&space[s], &space[to]), 0);
	model[to] = model[s];
}

static void move(unsigned s, unsigned page, unsigned n)
{
	unsigned to = test_random(WINDOW), m = 1 + test_random(n + 2), i;
	struct page *p = model[s].page, old[WINDOW];
	bool keep = test_random(8) == 0;
	struct area_info info;
	int want = 0;

	if (keep)
		m = n;
	if (to + m > WINDOW || to == page)
		return;
	test_call("remap(s%u, page %u, %u pages, to page %u, %u pages%s)", s, page, n, to, m,
		  keep ? ", the old area stays" : "");
	memcpy(old, p, sizeof(old));
	if (to < page + n && page < to + m)
		want = -EINVAL;
	else if (!aspace_next_area(&space[s], va_of(page), &info) || info.start > va_of(page) ||
		 info.end < va_of(page + n))
		want = -EFAULT;
	for (i = 0; i < n && !want; i++) {
		p[page + i].byte = 0;
		p[page + i].copied = false;
		p[page + i].mapped = keep;
	}
	for (i = 0; i < m && !want; i++) {
		p[to + i] = old[page];
		if (p[to + i].file >= 0)
			p[to + i].index = old[page].index + i;
		p[to + i].copied = i < n && old[page + i].copied;
		p[to + i].byte = i < n ? old[page + i].byte : 0;
	}
	expect("move", s, page, aspace_remap(&space[s], va_of(page), PAGES(n), va_of(to), PAGES(m),
					     keep ? AS_MOVE_KEEP_OLD : AS_MOVE), want);
}

static void write_through(unsigned s, unsigned page)
{
	uint8_t byte = (uint8_t)(1 + test_random(255));
	size_t done;
	int want = model_write(&model[s].page[page], byte), got;

	test_call("write(s%u, page %u, byte %u)", s, page, byte);
	if (test_random(4))
		got = poke(&space[s], va_of(page), byte);
	else
		got = aspace_write(&space[s], va_of(page), &byte, 1, &done);
	expect("write", s, page, got, want);
}

static void one_step(void)
{
	unsigned s = test_random(SPACES), page = test_random(WINDOW);
	unsigned n = 1 + test_random(test_random(4) ? 6 : WINDOW);

	if (!model[s].alive)
		return;
	if (n > WINDOW - page)
		n = WINDOW - page;
	switch (test_random(14)) {
	case 0:
	case 1:
		map(s, page, n);
		break;
	case 2:
		unmap(s, page, n);
		break;
	case 3:
	case 4:
		protect(s, page, n);
		break;
	case 5:
		discard(s, page, n);
		break;
	case 6:
		clone(s);
		break;
	case 7:
		move(s, page, n);
		break;
	default:
		write_through(s, page);
	}
}

int main(int argc, char **argv)
{
	unsigned long steps = argc > 1 ? strtoul(argv[1], NULL, 0) : 20000;
	unsigned i;

	begin(&space[0], 64 * MIB, "random calls against a model");
	unwatch(&space[0]);
	test_seed(argc > 2 ? strtoul(argv[2], NULL, 0) : 1);
	for (i = 0; i < FILES; i++)
		if (pagecache_create(PAGES(FILE_PAGES), &file[i]))
			abort();
	test_panic_hook = dump_all;
	model[0].alive = model[1].alive = true;
	if (aspace_try_clone(&space[0], &space[1]))
		abort();
	model[2] = model[0];
	if (aspace_try_clone(&space[0], &space[2]))
		abort();
	for (step = 0; step < steps; step++) {
		one_step();
		compare();
	}
	ok(true, "%lu calls agree with the model", steps);
	for (i = 0; i < FILES; i++)
		pagecache_put(file[i]);
	aspace_destroy(&space[1]);
	aspace_destroy(&space[2]);
	end(&space[0]);
	return test_done();
}
