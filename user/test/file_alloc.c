/*
 * The space of a file: fallocate, holes and where they are, truncation under a mapping, copies
 * within the kernel, statx, and the calls that hint or wait. Catches a hole with old bytes in it,
 * space that is not given back, and a size that changes when it must not.
 */
#include "user/test/util.h"

#include <sys/sendfile.h>
#include <sys/statfs.h>
#include <sys/uio.h>

#ifndef FALLOC_FL_KEEP_SIZE
#include <linux/falloc.h>
#endif

static int fd;

static long blocks(void)
{
	struct stat st;

	fstat(fd, &st);
	return (long)st.st_blocks;
}

static long size(void)
{
	struct stat st;

	fstat(fd, &st);
	return (long)st.st_size;
}

/* Are these bytes of the file all c? */
static bool all(long from, size_t n, char c)
{
	static char buf[8 * PAGE];

	return pread(fd, buf, n, from) == (ssize_t)n && all_bytes(buf, n, c);
}

static void fill(size_t pages)
{
	static char buf[PAGE];

	memset(buf, 'x', sizeof(buf));
	ftruncate(fd, 0);
	for (size_t i = 0; i < pages; i++)
		pwrite(fd, buf, sizeof(buf), (off_t)(i * PAGE));
}

static void holes(void)
{
	char *map;

	fill(8);
	is(blocks(), 64, "eight pages are there");
	works(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100, 3 * PAGE));
	ok(all(0, 100, 'x') && all(100, 3 * PAGE, 0) && all(100 + 3 * PAGE, 4 * PAGE, 'x'),
	   "a hole reads as zeros, and nothing else does");
	is(blocks(), 48, "two whole pages are given back");
	is(size(), 8 * PAGE, "the size stays");
	is(lseek(fd, 0, SEEK_HOLE), PAGE, "the hole is found");
	is(lseek(fd, PAGE + 7, SEEK_HOLE), PAGE + 7, "from within it too");
	is(lseek(fd, PAGE + 7, SEEK_DATA), 3 * PAGE, "and where it ends");
	is(lseek(fd, 3 * PAGE, SEEK_HOLE), 8 * PAGE, "the end is a hole");
	fails_with(lseek(fd, 8 * PAGE, SEEK_DATA), ENXIO);
	fails_with(lseek(fd, -1, SEEK_HOLE), ENXIO);
	works(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 5 * PAGE + 1, 10));
	ok(all(5 * PAGE + 1, 10, 0) && all(5 * PAGE + 11, 9, 'x'), "a hole within a page");

	map = mmap(NULL, 8 * PAGE, RW, MAP_SHARED, fd, 0);
	map[6 * PAGE] = 'y';
	works(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 6 * PAGE, PAGE));
	is(map[6 * PAGE], 0, "a mapping sees the hole");
	map[6 * PAGE] = 'z';
	ok(all(6 * PAGE, 1, 'z'), "and what it stores then is in the file");
	munmap(map, 8 * PAGE);
	works(ftruncate(fd, 1L << 40));
	is(lseek(fd, 8 * PAGE, SEEK_HOLE), 8 * PAGE, "growing makes a hole");
	fails_with(lseek(fd, 8 * PAGE, SEEK_DATA), ENXIO);
	works(ftruncate(fd, 0));
	is(blocks(), 0, "nothing is left");
}

static void space(void)
{
	fill(1);
	works(fallocate(fd, 0, PAGE, 3 * PAGE));
	is(blocks(), 32, "space is there");
	is(size(), 4 * PAGE, "and the size");
	ok(all(PAGE, 3 * PAGE, 0), "of zeros");
	works(fallocate(fd, FALLOC_FL_KEEP_SIZE, 4 * PAGE, 2 * PAGE));
	is(size(), 4 * PAGE, "KEEP_SIZE keeps the size");
	is(blocks(), 48, "and has space behind it");
	is(pwrite(fd, "abc", 3, 4 * PAGE + 10), 3, "which is written to");
	ok(all(4 * PAGE, 10, 0) && all(4 * PAGE + 10, 1, 'a'), "later");
	works(ftruncate(fd, 4 * PAGE));
	is(blocks(), 32, "or given back");
	fails_with(fallocate(fd, 0, -1, 10), EINVAL);
	fails_with(fallocate(fd, 0, 0, 0), EINVAL);
	fails_with(fallocate(fd, 0, INT64_MAX, 10), EFBIG);
	fails_with(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 10), EOPNOTSUPP);
	fails_with(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, PAGE), EOPNOTSUPP);
	fails_with(fallocate(fd, FALLOC_FL_INSERT_RANGE, 0, PAGE), EOPNOTSUPP);
	is(posix_fallocate(fd, 0, 5 * PAGE), 0, "posix_fallocate");
	if (on_xv39()) {
		fails_with(fallocate(fd, 0, 0, 1L << 40), ENOSPC);
		is(blocks(), 40, "what cannot fit takes nothing");
		fill(2);
		works(fallocate(fd, FALLOC_FL_ZERO_RANGE, PAGE / 2, 2 * PAGE));
		ok(all(0, PAGE / 2, 'x') && all(PAGE / 2, 2 * PAGE, 0), "zeros, and a size");
		is(blocks(), 24, "that have space");
	} else {
		skip(5, "how much fits, and whether there is ZERO_RANGE, depends");
	}
}

static int beyond_the_end(void)
{
	char *map = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);

	return map[PAGE];
}

