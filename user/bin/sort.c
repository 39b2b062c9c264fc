/* sort [-nru] [file...]: sort lines; -n by the number in front, -r downwards, -u each only once. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int by_number, reverse, unique;

static char **lines;
static size_t count, room;

static int complain(const char *what)
{
	fprintf(stderr, "sort: %s: %s\n", what, strerror(errno));
	return 2;
}

static int compare(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	int order = 0;

	if (by_number) {
		long m = strtol(x, NULL, 10), n = strtol(y, NULL, 10);

		order = (m > n) - (m < n);
	}
	if (order == 0 && !(by_number && unique))
		order = strcmp(x, y);
	return reverse ? -order : order;
}

static int add(char *line)
{
	if (count == room) {
		size_t more = room ? room * 2 : 256;
		char **v = realloc(lines, more * sizeof(*v));

		if (!v)
			return -1;
		lines = v;
		room = more;
	}
	lines[count++] = line;
	return 0;
}

static int read_lines(FILE *f, const char *name)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&line, &size, f)) >= 0) {
		if (len > 0 && line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (add(line) < 0)
			return complain(name);
		line = NULL;
		size = 0;
	}
	free(line);
	return ferror(f) ? complain(name) : 0;
}

static int read_file(const char *name)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	int status;

	if (!f)
		return complain(name);
	status = read_lines(f, name);
	if (f != stdin)
		fclose(f);
	return status;
}

int main(int argc, char **argv)
{
	int status = 0;
	int opt;

	while ((opt = getopt(argc, argv, "nru")) != -1) {
		if (opt == 'n')
			by_number = 1;
		else if (opt == 'r')
			reverse = 1;
		else if (opt == 'u')
			unique = 1;
		else {
			fprintf(stderr, "usage: sort [-nru] [file...]\n");
			return 2;
		}
	}
	if (optind == argc)
		status = read_file("-");
	for (; optind < argc; optind++)
		status |= read_file(argv[optind]);
	if (count > 0)
		qsort(lines, count, sizeof(*lines), compare);
	for (size_t i = 0; i < count; i++) {
		if (!unique || i == 0 || compare(&lines[i - 1], &lines[i]) != 0)
			puts(lines[i]);
	}
	return fflush(stdout) == EOF ? complain("write") : status;
}
