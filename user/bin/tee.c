/* tee [-a] [file...]: copy the standard input to the standard output and to every file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct output {
	const char *name;
	int fd; /* -1: given up after an error */
};

static int status;

static void complain(const char *what)
{
	fprintf(stderr, "tee: %s: %s\n", what, strerror(errno));
	status = 1;
}

static void put(struct output *out, const char *p, size_t len)
{
	while (len > 0 && out->fd >= 0) {
		ssize_t n = write(out->fd, p, len);

		if (n < 0) {
			complain(out->name);
			out->fd = -1;
			return;
		}
		p += n;
		len -= n;
	}
}

static void copy(struct output *out, int count)
{
	static char buf[4096];
	ssize_t n;

	while ((n = read(0, buf, sizeof(buf))) > 0) {
		for (int i = 0; i < count; i++)
			put(&out[i], buf, n);
	}
	if (n < 0)
		complain("standard input");
}

int main(int argc, char **argv)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC;
	struct output *out;
	int count = 0;
	int opt;

	while ((opt = getopt(argc, argv, "a")) != -1) {
		if (opt != 'a') {
			fprintf(stderr, "usage: tee [-a] [file...]\n");
			return 2;
		}
		flags = O_WRONLY | O_CREAT | O_APPEND;
	}
	out = malloc((argc + 1) * sizeof(*out));
	if (!out) {
		fprintf(stderr, "tee: out of memory\n");
		return 1;
	}
	out[count++] = (struct output){ "standard output", 1 };
	for (; optind < argc; optind++) {
		int fd = open(argv[optind], flags, 0666);

		if (fd < 0)
			complain(argv[optind]);
		else
			out[count++] = (struct output){ argv[optind], fd };
	}
	copy(out, count);
	free(out);
	return status;
}
