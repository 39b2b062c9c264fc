/*
 * A stream to or from a shell command.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/lib/stream.h"

/* In the child: one end of the pipe becomes its input or output. */
static void run_command(const char *command, int end, int as)
{
	if (end == as)
		fcntl(end, F_SETFD, 0);
	else
		dup2(end, as);
	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(127);
}

FILE *popen(const char *command, const char *mode)
{
	int reads = *mode == 'r', fd[2], mine, theirs;
	FILE *f;

	if (pipe2(fd, O_CLOEXEC) < 0)
		return NULL;
	mine = fd[!reads];
	theirs = fd[reads];
	f = fdopen(mine, mode);
	if (!f)
		goto close_pipe;
	f->child = fork();
	if (f->child < 0)
		goto close_stream;
	if (f->child == 0)
		run_command(command, theirs, reads ? STDOUT_FILENO : STDIN_FILENO);
	close(theirs);
	return f;

close_stream:
	fclose(f);
	close(theirs);
	return NULL;
close_pipe:
	close(mine);
	close(theirs);
	return NULL;
}

int pclose(FILE *f)
{
	pid_t child = f->child;
	int status;

	fclose(f);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}
