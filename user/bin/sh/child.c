/*
 * sh: processes. Starting them, waiting for them in the foreground, and whose the terminal is.
 *
 * With job control, which a shell at a terminal has, what a command line starts is a process group
 * of its own: the keys ^C and ^Z reach only the group that has the terminal.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "user/bin/sh/sh.h"

int job_control;

static int terminal = -1;
static struct termios modes; /* the shell's own */

const char *signal_text(int sig)
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

/* A shell that is in the background waits; one that is orphaned there does without job control. */
void job_control_start(void)
{
	pid_t owner;

	terminal = fcntl(0, F_DUPFD_CLOEXEC, 100);
	if (terminal < 0)
		return;
	if (tcgetpgrp(terminal) < 0 && getsid(0) == shell_pid)
		ioctl(terminal, TIOCSCTTY, 0);
	owner = tcgetpgrp(terminal);
	if (owner > 0 && owner != getpgrp()) {
		kill(0, SIGTTIN);
		owner = tcgetpgrp(terminal);
	}
	if (owner != getpgrp() || tcgetattr(terminal, &modes) < 0)
		return;
	job_control = 1;
	set_interactive_signals(1);
	setpgid(0, 0);
	tcsetpgrp(terminal, getpgrp());
}

/* The terminal goes to a job that is to go on, with the modes that it had left. */
void terminal_give(struct job *job)
{
	if (job->has_modes)
		tcsetattr(terminal, TCSADRAIN, &job->modes);
	tcsetpgrp(terminal, job->group);
}

/* Back to the shell: what was stopped or killed has not put the modes back itself. */
static void terminal_take(struct job *job, int abnormal)
{
	if (!job_control)
		return;
	tcsetpgrp(terminal, getpgrp());
	if (!abnormal) {
		tcgetattr(terminal, &modes);
		return;
	}
	job->has_modes = tcgetattr(terminal, &job->modes) == 0;
	tcsetattr(terminal, TCSADRAIN, &modes);
}

/* In the child, while it still ignores what stops who touches the terminal: into the job's group. */
static void join_group(struct job *job, int background)
{
	setpgid(0, job->group);
	if (!background)
		tcsetpgrp(terminal, getpgrp());
}

/* In the child: it is no interactive shell, and the shell's jobs are not its own. */
static void become_child(struct job *job, int background)
{
	int null;

	if (job_control && job)
		join_group(job, background);
	if (interactive)
		set_interactive_signals(0);
	jobs_forget();
	interactive = 0;
	if (!background || (job_control && job)) {
		job_control = 0;
		return;
	}
	job_control = 0;
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	null = open("/dev/null", O_RDONLY);
	if (null > 0) {
		dup2(null, 0);
		close(null);
	}
}

static pid_t start(struct job *job, int background)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		complain("fork", strerror(errno));
	if (pid == 0)
		become_child(job, background);
	return pid;
}

/*
 * fork(), with its failure reported, for a helper of the shell: it stays in the shell's group. A
 * @background one does not hear ^C or read the terminal.
 */
pid_t fork_child(int background)
{
	return start(NULL, background);
}

/* The same for the next process of a job. The parent moves it to its group too: who is first? */
pid_t job_fork(struct job *job, int background)
{
	pid_t pid = start(job, background);

	if (pid <= 0)
		return pid;
	if (job_control) {
		if (!job->group)
			job->group = pid;
		setpgid(pid, job->group);
		if (!background)
			tcsetpgrp(terminal, job->group);
	}
	job->members[job->count++] = (struct member){ .pid = pid };
	return pid;
}

int exit_status(int status)
{
	if (WIFSTOPPED(status))
		return 128 + WSTOPSIG(status);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Say so if a signal killed it. */
static void report_death(int status)
{
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (sig == SIGINT && interactive) {
		if (flow != FLOW_ABANDON)
			fputc('\n', stderr);
		flow = FLOW_ABANDON;
	} else if (sig && sig != SIGINT && sig != SIGPIPE) {
		fprintf(stderr, "%s\n", signal_text(sig));
	}
}

/* Wait for a helper in the foreground. */
int wait_child(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return 127;
	}
	report_death(status);
	return exit_status(status);
}

static void wait_member(struct member *m)
{
	int status;

	while (waitpid(m->pid, &status, job_control ? WUNTRACED : 0) < 0) {
		if (errno == EINTR)
			continue;
		status = 127 << 8;
		break;
	}
	m->status = status;
	m->state = WIFSTOPPED(status) ? STOPPED : DONE;
	if (m->state == DONE)
		report_death(status);
}

/*
 * Wait until all processes of a job have ended or stopped, and have the terminal back. The job is
 * gone then, or among those that have stopped. => the status of its last process.
 */
int job_wait(struct job *job)
{
	int status = 1, abnormal = 0;

	for (int i = 0; i < job->count; i++) {
		struct member *m = &job->members[i];

		while (m->state == RUNNING)
			wait_member(m);
		status = exit_status(m->status);
		abnormal |= !WIFEXITED(m->status);
	}
	terminal_take(job, abnormal);
	if (job_state(job) == STOPPED) {
		job_keep(job);
		job->told = 1;
		fputc('\n', stderr);
		job_print(stderr, job);
	} else {
		job_free(job);
	}
	return status;
}
