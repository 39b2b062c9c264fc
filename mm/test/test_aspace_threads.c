/*
 * test_aspace_threads.c - four harts at once on one space, on its clones and on a file that all of
 * them map, each call under the lock of its space as in the kernel. `make tsan` runs it under
 * ThreadSanitizer, which sees a race even where nothing came of it.
 *
 * What is compared: nobody writes the parent's or a clone's page but under its lock, so a clone
 * must go on showing what the parent held when it was made.
 */
#include "mm/test/file.h"
#include "mm/test/space.h"

#define HARTS	4
#define PAGE_COUNT 24		/* anonymous pages, from V */
#define FILE_PAGES 8
#define V	(GIB - PAGES(12))	/* across two tables of both lower levels */
#define VF	(2 * GIB)		/* the file, shared */
#define VP	(VF + MIB)		/* the file, private */
#define HUGE	(4 * GIB)		/* one huge page */

static struct aspace parent;
static struct pagecache *file;
static uint8_t model[PAGE_COUNT];	/* the parent's bytes, under its lock */
static unsigned mistakes, rounds = 500, clones, cuts, running;

static void dump_model(void)
{
	unsigned i;

	diag("the parent's pages from %lx on should hold:", V);
	for (i = 0; i < PAGE_COUNT; i += 8)
		diag("  %3u %3u %3u %3u %3u %3u %3u %3u", model[i], model[i + 1], model[i + 2],
		     model[i + 3], model[i + 4], model[i + 5], model[i + 6], model[i + 7]);
}

/* The first one tells all there is; the parent may change meanwhile, if it is not locked here. */
static void mistake(const char *what, vaddr_t va, long got, long want)
{
	unsigned before = __atomic_fetch_add(&mistakes, 1, __ATOMIC_RELAXED);

	if (before >= 5)
		return;
	diag("DIFFERENCE on hart %u: %s at %lx: got %ld, want %ld", port_hart(), what,
	     (unsigned long)va, got, want);
	if (before > 0)
		return;
	test_show_calls();
	dump_model();
	aspace_dump(&parent);
}

static void expect(const char *what, vaddr_t va, long got, long want)
{
	test_call("hart %u: %s at %lx => %ld", port_hart(), what, (unsigned long)va, got);
	if (got != want)
		mistake(what, va, got, want);
}

static vaddr_t page_va(unsigned page)
{
	return V + PAGES(page);
}

/* ---- what a hart does to the parent, which is locked ---- */

static void write_page(unsigned page)
{
	uint8_t byte = (uint8_t)(1 + test_random(255));
	size_t done;

	if (test_random(2))
		expect("write", page_va(page), poke(&parent, page_va(page), byte), 0);
	else
		expect("copy in", page_va(page),
		       aspace_write(&parent, page_va(page), &byte, 1, &done), 0);
	model[page] = byte;
}

static void read_page(unsigned page)
{
	uint8_t byte = 0;
	size_t done;

	expect("copy out", page_va(page), aspace_read(&parent, page_va(page), &byte, 1, &done), 0);
	expect("contents", page_va(page), byte, model[page]);
}

static void remap_pages(unsigned page, unsigned n)
{
	expect("unmap", page_va(page), aspace_unmap(&parent, page_va(page), PAGES(n)), 0);
	expect("map", page_va(page), aspace_map_alloc(&parent, page_va(page), PAGES(n), URW,
						      test_random(2), PAGE_SIZE), 0);
	memset(model + page, 0, n);
}

static void protect_pages(unsigned page, unsigned n)
{
	vaddr_t va = page_va(page);

	expect("protect", va, aspace_protect(&parent, va, PAGES(n), test_random(2) * AS_READ), 0);
	expect("forbidden", va, aspace_handle_page_fault(&parent, va, AS_WRITE), -EACCES);
	expect("protect", va, aspace_protect(&parent, va, PAGES(n), RW), 0);
}

/* A page of the file may be cut off at any moment: by the return, or just after it. */
static void touch_file(struct aspace *as)
{
	vaddr_t va = (test_random(2) ? VF : VP) + PAGES(test_random(FILE_PAGES));
	int err = aspace_handle_page_fault(as, va, test_random(2) ? AS_WRITE : AS_READ);

	if (err != -ENXIO)
		expect("file", va, err, 0);
}

