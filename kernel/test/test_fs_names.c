/*
 * test_fs_names.c - the file system on the host: names, links, directories.
 */
#include "kernel/test/fs_calls.h"

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
	is(link_("/tmp", "/t"), -EXDEV, "link of what hangs there");
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

int main(void)
{
	static void (*const tests[])(void) = {
		test_walk, test_links, test_remove, test_rename,
	};

	host_boot(RAM, RAM);
	run_repeatedly(tests, sizeof(tests) / sizeof(tests[0]));
	test_many_links();
	test_readdir();
	host_task_ends();
	return host_done();
}
