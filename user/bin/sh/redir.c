/* sh: redirections. Each may be undone: what a descriptor was is kept on a high number. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/bin/sh/sh.h"

#define HIGH_FD		10   /* users name single digits */
#define PIPE_ROOM	4096 /* what every pipe takes without a reader */

static void write_all(int fd, const char *s, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, s, len);

		if (n < 0)
			return;
		s += n;
		len -= n;
	}
}

/* A here-document: the reading end of a pipe; a child fills it if it does not fit at once. */
static int open_heredoc(struct redir *r)
{
	const char *text = r->literal ? r->word : expand_heredoc(r->word);
	size_t len;
	int ends[2];

	if (!text)
		return -1;
	len = strlen(text);
	if (pipe(ends) < 0) {
		complain("pipe", strerror(errno));
		return -1;
	}
	if (len <= PIPE_ROOM) {
		write_all(ends[1], text, len);
	} else if (fork_child(1) == 0) {
		close(ends[0]);
		write_all(ends[1], text, len);
		_exit(0);
	}
	close(ends[1]);
	return ends[0];
}

static int open_file(struct redir *r)
{
	static const int flags[] = {
		[R_IN] = O_RDONLY,
		[R_OUT] = O_WRONLY | O_CREAT | O_TRUNC,
		[R_APPEND] = O_WRONLY | O_CREAT | O_APPEND,
		[R_RDWR] = O_RDWR | O_CREAT,
	};
	const char *path = expand_string(r->word);
	int fd;

	if (!path)
		return -1;
	fd = open(path, flags[r->op], 0666);
	if (fd < 0)
		complain(path, strerror(errno));
	return fd;
}

/* Keep what @fd is now, so that redir_undo() can bring it back. */
static void save_fd(int fd, struct saved_fd **saved)
{
	struct saved_fd *s;

	if (!saved)
		return;
	s = arena_alloc(&scratch, sizeof(*s));
	*s = (struct saved_fd){ *saved, fd, fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD) };
	*saved = s;
}

/* n>&m, n>&-: another number for an open file, or none for this. */
static int apply_dup(struct redir *r, struct saved_fd **saved)
{
	const char *word = expand_string(r->word);
	long from;

	if (!word)
		return -1;
	if (strcmp(word, "-") == 0) {
		save_fd(r->fd, saved);
		close(r->fd);
		return 0;
	}
	if (parse_int(word, &from) < 0 || from < 0 || from >= HIGH_FD) {
		complain(word, "not a descriptor");
		return -1;
	}
	save_fd(r->fd, saved);
	if (dup2((int)from, r->fd) < 0) {
		complain(word, strerror(errno));
		return -1;
	}
	return 0;
}

static int apply_one(struct redir *r, struct saved_fd **saved)
{
	int fd;

	if (r->op == R_DUP)
		return apply_dup(r, saved);
	fd = r->op == R_HERE || r->op == R_HERE_TABS ? open_heredoc(r) : open_file(r);
	if (fd < 0)
		return -1;
	if (fd != r->fd) {
		save_fd(r->fd, saved);
		dup2(fd, r->fd);
		close(fd);
	} else if (saved) {
		struct saved_fd *s = arena_alloc(&scratch, sizeof(*s));

		*s = (struct saved_fd){ *saved, fd, -1 };
		*saved = s;
	}
	return 0;
}

/* Redirect, in order. With @saved the caller undoes it all, also after an error (-1). */
int redir_apply(struct redir *list, struct saved_fd **saved)
{
	for (; list; list = list->next) {
		if (apply_one(list, saved) < 0)
			return -1;
	}
	return 0;
}

void redir_undo(struct saved_fd *saved)
{
	for (; saved; saved = saved->next) {
		if (saved->copy < 0) {
			close(saved->fd);
			continue;
		}
		dup2(saved->copy, saved->fd);
		close(saved->copy);
	}
}
