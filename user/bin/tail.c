/* tail [-n lines] [file...]: print the last lines (10) of each file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static int complain(const char *what)
{
	fprintf(stderr, "tail: %s: %s\n", what, strerror(errno));
	return 1;
}

/* Keep the last @lines lines in a ring; print the ring at the end. */
static int tail(FILE *f, const char *name, long lines)
{
	char **ring = calloc(lines + 1, sizeof(*ring));
	char *line = NULL;
	size_t room = 0;
	long next = 0;
	int status = 0;

	if (!ring)
		return complain(name);
	while (getline(&line, &room, f) >= 0) {
		free(ring[next]);
		ring[next] = line;
		next = (next + 1) % (lines + 1);
		line = NULL;
		room = 0;
	}
	if (ferror(f))
		status = complain(name);
	free(line);
	free(ring[next]);
	for (long i = 1; i <= lines; i++) {
		char *s = ring[(next + i) % (lines + 1)];

		if (s)
			fputs(s, stdout);
		free(s);
	}
	free(ring);
	return status;
}

static int tail_file(const char *name, long lines)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	int status;

	if (!f)
		return complain(name);
	status = tail(f, name, lines);
	if (f != stdin)
		fclose(f);
	return status;
}

int main(int argc, char **argv)
{
	int status = 0;
	int files;
	long lines = 10;
	char *end = "";

	if (argc > 2 && strcmp(argv[1], "-n") == 0) {
		lines = strtol(argv[2], &end, 10);
		argv += 2;
		argc -= 2;
	} else if (argc > 1 && argv[1][0] == '-' && argv[1][1] != '\0') {
		lines = strtol(argv[1] + (argv[1][1] == 'n' ? 2 : 1), &end, 10);
		argv++;
		argc--;
	}
	if (*end != '\0' || lines < 0 || lines > 1000000) {
		fprintf(stderr, "usage: tail [-n lines] [file...]\n");
		return 2;
	}
	files = argc - 1;
	if (files == 0)
		status = tail_file("-", lines);
	for (int i = 1; i <= files; i++) {
		if (files > 1)
			printf("%s==> %s <==\n", i > 1 ? "\n" : "", argv[i]);
		status |= tail_file(argv[i], lines);
	}
	return fflush(stdout) == EOF ? complain("write") : status;
}
