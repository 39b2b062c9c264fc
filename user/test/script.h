/*
 * Running a table of shell scripts: what sh_script.c and bin_script.c share. Each script is run
 * by "sh -c" in an empty directory; its exit status and standard output must be the table's.
 */
#ifndef USER_TEST_SCRIPT_H
#define USER_TEST_SCRIPT_H

#include "user/test/util.h"

#define SCRIPT_OUTPUT_MAX 16384

struct script {
	const char *name;
	int status;
	const char *text;
	const char *output;
	bool ours; /* Linux's own shell and programs do it otherwise */
};

#define CASE(name, status, text, output)     { name, status, text, output, false },
#define OUR_CASE(name, status, text, output) { name, status, text, output, true },

/* In the child: the shell in the script's directory, only its standard output to be seen. */
static void script_exec(const char *shell, const struct script *s, int out)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || chdir("case") < 0)
		_exit(126);
	dup2(null, 0);
	dup2(out, 1);
	dup2(null, 2);
	close(null);
	close(out);
	setenv("HOME", "/", 1);
	setenv("LC_ALL", "C", 1);
	unsetenv("IFS");
	execl(shell, "sh", "-c", s->text, (char *)NULL);
	_exit(127);
}

/* Read up to the end; what does not fit is read and dropped. */
static void script_read(int fd, char *text)
{
	char rest[256];
	size_t len = 0;
	ssize_t n;

	while (len < SCRIPT_OUTPUT_MAX - 1 &&
	       (n = read(fd, text + len, SCRIPT_OUTPUT_MAX - 1 - len)) > 0)
		len += (size_t)n;
	while (read(fd, rest, sizeof(rest)) > 0)
		;
	text[len] = '\0';
}

/* A text of several lines as comments, each behind @head. */
static void script_diag(const char *head, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		diag("  %s %.*s%s", head, (int)len, text, text[len] ? "" : " (no newline)");
		text += len + (text[len] != '\0');
	}
}

static void script_check(const char *shell, const struct script *s)
{
	static char output[SCRIPT_OUTPUT_MAX];
	int ends[2], status;
	pid_t pid;

	if (mkdir("case", 0755) < 0 || pipe(ends) < 0)
		bail_out("%s: errno %d", s->name, errno);
	pid = tap_fork();
	if (pid == 0) {
		close(ends[0]);
		script_exec(shell, s, ends[1]);
	}
	close(ends[1]);
	script_read(ends[0], output);
	close(ends[0]);
	status = tap_wait(pid);
	remove_tree("case");
	if (ok(status == s->status << 8 && strcmp(output, s->output) == 0, "%s", s->name))
		return;
	diag("  wait status 0x%x, expected 0x%x", status, s->status << 8);
	script_diag("script:  ", s->text);
	script_diag("expected:", s->output);
	script_diag("got:     ", output);
}

/* All scripts; on Linux without those that are ours, unless @shell is one that was asked for. */
static void script_check_all(const char *shell, const struct script *scripts, size_t count)
{
	bool with_ours = shell || on_xv39();

	signal(SIGPIPE, SIG_DFL);
	umask(022);
	scratch_enter();
	for (size_t i = 0; i < count; i++) {
		if (scripts[i].ours && !with_ours)
			skip(1, "Linux does this otherwise");
		else
			script_check(shell ? shell : "/bin/sh", &scripts[i]);
	}
}

#endif
