/*
 * munmap, mprotect and brk: errors, holes, and how areas split and merge as /proc/self/maps
 * shows. Catches an mprotect that stops before changing the part in front of a hole, one that
 * leaves a stale permission behind, neighbours that stay apart, and a brk that forgets to clear.
 */
#include "user/test/util.h"

static void munmap_errors(void)
{
	char *p = map_anon(4 * PAGE, RW);
	uintptr_t end = user_end();

	fails_with(sys(SYS_munmap, p + 1, PAGE), EINVAL);
	fails_with(sys(SYS_munmap, p, 0), EINVAL);
	fails_with(sys(SYS_munmap, p, -1L), EINVAL);
	fails_with(sys(SYS_munmap, -PAGE, 2 * PAGE), EINVAL);
	if (end) {
		fails_with(sys(SYS_munmap, end, PAGE), EINVAL);
		fails_with(sys(SYS_munmap, p, end), EINVAL);
		fails_with(sys(SYS_munmap, 1UL << 63, PAGE), EINVAL);
	} else {
		skip(3, "the end of the user half is not known here");
	}
	is(munmap(p + PAGE, PAGE), 0, "munmap of a page in the middle");
	is(munmap(p + PAGE, PAGE), 0, "munmap of a hole is no error");
	ok(can_read(p) && !can_read(p + PAGE) && can_read(p + 2 * PAGE), "only that page went");
	is(munmap(p, 100), 0, "a length is rounded up to the page");
	ok(!can_read(p), "and the page went");
	is(munmap(p, 4 * PAGE), 0, "munmap across holes");
	is(maps_in(p, 4 * PAGE), 0, "takes all that is left");
}

static void mprotect_errors(void)
{
	char *p = map_anon(4 * PAGE, RW);

	fails_with(sys(SYS_mprotect, p + 1, PAGE, PROT_READ), EINVAL);
	fails_with(sys(SYS_mprotect, p, -1L, PROT_READ), ENOMEM);
	fails_with(sys(SYS_mprotect, -PAGE, 2 * PAGE, PROT_READ), ENOMEM);
	if (on_qemu_user()) {
		skip(3, "qemu-user checks bits and lengths itself");
	} else {
		is(sys(SYS_mprotect, p, 0, PROT_READ), 0, "mprotect of nothing");
		fails_with(sys(SYS_mprotect, p, PAGE, 0x40), EINVAL);
		fails_with(sys(SYS_mprotect, p, PAGE, PROT_READ | 0x03000000), EINVAL);
	}
	munmap(p + 2 * PAGE, PAGE);
	if (on_qemu_user())
		skip(1, "qemu-user looks for the page first");
	else
		is(sys(SYS_mprotect, p + 2 * PAGE, 0, PROT_READ), 0, "nothing of a hole");
	fails_with(mprotect(p + 2 * PAGE, PAGE, PROT_READ), ENOMEM);
	fails_with(mprotect(p + 2 * PAGE, 2 * PAGE, PROT_READ), ENOMEM);
	ok(can_write(p + 3 * PAGE), "a hole at the start changes nothing");
	if (on_qemu_user()) {
		skip(3, "qemu-user checks the whole range first");
	} else {
		fails_with(mprotect(p, 4 * PAGE, PROT_READ), ENOMEM);
		ok(!can_write(p) && !can_write(p + PAGE), "the part before a hole is changed");
		ok(can_write(p + 3 * PAGE), "the part after it is not");
	}
	munmap(p, 4 * PAGE);
}

static void permissions_follow(void)
{
	char *p = map_anon(4 * PAGE, RW);

	memset(p, 'x', 4 * PAGE);
	mprotect(p + PAGE, PAGE, PROT_READ);
	mprotect(p + 2 * PAGE, PAGE, PROT_NONE);
	is(store_signal(p), 0, "RW: store");
	is(load_signal(p + PAGE), 0, "R: load");
	is(store_signal(p + PAGE), SIGSEGV, "R: store");
	is(load_signal(p + 2 * PAGE), SIGSEGV, "NONE: load");
	is(store_signal(p + 2 * PAGE), SIGSEGV, "NONE: store");
	ok(!can_write(p + PAGE) && !can_read(p + 2 * PAGE), "the kernel keeps to it too");
	is(mprotect(p, 4 * PAGE, RW), 0, "all back to RW");
	ok(all_bytes(p, 4 * PAGE, 'x'), "contents are kept, under PROT_NONE too");
	memset(p, 'y', 4 * PAGE);
	ok(all_bytes(p, 4 * PAGE, 'y'), "stores work again");
	munmap(p, 4 * PAGE);
}

static bool same_area(char *a, char *b)
{
	struct map_line m, n;

	return map_of(a, &m) && map_of(b, &n) && m.start == n.start;
}

