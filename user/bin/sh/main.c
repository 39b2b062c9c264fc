/*
 * sh [-eix] [-c command [name [arg...]] | file [arg...]]: the shell. See sh.h for its parts.
 * Reads lines from the command, the file, or the standard input; parses each and runs it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/bin/sh/sh.h"

int last_status;
int interactive;
volatile sig_atomic_t interrupted;
int opt_errexit, opt_xtrace;
pid_t shell_pid;

void complain(const char *what, const char *why)
{
	fflush(stdout);
	if (why)
		fprintf(stderr, "sh: %s: %s\n", what, why);
	else
		fprintf(stderr, "sh: %s\n", what);
}

/* An error that ends the whole line at the prompt, and a script altogether. */
int abandon(int status)
{
	if (!interactive)
		exit(status);
	flow = FLOW_ABANDON;
	return status;
}

static void note_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

/* The shell at the prompt survives ^C, which only ends the line at hand; what it starts does not. */
void set_interactive_signals(int on)
{
	struct sigaction action = { .sa_handler = on ? note_interrupt : SIG_DFL };

	sigaction(SIGINT, &action, NULL);
	signal(SIGQUIT, on ? SIG_IGN : SIG_DFL);
	signal(SIGTERM, on ? SIG_IGN : SIG_DFL);
	if (!job_control)
		return;
	signal(SIGTSTP, on ? SIG_IGN : SIG_DFL);
	signal(SIGTTIN, on ? SIG_IGN : SIG_DFL);
	signal(SIGTTOU, on ? SIG_IGN : SIG_DFL);
}

/*
 * The next line, with its newline if it has one, in memory from malloc(); NULL at the end.
 * One byte at a time: what follows belongs to the commands that read the same input.
 */
char *read_line(int fd)
{
	size_t len = 0, room = 128;
	char *line = must_alloc(room);

	for (;;) {
		char c;
		ssize_t n = read(fd, &c, 1);

		if (n < 0 && errno == EINTR && !interrupted)
			continue;
		if (n <= 0)
			break;
		if (len + 2 > room) {
			char *larger = must_alloc(room * 2);

			memcpy(larger, line, len);
			free(line);
			line = larger;
			room *= 2;
		}
		line[len++] = c;
		if (c == '\n')
			break;
	}
	line[len] = '\0';
	if (len > 0)
		return line;
	free(line);
	return NULL;
}

/* The source of a shell that reads its standard input. */
static const char *more_input(struct source *src)
{
	static char *line;

	(void)src;
	free(line);
	line = read_line(0);
	return line;
}

static char *prompt(const char *name, const char *fallback)
{
	const char *text = var_get(name);
	char *value = expand_string(text ? text : fallback);

	return value ? value : "$ ";
}

/* The source of a shell at a terminal. */
static const char *more_typed(struct source *src)
{
	static char *line;
	struct mark m = scratch_mark();

	free(line);
	if (!src->continued)
		jobs_report();
	line = edit_line(src->continued ? prompt("PS2", "> ") : prompt("PS1", "xv39:$PWD$ "));
	scratch_release(m);
	return line;
}

/* Parse and run the source line by line; the status of the last command, 0 if there was none. */
int run_source(struct source *src)
{
	int at_end = 0;
	int status = 0;

	while (!at_end && flow == FLOW_NONE) {
		struct arena *arena = arena_new();
		struct mark m = scratch_mark();
		struct parser p = { .src = src, .arena = arena, .raw = { .arena = arena } };
		struct node *n;

		src->continued = 0;
		interrupted = 0;
		n = parse_line(&p);
		if (p.failed)
			status = last_status = abandon(2);
		else if (n)
			status = exec_node(n, 0);
		at_end = p.token == T_END;
		scratch_release(m);
		arena_put(arena);
	}
	return status;
}

int run_string(const char *text)
{
	struct source src = { .text = text, .line = 1 };

	return run_source(&src);
}

/* All of a file, in memory from malloc(), or NULL with errno. */
static char *slurp(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	struct stat st;
	ssize_t n;
	char *text;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode)) {
		close(fd);
		errno = EISDIR;
		return NULL;
	}
	text = must_alloc(st.st_size + 1);
	while (len < (size_t)st.st_size && (n = read(fd, text + len, st.st_size - len)) > 0)
		len += n;
	text[len] = '\0';
	close(fd);
	return text;
}

/* Run a script; -1 with errno if it cannot be read. */
int run_file(const char *path)
{
	char *text = slurp(path);
	struct source src = { .name = path, .text = text, .line = 1 };
	int status;

	if (!text)
		return -1;
	status = run_source(&src);
	free(text);
	return status;
}

static int run_script(const char *path)
{
	int status = run_file(path);

	if (status >= 0)
		return status;
	complain(path, strerror(errno));
	return errno == ENOENT ? 127 : 126;
}

/* At the prompt: an abandoned line is forgotten, and only the end of the input is the end. */
static int run_terminal(void)
{
	struct source src = { .text = "", .more = more_typed, .line = 1 };

	set_interactive_signals(1);
	job_control_start();
	for (;;) {
		run_source(&src);
		if (flow == FLOW_NONE)
			break;
		flow = FLOW_NONE;
		loop_depth = function_depth = 0;
		src.text = "";
	}
	return last_status;
}

static int usage(void)
{
	fprintf(stderr, "usage: sh [-eix] [-c command [name [arg...]] | file [arg...]]\n");
	return 2;
}

/* "-e", "-xc", ...: returns -1 at a letter that means nothing. */
static int parse_options(const char *letters, int *command)
{
	for (; *letters; letters++) {
		if (*letters == 'c')
			*command = 1;
		else if (*letters == 'e')
			opt_errexit = 1;
		else if (*letters == 'i')
			interactive = 1;
		else if (*letters == 'x')
			opt_xtrace = 1;
		else if (*letters != 's')
			return -1;
	}
	return 0;
}

static void init_pwd(void)
{
	char *path = getcwd(NULL, 0);

	if (path)
		var_set("PWD", path);
	free(path);
}

/* Options from argv[*i] on, which moves behind them; -1 if one means nothing. */
static int parse_all_options(int argc, char **argv, int *i, int *command)
{
	for (; *i < argc && argv[*i][0] == '-' && argv[*i][1]; ++*i) {
		if (strcmp(argv[*i], "--") == 0) {
			++*i;
			return 0;
		}
		if (parse_options(argv[*i] + 1, command) < 0)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv, char **envp)
{
	struct source input = { .text = "", .more = more_input, .line = 1 };
	const char *text = NULL, *script = NULL;
	int command = 0;
	int i = 1;

	shell_pid = getpid();
	var_init(envp);
	if (!var_get("PATH"))
		var_set("PATH", "/bin:/test");
	init_pwd();
	if (parse_all_options(argc, argv, &i, &command) < 0 || (command && i == argc))
		return usage();
	if (command)
		text = argv[i++];
	else if (i < argc)
		script = argv[i];
	if (i < argc)
		script_name = argv[i++];
	params_set(&params, i < argc ? argc - i : 0, argv + i);
	if (text)
		exit(run_string(text));
	if (script)
		exit(run_script(script));
	if (isatty(0) && isatty(2))
		interactive = 1;
	exit(interactive ? run_terminal() : run_source(&input));
}
