/*
 * test_aspace_look.c - questions about a space, populating it, and what it prints about itself.
 */
#include <fcntl.h>
#include <unistd.h>

#include "mm/test/file.h"
#include "mm/test/space.h"

#define V	(2 * GIB)

static void region_access(void)
{
	struct aspace as;

	begin(&as, 16 * MIB, "check_region_access");
	does(aspace_map_alloc(&as, V, PAGES(2), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(2), PAGES(2), UR, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(5), PAGES(2), URW, AS_LAZY, PAGE_SIZE), 0);
	ok(aspace_check_region_access(&as, V, PAGES(4), UR), "across areas");
	ok(!aspace_check_region_access(&as, V, PAGES(4), URW), "one forbids it");
	ok(aspace_check_region_access(&as, V + 5, PAGES(2) - 5, AS_WRITE), "any bytes");
	ok(!aspace_check_region_access(&as, V + 5, PAGES(2) - 4, AS_WRITE), "one byte too many");
	ok(!aspace_check_region_access(&as, V, PAGES(7), AS_READ), "a hole");
	ok(!aspace_check_region_access(&as, V - 1, 2, AS_READ), "begins in a hole");
	ok(!aspace_check_region_access(&as, V + PAGES(7) - 1, 2, AS_READ), "ends in a hole");
	ok(aspace_check_region_access(&as, V + GIB, 0, AS_READ), "nothing, anywhere");
	ok(!aspace_check_region_access(&as, V, SIZE_MAX, AS_READ), "wraps");
	ok(!aspace_check_region_access(&as, UINTPTR_MAX, 2, AS_READ), "wraps");
	is(as.resident_pages, 0, "nothing is touched");
	end(&as);
}

static void resident(void)
{
	struct aspace as;
	struct pagecache *pc;
	uint8_t vec[1024];
	unsigned i, sum = 0;

	begin(&as, 16 * MIB, "resident");
	does(aspace_map_alloc(&as, V, PAGES(4), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(4), PAGES(4), UR, AS_LAZY, PAGE_SIZE), 0);
	does(poke(&as, V + PAGES(1), 1), 0);
	does(peek(&as, V + PAGES(6)), 0);
	memset(vec, 7, sizeof(vec));
	does(aspace_resident(&as, V, PAGES(8), vec), 0);
	ok(!memcmp(vec, "\0\1\0\0\0\0\1\0\7", 9), "two of eight");
	memset(vec, 7, sizeof(vec));
	does(aspace_resident(&as, V + PAGES(1), PAGES(1), vec), 0);
	ok(!memcmp(vec, "\1\7", 2), "one");
	does(aspace_resident(&as, V, PAGES(9), vec), -ENOMEM);
	does(aspace_resident(&as, V - PAGES(1), PAGES(2), vec), -ENOMEM);
	does(aspace_resident(&as, V + 1, PAGES(2), vec), -EINVAL);
	does(aspace_resident(&as, V, 0, vec), 0);
	does(aspace_map_alloc(&as, V + 2 * MIB, 2 * MIB, URW, AS_POPULATE, PAGE_SIZE_2M), 0);
	memset(vec, 0, sizeof(vec));
	does(aspace_resident(&as, V + 3 * MIB, MIB, vec), 0);
	for (i = 0; i < 1024; i++)
		sum += vec[i];
	is(sum, 256, "half of a huge page, and not a byte beyond");

	test_case("what only the file's cache has");
	does(pagecache_create(PAGES(4), &pc), 0);
	does(aspace_map_file(&as, V + 8 * MIB, PAGES(4), UR, pc, 0, AS_SHARED), 0);
	does(aspace_map_file(&as, V + 9 * MIB, PAGES(6), UR, pc, 0, AS_SHARED), 0);
	does(peek(&as, V + 8 * MIB + PAGES(2)), 0);
	does(aspace_resident(&as, V + 9 * MIB, PAGES(6), vec), 0);
	ok(!memcmp(vec, "\0\0\1\0\0\0", 6), "is resident");
	does(aspace_unmap(&as, V + 8 * MIB, 2 * MIB), 0);
	pagecache_put(pc);
	is(frame_ref_count(frame_zero), 2, "one leaf has the frame of zeros");
	end(&as);
}

