/*
 * Reading directories: every name once, also in one that fills several buffers, types, positions,
 * the end as opposed to an error. Catches an entry lost at a buffer's edge.
 */
#include "user/test/util.h"

#define MANY 300

static int seen[MANY];

static void make_many(void)
{
	char name[64];

	mkdir("many", 0755);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "many/a-rather-long-name-of-a-file-%03d", i);
		touch(name);
	}
}

/* How often each file of the directory comes. */
static int count_all(DIR *d)
{
	struct dirent *e;
	int dots = 0;

	memset(seen, 0, sizeof(seen));
	while ((e = readdir(d))) {
		int i = -1;

		if (sscanf(e->d_name, "a-rather-long-name-of-a-file-%d", &i) == 1 && i < MANY)
			seen[i]++;
		else
			dots += !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..");
	}
	return dots;
}

static int times_seen(int times)
{
	int n = 0;

	for (int i = 0; i < MANY; i++)
		n += seen[i] == times;
	return n;
}

static void reading(void)
{
	DIR *d = opendir("many");

	ok(d != NULL, "opendir");
	errno = 0;
	is(count_all(d), 2, "the two dots");
	is(errno, 0, "the end is no error");
	is(times_seen(1), MANY, "every file comes once");
	ok(!readdir(d), "the end stays the end");
	rewinddir(d);
	is(count_all(d), 2, "rewinddir begins again");
	is(times_seen(1), MANY, "with all of them");
	is(closedir(d), 0, "closedir");
}

static void positions(void)
{
	DIR *d = opendir("many");
	char name[256];
	struct dirent *e;
	long at;

	for (int i = 0; i < 100; i++)
		readdir(d);
	at = telldir(d);
	e = readdir(d);
	strcpy(name, e ? e->d_name : "(none)");
	while (readdir(d))
		;
	seekdir(d, at);
	e = readdir(d);
	ok(e && !strcmp(e->d_name, name), "seekdir leads back to telldir's place");
	closedir(d);
}

static void types(void)
{
	DIR *d;
	struct dirent *e;
	struct stat st;
	int right = 0, same = 0;

	mkdir("kinds", 0755);
	mkdir("kinds/dir", 0755);
	touch("kinds/file");
	if (symlink("file", "kinds/link") < 0)
		bail_out("symlink: errno %d", errno);
	d = opendir("kinds");
	while ((e = readdir(d))) {
		right += !strcmp(e->d_name, "dir") && e->d_type == DT_DIR;
		right += !strcmp(e->d_name, "file") && e->d_type == DT_REG;
		right += !strcmp(e->d_name, "link") && e->d_type == DT_LNK;
		if (e->d_name[0] != '.' &&
		    fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			same += st.st_ino == e->d_ino;
	}
	is(right, 3, "the type of a directory, a file and a link");
	is(same, 3, "and their inodes");
	closedir(d);
}

static void errors(void)
{
	int fd = make_file("plain", "x", 1);

	errno = 0;
	ok(!opendir("missing") && errno == ENOENT, "a directory that is not there");
	errno = 0;
	ok(!opendir("plain") && errno == ENOTDIR, "a file is none");
	errno = 0;
	ok(!fdopendir(fd) && errno == ENOTDIR, "nor is its descriptor");
	close(fd);
	errno = 0;
	ok(!fdopendir(fd) && errno == EBADF, "nor a closed one");
}

int main(void)
{
	scratch_enter();
	make_many();
	reading();
	positions();
	types();
	errors();
	return done_testing();
}
