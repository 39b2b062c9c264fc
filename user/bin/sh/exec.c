/*
 * sh: running a tree. Every function here returns the exit status of what it ran. break,
 * continue, return and errors that end the whole line are seen in `flow`: whoever runs several
 * things one after the other stops when it is set, and whoever it is meant for clears it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/bin/sh/sh.h"

enum flow flow;
int flow_levels, flow_status;
int loop_depth, function_depth;

int status_tested;

static int exec_sequence(struct node *n, int flags)
{
	int status = 0;

	for (struct node *item = n->left; item && flow == FLOW_NONE; item = item->next)
		status = exec_node(item, item->next ? flags & EXEC_TESTED : flags);
	return status;
}

/* In a child: run @n, which is all there is to do. */
static void run_and_exit(struct node *n, int flags)
{
	exit(exec_node(n, (flags & EXEC_TESTED) | EXEC_LAST));
}

/* Make @fd the descriptor @to. */
static void move_fd(int fd, int to)
{
	if (fd < 0 || fd == to)
		return;
	dup2(fd, to);
	close(fd);
}

/* Start one command of a pipeline; @in and @out are its ends of the pipes beside it, or -1. */
static pid_t start_part(struct job *job, struct node *n, int in, int out, int unused)
{
	pid_t pid = job_fork(job, 0);

	if (pid != 0)
		return pid;
	if (unused >= 0)
		close(unused);
	move_fd(in, 0);
	move_fd(out, 1);
	run_and_exit(n, 0);
	return 0;
}

static int count_parts(struct node *n)
{
	int count = 0;

	for (n = n->left; n; n = n->next)
		count++;
	return count;
}

/*
 * a | b | c: every command in a process of its own, all at once; the status is the last one's.
 * In the background the last command takes over this process, so that $! is its number.
 */
static int exec_pipe(struct node *n, int flags)
{
	int count = count_parts(n), all, in = -1, status;
	struct job *job = job_new(count, n);

	for (struct node *part = n->left; part; part = part->next) {
		int ends[2] = { -1, -1 };
		pid_t pid;

		if (part->next && pipe(ends) < 0) {
			complain("pipe", strerror(errno));
			break;
		}
		if (!part->next && (flags & EXEC_BACKGROUND)) {
			move_fd(in, 0);
			return exec_node(part, EXEC_LAST);
		}
		pid = start_part(job, part, in, ends[1], ends[0]);
		if (in >= 0)
			close(in);
		if (ends[1] >= 0)
			close(ends[1]);
		in = ends[0];
		if (pid < 0)
			break;
	}
	if (in >= 0)
		close(in);
	all = job->count == count;
	status = job_wait(job);
	return all ? status : 1;
}

static int exec_background(struct node *n)
{
	struct job *job = job_new(1, n->left);
	pid_t pid = job_fork(job, 1);

	if (pid == 0)
		exit(exec_node(n->left, EXEC_LAST | EXEC_BACKGROUND));
	if (pid > 0)
		job_add(job);
	else
		job_free(job);
	return pid < 0;
}

static int exec_subshell(struct node *n, int flags)
{
	struct job *job;

	if (flags & EXEC_LAST)
		return exec_node(n->left, flags);
	job = job_new(1, n);
	if (job_fork(job, 0) == 0)
		run_and_exit(n->left, flags);
	return job_wait(job);
}

static int exec_if(struct node *n, int flags)
{
	int condition = exec_node(n->left, EXEC_TESTED);

	if (flow != FLOW_NONE)
		return condition;
	if (condition == 0)
		return exec_node(n->right, flags);
	return n->other ? exec_node(n->other, flags) : 0;
}

/* A part of a loop has run: must the loop end? Takes a break or continue that is meant for it. */
static int must_leave_loop(void)
{
	switch (flow) {
	case FLOW_NONE:
		return 0;
	case FLOW_BREAK:
	case FLOW_CONTINUE:
		if (--flow_levels == 0) {
			int leave = flow == FLOW_BREAK;

			flow = FLOW_NONE;
			return leave;
		}
		return 1;
	default:
		return 1;
	}
}