static void page_states(void)
{
	struct page_quota quota = { .limit = 2 };
	struct page_state state;
	struct aspace as, child;
	struct pagecache *pc;

	begin(&as, 16 * MIB, "the state of a page");
	pc = create_file(PAGES(4));
	pagecache_set_quota(pc, &quota);
	does(aspace_map_alloc(&as, V, PAGES(4), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_file(&as, V + MIB, PAGES(4), URW, pc, 0, AS_PRIVATE), 0);
	does(aspace_map_file(&as, V + 2 * MIB, PAGES(4), URW, pc, 0, AS_SHARED), 0);
	does(aspace_map_linear(&as, V + 3 * MIB, 0x10000000, PAGES(1), URW, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + 4 * MIB, 2 * MIB, URW, AS_POPULATE, PAGE_SIZE_2M), 0);
	ok(!aspace_page_state(&as, V, &state), "absent");
	ok(!aspace_page_state(&as, 16 * GIB, &state), "nowhere");
	does(poke(&as, V, 1), 0);
	ok(aspace_page_state(&as, V, &state) && !state.of_file && state.exclusive, "its own");
	is(state.pa, frame_at_va(&as, V), "where it is");
	does(peek(&as, V + MIB), 0);
	ok(aspace_page_state(&as, V + MIB, &state) && state.of_file && state.exclusive,
	   "a file's, mapped once");
	does(peek(&as, V + 2 * MIB), 0);
	ok(aspace_page_state(&as, V + 2 * MIB, &state) && state.of_file && !state.exclusive,
	   "mapped twice");
	does(poke(&as, V + MIB, 1), 0);
	ok(aspace_page_state(&as, V + MIB, &state) && !state.of_file && state.exclusive,
	   "a private copy of it");
	ok(aspace_page_state(&as, V + 3 * MIB, &state) && state.of_file && !state.exclusive,
	   "a device's");
	ok(aspace_page_state(&as, V + 5 * MIB + 1, &state) && state.exclusive, "part of a huge page");
	is(state.pa, frame_at_va(&as, V + 4 * MIB) + MIB, "the part's address");
	does(peek(&as, V + 2 * MIB + PAGES(1)), 0);
	does(peek(&as, V + 2 * MIB + PAGES(2)), -ENXIO);
	is(aspace_try_clone(&as, &child), 0, "clone");
	watch(&child);
	is(aspace_page_state(&as, V, &state) && !state.exclusive, COW, "shared with a clone");
	destroy(&child);
	pagecache_put(pc);
	end(&as);
}

static void populate(void)
{
	struct aspace as, child;
	struct pagecache *pc;
	size_t frames;

	begin(&as, 16 * MIB, "populate_area");
	if (pagecache_create(PAGES(2), &pc))
		abort();
	does(aspace_map_alloc(&as, V, PAGES(8), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_populate_area(&as, V, PAGES(4), AS_READ), 0);
	is(as.resident_pages, 4, "readable");
	is(frame_at_va(&as, V), frame_zero, "zeros");
	does(aspace_populate_area(&as, V + PAGES(2), PAGES(6), AS_WRITE), 0);
	is(as.resident_pages, 8, "all");
	ok(frame_at_va(&as, V + PAGES(3)) != frame_zero, "its own for a write");
	does(aspace_protect(&as, V, PAGES(8), AS_READ), 0);
	does(aspace_populate_area(&as, V, PAGES(8), AS_READ), 0);
	does(aspace_populate_area(&as, V, PAGES(8), AS_WRITE), -EACCES);
	does(aspace_protect(&as, V, PAGES(8), RW), 0);
	does(aspace_populate_area(&as, V, PAGES(8), AS_WRITE), 0);
	is(aspace_try_clone(&as, &child), 0, "clone");
	watch(&child);
	does(aspace_populate_area(&child, V, PAGES(8), AS_WRITE), 0);
	ok(frame_at_va(&child, V) != frame_at_va(&as, V), "unshared");
	destroy(&child);
	does(aspace_populate_area(&as, V, PAGES(9), AS_READ), -ENOMEM);
	does(aspace_populate_area(&as, V + 1, PAGES(1), AS_READ), -EINVAL);
	does(aspace_populate_area(&as, V, 0, AS_READ), -EINVAL);
	does(aspace_map_alloc(&as, V + PAGES(8), PAGES(1), AS_USER, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_populate_area(&as, V + PAGES(8), PAGES(1), 0), -EACCES);
	does(aspace_map_file(&as, V + MIB, PAGES(4), UR, pc, 0, AS_SHARED), 0);
	does(aspace_populate_area(&as, V + MIB, PAGES(4), AS_READ), -EFAULT);
	is(leaf_at(&as, V + MIB + PAGES(1)) != 0, 1, "what could be filled stays");
	does(aspace_map_alloc(&as, V + 4 * MIB, 2 * MIB, URW, AS_LAZY, PAGE_SIZE_2M), 0);
	does(aspace_populate_area(&as, V + 5 * MIB, MIB, AS_WRITE), 0);
	is(leaf_size(&as, V + 4 * MIB), PAGE_SIZE_2M, "huge pages too");
	does(aspace_unmap(&as, V + 4 * MIB, 2 * MIB), 0);

	test_case("out of memory on the way");
	does(aspace_map_alloc(&as, 8 * GIB, 64 * MIB, URW, AS_LAZY, PAGE_SIZE), 0);
	frames = test_free_frames();
	does(aspace_populate_area(&as, 8 * GIB, 64 * MIB, AS_WRITE), -ENOMEM);
	does(aspace_discard(&as, 8 * GIB, 64 * MIB), 0);
	is(test_free_frames(), frames, "all can be had back");
	pagecache_put(pc);
	end(&as);
}

static void facts(void)
{
	struct aspace as, child;
	struct pagecache *pc;
	struct area_info info;
	struct area_usage usage;
	size_t size;

	begin(&as, 16 * MIB, "areas and usage");
	if (pagecache_create(PAGES(8), &pc))
		abort();
	ok(!aspace_next_area(&as, 0, &info), "no area");
	does(aspace_map_file(&as, V, PAGES(2), UR | AS_MAX(AS_READ), pc, PAGES(3), AS_SHARED), 0);
	does(aspace_map_alloc(&as, V + 2 * MIB, 2 * MIB, URW | AS_NORESERVE, AS_LAZY,
			      PAGE_SIZE_2M), 0);
	ok(aspace_next_area(&as, 0, &info), "the first");
	is(info.start, V, "start");
	is(info.end, V + PAGES(2), "end");
	is(info.flags, UR | AS_MAX(AS_READ), "flags");
	is(info.sharing, AS_SHARED, "shared");
	ok(!strcmp(info.backend, "file"), "file");
	ok(info.pc == pc, "this file");
	is(info.offset, PAGES(3), "offset");
	ok(aspace_next_area(&as, V + PAGES(1), &info) && info.start == V, "one that holds va");
	ok(aspace_next_area(&as, info.end, &info), "the second");
	is(info.page_size, PAGE_SIZE_2M, "page size");
	is(info.flags, URW | AS_NORESERVE | AS_MAX(AS_RWX), "flags");
	ok(!strcmp(info.backend, "alloc"), "alloc");
	ok(!aspace_next_area(&as, info.end, &info), "no more");

	does(poke(&as, V + 2 * MIB, 1), 0);
	does(peek(&as, V), 0);
	is(aspace_try_clone(&as, &child), 0, "clone");
	aspace_area_usage(&as, V + 2 * MIB, V + 4 * MIB, &usage);
	is(usage.resident, 512, "resident");
	is(usage.shared, COW ? 512 : 0, "shared with the clone");
	is(usage.tables, 0, "no small pages, no tables");
	aspace_destroy(&child);
	aspace_area_usage(&as, V, V + PAGES(2), &usage);
	is(usage.resident, 1, "resident");
	is(usage.shared, 1, "shared with the cache");
	is(usage.tables, 1, "one table");

	is(aspace_leaf(&as, V + PAGES(1), &size), 0, "absent");
	ok(aspace_leaf(&as, V + 3 * MIB, &size) && size == PAGE_SIZE_2M, "a leaf of 2 MiB");
	is(aspace_leaf(&as, USER_END, &size), 0, "outside");
	pagecache_put(pc);
	end(&as);
}

/* ---- what is printed ---- */

static char printed[20000];

/* Run body with standard output going into `printed`. */
static void capture(void (*body)(struct aspace *as), struct aspace *as)
{
	FILE *file = tmpfile();
	int saved;
	size_t n;

	fflush(stdout);
	saved = dup(1);
	dup2(fileno(file), 1);
	body(as);
	fflush(stdout);
	dup2(saved, 1);
	close(saved);
	rewind(file);
	n = fread(printed, 1, sizeof(printed) - 1, file);
	printed[n] = '\0';
	fclose(file);
}

static void says(const char *text)
{
	if (!ok(strstr(printed, text), "says \"%s\"", text))
		diag("printed: %s", printed);
}

static void dump_it(struct aspace *as)
{
	aspace_dump(as);
}

static vaddr_t why_va;
static unsigned why_access;

static void explain_it(struct aspace *as)
{
	aspace_explain(as, why_va, why_access);
}

static void explain(struct aspace *as, vaddr_t va, unsigned access, const char *text)
{
	why_va = va;
	why_access = access;
	capture(explain_it, as);
	says(text);
}

static void words(void)
{
	struct aspace as;
	struct pagecache *pc;

	begin(&as, 16 * MIB, "dump");
	if (pagecache_create(PAGES(1), &pc))
		abort();
	does(aspace_map_alloc(&as, V, PAGES(4), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(4), PAGES(1), AS_USER, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(6), PAGES(1), RW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_file(&as, V + MIB, PAGES(2), UX, pc, 0, AS_PRIVATE), 0);
	does(poke(&as, V, 1), 0);
	capture(dump_it, &as);
	says("80000000-80004000 rw-up alloc leaf 4K offset 0 resident 1 shared 0");
	says("80100000-80102000 r-xup file");
	says("4 areas, 32 KiB mapped, 1 pages resident, 3 table pages");

	test_case("explain names the rule");
	explain(&as, V + PAGES(5), UR, "no area holds the address");
	says("the area below");
	says("the area above");
	explain(&as, V + GIB, UR, "the area below");
	explain(&as, USER_BASE, UR, "the area above");
	explain(&as, USER_END + 5, UR, "outside the address space");
	explain(&as, V + PAGES(4), UR, "PROT_NONE");
	explain(&as, V + PAGES(6), UR, "for the kernel only");
	explain(&as, V, AS_USER | AS_EXEC, "execute at 80000000: the area does not allow this");
	explain(&as, V + MIB + PAGES(1) + 5, UR, "beyond the end of the file");
	explain(&as, V + 8, URW,
		"the area allows it now: another thread has changed it, or mm is wrong");
	says("level 2 entry");
	says("level 0 entry");
	says("leaf 4K");
	says("VRWUAD");
	explain(&as, V + PAGES(1), UR, "absent");
	pagecache_put(pc);
	end(&as);
}

int main(void)
{
	region_access();
	resident();
	page_states();
	populate();
	facts();
	words();
	return test_done();
}
