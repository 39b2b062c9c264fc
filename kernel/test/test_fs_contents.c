/*
 * test_fs_contents.c - the file system on the host: what is in files, and what they are.
 */
#include "kernel/test/fs_calls.h"

static void test_contents(void)
{
	size_t before = test_free_frames();
	long fd = open_("/f", O_RDWR | O_CREAT | O_EXCL);
	unsigned char *buf = host_user(USER_BUF);
	bool good = true;

	for (int i = 0; i < 100000; i++)
		buf[i] = (unsigned char)(i * 7 % 251);
	is(sys_write(fd, USER_BUF, 100000), 100000, "write");
	is(sys_lseek(fd, 0, SEEK_CUR), 100000, "the position moved");
	memset(buf, 0, 100000);
	is(sys_pread64(fd, USER_BUF, 200000, 0), 100000, "pread ends at the end");
	for (int i = 0; i < 100000; i++)
		good = good && buf[i] == i * 7 % 251;
	is(good, 1, "what was written");
	is(sys_pread64(fd, USER_BUF, 10, 100000), 0, "at the end");
	is(sys_pread64(fd, USER_BUF, 10, -1), -EINVAL, "before the start");
	is(sys_pwrite64(fd, USER_BUF, 1, 10ll << 30), 1, "far behind the end");
	memset(buf, 1, 4096);
	is(sys_pread64(fd, USER_BUF, 4096, 5ll << 30), 4096, "the hole");
	is(buf[0] | buf[4095], 0, "reads as zero");
	is(sys_lseek(fd, -1, SEEK_END), 10ll << 30, "lseek from the end");
	is(sys_lseek(fd, -1, SEEK_SET), -EINVAL, "lseek before the start");
	is(sys_lseek(fd, 0, 9), -EINVAL, "lseek from nowhere");
	is(sys_lseek(fd, 11ll << 30, SEEK_DATA), -ENXIO, "no data there");
	is(sys_pwrite64(fd, USER_BUF, 1, INT64_MAX), -EINVAL, "too far");
	is(sys_ftruncate(fd, 50001), 0, "truncate");
	is(sys_ftruncate(fd, 100000), 0, "and longer again");
	is(sys_pread64(fd, USER_BUF, 2, 50000), 2, "read around the cut");
	ok(buf[0] == 50000 * 7 % 251 && buf[1] == 0, "zero behind it");
	is(sys_ftruncate(fd, -1), -EINVAL, "a negative size");
	unlink_("/f");
	is(sys_pread64(fd, USER_BUF, 1, 0), 1, "unlinked but open: readable");
	is(sys_write(fd, USER_BUF, 10), 10, "and writable");
	sys_close(fd);
	is(test_free_frames(), before, "every frame came back");
}

/* The frame of a page of an open file; the file keeps it. */
static unsigned char *page_of(long fd, uint64_t index)
{
	struct file *file = file_get((int)fd);
	paddr_t pa = 0;

	pagecache_get(file_pagecache(file), index, PAGECACHE_PEEK, &pa);
	frame_dec_ref(pa);
	file_put(file);
	return frame_va(pa);
}

static bool zeros(const unsigned char *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (from[i])
			return false;
	return true;
}

/* What nobody wrote is zero, also where only a mapping sees it. */
static void test_zeros(void)
{
	long fd = open_("/f", O_RDWR | O_CREAT);
	unsigned char *buf = host_user(USER_BUF);

	memset(buf, 0xff, 100);
	sys_pwrite64(fd, USER_BUF, 100, 5000);
	ok(zeros(page_of(fd, 1), 904), "before the first byte of a page");
	ok(zeros(page_of(fd, 1) + 1004, 3092), "and behind the last");
	memset(page_of(fd, 1) + 1004, 0xff, 3092);
	sys_pwrite64(fd, USER_BUF, 1, 6000);
	ok(zeros(page_of(fd, 1) + 1004, 900), "what a mapping stored behind the end is cleared");
	sys_close(fd);
	unlink_("/f");
}