/* Eight pages, with PROT_NONE around them so that no neighbour joins in. */
static void split_and_merge(void)
{
	char *all = map_anon(10 * PAGE, PROT_NONE), *p = all + PAGE;
	struct map_line m;

	mprotect(p, 8 * PAGE, RW);
	is(maps_in(all, 10 * PAGE), 3, "one area inside two");
	mprotect(p + 2 * PAGE, 3 * PAGE, PROT_READ);
	is(maps_in(p, 8 * PAGE), 3, "a change in the middle makes three");
	ok(map_of(p + 2 * PAGE, &m) && m.start == (uintptr_t)(p + 2 * PAGE) &&
	   m.end == (uintptr_t)(p + 5 * PAGE) && strcmp(m.perms, "r--p") == 0,
	   "the middle one has its bounds and permissions (%s)", m.perms);
	mprotect(p + 5 * PAGE, PAGE, PROT_READ);
	ok(maps_in(p, 8 * PAGE) == 3 && same_area(p + 2 * PAGE, p + 5 * PAGE),
	   "the next page joins it");
	mprotect(p, 2 * PAGE, PROT_READ);
	ok(maps_in(p, 8 * PAGE) == 2 && same_area(p, p + 5 * PAGE), "so does what is before");
	mprotect(p, 8 * PAGE, RW);
	is(maps_in(p, 8 * PAGE), 1, "the same permission everywhere is one area again");
	munmap(p + 3 * PAGE, PAGE);
	is(maps_in(p, 8 * PAGE), 2, "munmap in the middle makes two");
	mmap(p + 3 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
	is(maps_in(p, 8 * PAGE), 1, "filling the hole makes one");
	mmap(p + 3 * PAGE, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	is(maps_in(p, 8 * PAGE), 3, "a shared page does not merge with private ones");
	munmap(all, 10 * PAGE);
}

static void file_areas_merge(void)
{
	int fd = make_file("f", NULL, 0);
	char *p = map_anon(6 * PAGE, PROT_NONE);

	ftruncate(fd, 6 * PAGE);
	mmap(p + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, PAGE);
	mmap(p + 2 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 2 * PAGE);
	is(maps_in(p + PAGE, 2 * PAGE), 1, "file pages that continue each other merge");
	mmap(p + 3 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 5 * PAGE);
	is(maps_in(p + PAGE, 3 * PAGE), 2, "those that do not stay apart");
	munmap(p, 6 * PAGE);
	close(fd);
}

static void brk_moves(void)
{
	char *start = (char *)sys(SYS_brk, 0), *p;

	is((char *)sys(SYS_brk, 0) - start, 0, "brk(0) tells and changes nothing");
	p = (char *)sys(SYS_brk, start + 3 * PAGE + 5);
	is(p - start, 3 * PAGE + 5, "it grows by bytes");
	memset(start, 'b', 3 * PAGE + 5);
	is((char *)sys(SYS_brk, 8) - p, 0, "below its start: unchanged");
	is((char *)sys(SYS_brk, -PAGE) - p, 0, "beyond the user half: unchanged");
	is((char *)sys(SYS_brk, 1UL << 62) - p, 0, "non-canonical: unchanged");
	if (on_qemu_user()) {
		skip(3, "qemu-user keeps memory after a shrinking brk");
	} else {
		is((char *)sys(SYS_brk, start) - start, 0, "it shrinks");
		ok(!can_read((char *)(((uintptr_t)start + 4 * PAGE) & -PAGE) - PAGE),
		   "and the pages are gone");
		sys(SYS_brk, start + 3 * PAGE);
		ok(all_bytes((char *)(((uintptr_t)start + PAGE - 1) & -PAGE), 2 * PAGE, 0),
		   "grown again, they are zero");
	}
	sys(SYS_brk, start);
}

/* A mapping just above the break stops it. */
static void brk_meets_a_mapping(void)
{
	char *start = (char *)sys(SYS_brk, 0);
	char *above = (char *)(((uintptr_t)start + 9 * PAGE) & -PAGE);

	if (mmap(above, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) != above) {
		skip(2, "the room above the break is taken");
		return;
	}
	is((char *)sys(SYS_brk, above + 1) - start, 0, "brk never runs into a mapping");
	is((char *)sys(SYS_brk, start + PAGE) - start, PAGE, "but grows up to it");
	sys(SYS_brk, start);
	munmap(above, PAGE);
}

int main(void)
{
	scratch_enter();
	munmap_errors();
	mprotect_errors();
	permissions_follow();
	split_and_merge();
	file_areas_merge();
	brk_moves();
	brk_meets_a_mapping();
	return done_testing();
}
