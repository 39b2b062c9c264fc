/*
 * File systems hung into the tree: mount, umount2, the edges between two. Catches a `..` or a path that
 * goes wrong at an edge, a mount taken down while it is used, a size that does not hold, and memory
 * that does not come back. On Linux it needs root.
 */
#include "user/test/util.h"

#include <limits.h>
#include <sys/mount.h>
#include <sys/statfs.h>

#ifndef TMPFS_MAGIC
#define TMPFS_MAGIC 0x01021994
#endif

static void mount_tmpfs(const char *dir, unsigned long flags, const char *options)
{
	if (mount("none", dir, "tmpfs", flags, options) < 0)
		bail_out("mount: errno %d", errno);
}

static unsigned long dev_of(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? 0 : (unsigned long)st.st_dev;
}

static unsigned long ino_of(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? 0 : (unsigned long)st.st_ino;
}

static void edges(void)
{
	char cwd[PATH_MAX], above[PATH_MAX];
	unsigned long dev = dev_of("m"), ino = ino_of("m");

	touch("m/below");
	mount_tmpfs("m", 0, "mode=750");
	ok(dev_of("m") != dev && dev_of(".") == dev, "a device of its own");
	fails_with(access("m/below", F_OK), ENOENT);
	is(mkdir("m/d", 0755), 0, "a directory in it");
	is(dev_of("m/d"), dev_of("m"), "is on that device too");
	is(ino_of("m/d/../.."), ino_of("."), "`..` leads out of it");
	is(ino_of("m/.."), ino_of("."), "also from its root");
	ok(getcwd(above, sizeof(above)) && chdir("m/d") == 0 && getcwd(cwd, sizeof(cwd)), "chdir");
	ok(strncmp(cwd, above, strlen(above)) == 0 && strcmp(cwd + strlen(above), "/m/d") == 0,
	   "getcwd goes across");
	fails_with(umount("../../m"), EBUSY);
	is(chdir("../.."), 0, "and back");
	close(make_file("m/f", "x", 1));
	fails_with(link("m/f", "f"), EXDEV);
	fails_with(rename("m/f", "f"), EXDEV);
	fails_with(rmdir("m"), EBUSY);
	fails_with(rename("m", "n"), EBUSY);
	is(umount("m"), 0, "umount");
	is(dev_of("m") == dev && ino_of("m") == ino, 1, "the directory is itself again");
	is(access("m/below", F_OK), 0, "with what was there");
	fails_with(access("m/f", F_OK), ENOENT);
	fails_with(umount("m"), EINVAL);
	unlink("m/below");
}

static void in_use(void)
{
	int fd;

	mount_tmpfs("m", 0, NULL);
	fd = make_file("m/f", "abc", 3);
	fails_with(umount2("m", 0), EBUSY);
	close(fd);
	mkdir("m/n", 0755);
	mount_tmpfs("m/n", 0, NULL);
	fails_with(umount("m"), EBUSY);
	is(umount("m/n"), 0, "from the inside out");
	mount_tmpfs("m", 0, NULL);
	fails_with(access("m/f", F_OK), ENOENT);
	is(umount("m"), 0, "one on top of the other");
	is(access("m/f", F_OK), 0, "comes off alone");
	is(umount("m"), 0, "then the other");
}

static void errors(void)
{
	fails_with(mount("none", "m", "nosuchfs", 0, NULL), ENODEV);
	fails_with(mount("none", "m", NULL, 0, NULL), EINVAL);
	fails_with(mount("none", "none", "tmpfs", 0, NULL), ENOENT);
	fails_with(mount("none", "file", "tmpfs", 0, NULL), ENOTDIR);
	fails_with(mount("none", "m", "tmpfs", 0, "size=x"), EINVAL);
	fails_with(mount("none", "m", "tmpfs", 0, "sise=1"), EINVAL);
	fails_with(mount("none", "m", "tmpfs", MS_REMOUNT, NULL), EINVAL);
	fails_with(mount("none", (char *)8, "tmpfs", 0, NULL), EFAULT);
	fails_with(mount("none", "m", (char *)8, 0, NULL), EFAULT);
	fails_with(umount2("m", 0x100), EINVAL);
	fails_with(umount2("none", 0), ENOENT);
}

