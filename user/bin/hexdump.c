/* hexdump [-n bytes] [file]: sixteen bytes on a line, as numbers and as characters. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_row(unsigned long at, const unsigned char *row, size_t len)
{
	printf("%08lx ", at);
	for (size_t i = 0; i < 16; i++) {
		if (i % 8 == 0)
			putchar(' ');
		if (i < len)
			printf("%02x ", row[i]);
		else
			printf("   ");
	}
	printf(" |");
	for (size_t i = 0; i < len; i++)
		putchar(isprint(row[i]) ? row[i] : '.');
	printf("|\n");
}

static void dump(FILE *f, unsigned long limit)
{
	unsigned char row[16];
	unsigned long at = 0;

	while (at < limit) {
		size_t want = limit - at < sizeof(row) ? limit - at : sizeof(row);
		size_t n = fread(row, 1, want, f);

		if (n == 0)
			break;
		print_row(at, row, n);
		at += n;
	}
	if (at > 0)
		printf("%08lx\n", at);
}

int main(int argc, char **argv)
{
	unsigned long limit = (unsigned long)-1;
	const char *name = "standard input";
	FILE *f = stdin;
	int opt;

	while ((opt = getopt(argc, argv, "Cn:")) != -1) {
		char *end = "";

		if (opt == 'n')
			limit = strtoul(optarg, &end, 0);
		if (opt == '?' || *end)
			goto usage;
	}
	if (argc - optind > 1)
		goto usage;
	if (optind < argc) {
		name = argv[optind];
		f = fopen(name, "r");
	}
	if (f)
		dump(f, limit);
	if (!f || ferror(f)) {
		fflush(stdout);
		fprintf(stderr, "hexdump: %s: %s\n", name, strerror(errno));
		return 1;
	}
	return 0;
usage:
	fprintf(stderr, "usage: hexdump [-n bytes] [file]\n");
	return 2;
}
