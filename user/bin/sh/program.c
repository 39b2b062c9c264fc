/* sh: programs. Finding them in PATH and becoming them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/bin/sh/sh.h"

/* The next directory of @path, joined with @name; moves @path on, to NULL after the last. */
static char *next_candidate(const char **path, const char *name)
{
	size_t len = strcspn(*path, ":");
	struct buf b = { .arena = &scratch };

	if (len > 0) {
		buf_put(&b, *path, len);
		buf_putc(&b, '/');
	}
	buf_puts(&b, name);
	*path = (*path)[len] ? *path + len + 1 : NULL;
	return buf_text(&b);
}

/* The file that @name would run, or NULL. */
const char *find_program(const char *name)
{
	const char *path = strchr(name, '/') ? "" : var_get("PATH");

	while (path && *name) {
		char *file = next_candidate(&path, name);
		struct stat st;

		if (access(file, X_OK) == 0 && stat(file, &st) == 0 && S_ISREG(st.st_mode))
			return file;
	}
	return NULL;
}

/* Text without a "#!" line is a script for sh; anything with a zero byte at its start is not. */
static void exec_script(const char *file, char **argv, char **env)
{
	char head[64];
	int fd = open(file, O_RDONLY | O_CLOEXEC), argc = 0;
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));
	char **args;

	close(fd);
	while (argv[argc])
		argc++;
	args = malloc((argc + 2) * sizeof(*args));
	if (n >= 0 && !memchr(head, 0, (size_t)n) && args) {
		args[0] = "sh";
		args[1] = (char *)file;
		memcpy(args + 2, argv + 1, argc * sizeof(*args));
		execve("/bin/sh", args, env);
	}
	free(args);
	errno = ENOEXEC;
}

/*
 * Become the program argv[0]. Returns only if that fails: 127 when there is no such file, 126
 * when there is one that does not run, with the reason printed.
 */
int exec_program(char **argv)
{
	char **env = var_environment();
	const char *path = strchr(argv[0], '/') ? "" : var_get("PATH");
	int why = ENOENT;

	while (path && argv[0][0]) {
		const char *file = next_candidate(&path, argv[0]);

		execve(file, argv, env);
		if (errno == ENOEXEC)
			exec_script(file, argv, env);
		if (errno != ENOENT && errno != ENOTDIR)
			why = errno;
	}
	complain(argv[0], why == ENOENT ? "not found" : strerror(why));
	return why == ENOENT ? 127 : 126;
}
