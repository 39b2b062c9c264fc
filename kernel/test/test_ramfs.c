/*
 * test_ramfs.c - the file system on the host: names, contents, pipes, descriptors, running out of
 * memory. Every allocation of a long scenario fails once, and nothing may be lost.
 *
 *	gcc -std=gnu11 -O1 -g -Ikernel/test/shadow -I. -DDEBUG=1 -pthread \
 *	    -fsanitize=address,undefined -fno-sanitize-recover=all \
 *	    -Wl,--wrap=frame_alloc,--wrap=slab_alloc,--wrap=frame_dec_ref,--wrap=frame_block_dec_ref \
 *	    kernel/test/test_ramfs.c kernel/test/fs_host.c kernel/fs/[a-z]*.c kernel/random.c \
 *	    kernel/sys_file.c kernel/sys_path.c kernel/sys_rw.c kernel/sys_stat.c \
 *	    mm/[a-z]*.c mm/test/test.c mm/test/port.c -o test_ramfs
 */
#include "kernel/fs/vfs.h"
#include "kernel/test/fs_host.h"
#include "kernel/test/host.h"
#include "mm/frame.h"

#define RAM	(32ul << 20)
#define CWD	AT_FDCWD

static long open_(const char *path, long flags) { return sys_openat(CWD, u(path), flags, 0666); }
static long mkdir_(const char *path) { return sys_mkdirat(CWD, u(path), 0777); }
static long unlink_(const char *path) { return sys_unlinkat(CWD, u(path), 0); }
static long rmdir_(const char *path) { return sys_unlinkat(CWD, u(path), AT_REMOVEDIR); }
static long link_(const char *a, const char *b) { return sys_linkat(CWD, u(a), CWD, u(b), 0); }
static long symlink_(const char *to, const char *a) { return sys_symlinkat(u(to), CWD, u(a)); }

static long rename_(const char *a, const char *b, long flags)
{
	return sys_renameat2(CWD, u(a), CWD, u(b), flags);
}

static long stat_at(const char *path, long flags, struct stat *st)
{
	long err = sys_newfstatat(CWD, u(path), USER_BUF, flags);

	memcpy(st, host_user(USER_BUF), sizeof(*st));
	return err;
}

static long nlink(const char *path)
{
	struct stat st;

	return stat_at(path, AT_SYMLINK_NOFOLLOW, &st) ? -1 : (long)st.st_nlink;
}

static long exists(const char *path)
{
	struct stat st;

	return stat_at(path, AT_SYMLINK_NOFOLLOW, &st) == 0;
}

static long write_text(long fd, const char *s)
{
	strcpy(host_user(USER_BUF), s);
	return sys_write(fd, USER_BUF, strlen(s));
}

/* A file of that name and text. */
static void put(const char *path, const char *text)
{
	long fd = open_(path, O_WRONLY | O_CREAT | O_TRUNC);

	write_text(fd, text);
	sys_close(fd);
}

/* What a file says, up to 4 KiB. */
static const char *text_of(const char *path)
{
	static char text[4096];
	long fd = open_(path, O_RDONLY), n;

	if (fd < 0)
		return "(cannot be opened)";
	n = sys_read(fd, USER_BUF, sizeof(text) - 1);
	sys_close(fd);
	memcpy(text, host_user(USER_BUF), n > 0 ? (size_t)n : 0);
	text[n > 0 ? n : 0] = 0;
	return text;
}

static const char *cwd(void)
{
	return sys_getcwd(USER_BUF, 4096) > 0 ? host_user(USER_BUF) : "(gone)";
}

static const char *link_text(const char *path)
{
	static char text[4096];
	long n = sys_readlinkat(CWD, u(path), USER_BUF, sizeof(text) - 1);

	memcpy(text, host_user(USER_BUF), n > 0 ? (size_t)n : 0);
	text[n > 0 ? n : 0] = 0;
	return text;
}

/* ---- names ---- */

