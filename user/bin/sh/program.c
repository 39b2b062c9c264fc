/* sh: programs. Finding them in PATH and becoming them. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
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

/* What @file must be run by: from its "#!" line, or its ELF header; NULL: nothing that we see. */
static const char *needed_by(const char *file)
{
	static char head[4096];
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head) - 1);
	uint64_t table, at;
	uint16_t count;

	close(fd);
	if (n < 64)
		memset(head + (n < 0 ? 0 : n), 0, 64);
	if (memcmp(head, "#!", 2) == 0)
		return strtok(head + 2, " \t\n");
	memcpy(&table, head + 32, sizeof(table));
	memcpy(&count, head + 56, sizeof(count));
	for (; memcmp(head, "\177ELF", 4) == 0 && count > 0 && table < sizeof(head) - 56; count--) {
		memcpy(&at, head + table + 8, sizeof(at));
		if (head[table] == 3 && at < sizeof(head))	/* PT_INTERP */
			return head + at;
		table += 56;
	}
	return NULL;
}

/* No program of that name; or there is, but not what it is run by. */
static void complain_not_found(const char *name, const char *file)
{
	const char *needed = file ? needed_by(file) : NULL;
	struct buf b = { .arena = &scratch };

	buf_puts(&b, "not found");
	if (needed) {
		buf_puts(&b, ": it needs ");
		buf_puts(&b, needed);
	}
	complain(name, buf_text(&b));
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
	if (why == ENOENT)
		complain_not_found(argv[0], find_program(argv[0]));
	else
		complain(argv[0], strerror(why));
	return why == ENOENT ? 127 : 126;
}