static void test_modes(void)
{
	long fd = open_("/f", O_WRONLY | O_CREAT), fd2;

	is(sys_read(fd, USER_BUF, 1), -EBADF, "read of what is open for writing");
	write_text(fd, "12345");
	sys_close(fd);
	fd = open_("/f", O_RDONLY);
	is(sys_write(fd, USER_BUF, 1), -EBADF, "write to what is open for reading");
	is(sys_ftruncate(fd, 0), -EINVAL, "and ftruncate");
	sys_close(fd);
	fd = open_("/f", O_WRONLY | O_APPEND);
	sys_lseek(fd, 0, SEEK_SET);
	write_text(fd, "678");
	is_text(text_of("/f"), "12345678", "O_APPEND writes at the end");
	is(sys_fcntl(fd, F_SETFL, 0), 0, "without O_APPEND");
	fd2 = sys_dup(fd);
	sys_lseek(fd2, 0, SEEK_SET);
	write_text(fd, "x");
	is_text(text_of("/f"), "x2345678", "dup shares the position, and writes there");
	sys_close(fd2);
	sys_close(fd);
	sys_close(open_("/f", O_RDWR | O_TRUNC));
	is_text(text_of("/f"), "", "O_TRUNC");
	is(open_("/tmp", O_WRONLY), -EISDIR, "write to a directory");
	is(open_("/tmp/x/", O_CREAT | O_WRONLY), -EISDIR, "create with a slash");
	is(open_("/f", O_RDONLY | O_DIRECTORY), -ENOTDIR, "O_DIRECTORY of a file");
	fd = open_("/tmp", O_RDONLY);
	is(sys_read(fd, USER_BUF, 10), -EISDIR, "read of a directory");
	sys_close(fd);
	unlink_("/f");
}

static void test_faults(void)
{
	long fd = open_("/f", O_RDWR | O_CREAT);
	struct iovec *iov = host_user(USER_BUF);

	is(sys_write(fd, 8, 10), -EFAULT, "write from nowhere");
	is(sys_write(fd, USER_HIGH - 10, 100), 10, "write that runs into a hole");
	is(sys_write(fd, 1ul << 40, 1), -EFAULT, "beyond the user half");
	is(sys_write(fd, USER_BUF, ~0ul), -EFAULT, "of more than there is");
	is(sys_pread64(fd, USER_HIGH - 5, 10, 0), 5, "read that runs into a hole");
	is(sys_pread64(fd, 8, 10, 0), -EFAULT, "read to nowhere");
	is(sys_pread64(fd, 8, 10, 1000), 0, "but nothing is nothing");
	iov[0] = (struct iovec){ (void *)(USER_BUF + 100), 3 };
	iov[1] = (struct iovec){ NULL, 0 };
	iov[2] = (struct iovec){ (void *)(USER_BUF + 200), 4 };
	memcpy(host_user(USER_BUF + 100), "abc", 3);
	memcpy(host_user(USER_BUF + 200), "defg", 4);
	sys_ftruncate(fd, 0);
	sys_lseek(fd, 0, SEEK_SET);
	is(sys_writev(fd, USER_BUF, 3), 7, "writev");
	is(sys_writev(fd, USER_BUF, 1025), -EINVAL, "of too many");
	is(sys_writev(fd, USER_BUF, -1), -EINVAL, "of fewer than none");
	is(sys_writev(fd, 8, 1), -EFAULT, "of a list that is nowhere");
	iov[2].iov_len = 1ul << 63;
	is(sys_writev(fd, USER_BUF, 3), -EINVAL, "of a negative length");
	iov[2] = (struct iovec){ (void *)8, 4 };
	sys_lseek(fd, 0, SEEK_SET);
	is(sys_readv(fd, USER_BUF, 3), 3, "readv as far as it can");
	is_text(text_of("/f"), "abcdefg", "the text of writev");
	sys_close(fd);
	unlink_("/f");
}

int main(void)
{
	static void (*const tests[])(void) = {
		test_zeros, test_modes, test_faults,
	};

	host_boot(RAM, RAM);
	run_repeatedly(tests, sizeof(tests) / sizeof(tests[0]));
	test_contents();
	host_task_ends();
	return host_done();
}
