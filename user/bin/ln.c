/*
 * ln [-sf] target [name], ln [-sf] target... directory: make another name for a file (a hard
 * link), or with -s a symbolic link that holds the target's path. -f replaces an existing name.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int symbolic, force;

static int is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int make_link(const char *target, const char *name)
{
	int err;

	if (force && unlink(name) < 0 && errno != ENOENT) {
		fprintf(stderr, "ln: %s: %s\n", name, strerror(errno));
		return 1;
	}
	err = symbolic ? symlink(target, name) : link(target, name);
	if (err == 0)
		return 0;
	fprintf(stderr, "ln: %s to %s: %s\n", name, target, strerror(errno));
	return 1;
}

static int link_into(const char *target, const char *dir)
{
	static char name[PATH_MAX];
	const char *slash = strrchr(target, '/');

	if (snprintf(name, sizeof(name), "%s/%s", dir, slash ? slash + 1 : target) >=
	    (int)sizeof(name)) {
		fprintf(stderr, "ln: %s: %s\n", target, strerror(ENAMETOOLONG));
		return 1;
	}
	return make_link(target, name);
}

int main(int argc, char **argv)
{
	int status = 0;
	int opt;
	const char *last;

	while ((opt = getopt(argc, argv, "sf")) != -1) {
		if (opt == 's')
			symbolic = 1;
		else if (opt == 'f')
			force = 1;
		else
			goto usage;
	}
	if (optind == argc)
		goto usage;
	last = argv[argc - 1];
	if (optind + 1 == argc)
		return link_into(last, ".");
	if (optind + 2 == argc && !is_dir(last))
		return make_link(argv[optind], last);
	if (!is_dir(last)) {
		fprintf(stderr, "ln: %s: %s\n", last, strerror(ENOTDIR));
		return 1;
	}
	for (; optind < argc - 1; optind++)
		status |= link_into(argv[optind], last);
	return status;
usage:
	fprintf(stderr, "usage: ln [-sf] target [name] | ln [-sf] target... directory\n");
	return 2;
}
