/*
 * The shell, case by case from sh_cases.txt: status and standard output. Would catch a rule of
 * the shell's grammar or expansion that is broken, and in the kernel whatever a shell leans on:
 * fork, exec, pipes, dup, wait, directories.
 *
 *   sh_script [shell]    runs /bin/sh, or another shell, which makes Linux's dash the judge
 */
#include "user/test/util.h"

#define OUTPUT_MAX 8192

struct sh_case {
	const char *name;
	int status;
	const char *script;
	const char *output;
	bool ours; /* dash does it otherwise */
};

#define CASE(name, status, script, output)     { name, status, script, output, false },
#define OUR_CASE(name, status, script, output) { name, status, script, output, true },

static const struct sh_case cases[] = {
#include "user/test/sh_cases.txt"
};

static const char *shell = "/bin/sh";

/* In the child: the case's shell in its directory, only its standard output to be seen. */
static void run_shell(const struct sh_case *c, int out)
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
	unsetenv("IFS");
	execl(shell, "sh", "-c", c->script, (char *)NULL);
	_exit(127);
}

/* Read up to the end; what does not fit is read and dropped. */
static size_t read_output(int fd, char *text)
{
	char rest[256];
	size_t len = 0;
	ssize_t n;

	while (len < OUTPUT_MAX - 1 && (n = read(fd, text + len, OUTPUT_MAX - 1 - len)) > 0)
		len += (size_t)n;
	while (read(fd, rest, sizeof(rest)) > 0)
		;
	text[len] = '\0';
	return len;
}

/* A text of several lines as comments, each behind @head. */
static void diag_lines(const char *head, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		diag("  %s %.*s%s", head, (int)len, text, text[len] ? "" : " (no newline)");
		text += len + (text[len] != '\0');
	}
}

static void check_case(const struct sh_case *c)
{
	static char output[OUTPUT_MAX];
	int ends[2], status;
	pid_t pid;

	if (mkdir("case", 0755) < 0 || pipe(ends) < 0)
		bail_out("%s: errno %d", c->name, errno);
	pid = tap_fork();
	if (pid == 0) {
		close(ends[0]);
		run_shell(c, ends[1]);
	}
	close(ends[1]);
	read_output(ends[0], output);
	close(ends[0]);
	status = tap_wait(pid);
	remove_tree("case");
	if (ok(status == c->status << 8 && strcmp(output, c->output) == 0, "sh: %s", c->name))
		return;
	diag("  wait status 0x%x, expected 0x%x", status, c->status << 8);
	diag_lines("script:  ", c->script);
	diag_lines("expected:", c->output);
	diag_lines("got:     ", output);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		shell = argv[1];
	signal(SIGPIPE, SIG_DFL);
	scratch_enter();
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (cases[i].ours && !on_xv39() && argc == 1)
			skip(1, "the shell here is another one");
		else
			check_case(&cases[i]);
	}
	return done_testing();
}
