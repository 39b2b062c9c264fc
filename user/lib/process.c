/*
 * Starting and awaiting processes.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/lib/lock.h"

/* The child has no other threads, so none of them may be in the middle of anything. */
pid_t fork(void)
{
	pid_t pid;

	if (__stdio_fork)
		__stdio_fork(0, 0);
	if (__heap_fork)
		__heap_fork(0);
	pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (__heap_fork)
		__heap_fork(1);
	if (__stdio_fork)
		__stdio_fork(1, pid == 0);
	if (pid == 0 && __thread_forked)
		__thread_forked();
	return pid;
}

pid_t wait(int *status)
{
	return wait4(-1, status, 0, NULL);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	return wait4(pid, status, options, NULL);
}

pid_t wait3(int *status, int options, struct rusage *usage)
{
	return wait4(-1, status, options, usage);
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	return (int)syscall(SYS_waitid, type, id, info, options, NULL);
}

/* The caller ignores ^C and ^\ while the command has the terminal. */
static int run_shell(const char *command, const struct sigaction old[2])
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		sigaction(SIGINT, &old[0], NULL);
		sigaction(SIGQUIT, &old[1], NULL);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

int system(const char *command)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old[2];
	int status;

	if (!command)
		return access("/bin/sh", X_OK) == 0;
	sigaction(SIGINT, &ignore, &old[0]);
	sigaction(SIGQUIT, &ignore, &old[1]);
	status = run_shell(command, old);
	sigaction(SIGINT, &old[0], NULL);
	sigaction(SIGQUIT, &old[1], NULL);
	return status;
}
