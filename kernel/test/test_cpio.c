/*
 * test_cpio.c - unpacking an initrd on the host: every kind of entry, an archive as large as what
 * is free, contents that become the file's as they lie, and an archive cut off or changed at every byte: an error in words, nothing worse.
 *
 * `make check T=cpio` builds and runs it.
 */
#include "kernel/fs/cpio.h"
#include "kernel/fs/vfs.h"
#include "kernel/test/fs_host.h"
#include "kernel/test/host.h"
#include "mm/frame.h"

#define RAM		(96ul << 20)
#define FREE		(16ul << 20)
#define MAX_ARCHIVE	(24ul << 20)

/* ---- building an archive ---- */

static char archive[MAX_ARCHIVE];
static size_t used;

/* The contents begin at a multiple of `align`. */
static void add_aligned(const char *name, unsigned mode, unsigned ino, unsigned nlink,
			const char *data, size_t size, size_t align)
{
	size_t begin = used + CPIO_HEADER, end = begin + strlen(name) + 1;

	end += -end % align;
	sprintf(archive + used, "070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X", ino,
		mode, 0, 0, nlink, 1000, size, 8, 1, 1, 3, end - begin, 0);
	memset(archive + begin, 0, end - begin);
	strcpy(archive + begin, name);
	used = end;
	while (used % 4)
		archive[used++] = 0;
	memmove(archive + used, data, size);
	used += size;
	while (used % 4)
		archive[used++] = 0;
}

static void add(const char *name, unsigned mode, unsigned ino, unsigned nlink, const char *data,
		size_t size)
{
	add_aligned(name, mode, ino, nlink, data, size, 1);
}

static void start(void)
{
	used = 0;
}

static void finish(void)
{
	add("TRAILER!!!", 0, 0, 1, "", 0);
	while (used % 512)
		archive[used++] = 0;
}

/* Put size bytes where a loader would, and unpack them. Each call uses up some reserved RAM. */
static paddr_t next_pa = HOST_RAM + FREE;

static const char *unpack(const char *bytes, size_t size)
{
	paddr_t pa = next_pa;

	next_pa += align_up(size + 1, PAGE_SIZE);
	if (next_pa > HOST_RAM + RAM) {
		printf("Bail out! the test needs more RAM\n");
		return "out of test RAM";
	}
	memcpy(frame_va(pa), bytes, size);
	return fs_unpack_initrd(pa, pa + size);
}

static const char *unpack_all(void)
{
	const char *why = unpack(archive, used);

	if (why)
		printf("# %s\n", why);
	return why;
}

/* ---- looking at the result ---- */

static struct stat stat_of(const char *path)
{
	struct stat st = { .st_mode = 0 };

	if (sys_newfstatat(AT_FDCWD, u(path), USER_BUF, AT_SYMLINK_NOFOLLOW) == 0)
		memcpy(&st, host_user(USER_BUF), sizeof(st));
	return st;
}

static const char *text_of(const char *path)
{
	static char text[4096];
	long fd = sys_openat(AT_FDCWD, u(path), O_RDONLY, 0), n;

	if (fd < 0)
		return "(cannot be opened)";
	n = sys_read(fd, USER_BUF, sizeof(text) - 1);
	sys_close(fd);
	memcpy(text, host_user(USER_BUF), n > 0 ? (size_t)n : 0);
	text[n > 0 ? n : 0] = 0;
	return text;
}

static void says(const char *why, const char *word)
{
	ok(why && strstr(why, word), word);
	if (!why || !strstr(why, word))
		printf("# it said: %s\n", why ? why : "(nothing)");
}

/* ---- the tests ---- */

