/* wc [-lwc] [file...]: count lines, words and bytes; without options all three. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct counts {
	unsigned long lines, words, bytes;
};

static int want_lines, want_words, want_bytes;

static void show(const struct counts *c, const char *name)
{
	if (want_lines)
		printf("%7lu", c->lines);
	if (want_words)
		printf("%8lu", c->words);
	if (want_bytes)
		printf("%8lu", c->bytes);
	printf("%s%s\n", *name ? " " : "", name);
}

static int count(int fd, const char *name, struct counts *c)
{
	static char buf[16384];
	int in_word = 0;
	ssize_t n;

	*c = (struct counts){ 0 };
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		c->bytes += n;
		for (ssize_t i = 0; i < n; i++) {
			int space = isspace((unsigned char)buf[i]);

			c->lines += buf[i] == '\n';
			c->words += !space && !in_word;
			in_word = !space;
		}
	}
	if (n == 0)
		return 0;
	fprintf(stderr, "wc: %s: %s\n", name, strerror(errno));
	return 1;
}

static int count_file(const char *name, struct counts *total)
{
	struct counts c;
	int fd = strcmp(name, "-") == 0 ? 0 : open(name, O_RDONLY);
	int status;

	if (fd < 0) {
		fprintf(stderr, "wc: %s: %s\n", name, strerror(errno));
		return 1;
	}
	status = count(fd, name, &c);
	if (fd != 0)
		close(fd);
	show(&c, name);
	total->lines += c.lines;
	total->words += c.words;
	total->bytes += c.bytes;
	return status;
}

int main(int argc, char **argv)
{
	struct counts total = { 0 };
	int status = 0;
	int opt, files;

	while ((opt = getopt(argc, argv, "lwc")) != -1) {
		if (opt == 'l')
			want_lines = 1;
		else if (opt == 'w')
			want_words = 1;
		else if (opt == 'c')
			want_bytes = 1;
		else {
			fprintf(stderr, "usage: wc [-lwc] [file...]\n");
			return 2;
		}
	}
	if (!want_lines && !want_words && !want_bytes)
		want_lines = want_words = want_bytes = 1;
	files = argc - optind;
	if (files == 0) {
		status = count(0, "standard input", &total);
		show(&total, "");
		return status;
	}
	for (; optind < argc; optind++)
		status |= count_file(argv[optind], &total);
	if (files > 1)
		show(&total, "total");
	return status;
}