static void limit(void)
{
	char buf[PAGE] = "x";
	struct statfs st;
	int fd, n = 0;
	char *p;

	mount_tmpfs("m", 0, "size=64k");
	fd = open("m/f", O_RDWR | O_CREAT, 0644);
	while (write(fd, buf, PAGE) == (ssize_t)PAGE)
		n++;
	is(errno, ENOSPC, "it fills up");
	is(n, 16, "after its 16 pages");
	ok(statfs("m", &st) == 0 && st.f_type == TMPFS_MAGIC && st.f_blocks == 16 && st.f_bfree == 0,
	   "statfs says so");
	is(ftruncate(fd, 17 * PAGE), 0, "a hole costs nothing");
	p = mmap(NULL, 17 * PAGE, RW, MAP_SHARED, fd, 0);
	is(p[15 * PAGE], 'x', "a mapping reads what is there");
	if (on_qemu_user())
		skip(1, "qemu-user cannot tell");
	else
		is(store_signal(p + 16 * PAGE), SIGBUS, "but cannot fill the hole");
	is(ftruncate(fd, PAGE), 0, "cut off, it has room");
	is(pwrite(fd, buf, PAGE, PAGE), PAGE, "again");
	is(mount("none", "m", "tmpfs", MS_REMOUNT, "size=8k"), 0, "a new size");
	fails_with(pwrite(fd, buf, PAGE, 2 * PAGE), ENOSPC);
	fails_with(mount("none", "m", "tmpfs", MS_REMOUNT, "size=4k"), EINVAL);
	munmap(p, 17 * PAGE);
	close(fd);
	is(umount("m"), 0, "umount");
}

static void read_only(void)
{
	int fd;

	mount_tmpfs("m", 0, NULL);
	fd = make_file("m/f", "abc", 3);
	fails_with(mount("none", "m", "tmpfs", MS_REMOUNT | MS_RDONLY, NULL), EBUSY);
	close(fd);
	is(mount("none", "m", "tmpfs", MS_REMOUNT | MS_RDONLY, NULL), 0, "read-only from now on");
	fails_with(open("m/f", O_WRONLY), EROFS);
	fails_with(open("m/f", O_RDONLY | O_TRUNC), EROFS);
	fails_with(open("m/g", O_WRONLY | O_CREAT, 0644), EROFS);
	fails_with(mkdir("m/d", 0755), EROFS);
	fails_with(mkdir("m/f", 0755), EEXIST);
	fails_with(unlink("m/f"), EROFS);
	fails_with(rename("m/f", "m/g"), EROFS);
	fails_with(chmod("m/f", 0600), EROFS);
	fails_with(truncate("m/f", 0), EROFS);
	fails_with(symlink("x", "m/l"), EROFS);
	fd = open("m/f", O_RDONLY);
	ok(fd >= 0, "reading goes on");
	close(fd);
	is(umount("m"), 0, "umount");
}

/* Everything below it goes, however deep. */
static void nothing_stays(void)
{
	long before = on_xv39() ? free_kib() : 0;

	mount_tmpfs("m", 0, NULL);
	for (int i = 0; i < 200; i++) {
		char name[32];

		snprintf(name, sizeof(name), i % 2 ? "m/d/%d" : "m/%d", i);
		mkdir("m/d", 0755);
		close(make_file(name, name, sizeof(name)));
	}
	if (chdir("m") == 0)
		for (int i = 0; i < 200 && mkdir("d1", 0755) == 0 && chdir("d1") == 0; i++)
			touch("file");
	is(chdir(scratch_path), 0, "200 files, 200 levels");
	is(umount("m"), 0, "umount");
	if (on_xv39())
		ok(before - free_kib() < 64, "and the memory is back");
	else
		skip(1, "other programs use this machine's memory");
}

static void listed(void)
{
	char line[512];

	snprintf(line, sizeof(line), "a\\040b %s/m tmpfs ro,nosuid,", scratch_path);
	if (mount("a b", "m", "tmpfs", MS_RDONLY | MS_NOSUID, NULL) < 0)
		bail_out("mount: errno %d", errno);
	ok(strstr(slurp("/proc/mounts"), line), "/proc/mounts has it");
	snprintf(line, sizeof(line), " / %s/m ro,nosuid,", scratch_path);
	ok(strstr(slurp("/proc/self/mountinfo"), line), "so has mountinfo");
	umount("m");
	ok(!strstr(slurp("/proc/mounts"), scratch_path), "no longer");
	ok(strstr(slurp("/proc/filesystems"), "nodev\ttmpfs\n"), "/proc/filesystems");
}

static void second_proc(void)
{
	char path[64], got[256], want[256];
	ssize_t n;
	int fd;

	is(mount("proc", "m", "proc", 0, NULL), 0, "proc, once more");
	is(access("m/self/maps", R_OK), 0, "it works there too");
	fd = open("m/self/fd", O_RDONLY);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, got, sizeof(got) - 1);
	got[n > 0 ? n : 0] = 0;
	snprintf(want, sizeof(want), "%s/m/%d/fd", scratch_path, getpid());
	if (on_qemu_user())
		skip(1, "qemu-user has a /proc/self of its own");
	else
		ok(strcmp(got, want) == 0, "its paths are its own");
	fails_with(umount("m"), EBUSY);
	close(fd);
	is(umount("m"), 0, "umount");
}

int main(void)
{
	scratch_enter();
	touch("file");
	if (mkdir("m", 0755) < 0 || mount("none", "m", "tmpfs", 0, NULL) < 0)
		skip_all("no right to mount here");
	is(umount("m"), 0, "there and away again");
	edges();
	in_use();
	errors();
	limit();
	read_only();
	nothing_stays();
	listed();
	second_proc();
	return done_testing();
}
