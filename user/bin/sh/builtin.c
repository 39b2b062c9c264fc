/*
 * sh: commands that run inside the shell, because they change it (cd, exit, export, ...) or
 * because a process for each would be a waste (true, echo, test).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/bin/sh/sh.h"

int parse_int(const char *s, long *value)
{
	char *end;

	errno = 0;
	*value = strtol(s, &end, 10);
	return end != s && *end == '\0' && errno == 0 ? 0 : -1;
}

/* "name: argument: why"; returns a status for the builtin to return. */
int builtin_fail(const char *name, const char *what, const char *why)
{
	fflush(stdout);
	fprintf(stderr, "sh: %s: %s: %s\n", name, what, why);
	return 1;
}

/* The number in argv[1], or @fallback if there is none; -1 after a message. */
int builtin_number(int argc, char **argv, long fallback, long *value)
{
	*value = fallback;
	if (argc < 2 || (parse_int(argv[1], value) == 0 && *value >= 0))
		return 0;
	builtin_fail(argv[0], argv[1], "not a number");
	return -1;
}

static int run_true(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static int run_false(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 1;
}

static int run_echo(int argc, char **argv)
{
	int newline = argc < 2 || strcmp(argv[1], "-n") != 0;

	for (int i = 2 - newline; i < argc; i++)
		printf("%s%s", argv[i], i + 1 < argc ? " " : "");
	if (newline)
		putchar('\n');
	return 0;
}

static int run_exit(int argc, char **argv)
{
	long status;

	if (builtin_number(argc, argv, last_status, &status) < 0)
		status = 2;
	exit((int)status);
}

static int run_return(int argc, char **argv)
{
	long status;

	if (builtin_number(argc, argv, last_status, &status) < 0)
		status = 2;
	flow = FLOW_RETURN;
	flow_status = (int)status;
	return flow_status;
}

/* break [n], continue [n] */
static int run_break(int argc, char **argv)
{
	long levels;

	if (builtin_number(argc, argv, 1, &levels) < 0 || levels == 0)
		return 2;
	if (loop_depth == 0)
		return 0;
	flow = argv[0][0] == 'b' ? FLOW_BREAK : FLOW_CONTINUE;
	flow_levels = levels < loop_depth ? (int)levels : loop_depth;
	return 0;
}

static int run_eval(int argc, char **argv)
{
	struct buf text = { .arena = &scratch };

	for (int i = 1; i < argc; i++) {
		if (i > 1)
			buf_putc(&text, ' ');
		buf_puts(&text, argv[i]);
	}
	return run_string(buf_text(&text));
}

/* The script for ".": as it is if it has a slash, else from PATH, else from here. */
static const char *find_script(const char *name)
{
	const char *path = var_get("PATH");

	while (path && *path && !strchr(name, '/')) {
		size_t len = strcspn(path, ":");
		struct buf file = { .arena = &scratch };

		buf_put(&file, path, len);
		buf_putc(&file, '/');
		buf_puts(&file, name);
		if (access(buf_text(&file), R_OK) == 0)
			return buf_text(&file);
		path += len + (path[len] == ':');
	}
	return name;
}

static int run_dot(int argc, char **argv)
{
	int status;

	if (argc < 2)
		return builtin_fail(argv[0], "usage", ". file");
	status = run_file(find_script(argv[1]));
	if (status < 0) {
		builtin_fail(argv[0], argv[1], strerror(errno));
		return abandon(2);
	}
	if (flow == FLOW_RETURN) {
		flow = FLOW_NONE;
		status = flow_status;
	}
	return status;
}

/* exec command: become it. (Without a command exec.c has already redirected for good.) */
static int run_exec(int argc, char **argv)
{
	int status;

	if (argc == 1)
		return 0;
	fflush(stdout);
	if (interactive)
		set_interactive_signals(0);
	status = exec_program(argv + 1);
	if (interactive)
		set_interactive_signals(1);
	return abandon(status);
}

static int run_jobs(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	jobs_list();
	return 0;
}

static int run_history(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	history_print();
	return 0;
}

static int run_help(int argc, char **argv);
static int run_type(int argc, char **argv);

static const struct builtin builtins[] = {
	{ ".", run_dot, "file: run the commands in a file", 1 },
	{ ":", run_true, "do nothing", 1 },
	{ "[", run_test, "expression ]: the same as test", 0 },
	{ "bg", run_bg, "[job...]: let stopped jobs go on in the background", 0 },
	{ "break", run_break, "[n]: leave the loop, or n loops", 1 },
	{ "cd", run_cd, "[dir | -]: go to a directory, home, or back", 0 },
	{ "continue", run_break, "[n]: go on with the loop's next round", 1 },
	{ "echo", run_echo, "[-n] [word...]: print the words", 0 },
	{ "eval", run_eval, "word...: run the words as a command line", 1 },
	{ "exec", run_exec, "[command]: become the command; alone: redirect the shell", 1 },
	{ "exit", run_exit, "[status]: end the shell", 1 },
	{ "export", run_export, "[name[=value]...]: put variables into the environment", 1 },
	{ "false", run_false, "fail", 0 },
	{ "fg", run_fg, "[job]: bring a job to the foreground", 0 },
	{ "help", run_help, "list these commands", 0 },
	{ "history", run_history, "list the lines typed", 0 },
	{ "jobs", run_jobs, "list the jobs that are stopped or in the background", 0 },
	{ "kill", run_kill, "[-signal] job | pid...: send a signal", 0 },
	{ "pwd", run_pwd, "print the working directory", 0 },
	{ "read", run_read, "[-r] name...: read a line into variables", 0 },
	{ "return", run_return, "[status]: leave a function or a . script", 1 },
	{ "set", run_set, "[-+ex] [--] [word...]: e: stop at a failure, x: trace; set $1...", 1 },
	{ "shift", run_shift, "[n]: drop $1, or the first n", 1 },
	{ "test", run_test, "expression: compare strings, numbers; ask about files", 0 },
	{ "true", run_true, "succeed", 0 },
	{ "type", run_type, "name...: say what each would run", 0 },
	{ "umask", run_umask, "[octal]: the permissions that new files do not get", 0 },
	{ "unset", run_unset, "[-f] name...: forget variables or functions", 1 },
	{ "wait", run_wait, "[job | pid...]: wait for background jobs", 0 },
};

#define NBUILTINS (sizeof(builtins) / sizeof(builtins[0]))

const struct builtin *builtin_find(const char *name)
{
	for (size_t i = 0; i < NBUILTINS; i++) {
		if (strcmp(builtins[i].name, name) == 0)
			return &builtins[i];
	}
	return NULL;
}

/* The name of the builtin number @i, NULL behind the last. */
const char *builtin_name(int i)
{
	return i < (int)NBUILTINS ? builtins[i].name : NULL;
}

static int run_help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (size_t i = 0; i < NBUILTINS; i++)
		printf("%s %s\n", builtins[i].name, builtins[i].help);
	printf("Programs: ls /bin\n");
	return 0;
}

static int run_type(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++) {
		const char *path;

		if (function_find(argv[i])) {
			printf("%s is a function\n", argv[i]);
		} else if (builtin_find(argv[i])) {
			printf("%s is part of the shell\n", argv[i]);
		} else if ((path = find_program(argv[i])) != NULL) {
			printf("%s is %s\n", argv[i], path);
		} else {
			status = builtin_fail(argv[0], argv[i], "not found");
		}
	}
	return status;
}