static void change_parent(void)
{
	unsigned page = test_random(PAGE_COUNT), n = 1 + test_random(PAGE_COUNT - page);

	port_aspace_lock(&parent);
	switch (test_random(8)) {
	case 0:
		remap_pages(page, n);
		break;
	case 1:
		protect_pages(page, n);
		break;
	case 2:
		expect("discard", page_va(page),
		       aspace_discard(&parent, page_va(page), PAGES(n)), 0);
		memset(model + page, 0, n);
		break;
	case 3:
		touch_file(&parent);
		break;
	case 4:
		read_page(page);
		break;
	default:
		write_page(page);
	}
	if (test_random(16) == 0)
		aspace_check(&parent);
	port_aspace_unlock(&parent);
}

/* ---- clones ---- */

/* The clone changes its own pages, and shows what its parent held in the others. */
static void use_clone(struct aspace *child, const uint8_t *before)
{
	unsigned page;

	for (page = 0; page < PAGE_COUNT; page++) {
		if (test_random(3) == 0)
			expect("clone writes", page_va(page), poke(child, page_va(page), 7), 0);
		else
			expect("clone", page_va(page), peek(child, page_va(page)), before[page]);
	}
	touch_file(child);
	expect("huge", HUGE, poke(child, HUGE + PAGES(test_random(512)), 1), 0);
	expect("unmap", V, aspace_unmap(child, page_va(3), PAGES(5)), 0);
	aspace_check(child);
}

static void clone_parent(void)
{
	uint8_t before[PAGE_COUNT];
	struct aspace child;
	int err;

	port_aspace_lock(&parent);
	port_aspace_lock(&child);
	err = aspace_try_clone(&parent, &child);
	memcpy(before, model, sizeof(before));
	port_aspace_unlock(&child);
	port_aspace_unlock(&parent);
	expect("clone", 0, err, 0);
	aspace_enter(&child);
	port_aspace_lock(&child);
	use_clone(&child, before);
	port_aspace_unlock(&child);
	aspace_leave(&child);
	test_aspace_dying(&child);
	aspace_destroy(&child);
	test_aspace_forget(&child);
	__atomic_fetch_add(&clones, 1, __ATOMIC_RELAXED);
}

/* ---- the file ---- */

static void cut_file(void)
{
	pagecache_truncate(file, test_random(PAGES(FILE_PAGES)));
	pagecache_truncate(file, PAGES(FILE_PAGES));
	__atomic_fetch_add(&cuts, 1, __ATOMIC_RELAXED);
}

/* Hart 0 cuts the file for as long as the others work. */
static void body(unsigned hart)
{
	unsigned round;

	aspace_enter(&parent);
	if (hart == 0) {
		do
			cut_file();
		while (__atomic_load_n(&running, __ATOMIC_ACQUIRE) > 0);
	} else {
		for (round = 0; round < rounds; round++) {
			if (round % 8 == 0)
				clone_parent();
			change_parent();
		}
		__atomic_fetch_sub(&running, 1, __ATOMIC_RELEASE);
	}
	aspace_leave(&parent);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		rounds = (unsigned)strtoul(argv[1], NULL, 0);
	begin(&parent, 64 * MIB, "harts on one space, its clones and a file");
	file = create_file(PAGES(FILE_PAGES));
	does(aspace_map_alloc(&parent, V, PAGES(PAGE_COUNT), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&parent, HUGE, 2 * MIB, URW, AS_POPULATE, PAGE_SIZE_2M), 0);
	does(aspace_map_file(&parent, VF, PAGES(FILE_PAGES), URW, file, 0, AS_SHARED), 0);
	does(aspace_map_file(&parent, VP, PAGES(FILE_PAGES), URW, file, 0, AS_PRIVATE), 0);
	test_panic_hook = dump_model;
	running = HARTS - 1;
	test_threads(HARTS, body);
	check_all();
	is(mistakes, 0, "every call did what it does alone");
	diag("%u clones, %u truncations", clones, cuts);
	ok(clones > 0 && cuts > 0, "all of it ran at once");
	pagecache_put(file);
	end(&parent);
	return test_done();
}
