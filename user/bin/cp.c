/*
 * cp [-r] source target, cp [-r] source... directory: copy files; -r copies directories with
 * all they hold, and symbolic links as links.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int recursive;

/* The directory that is being made by -r: meeting it in the source means copying it into itself. */
static struct stat made;

static int copy(const char *from, const char *to);

static int complain(const char *path)
{
	fprintf(stderr, "cp: %s: %s\n", path, strerror(errno));
	return 1;
}

static int refuse(const char *path, const char *why)
{
	fprintf(stderr, "cp: %s: %s\n", path, why);
	return 1;
}

static int is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static int copy_data(int in, int out, const char *from, const char *to)
{
	static char buf[65536];
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0) {
		ssize_t done = 0;

		while (done < n) {
			ssize_t m = write(out, buf + done, n - done);

			if (m < 0)
				return complain(to);
			done += m;
		}
	}
	return n < 0 ? complain(from) : 0;
}

static int copy_file(const char *from, const char *to, const struct stat *st)
{
	struct stat there;
	int in, out, status;

	if (stat(to, &there) == 0 && same_file(st, &there))
		return refuse(to, "is the same file");
	in = open(from, O_RDONLY);
	if (in < 0)
		return complain(from);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC, st->st_mode & 0777);
	if (out < 0) {
		status = complain(to);
		close(in);
		return status;
	}
	status = copy_data(in, out, from, to);
	close(in);
	if (close(out) < 0)
		status = complain(to);
	return status;
}

static int copy_link(const char *from, const char *to)
{
	static char target[PATH_MAX];
	ssize_t n = readlink(from, target, sizeof(target) - 1);

	if (n < 0)
		return complain(from);
	target[n] = '\0';
	return symlink(target, to) < 0 ? complain(to) : 0;
}

/* "dir/name" in memory of its own, or NULL after a message. */
static char *join(const char *dir, const char *name)
{
	size_t len = strlen(dir) + strlen(name) + 2;
	char *path = malloc(len);

	if (path)
		snprintf(path, len, "%s/%s", dir, name);
	else
		complain(dir);
	return path;
}

static int copy_entry(const char *from, const char *to, const char *name)
{
	char *source = join(from, name);
	char *target = join(to, name);
	int status = source && target ? copy(source, target) : 1;

	free(source);
	free(target);
	return status;
}

static int copy_dir(const char *from, const char *to, const struct stat *st)
{
	DIR *dir;
	struct dirent *d;
	int status = 0;

	if (!recursive)
		return refuse(from, "is a directory (-r copies it)");
	if (made.st_ino != 0 && same_file(st, &made))
		return refuse(from, "cannot be copied into itself");
	if (mkdir(to, (st->st_mode & 0777) | 0700) < 0 && (errno != EEXIST || !is_dir(to)))
		return complain(to);
	if (made.st_ino == 0)
		stat(to, &made);
	dir = opendir(from);
	if (!dir)
		return complain(from);
	while ((d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			status |= copy_entry(from, to, d->d_name);
	}
	closedir(dir);
	return status;
}

static int copy(const char *from, const char *to)
{
	struct stat st;

	if ((recursive ? lstat(from, &st) : stat(from, &st)) < 0)
		return complain(from);
	if (S_ISDIR(st.st_mode))
		return copy_dir(from, to, &st);
	if (S_ISLNK(st.st_mode))
		return copy_link(from, to);
	if (recursive && !S_ISREG(st.st_mode))
		return refuse(from, "is neither file, directory nor link");
	return copy_file(from, to, &st);
}

static int copy_into(char *from, const char *dir)
{
	size_t len = strlen(from);
	const char *slash;
	char *to;
	int status;

	while (len > 1 && from[len - 1] == '/')
		from[--len] = '\0';
	slash = strrchr(from, '/');
	to = join(dir, slash && slash[1] ? slash + 1 : from);
	if (!to)
		return 1;
	made = (struct stat){ 0 };
	status = copy(from, to);
	free(to);
	return status;
}

int main(int argc, char **argv)
{
	const char *target;
	int status = 0;
	int opt;

	while ((opt = getopt(argc, argv, "rR")) != -1) {
		if (opt != 'r' && opt != 'R')
			goto usage;
		recursive = 1;
	}
	if (argc - optind < 2)
		goto usage;
	target = argv[argc - 1];
	if (!is_dir(target)) {
		if (argc - optind == 2)
			return copy(argv[optind], target);
		return refuse(target, strerror(ENOTDIR));
	}
	for (; optind < argc - 1; optind++)
		status |= copy_into(argv[optind], target);
	return status;
usage:
	fprintf(stderr, "usage: cp [-r] source target | cp [-r] source... directory\n");
	return 2;
}