static void test_walk(void)
{
	char longer[PATH_MAX + 10], name[NAME_MAX + 2];

	is(mkdir_("/d"), 0, "mkdir");
	is(mkdir_("/d"), -EEXIST, "mkdir again");
	is(mkdir_("/none/e"), -ENOENT, "mkdir below nothing");
	put("/d/f", "hello");
	is_text(text_of("/d/./../d//f"), "hello", ". .. and double slashes");
	is_text(text_of("/../../d/f"), "hello", ".. of the root is the root");
	is(open_("/d/f/", O_RDONLY), -ENOTDIR, "a file with a slash behind it");
	is(open_("/d/f/x", O_RDONLY), -ENOTDIR, "a file as directory");
	is(open_("", O_RDONLY), -ENOENT, "the empty path");
	is(sys_openat(CWD, 8, O_RDONLY, 0), -EFAULT, "a bad pointer");
	is(sys_openat(77, u("x"), O_RDONLY, 0), -EBADF, "a bad directory descriptor");
	is_text((sys_chdir(u("/d")), text_of("f")), "hello", "relative to the current directory");
	is_text(cwd(), "/d", "getcwd");
	is(sys_chdir(u("f")), -ENOTDIR, "chdir to a file");
	is(sys_getcwd(USER_BUF, 2), -ERANGE, "getcwd without room");
	memset(name, 'n', sizeof(name));
	name[NAME_MAX] = 0;
	is(open_(name, O_CREAT | O_WRONLY), 0, "a name of 255 bytes");
	sys_close(0);
	is(unlink_(name), 0, "and gone");
	name[NAME_MAX] = 'n';
	name[NAME_MAX + 1] = 0;
	is(open_(name, O_CREAT | O_WRONLY), -ENAMETOOLONG, "a name of 256 bytes");
	memset(longer, '/', sizeof(longer));
	longer[PATH_MAX - 1] = 0;
	is(open_(longer, O_RDONLY), 0, "a path of 4095 bytes");
	sys_close(0);
	longer[PATH_MAX - 1] = '/';
	longer[PATH_MAX] = 0;
	is(open_(longer, O_RDONLY), -ENAMETOOLONG, "a path of 4096 bytes");
	sys_chdir(u("/"));
	unlink_("/d/f");
	is(rmdir_("/d"), 0, "rmdir");
}

static void test_links(void)
{
	static const char *const made[] = { "/b", "/s", "/s1", "/s2", "/dangling", "/made", "/t",
					    NULL };

	put("/a", "one");
	is(link_("/a", "/b"), 0, "link");
	is(nlink("/a"), 2, "two names");
	is_text(text_of("/b"), "one", "one file");
	is(unlink_("/a"), 0, "unlink the first");
	is(nlink("/b"), 1, "one name");
	is_text(text_of("/b"), "one", "the file lives");
	is(link_("/b", "/b"), -EEXIST, "link onto itself");
	is(link_("/tmp", "/t"), -EPERM, "link of a directory");
	is(link_("/proc/version", "/v"), -EXDEV, "link across file systems");
	is(symlink_("b", "/s"), 0, "symlink");
	is_text(text_of("/s"), "one", "followed");
	is_text(link_text("/s"), "b", "readlink");
	is(symlink_("s2", "/s1"), 0, "a loop");
	is(symlink_("s1", "/s2"), 0, "of two");
	is(open_("/s1", O_RDONLY), -ELOOP, "is found out");
	is(open_("/s", O_RDONLY | O_NOFOLLOW), -ELOOP, "O_NOFOLLOW");
	is(symlink_("/made", "/dangling"), 0, "a dangling link");
	is(exists("/dangling"), 1, "is there");
	is(open_("/dangling", O_RDONLY), -ENOENT, "leads nowhere");
	is(open_("/dangling", O_CREAT | O_EXCL | O_WRONLY), -EEXIST, "is in the way of O_EXCL");
	is(open_("/dangling", O_CREAT | O_WRONLY), 0, "O_CREAT makes what it names");
	sys_close(0);
	is(exists("/made"), 1, "at its place");
	is(mkdir_("/dangling"), -EEXIST, "mkdir does not follow");
	symlink_("/tmp/", "/t");
	put("/t/x", "through");
	is_text(text_of("/tmp/x"), "through", "a link in the middle");
	is_text(text_of("/t/../tmp/x"), "through", ".. after a link is of its target");
	is(unlink_("/t/"), -ENOTDIR, "unlink of a link with a slash");
	is(rmdir_("/t"), -ENOTDIR, "rmdir of a link");
	unlink_("/t/x");
	is(symlink_("x", "/new/"), -ENOENT, "symlink with a slash");
	is(link_("/b", "/new/"), -ENOENT, "link with a slash");
	is(exists("/new"), 0, "makes nothing");
	for (int i = 0; made[i]; i++)
		is(unlink_(made[i]), 0, made[i]);
}

