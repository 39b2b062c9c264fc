/* sh: the builtins that job specifications (%1, %+, %name) are for. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/bin/sh/sh.h"

/* fg [job]: go on in the foreground. */
int run_fg(int argc, char **argv)
{
	struct job *job;

	if (!job_control)
		return builtin_fail(argv[0], "job control", "not at a terminal");
	job = job_find(argv[0], argc > 1 ? argv[1] : "%+");
	if (!job)
		return 1;
	printf("%s\n", job->text);
	fflush(stdout);
	terminal_give(job);
	job_continue(job);
	return job_wait(job);
}

/* bg [job...]: go on in the background. */
int run_bg(int argc, char **argv)
{
	int status = 0;

	if (!job_control)
		return builtin_fail(argv[0], "job control", "not at a terminal");
	for (int i = 1; i < argc || i == 1; i++) {
		struct job *job = job_find(argv[0], i < argc ? argv[i] : "%+");

		if (!job) {
			status = 1;
			continue;
		}
		job_continue(job);
		printf("[%d] %s &\n", job->number, job->text);
	}
	return status;
}

/* wait [job | pid...] */
int run_wait(int argc, char **argv)
{
	int status = 0;

	if (argc == 1)
		return jobs_wait_all();
	for (int i = 1; i < argc; i++) {
		struct job *job;
		long pid;

		if (argv[i][0] == '%') {
			job = job_find(argv[0], argv[i]);
			status = job ? jobs_wait_job(job) : 127;
			continue;
		}
		if (parse_int(argv[i], &pid) < 0 || pid <= 0)
			return builtin_fail(argv[0], argv[i], "not a process id");
		status = jobs_wait((pid_t)pid);
	}
	return status;
}

/* kill [-SIGNAL] job | pid...: the program of that name does it, job specifications apart. */
int run_kill(int argc, char **argv)
{
	char **args = arena_alloc(&scratch, (argc + 3) * sizeof(*args));
	int plain = argc > 1 && argv[1][0] != '-', n = 0;
	int first = plain ? 1 : 2 + (argc > 1 && strcmp(argv[1], "-s") == 0);
	struct job *job;
	pid_t pid;

	args[n++] = argv[0];
	if (plain)
		args[n++] = "-TERM";
	for (int i = 1; i < argc; i++) {
		if (i == first && strcmp(argv[i], "--") != 0)
			args[n++] = "--";	/* a group is a negative number, and no option */
		args[n] = argv[i];
		if (argv[i][0] == '%') {
			job = job_find(argv[0], argv[i]);
			if (!job)
				return 1;
			args[n] = arena_alloc(&scratch, 16);
			snprintf(args[n], 16, "%d", (int)job_target(job));
		}
		n++;
	}
	args[n] = NULL;
	pid = fork_child(0);
	if (pid == 0)
		exit(exec_program(args));
	n = pid < 0 ? 1 : wait_child(pid);
	for (int i = 1; plain && i < argc; i++) {
		job = argv[i][0] == '%' ? job_find(argv[0], argv[i]) : NULL;
		if (job && job_state(job) == STOPPED)
			kill(job_target(job), SIGCONT);	/* to act on it */
	}
	return n;
}
