/*
 * Hard links, symbolic links, rename, and files without a name. Catches a link count that is
 * off, a rename that loses a file or makes a loop, and data that goes with the last name
 * although someone still has the file open.
 */
#include "user/test/util.h"

static long links(const char *path)
{
	struct stat st;

	return lstat(path, &st) < 0 ? -1 : (long)st.st_nlink;
}

static bool holds(const char *path, const char *want)
{
	char buf[64];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf));

	close(fd);
	return n == (ssize_t)strlen(want) && memcmp(buf, want, strlen(want)) == 0;
}

static void text(const char *path, const char *s)
{
	close(make_file(path, s, strlen(s)));
}

static void hard_links(void)
{
	text("h", "hard");
	is(link("h", "h2"), 0, "link");
	ok(links("h") == 2 && links("h2") == 2 && holds("h2", "hard"), "two names, one file");
	text("h2", "more");
	ok(holds("h", "more"), "written through one, read through the other");
	fails_with(link("h", "h2"), EEXIST);
	fails_with(link("h", "d"), EEXIST);
	fails_with(link("none", "x"), ENOENT);
	fails_with(link("h", "none/x"), ENOENT);
	fails_with(link("d", "x"), EPERM);
	fails_with(link("h", "h/x"), ENOTDIR);
	fails_with(linkat(AT_FDCWD, "h", AT_FDCWD, "x", 0x100), EINVAL);
	is(unlink("h"), 0, "unlink of the first name");
	ok(links("h2") == 1 && holds("h2", "more"), "leaves the second");
	unlink("h2");
}

static void symbolic_links(void)
{
	char buf[32], name[8] = "s0", target[8];

	memset(buf, '#', sizeof(buf));
	text("f", "target");
	is(symlink("f", "s"), 0, "symlink");
	is(readlink("s", buf, sizeof(buf)), 1, "readlink returns the length");
	ok(buf[0] == 'f' && buf[1] == '#', "and stores no zero byte");
	is(symlink("a-long-target", "s13"), 0, "a target need not exist");
	is(readlink("s13", buf, 5), 5, "readlink cuts to the buffer");
	fails_with(readlink("f", buf, sizeof(buf)), EINVAL);
	fails_with(readlink("", buf, sizeof(buf)), ENOENT);
	fails_with(readlink("none", buf, sizeof(buf)), ENOENT);
	fails_with(sys(SYS_readlinkat, AT_FDCWD, "s", buf, 0), EINVAL);
	fails_with(sys(SYS_readlinkat, AT_FDCWD, "s", NULL, 8), EFAULT);
	fails_with(symlink("x", "s"), EEXIST);
	fails_with(symlink("", "x"), ENOENT);
	fails_with(symlink("x", "none/x"), ENOENT);
	ok(holds("s", "target"), "open follows it");
	is(unlink("s"), 0, "unlink removes the link");
	ok(holds("f", "target"), "not the target");
	is(symlink("d", "sd"), 0, "a link to a directory");
	touch("sd/in");
	is(access("d/in", F_OK), 0, "is a directory in a path");
	fails_with(rmdir("sd"), ENOTDIR);
	is(symlink("..", "d/up"), 0, "a relative target");
	ok(holds("d/up/d/up/f", "target"), "is relative to where the link is");
	is(link("s13", "hard13"), 0, "link() of a link");
	ok(links("s13") == 2, "does not follow it");
	for (int i = 0; i < 41; i++) {
		snprintf(target, sizeof(target), "s%d", i);
		snprintf(name, sizeof(name), "s%d", i + 1);
		symlink(i == 0 ? "f" : target, i == 0 ? "s1" : name);
		if (i == 12)
			unlink("s13"), symlink("s12", "s13");
	}
	ok(holds("s40", "target"), "40 links in a row are followed");
	fails_with(open("s41", O_RDONLY), ELOOP);
}

