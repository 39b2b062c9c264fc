/*
 * sh: builtins that change what the shell is: where it works, its variables, options,
 * parameters and umask.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/bin/sh/sh.h"

int run_pwd(int argc, char **argv)
{
	char *path = getcwd(NULL, 0);

	(void)argc;
	if (!path) {
		complain(argv[0], strerror(errno));
		return 1;
	}
	puts(path);
	free(path);
	return 0;
}

/* cd [dir | -]: to the directory, home, or where we were before. */
int run_cd(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : var_get("HOME");
	int back = dir && strcmp(dir, "-") == 0;
	char *path;

	if (back)
		dir = var_get("OLDPWD");
	if (!dir)
		return builtin_fail(argv[0], back ? "OLDPWD" : "HOME", "not set");
	if (chdir(dir) < 0)
		return builtin_fail(argv[0], dir, strerror(errno));
	path = getcwd(NULL, 0);
	if (var_get("PWD"))
		var_set("OLDPWD", var_get("PWD"));
	if (path)
		var_set("PWD", path);
	if (back && path)
		puts(path);
	free(path);
	return 0;
}

int run_export(int argc, char **argv)
{
	if (argc == 1 || strcmp(argv[1], "-p") == 0) {
		var_print_exports();
		return 0;
	}
	for (int i = 1; i < argc; i++) {
		size_t len = strcspn(argv[i], "=");

		if (!is_name(argv[i], len))
			return builtin_fail(argv[0], argv[i], "not a name");
		if (argv[i][len] == '=')
			var_assign(argv[i]);
		var_export(arena_strndup(&scratch, argv[i], len));
	}
	return 0;
}

/* unset [-v | -f] name... */
int run_unset(int argc, char **argv)
{
	int i = 1;
	int functions = argc > 1 && strcmp(argv[1], "-f") == 0;

	if (functions || (argc > 1 && strcmp(argv[1], "-v") == 0))
		i = 2;
	for (; i < argc; i++) {
		if (functions)
			function_unset(argv[i]);
		else
			var_unset(argv[i]);
	}
	return 0;
}

static int set_option(const char *word)
{
	int on = word[0] == '-';

	for (const char *s = word + 1; *s; s++) {
		if (*s == 'e')
			opt_errexit = on;
		else if (*s == 'x')
			opt_xtrace = on;
		else
			return -1;
	}
	return 0;
}

/* set [-+ex] [--] [word...]: options, and new $1 $2 ... */
int run_set(int argc, char **argv)
{
	int i = 1;

	if (argc == 1) {
		var_print_all();
		return 0;
	}
	for (; i < argc && (argv[i][0] == '-' || argv[i][0] == '+') && argv[i][1]; i++) {
		if (strcmp(argv[i], "--") == 0)
			break;
		if (set_option(argv[i]) < 0)
			return builtin_fail(argv[0], argv[i], "no such option");
	}
	if (i < argc) {
		struct params old = params;

		i += strcmp(argv[i], "--") == 0;
		params_set(&params, argc - i, argv + i);
		params_free(&old);
	}
	return 0;
}

int run_shift(int argc, char **argv)
{
	long n;

	if (builtin_number(argc, argv, 1, &n) < 0)
		return 1;
	if (n > params.count)
		return builtin_fail(argv[0], argc > 1 ? argv[1] : "1", "more than there are");
	params.v += n;
	params.count -= (int)n;
	return 0;
}

/* umask [octal] */
int run_umask(int argc, char **argv)
{
	mode_t mask;
	char *end;

	if (argc > 1) {
		mask = strtol(argv[1], &end, 8);
		if (*end || mask > 0777)
			return builtin_fail(argv[0], argv[1], "not an octal mask");
		umask(mask);
		return 0;
	}
	mask = umask(0);
	umask(mask);
	printf("%04o\n", (unsigned)mask);
	return 0;
}
