/* sh: the table of jobs: those in the background, and those that have stopped. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "user/bin/sh/sh.h"

#define MAX_FINISHED 32 /* whose status is kept for a wait that may come */

static struct job *jobs;
static int last_turn;

pid_t last_background;

/* A job with room for so many processes, in nobody's table. */
struct job *job_new(int room, struct node *n)
{
	struct job *job = must_alloc(sizeof(*job) + room * sizeof(job->members[0]));

	*job = (struct job){ .text = node_text(n) };
	return job;
}

static void take_out(struct job *job)
{
	for (struct job **link = &jobs; *link; link = &(*link)->next) {
		if (*link == job) {
			*link = job->next;
			return;
		}
	}
}

void job_free(struct job *job)
{
	take_out(job);
	free(job->text);
	free(job);
}

void jobs_forget(void)
{
	while (jobs)
		job_free(jobs);
}

enum job_state job_state(struct job *job)
{
	enum job_state state = DONE;

	for (int i = 0; i < job->count; i++) {
		if (job->members[i].state < state)
			state = job->members[i].state;
	}
	return state;
}

static int job_status(struct job *job)
{
	return job->members[job->count - 1].status;
}

/* Notice what has become of the processes of a job. */
static void poll_job(struct job *job)
{
	for (int i = 0; i < job->count; i++) {
		struct member *m = &job->members[i];
		pid_t pid = 1;
		int status;

		while (m->state != DONE && pid > 0) {
			pid = waitpid(m->pid, &status, WNOHANG | WUNTRACED | WCONTINUED);
			if (pid < 0)
				m->state = DONE;
			if (pid <= 0)
				break;
			m->status = status;
			m->state = WIFSTOPPED(status) ? STOPPED :
				   (WIFCONTINUED(status) ? RUNNING : DONE);
			job->told = 0;
		}
	}
}

static void poll_jobs(void)
{
	for (struct job *j = jobs; j; j = j->next)
		poll_job(j);
}

/* A script that never waits must not collect statuses for ever: the oldest go. */
static void drop_finished(void)
{
	struct job *oldest = NULL;
	int count = 0;

	for (struct job *j = jobs; j; j = j->next) {
		if (job_state(j) == DONE && count++ == 0)
			oldest = j;
	}
	if (count > MAX_FINISHED)
		job_free(oldest);
}

/* Into the table, if it is not there; it is the current job from now on. */
void job_keep(struct job *job)
{
	struct job **tail = &jobs;
	int number = 1;

	job->turn = ++last_turn;
	for (; *tail && *tail != job; tail = &(*tail)->next)
		number = (*tail)->number + 1;
	if (*tail)
		return;
	job->number = number;
	job->next = NULL;
	*tail = job;
}

/* A job was started in the background. */
void job_add(struct job *job)
{
	poll_jobs();
	drop_finished();
	job_keep(job);
	last_background = job->members[job->count - 1].pid;
	if (interactive)
		fprintf(stderr, "[%d] %d\n", job->number, (int)last_background);
}

/* The job of %+: the last that stopped, or else the last started; of %-: that without @except. */
static struct job *current_job(struct job *except)
{
	struct job *best = NULL;

	for (struct job *j = jobs; j; j = j->next) {
		int stopped = job_state(j) == STOPPED;
		int best_stopped = best && job_state(best) == STOPPED;

		if (j != except && (!best || stopped > best_stopped ||
				    (stopped == best_stopped && j->turn > best->turn)))
			best = j;
	}
	return best;
}

static const char *state_text(struct job *job, char *room, size_t size)
{
	int status = job_status(job);

	switch (job_state(job)) {
	case RUNNING:
		return "Running";
	case STOPPED:
		return "Stopped";
	case DONE:
		break;
	}
	if (WIFSIGNALED(status))
		return signal_text(WTERMSIG(status));
	snprintf(room, size, WEXITSTATUS(status) ? "Done(%d)" : "Done", WEXITSTATUS(status));
	return room;
}

void job_print(FILE *f, struct job *job)
{
	struct job *current = current_job(NULL);
	char room[24], mark = ' ';

	if (job == current)
		mark = '+';
	else if (job == current_job(current))
		mark = '-';
	fprintf(f, "[%d]%c  %-9s %s\n", job->number, mark, state_text(job, room, sizeof(room)),
		job->text);
}

/* Tell of all jobs, or only of what is new; what has ended is forgotten. */
static void print_jobs(FILE *f, int all)
{
	struct job *next;

	poll_jobs();
	for (struct job *j = jobs; j; j = next) {
		enum job_state state = job_state(j);

		next = j->next;
		if (all || state == DONE || (state == STOPPED && !j->told))
			job_print(f, j);
		j->told = 1;
		if (state == DONE)
			job_free(j);
	}
}

void jobs_report(void)
{
	print_jobs(stderr, 0);
}

void jobs_list(void)
{
	print_jobs(stdout, 1);
}

/* The job that %n, %+, %%, %-, %string or %?string names; NULL after a message. */
struct job *job_find(const char *name, const char *spec)
{
	const char *s = spec + (spec[0] == '%');
	struct job *found = NULL;
	long number;

	poll_jobs();
	if (*s == '\0' || strcmp(s, "+") == 0 || strcmp(s, "%") == 0)
		found = current_job(NULL);
	else if (strcmp(s, "-") == 0)
		found = current_job(current_job(NULL));
	else if (parse_int(s, &number) < 0)
		number = -1;
	for (struct job *j = jobs; j && !strchr("+-%", *s); j = j->next) {
		if (number >= 0 ? j->number != number :
		    *s == '?' ? !strstr(j->text, s + 1) : strncmp(j->text, s, strlen(s)) != 0)
			continue;
		if (found) {
			builtin_fail(name, spec, "more than one job");
			return NULL;
		}
		found = j;
	}
	if (!found)
		builtin_fail(name, spec, "no such job");
	return found;
}

/* What kill() sends to for all of a job. */
pid_t job_target(struct job *job)
{
	return job->group ? -job->group : job->members[0].pid;
}

void job_continue(struct job *job)
{
	for (int i = 0; i < job->count; i++) {
		if (job->members[i].state == STOPPED)
			job->members[i].state = RUNNING;
	}
	kill(job_target(job), SIGCONT);
}

/* Wait for a job in the background, which then is no longer in the table unless it has stopped. */
int jobs_wait_job(struct job *j)
{
	int status;

	while (job_state(j) == RUNNING) {
		struct member *m = j->members;

		while (m->state != RUNNING)
			m++;
		if (waitpid(m->pid, &status, job_control ? WUNTRACED : 0) >= 0) {
			m->status = status;
			m->state = WIFSTOPPED(status) ? STOPPED : DONE;
		} else if (errno != EINTR) {
			m->state = DONE;
		} else if (interrupted) {
			return 128 + SIGINT;
		}
	}
	status = exit_status(job_status(j));
	if (job_state(j) == DONE)
		job_free(j);
	return status;
}

/* All that run; those that have stopped are left alone. */
int jobs_wait_all(void)
{
	struct job *j = jobs;
	int status = 0;

	while (j && !interrupted) {
		struct job *next = j->next;

		status = jobs_wait_job(j);
		j = next;
	}
	return interrupted ? status : 0;
}

/* The status of the background process @pid, 127 if it is none of ours. */
int jobs_wait(pid_t pid)
{
	for (struct job *j = jobs; j; j = j->next) {
		if (j->members[j->count - 1].pid == pid)
			return jobs_wait_job(j);
	}
	return 127;
}
