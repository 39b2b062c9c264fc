/* mkdir [-p] dir...: make directories; -p makes the missing parents too and accepts what exists. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int complain(const char *path)
{
	fprintf(stderr, "mkdir: %s: %s\n", path, strerror(errno));
	return 1;
}

/* Make @path unless it is a directory already; errno tells why mkdir() failed, not stat(). */
static int make_one(const char *path)
{
	struct stat st;
	int why;

	if (mkdir(path, 0777) == 0)
		return 0;
	why = errno;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	errno = why;
	return -1;
}

/* Make each prefix of @path that ends before a slash, then the path itself. */
static int make_path(char *path)
{
	for (char *p = path + 1; path[0] && *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (make_one(path) < 0)
			return complain(path);
		*p = '/';
	}
	return make_one(path) < 0 ? complain(path) : 0;
}

int main(int argc, char **argv)
{
	int parents = 0;
	int status = 0;
	int opt;

	while ((opt = getopt(argc, argv, "p")) != -1) {
		if (opt != 'p')
			goto usage;
		parents = 1;
	}
	if (optind == argc)
		goto usage;
	for (; optind < argc; optind++) {
		if (parents)
			status |= make_path(argv[optind]);
		else if (mkdir(argv[optind], 0777) < 0)
			status |= complain(argv[optind]);
	}
	return status;
usage:
	fprintf(stderr, "usage: mkdir [-p] dir...\n");
	return 2;
}
