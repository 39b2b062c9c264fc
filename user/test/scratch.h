/*
 * scratch.h - files for a test: a directory of its own that goes with it. Included by util.h.
 */
#ifndef USER_TEST_SCRATCH_H
#define USER_TEST_SCRATCH_H

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

static char scratch_path[64];

/* Remove a file or a whole tree. */
UNUSED_OK static void remove_tree(const char *path)
{
	char sub[512];
	struct dirent *e;
	DIR *d;

	if (unlink(path) == 0 || (errno != EISDIR && errno != EPERM))
		return;
	d = opendir(path);
	while (d && (e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(sub, sizeof(sub), "%s/%s", path, e->d_name);
		remove_tree(sub);
	}
	if (d)
		closedir(d);
	rmdir(path);
}

/* Leave the scratch directory and remove it with all it holds; only its maker's exit does it. */
UNUSED_OK static void scratch_leave(void)
{
	if (tap_in_child || !scratch_path[0])
		return;
	if (chdir("/") == 0)
		remove_tree(scratch_path);
	scratch_path[0] = '\0';
}

/* Make an empty directory in memory and work in it until the program ends. */
UNUSED_OK static void scratch_enter(void)
{
	const char *top = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	mkdir("/tmp", 01777);
	snprintf(scratch_path, sizeof(scratch_path), "%s/test-%d", top, (int)getpid());
	if (mkdir(scratch_path, 0755) < 0 || chdir(scratch_path) < 0)
		bail_out("%s: errno %d", scratch_path, errno);
	atexit(scratch_leave);
}

/* Make (or empty) a file that holds n bytes at text; returns an O_RDWR descriptor. */
UNUSED_OK static int make_file(const char *path, const void *text, size_t n)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || (n && write(fd, text, n) != (ssize_t)n))
		bail_out("%s: cannot write: errno %d", path, errno);
	return fd;
}

UNUSED_OK static void touch(const char *path)
{
	close(make_file(path, NULL, 0));
}

UNUSED_OK static long size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? -1 : (long)st.st_size;
}

#endif