static void sizes(void)
{
	int ro = open("f", O_RDONLY), p[2];

	fill(1);
	dies_of(beyond_the_end, SIGBUS);
	fails_with(ftruncate(fd, -1), EINVAL);
	fails_with(ftruncate(ro, 0), EINVAL);
	fails_with(truncate("f", -1), EINVAL);
	fails_with(truncate(".", 0), EISDIR);
	fails_with(truncate("none", 0), ENOENT);
	works(truncate("f", 10));
	is(size(), 10, "truncate");
	pipe(p);
	fails_with(ftruncate(p[1], 0), EINVAL);
	fails_with(fallocate(p[1], 0, 0, 1), ESPIPE);
	fails_with(fallocate(ro, 0, 0, 1), EBADF);
	fails_with(fsync(p[1]), EINVAL);
	fails_with(sync_file_range(p[1], 0, 0, 0), ESPIPE);
	fails_with(sync_file_range(fd, 0, 0, 8), EINVAL);
	works(sync_file_range(fd, 0, 10, 7));
	works(fsync(fd));
	works(fdatasync(ro));
	works(syncfs(ro));
	fails_with(syncfs(999), EBADF);
	is(posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED), 0, "advice");
	is(posix_fadvise(fd, 0, 0, 99), EINVAL, "that is none");
	is(posix_fadvise(p[0], 0, 0, 0), ESPIPE, "for a pipe");
	works(readahead(fd, 0, PAGE));
	fails_with(readahead(p[0], 0, PAGE), EINVAL);
	close(ro);
	close(p[0]);
	close(p[1]);
}

static void copies(void)
{
	int to = make_file("to", NULL, 0), p[2];
	char buf[3 * PAGE];
	off_t from_pos = 10, to_pos = 5;

	fill(2);
	pwrite(fd, "begin", 5, 10);
	is(copy_file_range(fd, &from_pos, to, &to_pos, PAGE, 0), PAGE, "copy_file_range");
	ok(from_pos == 10 + PAGE && to_pos == 5 + PAGE, "moves the positions it is given");
	is(pread(to, buf, 10, 5), 10, "and no others");
	ok(memcmp(buf, "beginxxxxx", 10) == 0, "the bytes are there");
	from_pos = 2 * PAGE - 3;
	is(copy_file_range(fd, &from_pos, to, NULL, 100, 0), 3, "to the end only");
	is(lseek(to, 0, SEEK_CUR), 3, "from the file's own position on");
	is(copy_file_range(fd, &from_pos, to, NULL, 100, 0), 0, "there is no more");
	fails_with(copy_file_range(fd, NULL, to, NULL, 1, 1), EINVAL);
	fails_with(copy_file_range(999, NULL, to, NULL, 1, 0), EBADF);
	from_pos = 0;
	to_pos = 5;
	fails_with(copy_file_range(fd, &from_pos, fd, &to_pos, 10, 0), EINVAL);

	works(pipe(p));
	from_pos = 10;
	is(sendfile(p[1], fd, &from_pos, 5), 5, "sendfile to a pipe");
	is(from_pos, 15, "moves the position");
	is(read(p[0], buf, 10), 5, "which has it");
	ok(memcmp(buf, "begin", 5) == 0, "right");
	ftruncate(to, 0);
	lseek(to, 0, SEEK_SET);
	lseek(fd, 10, SEEK_SET);
	is(sendfile(to, fd, NULL, 3 * PAGE), 2 * PAGE - 10, "and to a file, to the end");
	is(lseek(fd, 0, SEEK_CUR), 2 * PAGE, "from its own position");
	fails_with(sendfile(to, p[0], &from_pos, 1), ESPIPE);
	fails_with(sendfile(p[0], fd, NULL, 1), EBADF);
	close(p[0]);
	close(p[1]);
	close(to);
}

static void with_flags(void)
{
	struct iovec iov = { "abc", 3 }, in;
	char buf[8];

	if (on_qemu_user()) {
		skip(7, "qemu-user does not know these calls");
		return;
	}
	fill(1);
	is(pwritev2(fd, &iov, 1, 0, RWF_APPEND), 3, "RWF_APPEND");
	is(size(), PAGE + 3, "appends");
	lseek(fd, PAGE, SEEK_SET);
	in = (struct iovec){ buf, sizeof(buf) };
	is(preadv2(fd, &in, 1, -1, 0), 3, "position -1 is the file's");
	is(lseek(fd, 0, SEEK_CUR), PAGE + 3, "which moves");
	is(preadv2(fd, &in, 1, PAGE + 1, RWF_HIPRI), 2, "another does not");
	fails_with(preadv2(fd, &in, 1, 0, 0x4000), EOPNOTSUPP);
	fails_with(preadv2(fd, &in, 1, -2, 0), EINVAL);
}

static void statxs(void)
{
	struct statx sx;
	struct stat st;

	fill(1);
	fstat(fd, &st);
	works(statx(AT_FDCWD, "f", 0, STATX_BASIC_STATS, &sx));
	ok(sx.stx_ino == st.st_ino && sx.stx_size == (uint64_t)st.st_size &&
	   sx.stx_mode == st.st_mode && sx.stx_nlink == st.st_nlink &&
	   sx.stx_mtime.tv_nsec == st.st_mtim.tv_nsec, "statx says what stat says");
	ok((sx.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS, "all of it");
	works(statx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &sx));
	fails_with(statx(AT_FDCWD, "none", 0, STATX_SIZE, &sx), ENOENT);
	fails_with_not_qemu(statx(AT_FDCWD, "f", 1, STATX_SIZE, &sx), EINVAL);
	fails_with_not_qemu(statx(AT_FDCWD, "f", 0, 0x80000000, &sx), EINVAL);
}

int main(void)
{
	scratch_enter();
	fd = open("f", O_RDWR | O_CREAT, 0644);
	holes();
	space();
	sizes();
	copies();
	with_flags();
	statxs();
	return done_testing();
}
