/*
 * mremap: errors in Linux's order, shrinking, growing in place, moving and duplicating.
 * Catches a move that copies instead of moving pages (sharing would end), one that loses
 * copy-on-write state, an offset that breaks, and an old range left mapped.
 */
#include "user/test/util.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

#define MOVE MREMAP_MAYMOVE
#define TO (MREMAP_MAYMOVE | MREMAP_FIXED)

static void errors(void)
{
	char *p = map_anon(8 * PAGE, RW), *q = map_anon(8 * PAGE, RW);

	memset(p, 'x', 8 * PAGE);
	memset(q, 'y', 8 * PAGE);
	fails_with(sys(SYS_mremap, p, PAGE, PAGE, 8, 0), EINVAL);
	fails_with(sys(SYS_mremap, p + 1, PAGE, PAGE, MOVE, 0), EINVAL);
	fails_with_not_qemu(sys(SYS_mremap, p, PAGE, 0, MOVE, 0), EINVAL);
	fails_with_not_qemu(sys(SYS_mremap, p, PAGE, -1L, MOVE, 0), EINVAL);
	fails_with(sys(SYS_mremap, p, PAGE, PAGE, MREMAP_FIXED, q), EINVAL);
	fails_with(sys(SYS_mremap, p, PAGE, PAGE, MREMAP_DONTUNMAP, 0), EINVAL);
	fails_with(sys(SYS_mremap, p, PAGE, 2 * PAGE, MOVE | MREMAP_DONTUNMAP, 0), EINVAL);
	fails_with(sys(SYS_mremap, p, PAGE, PAGE, TO, q + 1), EINVAL);
	fails_with(sys(SYS_mremap, p, 2 * PAGE, 2 * PAGE, TO, p + PAGE), EINVAL);
	fails_with(sys(SYS_mremap, p + PAGE, 2 * PAGE, 2 * PAGE, TO, p), EINVAL);
	fails_with(sys(SYS_mremap, p, PAGE, PAGE, TO, -PAGE), EINVAL);
	fails_with_not_qemu(sys(SYS_mremap, p, 0, PAGE, MOVE, 0), EINVAL);
	munmap(q + 2 * PAGE, PAGE);
	fails_with(sys(SYS_mremap, q + 2 * PAGE, PAGE, PAGE, MOVE, 0), EFAULT);
	fails_with(sys(SYS_mremap, q, 4 * PAGE, 8 * PAGE, MOVE, 0), EFAULT);
	fails_with(sys(SYS_mremap, q, 2 * PAGE, 4 * PAGE, 0, 0), ENOMEM);
	ok(all_bytes(p, 8 * PAGE, 'x') && all_bytes(q, 2 * PAGE, 'y') &&
	   all_bytes(q + 3 * PAGE, 5 * PAGE, 'y'), "an mremap that fails changes nothing");
	munmap(p, 8 * PAGE);
	munmap(q, 8 * PAGE);
}

static void in_place(void)
{
	char *p = map_anon(8 * PAGE, RW);

	memset(p, 'x', 8 * PAGE);
	ok(mremap(p, 8 * PAGE, 8 * PAGE, 0) == p, "the same size is nothing");
	ok(mremap(p, 8 * PAGE, 3 * PAGE, 0) == p, "shrink");
	is(maps_in(p, 8 * PAGE), 1, "leaves one area");
	ok(can_read(p + 2 * PAGE) && !can_read(p + 3 * PAGE), "and unmaps the tail");
	ok(mremap(p, 3 * PAGE, 6 * PAGE, 0) == p, "grow into the hole");
	ok(all_bytes(p, 3 * PAGE, 'x') && all_bytes(p + 3 * PAGE, 3 * PAGE, 0),
	   "old contents, then zeroes");
	is(maps_in(p, 6 * PAGE), 1, "still one area");
	munmap(p, 8 * PAGE);
}

