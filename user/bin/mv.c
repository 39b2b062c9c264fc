/*
 * mv source target, mv source... directory: rename. A target that is a directory takes the
 * sources in under their last names. A file or link that goes to another file system is copied
 * and then removed; a directory stays where it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Cut trailing slashes off @path and return what follows the last one left. */
static const char *last_name(char *path)
{
	size_t len = strlen(path);
	char *slash;

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
	slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

static int complain(const char *from, const char *to, const char *why)
{
	fprintf(stderr, "mv: %s to %s: %s\n", from, to, why);
	return 1;
}

static int copy_data(int in, int out)
{
	static char buf[65536];
	ssize_t n, m;

	while ((n = read(in, buf, sizeof(buf))) > 0) {
		for (ssize_t done = 0; done < n; done += m) {
			m = write(out, buf + done, n - done);
			if (m < 0)
				return -1;
		}
	}
	return (int)n;
}

/* -1 with errno; then there is no @to. */
static int copy_file(const char *from, const char *to, mode_t mode)
{
	int in = open(from, O_RDONLY), out, err = 0;

	if (in < 0)
		return -1;
	out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (out < 0 || copy_data(in, out) < 0 || fchmod(out, mode & 07777) < 0)
		err = errno;
	if (out >= 0 && close(out) < 0 && !err)
		err = errno;
	close(in);
	if (err && out >= 0)
		unlink(to);
	errno = err;
	return err ? -1 : 0;
}

static int copy_link(const char *from, const char *to)
{
	static char target[PATH_MAX];
	ssize_t n = readlink(from, target, sizeof(target) - 1);

	if (n < 0)
		return -1;
	target[n] = '\0';
	return symlink(target, to);
}

/* What rename() cannot do: the file systems differ. What was at @to gives way, as with rename(). */
static int move_across(const char *from, const char *to)
{
	struct stat st;
	int err;

	if (lstat(from, &st) < 0)
		return complain(from, to, strerror(errno));
	if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return complain(from, to, "is on another file system, and neither file nor link");
	if (unlink(to) < 0 && errno != ENOENT)
		return complain(from, to, strerror(errno));
	err = S_ISLNK(st.st_mode) ? copy_link(from, to) : copy_file(from, to, st.st_mode);
	if (err < 0 || unlink(from) < 0)
		return complain(from, to, strerror(errno));
	return 0;
}

static int move(const char *from, const char *to)
{
	if (rename(from, to) == 0)
		return 0;
	return errno == EXDEV ? move_across(from, to) : complain(from, to, strerror(errno));
}

static int move_into(char *from, const char *dir)
{
	static char to[PATH_MAX];

	if (snprintf(to, sizeof(to), "%s/%s", dir, last_name(from)) >= (int)sizeof(to)) {
		fprintf(stderr, "mv: %s: %s\n", from, strerror(ENAMETOOLONG));
		return 1;
	}
	return move(from, to);
}

int main(int argc, char **argv)
{
	const char *target;
	int status = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: mv source target | mv source... directory\n");
		return 2;
	}
	target = argv[argc - 1];
	if (!is_dir(target)) {
		if (argc == 3)
			return move(argv[1], target);
		fprintf(stderr, "mv: %s: %s\n", target, strerror(ENOTDIR));
		return 1;
	}
	for (int i = 1; i < argc - 1; i++)
		status |= move_into(argv[i], target);
	return status;
}