static void rename_errors(void)
{
	text("a", "A");
	mkdir("full", 0755);
	mkdir("full/sub", 0755);
	mkdir("empty", 0755);
	fails_with(rename("none", "x"), ENOENT);
	fails_with(rename("a", "none/x"), ENOENT);
	fails_with(rename("a", ""), ENOENT);
	fails_with(rename("a", "a/x"), ENOTDIR);
	fails_with(rename("a", "x/"), ENOTDIR);
	fails_with(rename("a", "empty"), EISDIR);
	fails_with(rename("empty", "a"), ENOTDIR);
	fails_with(rename("empty", "full"), ENOTEMPTY);
	fails_with(rename("full", "full/x"), EINVAL);
	fails_with(rename("full", "full/sub/x"), EINVAL);
	fails_with(rename("full/sub", "full"), ENOTEMPTY);
	fails_with(rename("full/.", "x"), EBUSY);
	fails_with(rename("empty", "full/.."), EBUSY);
	fails_with(sys(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "f", 1), EEXIST);
	fails_with(sys(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "x", 3), EINVAL);
	fails_with(sys(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "x", 0x100), EINVAL);
	ok(holds("a", "A") && access("full/sub", F_OK) == 0 && access("empty", F_OK) == 0,
	   "a rename that fails moves nothing");
}

static void renames(void)
{
	int fd = make_file("b", "B", 1);
	char c;

	is(rename("a", "a"), 0, "onto itself");
	ok(holds("a", "A"), "nothing happens");
	is(rename("a", "b"), 0, "over an existing file");
	ok(holds("b", "A") && access("a", F_OK) < 0, "replaces it");
	is(pread(fd, &c, 1, 0), 1, "the replaced file lives while it is open");
	is(c, 'B', "with its contents");
	close(fd);
	link("b", "c");
	is(rename("b", "c"), 0, "between two names of one file");
	is(links("b"), 2, "both stay");
	unlink("c");
	is(rename("b", "full/sub/b"), 0, "into another directory");
	ok(holds("full/sub/b", "A"), "arrives");
	is(rename("full/sub", "empty/moved"), 0, "a directory moves with what it holds");
	ok(holds("empty/moved/b", "A") && holds("empty/moved/../moved/b", "A"),
	   "and its .. follows");
	ok(links("full") == 2 && links("empty") == 3, "link counts follow too");
	is(rename("empty", "full"), 0, "a directory over an empty one");
	ok(holds("full/moved/b", "A"), "replaces it");
	is(symlink("f", "ln"), 0, "symlink");
	is(rename("ln", "ln2"), 0, "rename of a symbolic link");
	ok(holds("f", "target") && links("ln2") == 1, "moves the link, not its target");
	is(sys(SYS_renameat2, AT_FDCWD, "full/moved/b", AT_FDCWD, "free", 1), 0,
	   "RENAME_NOREPLACE to a free name");
	ok(holds("free", "A"), "works");
}

/* A name that is replaced over and over is never missing for another process. */
static void never_missing(void)
{
	volatile int *stop = map_shared(PAGE);
	pid_t pid;

	text("always", "0");
	pid = tap_fork();
	if (pid == 0) {
		int missing = 0;

		while (!*stop)
			missing += access("always", F_OK) < 0;
		ok(missing == 0, "the name was missing %d times", missing);
		tap_child_exit(0);
	}
	for (int i = 0; i < 200; i++) {
		text("next", "1");
		if (rename("next", "always") < 0)
			break;
	}
	*stop = 1;
	is(tap_wait(pid), 0, "a name replaced 200 times is always there");
	munmap((void *)stop, PAGE);
}

static void without_a_name(void)
{
	int fd = make_file("ghost", NULL, 0), other;
	char c;

	other = open("ghost", O_RDONLY);
	is(unlink("ghost"), 0, "unlink of an open file");
	fails_with(open("ghost", O_RDONLY), ENOENT);
	is(write(fd, "still here", 10), 10, "it can still be written");
	is(pread(other, &c, 1, 9), 1, "and read by whoever has it open");
	is(c, 'e', "with the right contents");
	text("ghost", "new");
	is(pread(other, &c, 1, 0), 1, "a new file of that name");
	ok(c == 's' && holds("ghost", "new"), "is another file");
	close(fd);
	is(pread(other, &c, 1, 0), 1, "the last descriptor keeps it");
	close(other);
}

int main(void)
{
	scratch_enter();
	mkdir("d", 0755);
	hard_links();
	symbolic_links();
	rename_errors();
	renames();
	never_missing();
	without_a_name();
	return done_testing();
}