static void moves(void)
{
	char *p = map_anon(4 * PAGE, RW), *to = map_anon(16 * PAGE, PROT_NONE), *q;

	memset(p, 'a', PAGE);
	memset(p + 3 * PAGE, 'd', PAGE);
	is(resident(p, 4 * PAGE), 2, "two pages are resident");
	q = mremap(p, 4 * PAGE, 8 * PAGE, TO, to + PAGE);
	ok(q == to + PAGE, "a move to a fixed place");
	is(maps_in(p, 4 * PAGE), 0, "nothing is left behind");
	is(resident(q, 8 * PAGE), 2, "pages moved, none was added");
	ok(all_bytes(q, PAGE, 'a') && all_bytes(q + PAGE, 2 * PAGE, 0) &&
	   all_bytes(q + 3 * PAGE, PAGE, 'd') && all_bytes(q + 4 * PAGE, 4 * PAGE, 0),
	   "with their contents");
	memset(q, 'z', 8 * PAGE);
	is(load_signal(to), SIGSEGV, "what surrounds the target is untouched");
	mprotect(q + 8 * PAGE, PAGE, PROT_READ);
	p = mremap(q, 8 * PAGE, 10 * PAGE, MOVE);
	ok(p != MAP_FAILED && p != q, "growth into a neighbour moves");
	ok(all_bytes(p, 8 * PAGE, 'z') && all_bytes(p + 8 * PAGE, 2 * PAGE, 0), "contents again");
	q = mremap(p + 2 * PAGE, 2 * PAGE, 2 * PAGE, TO, to);
	ok(q == to && all_bytes(q, 2 * PAGE, 'z'), "a piece of an area moves alone");
	ok(can_read(p + PAGE) && !can_read(p + 2 * PAGE) && can_read(p + 4 * PAGE),
	   "out of its middle");
	munmap(p, 10 * PAGE);
	munmap(to, 16 * PAGE);
}

static void keeps_sharing(void)
{
	char *s = map_shared(2 * PAGE), *p = map_anon(2 * PAGE, RW), *to = map_anon(2 * PAGE, RW);
	struct gate go, done;
	pid_t pid;

	gate_make(&go);
	gate_make(&done);
	memset(p, 'o', 2 * PAGE);
	pid = tap_fork();
	if (pid == 0) {
		s = mremap(s, 2 * PAGE, 2 * PAGE, TO, to);
		p = mremap(p, 2 * PAGE, 4 * PAGE, MOVE);
		s[0] = 'c';
		gate_open(&done);
		gate_wait(&go);
		ok(s[1] == 'p', "the moved shared page is still the shared one");
		ok(all_bytes(p, 2 * PAGE, 'o'), "the moved private one is a snapshot");
		p[0] = 'c';
		tap_child_exit(0);
	}
	gate_wait(&done);
	ok(s[0] == 'c', "a store through a moved shared mapping is seen");
	s[1] = 'p';
	p[0] = 'p';
	gate_open(&go);
	is(tap_wait(pid), 0, "the child");
	ok(p[0] == 'p' && p[1] == 'o', "copy-on-write survives a move");
	gate_close(&go);
	gate_close(&done);
	munmap(s, 2 * PAGE);
	munmap(p, 2 * PAGE);
	munmap(to, 2 * PAGE);
}

static void file_offset(void)
{
	int fd = make_file("f", NULL, 0);
	char *p, *q;

	for (int i = 0; i < 8; i++)
		pwrite(fd, &"abcdefgh"[i], 1, i * (off_t)PAGE);
	p = mmap(NULL, 3 * PAGE, RW, MAP_SHARED, fd, 2 * PAGE);
	q = mremap(p + PAGE, 2 * PAGE, 4 * PAGE, MOVE);
	ok(q[0] == 'd' && q[PAGE] == 'e' && q[2 * PAGE] == 'f' && q[3 * PAGE] == 'g',
	   "a moved file mapping goes on where it should");
	munmap(p, PAGE);
	munmap(q, 4 * PAGE);
	close(fd);
}

static void duplicates(void)
{
	char *s = map_shared(2 * PAGE), *q;

	if (on_qemu_user()) {
		skip(3, "qemu-user refuses an old length of 0");
		return;
	}
	s[0] = '1';
	q = mremap(s, 0, 2 * PAGE, MOVE);
	if (!ok(q != MAP_FAILED && q != s, "old length 0 of a shared mapping makes a second one"))
		return;
	q[1] = '2';
	ok(q[0] == '1' && s[1] == '2', "of the same pages");
	munmap(s, 2 * PAGE);
	ok(q[1] == '2', "that outlives the first");
	munmap(q, 2 * PAGE);
}

static void leaves_the_old(void)
{
	char *p = map_anon(2 * PAGE, RW), *q;

	memset(p, 'x', 2 * PAGE);
	q = mremap(p, 2 * PAGE, 2 * PAGE, MOVE | MREMAP_DONTUNMAP, NULL);
	if (on_qemu_user()) {
		skip(2, "qemu-user does not know MREMAP_DONTUNMAP");
		return;
	}
	ok(q != MAP_FAILED && q != p && all_bytes(q, 2 * PAGE, 'x'), "MREMAP_DONTUNMAP moves");
	ok(can_read(p) && all_bytes(p, 2 * PAGE, 0), "and the old range is there, empty");
	munmap(p, 2 * PAGE);
	munmap(q, 2 * PAGE);
}

int main(void)
{
	scratch_enter();
	errors();
	in_place();
	moves();
	keeps_sharing();
	file_offset();
	duplicates();
	leaves_the_old();
	return done_testing();
}
