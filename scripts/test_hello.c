/*
 * A program for stock Linux, linked statically with glibc: the kernel runs it unchanged. The
 * test runner compiles it with the cross compiler's own C library and expects these lines.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: what comes in goes out in capitals. */
static int shout(int in)
{
	char text[64];
	ssize_t n = read(in, text, sizeof(text) - 1);

	if (n < 0)
		return 1;
	text[n] = '\0';
	printf("child: %s %.3f\n", text, 1.0 / 3);
	return 42;
}

/* Four bytes fit into each of three buffers that begin as dots. */
static int read_pieces(void)
{
	char text[3][5] = { "....", "....", "...." };
	struct iovec list[3] = { { text[0], 4 }, { text[1], 4 }, { text[2], 4 } };
	ssize_t n = readv(0, list, 3);

	printf("%d bytes: %s %s %s\n", (int)n, text[0], text[1], text[2]);
	return 0;
}

int main(int argc, char **argv)
{
	size_t size = 8 << 20;
	char *p = malloc(size);
	int fds[2], status;
	pid_t pid;

	if (argc == 2 && strcmp(argv[1], "pieces") == 0)
		return read_pieces();
	if (!p || pipe(fds) < 0) {
		fprintf(stderr, "hello: %s\n", strerror(errno));
		return 1;
	}
	memset(p, 'x', size);
	printf("hello from %s, %d words, %c\n", argv[0], argc - 1, p[size - 1]);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		return shout(fds[0]);
	if (pid < 0 || write(fds[1], "a pipe", 6) != 6 || waitpid(pid, &status, 0) != pid)
		return 1;
	printf("parent: status %d\n", WEXITSTATUS(status));
	free(p);
	return 7;
}
