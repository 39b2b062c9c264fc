/*
 * corpus.c - scenarios and operations for test_aspace_failures (corpus.h).
 */
#include "mm/test/corpus.h"
#include "mm/test/file.h"

struct subject on;

void must(int err)
{
	if (err)
		port_panic("set-up fails with %d", err);
}

/* ---- scenarios: each builds a state around V ---- */

static void map(unsigned page, unsigned n, unsigned flags, enum aspace_populate populate)
{
	must(aspace_map_alloc(&on.as, V + PAGES(page), PAGES(n), flags, populate, PAGE_SIZE));
}

static void nothing(void)
{
}

static void lazy(void)
{
	map(0, 600, URW, AS_LAZY);
}

static void some_pages(void)
{
	map(0, 20, URW, AS_LAZY);
	map(20, 20, UR, AS_POPULATE);
	map(44, 4, UX, AS_LAZY);
	must(poke(&on.as, V + PAGES(3), 3));
	must(poke(&on.as, V + PAGES(12), 12));
	must(peek(&on.as, V + PAGES(13)));
}

/* Pages that a clone shares: each write copies. */
static void shared_with_clone(void)
{
	map(0, 40, URW, AS_LAZY);
	must(poke(&on.as, V, 1));
	must(poke(&on.as, V + PAGES(10), 2));
	must(poke(&on.as, V + PAGES(11), 3));
	must(aspace_try_clone(&on.as, &on.child));
	on.has_child = true;
}

static void huge(void)
{
	must(aspace_map_alloc(&on.as, V, 4 * MIB, URW, AS_LAZY, PAGE_SIZE_2M));
	must(poke(&on.as, V + PAGES(3), 3));
	must(poke(&on.as, V + 2 * MIB, 4));
}

static void huge_with_clone(void)
{
	must(aspace_map_alloc(&on.as, V, 4 * MIB, URW, AS_LAZY, PAGE_SIZE_2M));
	must(poke(&on.as, V + PAGES(10), 3));
	must(aspace_try_clone(&on.as, &on.child));
	on.has_child = true;
}

/* Lies in areas of 2 MiB pages, of which none is there yet. */
static void huge_lazy(void)
{
	must(aspace_map_alloc(&on.as, V, 4 * MIB, URW, AS_LAZY, PAGE_SIZE_2M));
}

static void gigabyte(void)
{
	must(aspace_map_linear(&on.as, V, 0, GIB, URW, PAGE_SIZE_1G));
}

static void device(void)
{
	must(aspace_map_linear(&on.as, V, 0x10000000, PAGES(30), URW, PAGE_SIZE));
}

/* The last page is there, so that the cache has all its nodes. */
static void file_with(enum aspace_sharing sharing)
{
	if (!fill_page(on.pc, FILE_PAGES - 1))
		must(-ENOMEM);
	must(aspace_map_file(&on.as, V, PAGES(FILE_PAGES + 2), URW, on.pc, 0, sharing));
	must(poke(&on.as, V + PAGES(3), 3));
	must(peek(&on.as, V + PAGES(12)));
}

static void file_shared(void)
{
	file_with(AS_SHARED);
}

static void file_private(void)
{
	file_with(AS_PRIVATE);
}

static void stack(void)
{
	map(30, 5, URW | AS_GROWSDOWN, AS_POPULATE);
	on.as.stack_limit = MIB;
}

const struct scenario scenarios[] = {
	{ "nothing", nothing },
	{ "lazy", lazy },
	{ "some pages", some_pages },
	{ "shared with a clone", shared_with_clone },
	{ "huge", huge },
	{ "huge with a clone", huge_with_clone },
	{ "huge, lazy", huge_lazy },
	{ "a gigabyte", gigabyte },
	{ "device", device },
	{ "file, shared", file_shared },
	{ "file, private", file_private },
	{ "stack", stack },
	{ 0 },
};

/* ---- operations, on n pages from page p ---- */

/* Where each page costs an allocation of its own, some tell as much as many. */
static size_t some(void)
{
	return on.size < PAGES(40) ? on.size : PAGES(40);
}

static int map_lazy(void)
{
	return aspace_map_alloc(&on.as, on.at, on.size, URW, AS_LAZY, PAGE_SIZE);
}

static int map_populate(void)
{
	return aspace_map_alloc(&on.as, on.at, some(), URW, AS_POPULATE, PAGE_SIZE);
}

static int map_huge(void)
{
	return aspace_map_alloc(&on.as, on.at + GIB - V % MIB, 2 * MIB, URW, AS_POPULATE, PAGE_SIZE_2M);
}

static int map_linear(void)
{
	return aspace_map_linear(&on.as, on.at, 0x20000000, on.size, RW, PAGE_SIZE);
}

