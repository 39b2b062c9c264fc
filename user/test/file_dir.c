/*
 * Directories: mkdir, rmdir, unlink, the working directory and getdents64. Catches a directory
 * that can be removed while it holds something, entries lost or repeated when they are read in
 * small pieces, and a link count or a path that is wrong afterwards.
 */
#include "user/test/util.h"

struct entry64 {		/* what getdents64 stores */
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

static void errors(void)
{
	fails_with(mkdir("d", 0755), EEXIST);
	fails_with(mkdir("f", 0755), EEXIST);
	fails_with(mkdir("none/x", 0755), ENOENT);
	fails_with(mkdir("f/x", 0755), ENOTDIR);
	fails_with(mkdir("", 0755), ENOENT);
	fails_with(mkdir("/", 0755), EEXIST);
	fails_with(mkdir("d/.", 0755), EEXIST);
	fails_with(mkdir("d/..", 0755), EEXIST);
	fails_with(rmdir("none"), ENOENT);
	fails_with(rmdir("f"), ENOTDIR);
	fails_with(rmdir("f/x"), ENOTDIR);
	fails_with(rmdir("full"), ENOTEMPTY);
	fails_with(rmdir("d/."), EINVAL);
	fails_with(rmdir("full/.."), ENOTEMPTY);
	fails_with(rmdir("/"), EBUSY);
	fails_with(unlink("d"), EISDIR);
	fails_with(unlink("d/"), EISDIR);
	fails_with(unlink("f/"), ENOTDIR);
	fails_with(unlink("none"), ENOENT);
	fails_with(unlink(""), ENOENT);
	fails_with(unlinkat(AT_FDCWD, "f", 0x4000), EINVAL);
	fails_with(unlinkat(999, "f", 0), EBADF);
	fails_with(chdir("none"), ENOENT);
	fails_with(chdir("f"), ENOTDIR);
	fails_with(chdir(""), ENOENT);
}

static void tree(void)
{
	struct stat st;

	is(mkdir("t", 0755), 0, "mkdir");
	is(mkdir("t/a/", 0755), 0, "mkdir with a slash at the end");
	is(mkdir("t//b", 0755), 0, "mkdir with two slashes inside");
	is(mkdir("t/./a/../c", 0755), 0, "mkdir through dots");
	is(access("t/c", F_OK), 0, "is where it should be");
	ok(stat("t", &st) == 0 && st.st_nlink == 5, "each subdirectory is a link");
	rmdir("t/a");
	ok(stat("t", &st) == 0 && st.st_nlink == 4, "one fewer after rmdir");
	is(unlinkat(AT_FDCWD, "t/b", AT_REMOVEDIR), 0, "unlinkat(AT_REMOVEDIR)");
	is(rmdir("t/c/"), 0, "rmdir with a slash at the end");
	is(rmdir("t"), 0, "an empty directory goes");
	fails_with(stat("t", &st), ENOENT);
}

static void working_directory(void)
{
	char here[256], there[256], tiny[4];

	ok(getcwd(here, sizeof(here)) != NULL, "getcwd");
	is(strcmp(here, scratch_path), 0, "is where we are");
	is(chdir("full/sub"), 0, "chdir");
	ok(getcwd(there, sizeof(there)) && strncmp(there, here, strlen(here)) == 0 &&
	   strcmp(there + strlen(here), "/full/sub") == 0, "getcwd follows");
	is(chdir("../.."), 0, "chdir up");
	ok(getcwd(there, sizeof(there)) && strcmp(here, there) == 0, "back again");
	is(sys(SYS_getcwd, here, sizeof(here)), strlen(here) + 1, "the call returns its length");
	fails_with(sys(SYS_getcwd, tiny, sizeof(tiny)), ERANGE);
	fails_with(sys(SYS_getcwd, NULL, 100), EFAULT);
	mkdir("gone", 0755);
	chdir("gone");
	is(rmdir("../gone"), 0, "the working directory can be removed");
	fails_with(sys(SYS_getcwd, there, sizeof(there)), ENOENT);
	fails_with(open("x", O_RDWR | O_CREAT, 0644), ENOENT);
	is(chdir(here), 0, "and left");
	chdir("/");
	ok(getcwd(there, sizeof(there)) && strcmp(there, "/") == 0, "the root is /");
	ok(chdir("..") == 0 && getcwd(there, sizeof(there)) && strcmp(there, "/") == 0,
	   "and so is what is above it");
	chdir(here);
}

/* Read a directory in pieces of size bytes: how many of f0..f99 came exactly once. */
static int list(size_t size, int *others)
{
	static char buf[4096];
	int fd = open("many", O_RDONLY | O_DIRECTORY), seen[100] = { 0 }, once = 0;
	long n;

	*others = 0;
	while ((n = sys(SYS_getdents64, fd, buf, size)) > 0) {
		for (long at = 0; at < n;) {
			struct entry64 *e = (struct entry64 *)(buf + at);

			if (e->name[0] == 'f' && e->type == DT_REG && e->ino != 0)
				seen[atoi(e->name + 1) % 100]++;
			else if (strcmp(e->name, ".") == 0 || strcmp(e->name, "..") == 0)
				*others += e->type == DT_DIR;
			else
				*others += 100;
			if (e->reclen % 8 || e->reclen == 0)
				bail_out("getdents64: record of %d bytes", e->reclen);
			at += e->reclen;
		}
	}
	if (n < 0)
		diag("  getdents64: errno %d", errno);
	for (int i = 0; i < 100; i++)
		once += seen[i] == 1;
	close(fd);
	return n < 0 ? -1 : once;
}

static void many_entries(void)
{
	static const size_t sizes[] = { 32, 48, 100, 512, 4096 };
	char name[16], buf[64];
	int others, fd;

	mkdir("many", 0755);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "many/f%d", i);
		touch(name);
	}
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		is(list(sizes[i], &others), 100, "100 entries, %zu bytes at a time", sizes[i]);
		is(others, 2, "and the two dots");
	}
	fd = open("many", O_RDONLY | O_DIRECTORY);
	fails_with(sys(SYS_getdents64, fd, buf, 10), EINVAL);
	fails_with(sys(SYS_getdents64, fd, NULL, 512), EFAULT);
	fails_with(sys(SYS_getdents64, 999, buf, sizeof(buf)), EBADF);
	close(fd);
	fd = open("f", O_RDONLY);
	fails_with(sys(SYS_getdents64, fd, buf, sizeof(buf)), ENOTDIR);
	close(fd);
}