static void test_many_links(void)
{
	char a[16], b[16];

	put("/l0", "end");
	for (int i = 1; i <= 41; i++) {
		snprintf(a, sizeof(a), "l%d", i - 1);
		snprintf(b, sizeof(b), "/l%d", i);
		symlink_(a, b);
	}
	is_text(text_of("/l40"), "end", "40 links are followed");
	is(open_("/l41", O_RDONLY), -ELOOP, "41 are not");
	for (int i = 0; i <= 41; i++) {
		snprintf(b, sizeof(b), "/l%d", i);
		unlink_(b);
	}
}

static void test_remove(void)
{
	mkdir_("/d");
	mkdir_("/d/e");
	put("/d/f", "x");
	is(nlink("/d"), 3, "links of a directory: name, dot, child's dot-dot");
	is(rmdir_("/d"), -ENOTEMPTY, "rmdir of what is not empty");
	is(unlink_("/d"), -EISDIR, "unlink of a directory");
	is(rmdir_("/d/f"), -ENOTDIR, "rmdir of a file");
	is(unlink_("/d/none"), -ENOENT, "unlink of nothing");
	is(unlink_("/d/f/"), -ENOTDIR, "unlink of a file with a slash");
	is(rmdir_("/d/."), -EINVAL, "rmdir of dot");
	is(rmdir_("/d/.."), -ENOTEMPTY, "rmdir of dot-dot");
	is(rmdir_("/"), -EBUSY, "rmdir of the root");
	is(rmdir_("/proc"), -EBUSY, "rmdir of /proc");
	is(sys_unlinkat(CWD, u("/d"), 1), -EINVAL, "unlinkat with a strange flag");
	is(rmdir_("/d/e/"), 0, "rmdir with a slash");
	is(nlink("/d"), 2, "the child is gone");
	unlink_("/d/f");
	sys_chdir(u("/d"));
	is(rmdir_("/d"), 0, "rmdir of the current directory");
	is_text(cwd(), "(gone)", "which is gone then");
	is(open_("x", O_CREAT | O_WRONLY), -ENOENT, "nothing is made in it");
	is(mkdir_("x"), -ENOENT, "nor a directory");
	is(sys_chdir(u("..")), 0, "but it has a parent");
	is_text(cwd(), "/", "which is where it was");
}

static void test_rename(void)
{
	long parents;

	put("/a", "a");
	put("/b", "b");
	mkdir_("/d");
	mkdir_("/d/sub");
	mkdir_("/e");
	is(rename_("/a", "/b", RENAME_NOREPLACE), -EEXIST, "NOREPLACE");
	is(rename_("/a", "/b", 0), 0, "rename over a file");
	is_text(text_of("/b"), "a", "has the new text");
	is(exists("/a"), 0, "the old name is gone");
	is(rename_("/none", "/x", 0), -ENOENT, "rename of nothing");
	is(rename_("/b", "/d", 0), -EISDIR, "a file over a directory");
	is(rename_("/d", "/b", 0), -ENOTDIR, "a directory over a file");
	is(rename_("/e", "/d", 0), -ENOTEMPTY, "over a directory that is not empty");
	is(rename_("/d", "/d/sub/x", 0), -EINVAL, "into itself");
	is(rename_("/d/sub", "/d", 0), -ENOTEMPTY, "over its own parent");
	is(rename_("/d", "/d", 0), 0, "to the same name");
	is(rename_("/b", "/c/", 0), -ENOTDIR, "a file to a name with a slash");
	is(rename_("/.", "/x", 0), -EBUSY, "dot");
	is(rename_("/b", "/proc/x", 0), -EXDEV, "into /proc");
	is(rename_("/d", "/e", 0), 0, "over an empty directory");
	parents = nlink("/");
	is(exists("/e/sub"), 1, "with what is in it");
	is(nlink("/e"), 3, "links of the moved directory");
	is(rename_("/e/sub", "/sub", 0), 0, "to another directory");
	is(nlink("/e"), 2, "the old parent lost a link");
	is(nlink("/"), parents + 1, "the new one gained it");
	sys_chdir(u("/sub"));
	is(rename_("/sub", "/e/new", 0), 0, "of the current directory");
	is_text(cwd(), "/e/new", "whose path follows");
	sys_chdir(u("/"));
	is(rename_("/b", "/e", RENAME_EXCHANGE), 0, "exchange of a file and a directory");
	is_text(text_of("/e"), "a", "one way");
	is(exists("/b/new"), 1, "and the other");
	is(rename_("/b", "/b/new", RENAME_EXCHANGE), -EINVAL, "exchange with its own child");
	is(rename_("/b", "/none", RENAME_EXCHANGE), -ENOENT, "exchange with nothing");
	is(rename_("/b", "/e", 8), -EINVAL, "a strange flag");
	link_("/e", "/e2");
	is(rename_("/e", "/e2", 0), 0, "onto the same file");
	is(nlink("/e"), 2, "changes nothing");
	unlink_("/e");
	unlink_("/e2");
	rmdir_("/b/new");
	is(rmdir_("/b"), 0, "all gone");
}

