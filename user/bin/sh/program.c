/* sh: programs. Finding them in PATH and becoming them. */
#include <errno.h>
#include <stdio.h>
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
		execve(next_candidate(&path, argv[0]), argv, env);
		if (errno != ENOENT && errno != ENOTDIR)
			why = errno;
	}
	complain(argv[0], why == ENOENT ? "not found" : strerror(why));
	return why == ENOENT ? 127 : 126;
}
