/*
 * cat [file...]: copy files, or the standard input for "-" or none, to the standard output.
 * Uses the system calls themselves, without stdio: this is what read() and write() look like.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char buf[16384];

static int complain(const char *what)
{
	fprintf(stderr, "cat: %s: %s\n", what, strerror(errno));
	return 1;
}

/* write() may take less than it was given (a pipe, a signal): go on with the rest. */
static int write_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0)
			return -1;
		p += n;
		len -= n;
	}
	return 0;
}

static int copy(int fd, const char *name)
{
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		if (write_all(1, buf, n) < 0)
			return complain("write");
	}
	return n < 0 ? complain(name) : 0;
}

static int cat(const char *name)
{
	int fd, status;

	if (strcmp(name, "-") == 0)
		return copy(0, "standard input");
	fd = open(name, O_RDONLY);
	if (fd < 0)
		return complain(name);
	status = copy(fd, name);
	close(fd);
	return status;
}

int main(int argc, char **argv)
{
	int status = 0;

	if (argc == 1)
		return cat("-");
	for (int i = 1; i < argc; i++)
		status |= cat(argv[i]);
	return status;
}
