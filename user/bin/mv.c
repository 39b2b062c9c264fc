/*
 * mv source target, mv source... directory: rename. A target that is a directory takes the
 * sources in under their last names. Works within one file system: rename() does not copy.
 */
#include <errno.h>
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

static int move(const char *from, const char *to)
{
	if (rename(from, to) == 0)
		return 0;
	fprintf(stderr, "mv: %s to %s: %s\n", from, to, strerror(errno));
	return 1;
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