static int exec_while(struct node *n, int flags)
{
	int status = 0;

	loop_depth++;
	for (;;) {
		struct mark m = scratch_mark();
		int condition = exec_node(n->left, EXEC_TESTED);

		scratch_release(m);
		if (flow == FLOW_NONE && (condition == 0) == (n->type == N_UNTIL))
			break;
		if (flow == FLOW_NONE)
			status = exec_node(n->right, flags & EXEC_TESTED);
		scratch_release(m);
		if (must_leave_loop())
			break;
	}
	loop_depth--;
	return status;
}

static int exec_for(struct node *n, int flags)
{
	struct fields list;
	int status = 0;

	if (n->has_words && expand_words(n->words, &list) < 0)
		return abandon(2);
	if (!n->has_words) {
		list = (struct fields){ 0 };
		for (int i = 0; i < params.count; i++) {
			const char *s = params.v[i];

			fields_add(&list, arena_strndup(&scratch, s, strlen(s)));
		}
	}
	loop_depth++;
	for (int i = 0; i < list.count; i++) {
		struct mark m = scratch_mark();

		var_set(n->name, list.v[i]);
		status = exec_node(n->right, flags & EXEC_TESTED);
		scratch_release(m);
		if (must_leave_loop())
			break;
	}
	loop_depth--;
	return status;
}

static int exec_case(struct node *n, int flags)
{
	const char *subject = expand_string(n->words->text);

	if (!subject)
		return abandon(2);
	for (struct node *item = n->left; item; item = item->next) {
		for (struct word *w = item->words; w; w = w->next) {
			const char *pattern = expand_pattern(w->text);

			if (!pattern)
				return abandon(2);
			if (pattern_match(pattern, subject))
				return item->right ? exec_node(item->right, flags) : 0;
		}
	}
	return 0;
}

static int exec_any(struct node *n, int flags)
{
	switch (n->type) {
	case N_SIMPLE:
		return exec_simple(n, flags);
	case N_PIPE:
		return exec_pipe(n, flags);
	case N_AND:
	case N_OR: {
		int status = exec_node(n->left, EXEC_TESTED);

		if (flow != FLOW_NONE || (status == 0) != (n->type == N_AND))
			return status;
		return exec_node(n->right, flags);
	}
	case N_NOT:
		return !exec_node(n->left, EXEC_TESTED);
	case N_SEQ:
		return exec_sequence(n, flags);
	case N_BACKGROUND:
		return exec_background(n);
	case N_SUBSHELL:
		return exec_subshell(n, flags);
	case N_GROUP:
		return exec_node(n->left, flags);
	case N_IF:
		return exec_if(n, flags);
	case N_WHILE:
	case N_UNTIL:
		return exec_while(n, flags);
	case N_FOR:
		return exec_for(n, flags);
	case N_CASE:
		return exec_case(n, flags);
	case N_FUNCTION:
		function_define(n);
		return 0;
	}
	return 0;
}

/* A compound command with redirections, which hold for all of it. */
static int exec_redirected(struct node *n, int flags)
{
	struct saved_fd *saved = NULL;
	int status = 1;

	if (redir_apply(n->redirs, &saved) == 0)
		status = exec_any(n, flags);
	redir_undo(saved);
	return status;
}

int exec_node(struct node *n, int flags)
{
	struct mark m = scratch_mark();
	int leaf = n->type == N_SIMPLE || n->type == N_PIPE || n->type == N_SUBSHELL;
	int status;

	if (n->redirs && n->type != N_SIMPLE)
		status = exec_redirected(n, flags);
	else
		status = exec_any(n, flags);
	scratch_release(m);
	if (interactive && interrupted)
		status = abandon(128 + SIGINT);
	last_status = status;
	if (status != 0 && leaf && opt_errexit && !(flags & EXEC_TESTED) && !status_tested)
		exit(status);
	return status;
}
