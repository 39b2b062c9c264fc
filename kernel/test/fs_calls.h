/*
 * fs_calls.h - the file system's calls as the tests on the host make them, with paths as text.
 */
#pragma once

#include "kernel/fs/vfs.h"
#include "kernel/test/fs_host.h"
#include "kernel/test/host.h"
#include "mm/frame.h"

#define RAM	(32ul << 20)
#define CWD	AT_FDCWD

static inline long open_(const char *path, long flags) { return sys_openat(CWD, u(path), flags, 0666); }
static inline long mkdir_(const char *path) { return sys_mkdirat(CWD, u(path), 0777); }
static inline long unlink_(const char *path) { return sys_unlinkat(CWD, u(path), 0); }
static inline long rmdir_(const char *path) { return sys_unlinkat(CWD, u(path), AT_REMOVEDIR); }
static inline long link_(const char *a, const char *b) { return sys_linkat(CWD, u(a), CWD, u(b), 0); }
static inline long symlink_(const char *to, const char *a) { return sys_symlinkat(u(to), CWD, u(a)); }

static inline long rename_(const char *a, const char *b, long flags)
{
	return sys_renameat2(CWD, u(a), CWD, u(b), flags);
}

static inline long stat_at(const char *path, long flags, struct stat *st)
{
	long err = sys_newfstatat(CWD, u(path), USER_BUF, flags);

	memcpy(st, host_user(USER_BUF), sizeof(*st));
	return err;
}

static inline long nlink(const char *path)
{
	struct stat st;

	return stat_at(path, AT_SYMLINK_NOFOLLOW, &st) ? -1 : (long)st.st_nlink;
}

static inline long exists(const char *path)
{
	struct stat st;

	return stat_at(path, AT_SYMLINK_NOFOLLOW, &st) == 0;
}

static inline long write_text(long fd, const char *s)
{
	strcpy(host_user(USER_BUF), s);
	return sys_write(fd, USER_BUF, strlen(s));
}

/* A file of that name and text. */
static inline void put(const char *path, const char *text)
{
	long fd = open_(path, O_WRONLY | O_CREAT | O_TRUNC);

	write_text(fd, text);
	sys_close(fd);
}

/* What a file says, up to 4 KiB. */
static inline const char *text_of(const char *path)
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

static inline const char *cwd(void)
{
	return sys_getcwd(USER_BUF, 4096) > 0 ? host_user(USER_BUF) : "(gone)";
}

static inline const char *link_text(const char *path)
{
	static char text[4096];
	long n = sys_readlinkat(CWD, u(path), USER_BUF, sizeof(text) - 1);

	memcpy(text, host_user(USER_BUF), n > 0 ? (size_t)n : 0);
	text[n > 0 ? n : 0] = 0;
	return text;
}

static inline int count_entries(const char *path, size_t size)
{
	long fd = open_(path, O_RDONLY | O_DIRECTORY), n;
	int count = 0;

	while ((n = sys_getdents64(fd, USER_BUF, size)) > 0)
		for (char *p = host_user(USER_BUF), *end = p + n; p < end; count++)
			p += ((struct linux_dirent64 *)p)->d_reclen;
	sys_close(fd);
	return n < 0 ? (int)n : count;
}

/* ---- tests that lose nothing ---- */

#define REPEATS	136

/* The tests once, and again and again without their lines: what they lose adds up. */
static inline void run_repeatedly(void (*const tests[])(void), size_t n)
{
	FILE *out = stdout;
	int count, failed;
	size_t before;

	for (size_t i = 0; i < n; i++)
		tests[i]();
	count = host_count;
	failed = host_failed;
	before = test_free_frames();
	stdout = fopen("/dev/null", "w");
	for (size_t i = 0; i < n * REPEATS / 2; i++)
		tests[i % n]();
	fclose(stdout);
	stdout = out;
	host_count = count;
	is(host_failed, failed, "every test passes again and again");
	is(test_free_frames(), before, "and loses nothing");
}
