/* head [-n lines] [file...]: print the first lines (10) of each file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void head(FILE *f, long lines)
{
	int c;

	while (lines > 0 && (c = getc(f)) != EOF) {
		putchar(c);
		lines -= c == '\n';
	}
}

static int head_file(const char *name, long lines)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	int status = 0;

	if (f)
		head(f, lines);
	if (!f || ferror(f)) {
		fprintf(stderr, "head: %s: %s\n", name, strerror(errno));
		status = 1;
	}
	if (f && f != stdin)
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
	if (*end != '\0' || lines < 0) {
		fprintf(stderr, "usage: head [-n lines] [file...]\n");
		return 2;
	}
	files = argc - 1;
	if (files == 0)
		status = head_file("-", lines);
	for (int i = 1; i <= files; i++) {
		if (files > 1)
			printf("%s==> %s <==\n", i > 1 ? "\n" : "", argv[i]);
		status |= head_file(argv[i], lines);
	}
	if (fflush(stdout) == EOF) {
		perror("head: write");
		status = 1;
	}
	return status;
}