static int map_file(void)
{
	return aspace_map_file(&on.as, on.at, on.size, UR, on.pc, PAGES(2), AS_PRIVATE);
}

static int replace_lazy(void)
{
	return aspace_map_alloc(&on.as, on.at, on.size, UX | AS_REPLACE, AS_LAZY, PAGE_SIZE);
}

static int replace_populate(void)
{
	return aspace_map_alloc(&on.as, on.at, some(), UR | AS_REPLACE, AS_POPULATE, PAGE_SIZE);
}

static int replace_linear(void)
{
	return aspace_map_linear(&on.as, on.at, 0x20000000, on.size, UR | AS_REPLACE, PAGE_SIZE);
}

static int replace_file(void)
{
	return aspace_map_file(&on.as, on.at, on.size, UR | AS_REPLACE, on.pc, PAGES(2), AS_SHARED);
}

static int unmap(void)
{
	return aspace_unmap(&on.as, on.at, on.size);
}

static int protect_read(void)
{
	return aspace_protect(&on.as, on.at, on.size, AS_READ);
}

static int protect_none(void)
{
	return aspace_protect(&on.as, on.at, on.size, 0);
}

static int discard(void)
{
	return aspace_discard(&on.as, on.at, on.size);
}

static int dont_fork(void)
{
	return aspace_set_fork_flags(&on.as, on.at, on.size, AS_DONTFORK, 0);
}

static int move_away(void)
{
	return aspace_remap(&on.as, on.at, on.size, V + GIB - PAGES(3), on.size, AS_MOVE);
}

static int move_and_grow(void)
{
	return aspace_remap(&on.as, on.at, on.size, V + GIB - PAGES(3), on.size + PAGES(3), AS_MOVE);
}

static int move_and_keep(void)
{
	return aspace_remap(&on.as, on.at, on.size, V + GIB, on.size, AS_MOVE_KEEP_OLD);
}

static int move_near(void)
{
	return aspace_remap(&on.as, on.at, PAGES(2), on.at + PAGES(3), PAGES(3), AS_MOVE);
}

static int shrink(void)
{
	return aspace_remap(&on.as, on.at, on.size, on.at, PAGES(1), AS_MOVE);
}

static int map_again(void)
{
	return aspace_remap(&on.as, on.at, 0, V + GIB, on.size, AS_MOVE);
}

static int fault_read(void)
{
	return aspace_handle_page_fault(&on.as, on.at, AS_USER | AS_READ);
}

static int fault_write(void)
{
	return aspace_handle_page_fault(&on.as, on.at, AS_USER | AS_WRITE);
}

static int clone_space(void)
{
	struct aspace copy;
	int err = aspace_try_clone(&on.as, &copy);

	if (!err) {
		aspace_check(&copy);
		aspace_destroy(&copy);
	}
	return err;
}

/* These keep what they had done. */

static int populate_read(void)
{
	return aspace_populate_area(&on.as, on.at, some(), AS_READ);
}

static int populate_write(void)
{
	return aspace_populate_area(&on.as, on.at, some(), AS_WRITE);
}

static int copy_in(void)
{
	uint8_t bytes[2 * PAGE_SIZE];
	size_t done;

	memset(bytes, 0x77, sizeof(bytes));
	return aspace_write(&on.as, on.at + 100, bytes, sizeof(bytes), &done);
}

static int copy_out(void)
{
	uint8_t bytes[2 * PAGE_SIZE];
	size_t done;

	return aspace_read(&on.as, on.at + 100, bytes, sizeof(bytes), &done);
}

static int copy_in_forced(void)
{
	uint8_t bytes[2 * PAGE_SIZE];

	memset(bytes, 0x78, sizeof(bytes));
	return aspace_write_forced(&on.as, on.at + 100, bytes, sizeof(bytes));
}

#define OP(call) { #call, call, false }
#define PARTIAL(call) { #call, call, true }

const struct operation operations[] = {
	OP(map_lazy), OP(map_populate), OP(map_huge), OP(map_linear), OP(map_file),
	OP(replace_lazy), OP(replace_populate), OP(replace_linear), OP(replace_file),
	OP(unmap), OP(protect_read), OP(protect_none), OP(discard), OP(dont_fork),
	OP(move_away), OP(move_and_grow), OP(move_and_keep), OP(move_near), OP(shrink),
	OP(map_again), OP(fault_read), OP(fault_write), OP(clone_space),
	PARTIAL(populate_read), PARTIAL(populate_write), PARTIAL(copy_in), PARTIAL(copy_out),
	PARTIAL(copy_in_forced),
	{ 0 },
};
