/*
 * The forms of exec: arguments as a list or as an array, the program by path
 * or looked for in PATH.
 */
#include <alloca.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

/* A file that is executable but not a program is a script for the shell. */
static void exec_or_script(const char *path, char *const argv[], char *const envp[])
{
	size_t argc = 0;
	char **script;

	execve(path, argv, envp);
	if (errno != ENOEXEC)
		return;
	while (argv[argc])
		argc++;
	script = alloca((argc + 3) * sizeof(*script));
	script[0] = "sh";
	script[1] = (char *)path;
	script[2] = NULL;
	for (size_t i = 1; i <= argc; i++)
		script[i + 1] = argv[i];
	execve("/bin/sh", script, envp);
}

/* Tries every directory of PATH; "not allowed" is remembered over "not there". */
int execvpe(const char *file, char *const argv[], char *const envp[])
{
	const char *dir = getenv("PATH");
	size_t flen = strlen(file);
	char path[PATH_MAX];
	int denied = 0;

	if (strchr(file, '/')) {
		exec_or_script(file, argv, envp);
		return -1;
	}
	errno = ENOENT;
	if (!flen)
		return -1;
	if (!dir)
		dir = "/bin:/usr/bin";
	for (;; dir++) {
		size_t dlen = strcspn(dir, ":");

		if (dlen + flen + 2 <= sizeof(path)) {
			memcpy(path, dir, dlen);
			path[dlen] = '/';
			memcpy(path + dlen + !!dlen, file, flen + 1);
			exec_or_script(path, argv, envp);
			denied |= errno == EACCES;
			if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
				return -1;
		}
		dir += dlen;
		if (!*dir)
			break;
	}
	errno = denied ? EACCES : ENOENT;
	return -1;
}

int execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

/* The size of an array for the first argument, those in ap, and NULL. */
static size_t args_size(va_list ap)
{
	size_t n = 2;

	while (va_arg(ap, char *))
		n++;
	return n * sizeof(char *);
}

static void collect_args(char **argv, const char *first, va_list *ap)
{
	*argv++ = (char *)first;
	while ((*argv++ = va_arg(*ap, char *)))
		;
}

int execl(const char *path, const char *arg, ...)
{
	va_list ap;
	char **argv;

	va_start(ap, arg);
	argv = alloca(args_size(ap));
	va_end(ap);
	va_start(ap, arg);
	collect_args(argv, arg, &ap);
	va_end(ap);
	return execve(path, argv, environ);
}

int execlp(const char *file, const char *arg, ...)
{
	va_list ap;
	char **argv;

	va_start(ap, arg);
	argv = alloca(args_size(ap));
	va_end(ap);
	va_start(ap, arg);
	collect_args(argv, arg, &ap);
	va_end(ap);
	return execvpe(file, argv, environ);
}

int execle(const char *path, const char *arg, ...)
{
	va_list ap;
	char **argv, **envp;

	va_start(ap, arg);
	argv = alloca(args_size(ap));
	va_end(ap);
	va_start(ap, arg);
	collect_args(argv, arg, &ap);
	envp = va_arg(ap, char **);
	va_end(ap);
	return execve(path, argv, envp);
}
