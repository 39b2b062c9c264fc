/* sh: processes. Starting and waiting for them, and the table of those in the background. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/bin/sh/sh.h"

#define MAX_FINISHED 32 /* whose status is kept for a wait that may come */

struct job {
	struct job *next; /* the younger one */
	int number;
	pid_t pid;
	int done;
	int status;	  /* when done: as waitpid() gives it */
};

static struct job *jobs;

pid_t last_background;

static const char *signal_text(int sig)
{
	static const struct {
		int sig;
		const char *text;
	} texts[] = {
		{ SIGHUP, "Hangup" }, { SIGINT, "Interrupt" }, { SIGQUIT, "Quit" },
		{ SIGILL, "Illegal instruction" }, { SIGTRAP, "Trace/breakpoint trap" },
		{ SIGABRT, "Aborted" }, { SIGBUS, "Bus error" },
		{ SIGFPE, "Floating point exception" }, { SIGKILL, "Killed" },
		{ SIGUSR1, "User defined signal 1" }, { SIGSEGV, "Segmentation fault" },
		{ SIGUSR2, "User defined signal 2" }, { SIGPIPE, "Broken pipe" },
		{ SIGALRM, "Alarm clock" }, { SIGTERM, "Terminated" },
		{ SIGSYS, "Bad system call" },
	};
	char *text;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].sig == sig)
			return texts[i].text;
	}
	text = arena_alloc(&scratch, 24);
	snprintf(text, 24, "Signal %d", sig);
	return text;
}

static void forget_all(void)
{
	while (jobs) {
		struct job *j = jobs;

		jobs = j->next;
		free(j);
	}
}

/* In the child: it is no interactive shell, and the shell's jobs are not its own. */
static void become_child(int background)
{
	int null;

	if (interactive)
		set_interactive_signals(0);
	interactive = 0;
	forget_all();
	if (!background)
		return;
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	null = open("/dev/null", O_RDONLY);
	if (null > 0) {
		dup2(null, 0);
		close(null);
	}
}

/* fork(), with its failure reported. A @background child does not hear ^C or read the terminal. */
pid_t fork_child(int background)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		complain("fork", strerror(errno));
	if (pid == 0)
		become_child(background);
	return pid;
}

static int exit_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Wait for a child in the foreground; says so if a signal killed it. */
int wait_child(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return 127;
	}
	if (WIFSIGNALED(status)) {
		int sig = WTERMSIG(status);

		if (sig == SIGINT && interactive) {
			fputc('\n', stderr);
			flow = FLOW_ABANDON;
		} else if (sig != SIGINT && sig != SIGPIPE) {
			fprintf(stderr, "%s\n", signal_text(sig));
		}
	}
	return exit_status(status);
}

/* Notice which jobs have finished. */
static void poll_jobs(void)
{
	for (struct job *j = jobs; j; j = j->next) {
		if (!j->done && waitpid(j->pid, &j->status, WNOHANG) != 0)
			j->done = 1;
	}
}

static void remove_job(struct job *job)
{
	for (struct job **link = &jobs; *link; link = &(*link)->next) {
		if (*link != job)
			continue;
		*link = job->next;
		free(job);
		return;
	}
}

/* A script that never waits must not collect statuses for ever: the oldest go. */
static void drop_finished(void)
{
	struct job *oldest = NULL;
	int count = 0;

	for (struct job *j = jobs; j; j = j->next) {
		if (j->done && count++ == 0)
			oldest = j;
	}
	if (count > MAX_FINISHED)
		remove_job(oldest);
}

void job_add(pid_t pid)
{
	struct job *job = must_alloc(sizeof(*job));
	struct job **tail = &jobs;
	int number = 1;

	poll_jobs();
	drop_finished();
	for (; *tail; tail = &(*tail)->next)
		number = (*tail)->number + 1;
	*job = (struct job){ .number = number, .pid = pid };
	*tail = job;
	last_background = pid;
	if (interactive)
		fprintf(stderr, "[%d] %d\n", number, (int)pid);
}

static void print_job(FILE *f, struct job *j)
{
	fprintf(f, "[%d] %d ", j->number, (int)j->pid);
	if (!j->done)
		fprintf(f, "Running\n");
	else if (WIFSIGNALED(j->status))
		fprintf(f, "%s\n", signal_text(WTERMSIG(j->status)));
	else if (WEXITSTATUS(j->status) != 0)
		fprintf(f, "Done (status %d)\n", WEXITSTATUS(j->status));
	else
		fprintf(f, "Done\n");
}

/* Before a prompt: tell of the jobs that have finished, and forget them. */
void jobs_report(void)
{
	struct job *next;

	poll_jobs();
	for (struct job *j = jobs; j; j = next) {
		next = j->next;
		if (!j->done)
			continue;
		print_job(stderr, j);
		remove_job(j);
	}
}

void jobs_list(void)
{
	struct job *next;

	poll_jobs();
	for (struct job *j = jobs; j; j = next) {
		next = j->next;
		print_job(stdout, j);
		if (j->done)
			remove_job(j);
	}
}

static int wait_job(struct job *j)
{
	int status;

	while (!j->done) {
		if (waitpid(j->pid, &j->status, 0) >= 0 || errno != EINTR)
			j->done = 1;
		else if (interrupted)
			return 128 + SIGINT;
	}
	status = exit_status(j->status);
	remove_job(j);
	return status;
}

int jobs_wait_all(void)
{
	int status = 0;

	while (jobs && !interrupted)
		status = wait_job(jobs);
	return interrupted ? status : 0;
}

/* The status of the background process @pid, 127 if it is none of ours. */
int jobs_wait(pid_t pid)
{
	for (struct job *j = jobs; j; j = j->next) {
		if (j->pid == pid)
			return wait_job(j);
	}
	return 127;
}