/* Entries that stay are all seen although others are removed while the directory is read. */
static void removed_while_reading(void)
{
	DIR *d = opendir("many");
	struct dirent *e;
	int odd = 0, n = 0;
	char name[300];

	while (d && (e = readdir(d))) {
		if (e->d_name[0] != 'f')
			continue;
		n++;
		if (atoi(e->d_name + 1) % 2) {
			odd++;
			continue;
		}
		snprintf(name, sizeof(name), "many/%s", e->d_name);
		unlink(name);
	}
	ok(odd == 50 && n == 100,
	   "removing half of the entries while reading loses none (%d of %d)", odd, n);
	rewinddir(d);
	for (n = 0; (e = readdir(d));)
		n += e->d_name[0] == 'f';
	is(n, 50, "rewinddir shows what is left");
	closedir(d);
}

static void removed_but_open(void)
{
	char buf[512];
	int d;

	mkdir("ghost", 0755);
	d = open("ghost", O_RDONLY | O_DIRECTORY);
	is(rmdir("ghost"), 0, "an open directory can be removed");
	fails_with(openat(d, "x", O_RDWR | O_CREAT, 0644), ENOENT);
	fails_with(mkdirat(d, "x", 0755), ENOENT);
	fails_with(sys(SYS_getdents64, d, buf, sizeof(buf)), ENOENT);
	close(d);
}

int main(void)
{
	scratch_enter();
	touch("f");
	mkdir("d", 0755);
	mkdir("full", 0755);
	mkdir("full/sub", 0755);
	errors();
	tree();
	working_directory();
	many_entries();
	removed_while_reading();
	removed_but_open();
	return done_testing();
}