static int count_entries(const char *path, size_t size)
{
	long fd = open_(path, O_RDONLY | O_DIRECTORY), n;
	int count = 0;

	while ((n = sys_getdents64(fd, USER_BUF, size)) > 0)
		for (char *p = host_user(USER_BUF), *end = p + n; p < end; count++)
			p += ((struct linux_dirent64 *)p)->d_reclen;
	sys_close(fd);
	return n < 0 ? (int)n : count;
}

static void test_readdir(void)
{
	char name[32];

	mkdir_("/many");
	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "/many/file-number-%d", i);
		sys_close(open_(name, O_CREAT | O_WRONLY));
	}
	is(count_entries("/many", 65536), 3002, "3000 files, dot and dot-dot");
	is(count_entries("/many", 64), 3002, "with little room");
	is(count_entries("/many", 8), -EINVAL, "with too little");
	is(sys_getdents64(99, USER_BUF, 64), -EBADF, "getdents of nothing");
	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "/many/file-number-%d", i);
		unlink_(name);
	}
	is(count_entries("/many", 65536), 2, "all removed");
	rmdir_("/many");
	is(count_entries("/proc", 4096) > 9, 1, "/proc lists");
	is(count_entries("/proc/7", 64) > 9, 1, "a process lists");
	is(count_entries("/proc/7/fd", 4096), 3, "one open file: the directory itself");
}

/* ---- contents ---- */

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

static void test_descriptors(void)
{
	long fd = open_("/dev/null", O_RDWR), last;

	is(fd, 0, "the lowest descriptor");
	is(sys_dup3(0, 1023, 0), 1023, "dup3 to the highest");
	is(sys_dup3(0, 1024, 0), -EBADF, "and beyond");
	is(sys_dup3(0, 0, 0), -EINVAL, "onto itself");
	is(sys_dup3(9, 3, 0), -EBADF, "of nothing");
	is(sys_fcntl(0, F_DUPFD, 100), 100, "F_DUPFD");
	is(sys_dup3(0, 100, O_CLOEXEC), 100, "dup3 onto an open one");
	is(host_fork(), 1, "fork");
	is(sys_fcntl(100, F_GETFD, 0), FD_CLOEXEC, "copies files and their flags");
	is(sys_fcntl(0, F_DUPFD, 1024), -EINVAL, "beyond the end");
	is(sys_fcntl(0, F_DUPFD_CLOEXEC, 0), 1, "F_DUPFD_CLOEXEC");
	is(sys_fcntl(1, F_GETFD, 0), FD_CLOEXEC, "close on exec");
	is(sys_fcntl(1, F_SETFD, 0), 0, "not any more");
	is(sys_fcntl(1, F_GETFD, 0), 0, "indeed");
	do
		last = sys_dup(0);
	while (last >= 0);
	is(last, -EMFILE, "all 1024 in use");
	is(open_("/not-made", O_CREAT | O_WRONLY), -EMFILE, "open fails");
	is(exists("/not-made"), 0, "before it makes anything");
	for (fd = 0; fd < 1024; fd++)
		sys_close(fd);
	is(sys_close(5), -EBADF, "all closed");
}

