/*
 * Reading and writing: offsets, sparse files, truncation, vectors, and transfers that stop part
 * of the way. Catches an offset that moves when it should not, a hole that is not zero, and a
 * vector whose good part is lost because of its bad part.
 */
#include "user/test/util.h"

#include <sys/uio.h>

static char buf[3 * PAGE];

static void offsets(void)
{
	int fd = make_file("o", "0123456789", 10);

	is(lseek(fd, 0, SEEK_CUR), 10, "write moves the offset");
	is(read(fd, buf, 4), 0, "a read at the end is 0");
	is(lseek(fd, -3, SEEK_END), 7, "SEEK_END");
	is(read(fd, buf, 10), 3, "a read near the end is short");
	is(lseek(fd, 2, SEEK_SET), 2, "SEEK_SET");
	is(lseek(fd, 3, SEEK_CUR), 5, "SEEK_CUR");
	fails_with(lseek(fd, -1, SEEK_SET), EINVAL);
	fails_with(lseek(fd, -11, SEEK_END), EINVAL);
	fails_with(lseek(fd, -6, SEEK_CUR), EINVAL);
	fails_with(lseek(fd, 0, 99), EINVAL);
	fails_with(lseek(fd, INT64_MAX, SEEK_END), EINVAL);
	fails_with(lseek(fd, INT64_MAX, SEEK_CUR), EINVAL);
	fails_with(pwrite(fd, "xy", 2, INT64_MAX - 1), EINVAL);
	fails_with(pread(fd, buf, 2, INT64_MAX - 1), EINVAL);
	fails_with(lseek(999, 0, SEEK_SET), EBADF);
	is(lseek(fd, 0, SEEK_CUR), 5, "an lseek that fails moves nothing");
	is(pread(fd, buf, 3, 1), 3, "pread");
	ok(memcmp(buf, "123", 3) == 0, "reads at its own offset");
	is(pwrite(fd, "xyz", 3, 7), 3, "pwrite");
	is(lseek(fd, 0, SEEK_CUR), 5, "neither moves the file's");
	fails_with(pread(fd, buf, 1, -1), EINVAL);
	fails_with(pwrite(fd, buf, 1, -1), EINVAL);
	is(pread(fd, buf, 1, 100), 0, "pread beyond the end is 0");
	is(pread(fd, buf, 0, 0), 0, "pread of nothing");
	is(write(fd, buf, 0), 0, "write of nothing");
	is(size_of("o"), 10, "the size is as before");
	fails_with(read(999, buf, 1), EBADF);
	fails_with(write(-1, buf, 1), EBADF);
	fails_with(pread(999, buf, 1, 0), EBADF);
	close(fd);
	fails_with(close(fd), EBADF);
}

static void sparse(void)
{
	int fd = make_file("s", NULL, 0);
	struct stat st;

	is(pwrite(fd, "end", 3, 10 * MIB), 3, "a write far beyond the end");
	is(size_of("s"), 10 * MIB + 3, "makes the file that long");
	memset(buf, 'x', sizeof(buf));
	is(pread(fd, buf, sizeof(buf), 5 * MIB + 7), sizeof(buf), "a read in the hole");
	ok(all_bytes(buf, sizeof(buf), 0), "gives zeroes");
	is(pread(fd, buf, sizeof(buf), 10 * MIB - 2), 5, "a read across the edge");
	ok(memcmp(buf, "\0\0end", 5) == 0, "gives both");
	ok(fstat(fd, &st) == 0 && st.st_blocks <= 64, "the hole takes no blocks");
	is(lseek(fd, 20 * (off_t)MIB, SEEK_SET), 20 * MIB, "lseek beyond the end");
	is(size_of("s"), 10 * MIB + 3, "does not lengthen the file");
	is(read(fd, buf, 1), 0, "and reads nothing there");
	close(fd);
}

static void truncation(void)
{
	int fd = make_file("t", "abcdefghij", 10);

	is(ftruncate(fd, 4), 0, "ftruncate shorter");
	is(lseek(fd, 0, SEEK_CUR), 10, "does not move the offset");
	is(ftruncate(fd, 8), 0, "ftruncate longer");
	is(pread(fd, buf, 20, 0), 8, "has the new size");
	ok(memcmp(buf, "abcd\0\0\0\0", 8) == 0, "and zeroes where it was cut");
	is(write(fd, "X", 1), 1, "a write at the old offset");
	is(size_of("t"), 11, "leaves a gap");
	is(ftruncate(fd, 3 * PAGE), 0, "three pages");
	memset(buf, 'y', PAGE);
	pwrite(fd, buf, PAGE, PAGE);
	ftruncate(fd, PAGE + 5);
	ftruncate(fd, 3 * PAGE);
	is(pread(fd, buf, 2 * PAGE, PAGE), 2 * PAGE, "read back");
	ok(all_bytes(buf, 5, 'y') && all_bytes(buf + 5, 2 * PAGE - 5, 0), "cut inside a page");
	fails_with(ftruncate(fd, -1), EINVAL);
	fails_with(ftruncate(999, 0), EBADF);
	close(fd);
}

