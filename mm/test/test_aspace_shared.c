/*
 * test_aspace_shared.c - faults of four harts on one space that all of them hold shared: first
 * touches of the same pages and tables, reads and writes, and copies on write. `make tsan` runs it
 * under ThreadSanitizer.
 *
 * In each round the harts wait for each other, hart 0 builds the space anew, and all fault at once.
 */
#include "mm/test/file.h"
#include "mm/test/space.h"

#define HARTS	4
#define PAGE_COUNT 24
#define V	(GIB - PAGES(PAGE_COUNT / 2))	/* across two tables of both lower levels */
#define VF	(V + PAGES(PAGE_COUNT))		/* a private file */

static struct aspace as, child;
static struct pagecache *file;
static pthread_barrier_t together;
static unsigned mistakes, rounds = 300;

static void expect(const char *what, vaddr_t va, long got, long want)
{
	test_call("hart %u: %s at %lx => %ld", port_hart(), what, (unsigned long)va, got);
	if (got == want || __atomic_fetch_add(&mistakes, 1, __ATOMIC_RELAXED) > 0)
		return;
	diag("DIFFERENCE on hart %u: %s at %lx: got %ld, want %ld", port_hart(), what,
	     (unsigned long)va, got, want);
	test_show_calls();
	aspace_dump(&as);
}

/* Odd rounds find what the parent of a clone has: every write copies. */
static void build(unsigned round)
{
	if (round > 0)
		aspace_destroy(&child);
	if (round % 2 == 0) {
		expect("unmap", V, aspace_unmap(&as, V, PAGES(2 * PAGE_COUNT)), 0);
		expect("map", V, aspace_map_alloc(&as, V, PAGES(PAGE_COUNT), URW, AS_LAZY,
						  PAGE_SIZE), 0);
		expect("map", VF, aspace_map_file(&as, VF, PAGES(PAGE_COUNT), URW, file, 0,
						  AS_PRIVATE), 0);
	}
	expect("clone", V, aspace_try_clone(&as, &child), 0);
	aspace_check(&as);
}

static void fault_all(void)
{
	unsigned i, first = test_random(2 * PAGE_COUNT);

	for (i = 0; i < 2 * PAGE_COUNT; i++) {
		vaddr_t va = V + PAGES((first + i) % (2 * PAGE_COUNT));
		unsigned access = test_random(2) ? AS_WRITE : AS_READ;

		expect(access == AS_WRITE ? "write" : "read", va,
		       aspace_handle_page_fault_shared(&as, va, access), 0);
	}
}

static void body(unsigned hart)
{
	unsigned round;

	aspace_enter(&as);
	for (round = 0; round < rounds; round++) {
		pthread_barrier_wait(&together);
		if (hart == 0)
			build(round);
		pthread_barrier_wait(&together);
		fault_all();
	}
	aspace_leave(&as);
}

/* What another hart does at the moment at which this one allocates the frame of its first touch. */
static void other_hart(void)
{
	test_set_hart(1);
	is(aspace_handle_page_fault_shared(&as, 6 * GIB, AS_WRITE), 0, "the other hart's fault");
	test_set_hart(0);
}

static void faster(void)
{
	paddr_t pa;

	test_case("another hart is faster");
	does(aspace_map_alloc(&as, 6 * GIB, PAGES(2), URW, AS_LAZY, PAGE_SIZE), 0);
	test_alloc_hook = other_hart;
	does(aspace_handle_page_fault_shared(&as, 6 * GIB, AS_WRITE), 0);
	is(as.resident_pages, 1, "one of the two frames is mapped");
	pa = frame_at_va(&as, 6 * GIB);
	is(frame_ref_count(pa), 1, "once");
	does(aspace_unmap(&as, 6 * GIB, PAGES(2)), 0);
	does(aspace_map_alloc(&as, 6 * GIB, PAGES(2), URW, AS_LAZY, PAGE_SIZE), 0);
	test_alloc_hook = other_hart;
	does(aspace_handle_page_fault_shared(&as, 6 * GIB + PAGES(1), AS_WRITE), 0);
	is(as.resident_pages, 2, "two pages in one table");
	does(aspace_unmap(&as, 6 * GIB, PAGES(2)), 0);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		rounds = (unsigned)strtoul(argv[1], NULL, 0);
	begin(&as, 64 * MIB, "faults side by side");
	file = create_file(PAGES(PAGE_COUNT));
	pthread_barrier_init(&together, NULL, HARTS);
	test_threads(HARTS, body);
	aspace_destroy(&child);
	check_all();
	is(mistakes, 0, "every fault was handled");
	does(aspace_unmap(&as, V, PAGES(2 * PAGE_COUNT)), 0);
	faster();
	does(aspace_map_alloc(&as, V, PAGES(2), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, 4 * GIB, 2 * MIB, URW, AS_LAZY, PAGE_SIZE_2M), 0);
	is(aspace_handle_page_fault_shared(&as, 4 * GIB, AS_READ), -EAGAIN, "not for huge pages");
	is(aspace_handle_page_fault_shared(&as, 5 * GIB, AS_READ), -EAGAIN, "nor where nothing is");
	does(aspace_protect(&as, V, PAGES(2), AS_READ), 0);
	is(aspace_handle_page_fault_shared(&as, V, AS_WRITE), -EACCES, "what is forbidden stays so");
	pagecache_put(file);
	end(&as);
	return test_done();
}