static void test_pipes(void)
{
	size_t before = test_free_frames();
	int *fds = host_user(USER_BUF), r, w;
	long n, total = 0;

	is(sys_pipe2(8, 0), -EFAULT, "pipe2 to nowhere");
	is(sys_pipe2(USER_BUF, O_APPEND), -EINVAL, "with a strange flag");
	is(sys_pipe2(USER_BUF, O_NONBLOCK), 0, "pipe2");
	r = fds[0], w = fds[1];
	ok(r == 0 && w == 1, "the first two descriptors");
	is(sys_read(r, USER_BUF, 10), -EAGAIN, "empty");
	is(write_text(w, "hello"), 5, "write");
	is(sys_read(r, USER_BUF, 100), 5, "read");
	ok(!memcmp(host_user(USER_BUF), "hello", 5), "the same");
	is(sys_read(w, USER_BUF, 1), -EBADF, "the wrong end");
	is(sys_lseek(r, 0, SEEK_SET), -ESPIPE, "no position");
	is(sys_pread64(r, USER_BUF, 1, 0), -ESPIPE, "nor pread");
	while ((n = sys_write(w, USER_BUF, 3000)) > 0)
		total += n;
	is(n, -EAGAIN, "full");
	is(total, 63000, "whole writes only");
	is(sys_write(w, USER_BUF, 5000), 2536, "a long write takes what fits");
	is(sys_read(r, USER_BUF, 1000), 1000, "room");
	is(sys_write(w, USER_BUF, 4096), -EAGAIN, "but not for 4096 at once");
	is(sys_write(w, USER_HIGH - 10, 100), -EFAULT, "a short write that faults");
	is(sys_read(r, USER_BUF, 100000), 64536, "wrote nothing");
	is(sys_write(w, USER_BUF, 4000), 4000, "up to near the end of a page");
	is(sys_write(w, USER_HIGH - 2900, 3000), -EFAULT, "a short write that faults in the next");
	is(sys_read(r, USER_BUF, 100000), 4000, "wrote nothing either");
	sys_fcntl(r, F_SETFL, 0);
	host_interrupted = false;
	is(sys_read(r, USER_BUF, 1), -EINTR, "a blocking read");
	ok(host_interrupted, "waits");
	sys_close(r);
	host_signals = 0;
	is(sys_write(w, USER_BUF, 1), -EPIPE, "nobody reads");
	is(host_signals, 1, "SIGPIPE");
	sys_close(w);
	sys_pipe2(USER_BUF, 0);
	r = fds[0], w = fds[1];
	write_text(w, "last");
	sys_close(w);
	is(sys_read(r, USER_BUF, 10), 4, "what is left");
	is(sys_read(r, USER_BUF, 10), 0, "then the end");
	sys_close(r);
	is(test_free_frames(), before, "every frame came back");
}

static void test_fifo(void)
{
	size_t before;
	long r, w;

	is(sys_mknodat(CWD, u("/fifo"), S_IFIFO | 0600, 0), 0, "mknod of a fifo");
	is(open_("/fifo", O_WRONLY | O_NONBLOCK), -ENXIO, "no reader");
	host_interrupted = false;
	is(open_("/fifo", O_RDONLY), -EINTR, "a reader");
	ok(host_interrupted, "waits for a writer");
	r = open_("/fifo", O_RDONLY | O_NONBLOCK);
	w = open_("/fifo", O_WRONLY);
	is(write_text(w, "abc"), 3, "write");
	is(sys_read(r, USER_BUF, 10), 3, "read");
	sys_write(w, USER_BUF, 60000);
	before = test_free_frames();
	sys_close(r);
	sys_close(w);
	ok(test_free_frames() >= before + 15, "what nobody read goes with the last close");
	is(unlink_("/fifo"), 0, "unlink");
}

