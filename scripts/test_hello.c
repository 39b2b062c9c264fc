/*
 * A program for stock Linux, linked statically with glibc: the kernel runs it unchanged. The
 * test runner compiles it with the cross compiler's own C library and expects these lines.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

int main(int argc, char **argv)
{
	size_t size = 8 << 20;
	char *p = malloc(size);
	int fds[2], status;
	pid_t pid;

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
