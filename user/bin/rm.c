/*
 * rm [-rf] path...: remove names; -r removes directories and what they hold,
 * -f is silent about what is not there. Symbolic links are removed, never followed.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int recursive, force;

static int complain(const char *path)
{
	if (force && errno == ENOENT)
		return 0;
	fprintf(stderr, "rm: %s: %s\n", path, strerror(errno));
	return 1;
}

static int remove_path(const char *path);

static int remove_entry(const char *dir, const char *name)
{
	size_t len = strlen(dir) + strlen(name) + 2;
	char *path = malloc(len);
	int status;

	if (!path)
		return complain(dir);
	snprintf(path, len, "%s/%s", dir, name);
	status = remove_path(path);
	free(path);
	return status;
}

static int remove_dir(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	int status = 0;

	if (!dir)
		return complain(path);
	while ((d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			status |= remove_entry(path, d->d_name);
	}
	closedir(dir);
	if (status == 0 && rmdir(path) < 0)
		return complain(path);
	return status;
}

static int remove_path(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return complain(path);
	if (S_ISDIR(st.st_mode) && recursive)
		return remove_dir(path);
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return complain(path);
	}
	return unlink(path) < 0 ? complain(path) : 0;
}

/* Removing these is never what was meant. */
static int is_protected(const char *path)
{
	size_t len = strlen(path);
	const char *last;

	while (len > 1 && path[len - 1] == '/')
		len--;
	if (len == 1 && path[0] == '/')
		return 1;
	for (last = path + len; last > path && last[-1] != '/'; last--)
		;
	len -= last - path;
	return (len == 1 && last[0] == '.') || (len == 2 && last[0] == '.' && last[1] == '.');
}

int main(int argc, char **argv)
{
	int status = 0;
	int opt;

	while ((opt = getopt(argc, argv, "rRf")) != -1) {
		if (opt == 'f')
			force = 1;
		else if (opt == 'r' || opt == 'R')
			recursive = 1;
		else
			goto usage;
	}
	if (optind == argc && !force)
		goto usage;
	for (; optind < argc; optind++) {
		if (is_protected(argv[optind])) {
			fprintf(stderr, "rm: %s: refusing to remove\n", argv[optind]);
			status = 1;
		} else {
			status |= remove_path(argv[optind]);
		}
	}
	return status;
usage:
	fprintf(stderr, "usage: rm [-rf] path...\n");
	return 2;
}