static void test_devices(void)
{
	long fd = open_("/dev/zero", O_RDWR);
	char *buf = host_user(USER_BUF);

	memset(buf, 1, 1000);
	is(sys_read(fd, USER_BUF, 1000), 1000, "/dev/zero");
	ok(buf[0] == 0 && buf[999] == 0, "zeros");
	sys_close(fd);
	fd = open_("/dev/full", O_RDWR);
	is(sys_write(fd, USER_BUF, 1), -ENOSPC, "/dev/full");
	sys_close(fd);
	fd = open_("/dev/urandom", O_RDONLY);
	is(sys_read(fd, USER_BUF, 300), 300, "/dev/urandom");
	ok(memcmp(buf, buf + 8, 8) != 0, "not all the same");
	sys_close(fd);
	is(sys_mknodat(CWD, u("/odd"), S_IFCHR | 0600, 0x4242), 0, "a device nobody knows");
	is(open_("/odd", O_RDWR), -ENXIO, "cannot be opened");
	unlink_("/odd");
	is(nlink("/proc"), 2, "/proc has its name and its dot");
	is(sys_write(open_("/proc/version", O_WRONLY), USER_BUF, 1), -EIO, "/proc/version");
	is(sys_write(open_("/proc/self/stat", O_WRONLY), USER_BUF, 1), -EINVAL, "/proc/7/stat");
	sys_close(0);
	sys_close(1);
	ok(strstr(text_of("/proc/meminfo"), "MemTotal:") != NULL, "/proc/meminfo");
	ok(strstr(text_of("/proc/self/status"), "Pid:\t7\n") != NULL, "/proc/self/status");
	ok(!strncmp(text_of("/proc/7/stat"), "7 (test) R 0", 12), "/proc/7/stat");
	is(open_("/proc/8/stat", O_RDONLY), -ENOENT, "nobody there");
	fd = open_("/tmp", O_RDONLY);
	is_text(link_text("/proc/self/fd/0"), "/tmp", "/proc/self/fd/0");
	is_text(link_text("/proc/self"), "7", "/proc/self");
	sys_close(fd);
	fd = open_("/gone", O_RDWR | O_CREAT);
	unlink_("/gone");
	is_text(link_text("/proc/self/fd/0"), "/gone (deleted)", "a file that is gone");
	sys_close(fd);
}

/* ---- running out ---- */

#define SPARE	(RAM / 4096 / 64 - 8)	/* frames; the table of frames is not counted */

static void test_full(void)
{
	long fd = open_("/big", O_WRONLY | O_CREAT), n;
	size_t before = test_free_frames(), total = 0;

	while ((n = sys_write(fd, USER_BUF, 1 << 20)) > 0)
		total += (size_t)n;
	is(n, -ENOSPC, "a full file system");
	ok(total > 20 << 20, "after most of memory");
	ok(test_free_frames() >= SPARE, "leaves room for other things");
	is(mkdir_("/still"), -ENOSPC, "but not for names");
	is(sys_ftruncate(fd, 0), 0, "truncate");
	is(test_free_frames(), before, "gives every frame back");
	sys_close(fd);
	unlink_("/big");
}

static const char *numbered(const char *name, int n)
{
	static char text[32];

	snprintf(text, sizeof(text), "%s%d", name, n);
	return text;
}

/* Names and the texts of links stop where contents do, all of them by ENOSPC. */
static void test_full_of_names(void)
{
	static char target[4000];
	size_t before = test_free_frames();
	int n, made;
	long err;

	memset(target, 't', sizeof(target) - 1);
	for (made = 0; !(err = symlink_(target, numbered("/link", made))); made++)
		;
	is(err, -ENOSPC, "full of symbolic links");
	ok(test_free_frames() >= SPARE - 16, "some memory is left");
	for (n = 0; n < 1000 && !mkdir_(numbered("/dir", n)); n++)
		;	/* the call's own copy of the long text is free again */
	is(mkdir_("/d"), -ENOSPC, "no directory more");
	is(link_("/link0", "/hard"), -ENOSPC, "nor name");
	is(sys_mknodat(CWD, u("/fifo"), S_IFIFO | 0600, 0), -ENOSPC, "nor fifo");
	is(open_("/f", O_CREAT | O_RDWR), -ENOSPC, "nor file");
	while (n-- > 0)
		rmdir_(numbered("/dir", n));
	while (made-- > 0)
		unlink_(numbered("/link", made));
	ok(test_free_frames() + 16 >= before, "all can be removed");
	is(mkdir_("/d"), 0, "and there is room again");
	rmdir_("/d");
}