static void test_kinds(void)
{
	start();
	add(".", 0040755, 1, 2, "", 0);
	add("bin", 0040711, 2, 2, "", 0);
	add("bin/a", 0100755, 3, 3, "", 0);
	add("./bin/b", 0100755, 3, 3, "", 0);
	add("/bin/c", 0100755, 3, 3, "linked", 6);
	add("bin/s", 0120777, 4, 1, "../etc/motd", 11);
	add("etc/motd", 0100644, 5, 1, "welcome\n", 8);
	add("dev/mine", 0020666, 6, 1, "", 0);
	add("fifo", 0010600, 7, 1, "", 0);
	add("empty", 0100600, 8, 1, "", 0);
	finish();
	is((uintptr_t)unpack_all(), 0, "an archive of every kind");
	is(stat_of("/bin").st_mode, 0040711, "a directory");
	is(stat_of("/bin/a").st_nlink, 3, "three hard links");
	is(stat_of("/bin/a").st_ino, stat_of("/bin/c").st_ino, "of one file");
	is_text(text_of("/bin/a"), "linked", "whose text came last");
	is_text(text_of("/bin/s"), "welcome\n", "a symbolic link");
	is(stat_of("/etc").st_mode, 0040755, "a directory that was not listed");
	is(stat_of("/etc/motd").st_mtim.tv_sec, 1000, "a time");
	is(stat_of("/dev/mine").st_rdev, 0x103, "a device");
	is(stat_of("/fifo").st_mode, 0010600, "a fifo");
	is(stat_of("/empty").st_size, 0, "an empty file");
}

static void test_again(void)
{
	start();
	add("bin", 0040755, 2, 2, "", 0);
	add("etc/motd", 0100600, 3, 1, "new", 3);
	finish();
	add("second", 0100600, 3, 1, "another archive", 15);
	finish();
	is((uintptr_t)unpack_all(), 0, "two archives, one behind the other");
	is(stat_of("/bin").st_mode, 0040755, "a directory again: its new mode");
	is_text(text_of("/etc/motd"), "new", "a file again: its new text");
	is_text(text_of("/second"), "another archive", "the second archive's file");
	is_text(text_of("/bin/a"), "linked", "what was there stays");
}

static void test_large(void)
{
	size_t total = frame_total(), size = 20ul << 20;
	char *data = archive + (1 << 20), *buf;
	bool good = true;
	struct file *file;
	paddr_t pa = 0;
	char *page;
	long fd;

	for (size_t i = 0; i < size; i++)
		data[i] = (char)(i * 2654435761u >> 13);
	start();
	add("large", 0100644, 9, 1, data, size);
	finish();
	ok(used > FREE, "an archive larger than what is free");
	is((uintptr_t)unpack_all(), 0, "is unpacked");
	is(frame_total() - total, used / PAGE_SIZE,
	   "every frame of it was given back");
	fd = sys_openat(AT_FDCWD, u("/large"), O_RDONLY, 0);
	buf = host_user(USER_BUF);
	for (size_t at = 0; good && at < size; at += 1 << 20) {
		good = sys_read(fd, USER_BUF, 1 << 20) == 1 << 20;
		for (size_t i = 0; good && i < 1 << 20; i++)
			good = buf[i] == (char)((at + i) * 2654435761u >> 13);
	}
	ok(good, "whole");
	sys_close(fd);
	fd = sys_openat(AT_FDCWD, u("/etc/motd"), O_RDONLY, 0);
	file = file_get((int)fd);
	pagecache_get(file_pagecache(file), 0, PAGECACHE_PEEK, &pa);
	page = frame_va(pa);
	for (size_t i = 3; i < PAGE_SIZE; i++)
		good = good && page[i] == 0;
	ok(good, "nothing but zeros behind the end of a file");
	frame_dec_ref(pa);
	file_put(file);
	sys_close(fd);
	is(sys_unlinkat(AT_FDCWD, u("/large"), 0), 0, "and removed");
}

/* The frame of a page of an open file. */
static paddr_t frame_of(long fd, size_t index)
{
	struct file *file = file_get((int)fd);
	paddr_t pa = 0;

	if (!pagecache_get(file_pagecache(file), index, PAGECACHE_PEEK, &pa) && pa)
		frame_dec_ref(pa);
	file_put(file);
	return pa;
}

