/*
 * sh: running a simple command. Its words are expanded; the first one says whether it is a
 * function, a builtin or a program. Redirections and assignments in front hold for it alone.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/bin/sh/sh.h"

int substitution_status;

/* name=value in front of a command, or alone; @export: the command finds it in its environment. */
static int run_assigns(struct word *assigns, int export)
{
	for (; assigns; assigns = assigns->next) {
		size_t len = strcspn(assigns->text, "=");
		char *name = arena_strndup(&scratch, assigns->text, len);
		char *value = expand_string(assigns->text + len + 1);

		if (!value)
			return -1;
		if (opt_xtrace)
			fprintf(stderr, "+ %s=%s\n", name, value);
		var_set(name, value);
		if (export)
			var_export(name);
	}
	return 0;
}

struct saved_var {
	struct saved_var *next;
	const char *name, *value;
	int exported;
};

static struct saved_var *save_vars(struct word *assigns)
{
	struct saved_var *list = NULL;

	for (; assigns; assigns = assigns->next) {
		struct saved_var *s = arena_alloc(&scratch, sizeof(*s));
		const char *value;

		s->name = arena_strndup(&scratch, assigns->text, strcspn(assigns->text, "="));
		value = var_get(s->name);
		s->value = value ? arena_strndup(&scratch, value, strlen(value)) : NULL;
		s->exported = var_exported(s->name);
		s->next = list;
		list = s;
	}
	return list;
}

static void restore_vars(struct saved_var *list)
{
	for (; list; list = list->next) {
		var_unset(list->name);
		if (list->value)
			var_set(list->name, list->value);
		if (list->exported)
			var_export(list->name);
	}
}

/* No command: redirections are opened and closed again, assignments stay. */
static int exec_nothing(struct node *n)
{
	struct saved_fd *saved = NULL;
	int err = redir_apply(n->redirs, &saved);

	redir_undo(saved);
	if (err < 0)
		return 1;
	return run_assigns(n->assigns, 0) < 0 ? abandon(2) : substitution_status;
}

/* A function or builtin: it runs in this process, so what was done for it is undone. */
static int exec_inside(struct node *n, struct fields *argv, struct node *function,
		       const struct builtin *builtin)
{
	int keep_vars = builtin && builtin->special;
	int keep_fds = builtin && strcmp(builtin->name, "exec") == 0 && argv->count == 1;
	struct saved_var *vars = keep_vars ? NULL : save_vars(n->assigns);
	struct saved_fd *fds = NULL;
	int status = 1;

	if (redir_apply(n->redirs, keep_fds ? NULL : &fds) == 0) {
		if (run_assigns(n->assigns, !keep_vars) < 0)
			status = abandon(2);
		else if (function)
			status = function_call(function, argv->count, argv->v);
		else
			status = builtin->run(argv->count, argv->v);
	}
	if (fflush(stdout) == EOF) {
		complain(argv->v[0], strerror(errno));
		clearerr(stdout);
		status = 1;
	}
	redir_undo(fds);
	if (!keep_vars)
		restore_vars(vars);
	return status;
}

static int exec_outside(struct node *n, struct fields *argv, int flags)
{
	struct job *job = flags & EXEC_LAST ? NULL : job_new(1, n);

	if (job && job_fork(job, 0) != 0)
		return job_wait(job);
	if (redir_apply(n->redirs, NULL) < 0)
		exit(1);
	if (run_assigns(n->assigns, 1) < 0)
		exit(2);
	exit(exec_program(argv->v));
}

static void trace(struct fields *argv)
{
	fputc('+', stderr);
	for (int i = 0; i < argv->count; i++)
		fprintf(stderr, " %s", argv->v[i]);
	fputc('\n', stderr);
}

int exec_simple(struct node *n, int flags)
{
	const struct builtin *builtin = NULL;
	struct node *function;
	struct fields argv;
	int outer = status_tested;
	int status;

	substitution_status = 0;
	if (expand_words(n->words, &argv) < 0)
		return abandon(2);
	if (argv.count == 0)
		return exec_nothing(n);
	if (opt_xtrace)
		trace(&argv);
	function = function_find(argv.v[0]);
	if (!function)
		builtin = builtin_find(argv.v[0]);
	if (!function && !builtin)
		return exec_outside(n, &argv, flags);
	status_tested |= flags & EXEC_TESTED;
	status = exec_inside(n, &argv, function, builtin);
	status_tested = outer;
	return status;
}