static void vectors(void)
{
	int fd = make_file("v", NULL, 0);
	char *edge = map_anon(2 * PAGE, RW);
	struct iovec v[4] = {
		{ (char *)"one", 3 }, { NULL, 0 }, { (char *)"two", 3 }, { (char *)"three", 5 },
	};
	char a[4], b[10];

	munmap(edge + PAGE, PAGE);
	is(writev(fd, v, 4), 11, "writev");
	is(pread(fd, buf, 20, 0), 11, "wrote");
	ok(memcmp(buf, "onetwothree", 11) == 0, "all parts in order");
	lseek(fd, 1, SEEK_SET);
	v[0] = (struct iovec){ a, 4 };
	v[1] = (struct iovec){ b, 10 };
	is(readv(fd, v, 2), 10, "readv stops at the end");
	ok(memcmp(a, "netw", 4) == 0 && memcmp(b, "othree", 6) == 0, "and fills in order");
	is(writev(fd, v, 0), 0, "writev of no parts");
	fails_with(sys(SYS_writev, fd, v, -1), EINVAL);
	fails_with(sys(SYS_writev, fd, v, 1025), EINVAL);
	fails_with(sys(SYS_readv, fd, 8, 1), EFAULT);
	fails_with(sys(SYS_readv, 999, v, 1), EBADF);
	v[1].iov_len = (size_t)-1;
	fails_with(sys(SYS_readv, fd, v, 2), EINVAL);
	v[0] = (struct iovec){ edge + PAGE - 2, 2 };
	v[1] = (struct iovec){ edge + PAGE, 4 };
	edge[PAGE - 2] = '!';
	edge[PAGE - 1] = '?';
	lseek(fd, 0, SEEK_SET);
	if (on_qemu_user())
		skip(1, "qemu-user checks every part first");
	else
		is(sys(SYS_writev, fd, v, 2), 2,
		   "writev whose second part is bad writes the first");
	fails_with(sys(SYS_writev, fd, v + 1, 1), EFAULT);
	lseek(fd, 0, SEEK_SET);
	if (on_qemu_user())
		skip(1, "qemu-user checks every part first");
	else
		is(sys(SYS_readv, fd, v, 2), 2, "readv whose second part is bad fills the first");
	munmap(edge, PAGE);
	close(fd);
}

/* A buffer whose second page is missing: what fits is transferred, then the offset says so. */
static void partial(void)
{
	char *edge = map_anon(2 * PAGE, RW);
	int fd = make_file("p", NULL, 0);

	if (on_qemu_user()) {
		skip(7, "qemu-user checks the whole buffer first");
		return;
	}
	munmap(edge + PAGE, PAGE);
	memset(edge, 'p', PAGE);
	ftruncate(fd, 2 * PAGE);
	lseek(fd, PAGE - 10, SEEK_SET);
	is(read(fd, edge + PAGE - 10, 100), 10, "read into 10 good bytes of 100");
	is(lseek(fd, 0, SEEK_CUR), PAGE, "moves the offset by those");
	fails_with(read(fd, edge + PAGE, 100), EFAULT);
	is(lseek(fd, 0, SEEK_CUR), PAGE, "and not when none was good");
	memset(edge, 'p', PAGE);
	is(write(fd, edge + PAGE - 10, 100), 10, "write from 10 good bytes of 100");
	is(lseek(fd, 0, SEEK_CUR), PAGE + 10, "moves the offset by those");
	fails_with(write(fd, edge + PAGE, 100), EFAULT);
	munmap(edge, PAGE);
	close(fd);
}

static void one_offset_after_fork(void)
{
	int fd = make_file("k", NULL, 0), fd2 = open("k", O_RDWR);
	pid_t pid = tap_fork();

	if (pid == 0) {
		ok(write(fd, "child", 5) == 5, "write");
		tap_child_exit(0);
	}
	tap_wait(pid);
	is(lseek(fd, 0, SEEK_CUR), 5, "parent and child share an open file's offset");
	is(lseek(fd2, 0, SEEK_CUR), 0, "a second open has its own");
	close(fd);
	close(fd2);
}

/* Several processes append at once: no record is lost or torn. */
static void appenders(void)
{
	int fd, torn = 0, count[4] = { 0 };
	pid_t pid[4];
	char rec[16];

	touch("log");
	for (int i = 0; i < 4; i++) {
		pid[i] = tap_fork();
		if (pid[i] == 0) {
			fd = open("log", O_WRONLY | O_APPEND);
			memset(rec, '0' + i, sizeof(rec));
			for (int k = 0; k < 100; k++)
				ok(write(fd, rec, sizeof(rec)) == sizeof(rec), "append");
			tap_child_exit(0);
		}
	}
	for (int i = 0; i < 4; i++)
		tap_wait(pid[i]);
	fd = open("log", O_RDONLY);
	while (read(fd, rec, sizeof(rec)) == sizeof(rec)) {
		for (size_t i = 1; i < sizeof(rec); i++)
			torn += rec[i] != rec[0];
		count[(rec[0] - '0') & 3]++;
	}
	ok(torn == 0 && count[0] == 100 && count[1] == 100 && count[2] == 100 && count[3] == 100,
	   "400 records appended by 4 processes are all there, whole");
	close(fd);
}

static void large(void)
{
	int fd = make_file("l", NULL, 0), bad = 0;
	uint32_t *w = (uint32_t *)map_anon(MIB, RW);

	for (uint32_t i = 0; i < MIB / 4; i++)
		w[i] = i * 2654435761u;
	is(write(fd, w, MIB - 1), MIB - 1, "a write of 1 MiB less a byte is complete");
	memset(w, 0, MIB);
	is(pread(fd, w, MIB, 0), MIB - 1, "so is the read");
	for (uint32_t i = 0; i < MIB / 4 - 1; i++)
		bad += w[i] != i * 2654435761u;
	is(bad, 0, "and every word is right");
	munmap(w, MIB);
	close(fd);
}

int main(void)
{
	scratch_enter();
	offsets();
	sparse();
	truncation();
	vectors();
	partial();
	one_offset_after_fork();
	appenders();
	large();
	return done_testing();
}