static void test_aligned(void)
{
	static char data[2 * PAGE_SIZE + 100];
	size_t total = frame_total(), free;
	paddr_t from = next_pa;
	long fd;

	memset(data, 'x', sizeof(data));
	start();
	add_aligned("aligned", 0100644, 9, 2, "an earlier one", 14, PAGE_SIZE);
	add_aligned("again", 0100644, 9, 2, data, sizeof(data), PAGE_SIZE);
	add("behind", 0100644, 10, 1, "it", 2);
	finish();
	is((uintptr_t)unpack_all(), 0, "contents that begin at pages");
	fd = sys_openat(AT_FDCWD, u("/aligned"), O_RDONLY, 0);
	is(frame_of(fd, 0), from + 2 * PAGE_SIZE, "a whole page stays where it is");
	is(frame_of(fd, 1), from + 3 * PAGE_SIZE, "as does the next");
	ok(frame_of(fd, 2) != from + 4 * PAGE_SIZE, "a part of one is copied");
	is(frame_ref_count(frame_of(fd, 0)), 1, "the file alone has it");
	is(sys_lseek(fd, 0, SEEK_END), sizeof(data), "the size");
	is(sys_lseek(fd, 0, SEEK_SET), 0, "from the start");
	is(sys_read(fd, USER_BUF, PAGE_SIZE * 3), sizeof(data), "all of it");
	is(memcmp(host_user(USER_BUF), data, sizeof(data)), 0, "is what was packed");
	is_text(text_of("/behind"), "it", "what comes behind it too");
	is(frame_total() - total, used / PAGE_SIZE, "every frame of the archive was given back");
	sys_close(fd);
	sys_unlinkat(AT_FDCWD, u("/aligned"), 0);
	free = frame_free_count();
	sys_unlinkat(AT_FDCWD, u("/again"), 0);
	is(frame_free_count() - free, 3, "when the file goes so do its frames");
}

static void test_words(void)
{
	static const unsigned char gzip[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0 };

	says(unpack((const char *)gzip, sizeof(gzip)), "gzip");
	says(unpack("070707000000", 12), "old cpio");
	says(unpack("hello, this is not an archive", 29), "not a cpio archive");
	says(unpack("070701", 6), "inside a header");
	is((uintptr_t)unpack("", 0), 0, "nothing at all is an empty archive");
	start();
	add("proc", 0100600, 3, 1, "x", 1);
	says(unpack(archive, used), "a directory");
	start();
	add("proc/version", 0100600, 3, 1, "x", 1);
	says(unpack(archive, used),
	     "/proc and /sys are the kernel's, and have no place for proc/version");
	start();
	add("proc/none/x", 0100600, 3, 1, "x", 1);
	says(unpack(archive, used),
	     "/proc and /sys are the kernel's, and have no place for proc/none/x");
	start();
	add("etc/motd/x", 0100600, 3, 1, "x", 1);
	says(unpack(archive, used), "etc/motd/x");
	start();
	add("big", 0100600, 3, 1, "0123456789", 10);
	says(unpack(archive, used - 4), "inside the contents");
	start();
	add("l", 0120777, 3, 1, "a\0b", 3);
	says(unpack(archive, used), "symbolic link");
	start();
	add("x", 0, 3, 1, "", 0);
	says(unpack(archive, used), "no known type");
	start();
	add("name", 0100600, 3, 1, "", 0);
	archive[114] = 'x';
	says(unpack(archive, used), "zero byte");
	archive[114] = archive[110] = 0;
	says(unpack(archive, used), "empty");
}

/* Cut at every length, and each byte of it changed: an answer, and a file system that works. */
static void test_damage(void)
{
	static char small[2048];
	size_t size;
	int silent = 0;

	start();
	add("z", 0040755, 2, 2, "", 0);
	add("z/a", 0100755, 3, 2, "", 0);
	add("z/b", 0100755, 3, 2, "text of b", 9);
	add("z/s", 0120777, 4, 1, "a", 1);
	add("TRAILER!!!", 0, 0, 1, "", 0);
	size = used;
	memcpy(small, archive, size);
	for (size_t n = 1; n < size; n++)
		silent += unpack(small, n) == NULL;
	ok(silent < 16, "an archive that is cut off is noticed, but for cuts between entries");
	for (size_t i = 0; i < size; i++) {
		for (int bit = 0; bit < 8; bit += 3) {
			small[i] ^= (char)(1 << bit);
			unpack(small, size);
			small[i] ^= (char)(1 << bit);
		}
	}
	is((uintptr_t)unpack(small, size), 0, "the undamaged one is still fine");
	is_text(text_of("/z/a"), "text of b", "and right");
}

int main(void)
{
	host_boot(RAM, FREE);
	test_kinds();
	test_again();
	test_large();
	test_aligned();
	test_words();
	test_damage();
	host_task_ends();
	return host_done();
}