/* Whatever an open lacks memory for, it has neither made nor emptied a file then. */
static void test_open_failing(void)
{
	int bad = 0, failed = 0;
	long fd = -1;

	put("/old", "kept");
	for (unsigned n = 1; fd < 0; n++) {
		test_fail_nth(n);
		fd = open_("/old", O_RDWR | O_CREAT | O_TRUNC);
		test_fail_nth(0);
		failed += fd < 0;
		bad += fd < 0 && strcmp(text_of("/old"), "kept") != 0;
	}
	sys_close(fd);
	is_text(text_of("/old"), "", "O_TRUNC empties a file");
	unlink_("/old");
	fd = -1;
	for (unsigned n = 1; fd < 0; n++) {
		test_fail_nth(n);
		fd = open_("/new", O_RDWR | O_CREAT);
		test_fail_nth(0);
		failed += fd < 0;
		bad += fd < 0 && exists("/new");
	}
	sys_close(fd);
	unlink_("/new");
	ok(failed > 4, "opens failed for want of memory");
	is(bad, 0, "and changed nothing");
}

/* Everything once; each step may fail for lack of memory, and then it changed nothing. */
static void scenario(void)
{
	int *fds = host_user(USER_BUF);
	long fd;

	mkdir_("/d");
	fd = open_("/d/f", O_RDWR | O_CREAT);
	sys_pwrite64(fd, USER_BUF, 9000, 3000);
	sys_pwrite64(fd, USER_BUF, 1, 1ll << 40);
	sys_ftruncate(fd, 5000);
	symlink_("d/../d/../d/../d/../d/../d/../d/../d/../d/f", "/s");
	link_("/d/f", "/h");
	rename_("/h", "/d/h", 0);
	text_of("/s");
	text_of("/proc/self/status");
	sys_fcntl(fd, F_DUPFD, 200);
	sys_dup3(fd, 200, 0);
	sys_close(200);
	host_fork();
	if (sys_pipe2(USER_BUF, O_NONBLOCK) == 0) {
		int r = fds[0], w = fds[1];

		sys_write(w, USER_BUF, 5000);
		sys_read(r, USER_BUF, 5000);
		sys_close(r);
		sys_close(w);
	}
	sys_mknodat(CWD, u("/fifo"), S_IFIFO | 0600, 0);
	sys_close(open_("/fifo", O_RDWR));
	sys_chdir(u("/d"));
	count_entries("/d", 4096);
	cwd();
	sys_chdir(u("/"));
	sys_close(fd);
}

static void undo(void)
{
	test_fail_nth(0);
	sys_chdir(u("/"));
	for (int fd = 0; fd < 1024; fd++)
		sys_close(fd);
	unlink_("/d/f");
	unlink_("/d/h");
	unlink_("/h");
	unlink_("/s");
	unlink_("/fifo");
	rmdir_("/d");
}

#define REPEATS	136	/* so often must an object of 32 bytes be lost to cost a frame */

/* Each allocation of the scenario fails in turn. => how many there are */
static unsigned fail_each(void)
{
	unsigned n = 0, seen;

	do {
		test_fail_nth(++n);
		scenario();
		seen = test_allocations();
		undo();
	} while (seen >= n);
	return n - 1;
}

static void test_failing(void)
{
	unsigned count = fail_each();
	size_t before = test_free_frames();

	for (int i = 0; i < REPEATS; i++)
		fail_each();
	printf("# %u allocations failed, one at a time\n", count);
	ok(count > 50, "many allocations failed");
	is(test_free_frames(), before, "and nothing was lost");
}

/* ---- all of it ---- */

static void (*const tests[])(void) = {
	test_walk, test_links, test_remove, test_rename, test_zeros, test_modes, test_faults,
	test_descriptors, test_pipes, test_fifo, test_devices,
};

static void run_tests(void)
{
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tests[i]();
}

/* The tests again and again, without their lines: what they lose adds up. */
static void test_repeatedly(void)
{
	int count = host_count, failed = host_failed;
	FILE *out = stdout;
	size_t before = test_free_frames();

	stdout = fopen("/dev/null", "w");
	for (int i = 0; i < REPEATS / 2; i++)
		run_tests();
	fclose(stdout);
	stdout = out;
	host_count = count;
	is(host_failed, failed, "every test passes again and again");
	is(test_free_frames(), before, "and loses nothing");
}

int main(void)
{
	host_boot(RAM, RAM);
	run_tests();
	test_many_links();
	test_readdir();
	test_contents();
	test_full();
	test_full_of_names();
	test_open_failing();
	test_failing();
	test_repeatedly();
	host_task_ends();
	return host_done();
}
