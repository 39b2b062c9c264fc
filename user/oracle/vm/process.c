/*
 * process.c - the processes of a program: who does which steps, who waits, who looks at the end.
 */
#include "user/oracle/vm/vm.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static void run_steps(const struct program *p, uint64_t keep, int from, int to, struct state *st);

/* The end of a process: a last look, and those that waited for it have theirs. */
__attribute__((noreturn))
static void finish(struct state *st)
{
	if (tracing)
		say("#%d the end:", st->depth);
	probe(st, true);
	if (tracing)
		say("\n");
	for (int i = 0; i < st->watching; i++) {
		int status = -1;

		if (write(st->watchers[i], "w", 1) != 1 || wait(&status) < 0)
			status = -1;
		digest_add((uint64_t)status);
	}
	_exit(0);
}

/* A child that waits until its parent is done and then looks at what it was left. */
static long start_watcher(struct state *st)
{
	int ends[2], number;
	pid_t pid;
	char c;

	if (st->watching == 4 || pipe(ends) < 0)
		return NOT_ASKED;
	number = ++digest->processes;
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		st->watching = 0;
		st->depth = number;
		if (read(ends[0], &c, 1) != 1)
			_exit(1);
		finish(st);
	}
	close(ends[0]);
	st->watchers[st->watching++] = ends[1];
	return pid < 0 ? -1 : 0;
}

/* A child that does the steps, and its parent waits for it. */
static long start_child(const struct program *p, uint64_t keep, int from, int to,
			struct state *st)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		st->watching = 0;
		st->depth = ++digest->processes;
		run_steps(p, keep, from, to, st);
		finish(st);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

static void tell(const struct state *st, const struct step *s, int i, long ret)
{
	char text[300];

	step_text(text, sizeof(text), s);
	say("#%d %d: %s = ", st->depth, i, text);
	if (ret == NOT_ASKED)
		say("not asked");
	else if (ret == CHOSEN)
		say("chosen");
	else if (ret < 0 && ret > -4096)
		say("-1, %s", strerror((int)-ret));
	else
		say("%#lx", ret);
}

/* Before a fork, so that the trace of the child stands behind it. */
static void tell_start(const struct state *st, const struct step *s, int i)
{
	char text[300];

	step_text(text, sizeof(text), s);
	say("#%d %d: %s ...\n", st->depth, i, text);
}

/* Steps from..to-1; those that the mask leaves out are not there. */
static void run_steps(const struct program *p, uint64_t keep, int from, int to, struct state *st)
{
	for (int i = from; i < to; i++) {
		const struct step *s = &p->steps[i];
		int next = i + 1;
		long ret;

		if (!(keep >> i & 1))
			continue;
		if (tracing && s->code >= STEP_FORK_SOME)
			tell_start(st, s, i);
		if (s->code == STEP_FORK_SOME) {
			next = i + 1 + (int)s->offset < to ? i + 1 + (int)s->offset : to;
			ret = start_child(p, keep, i + 1, next, st);
		} else if (s->code == STEP_FORK_REST) {
			next = to;
			ret = start_child(p, keep, i + 1, next, st);
		} else if (s->code == STEP_FORK_WATCH) {
			ret = start_watcher(st);
		} else {
			ret = do_step(st, s);
		}
		digest_add((uint64_t)ret);
		if (tracing)
			tell(st, s, i, ret);
		if (p->probe_often || tracing)
			probe(st, false);
		if (tracing)
			say(" %08x\n", (unsigned)digest->hash);
		i = next - 1;
	}
}

/* In a process of its own, which it ends. */
void run(const struct program *p, uint64_t keep)
{
	struct state st;

	memset(&st, 0, sizeof(st));
	st.regions[IN_WINDOW] = (struct stretch){ WINDOW, WINDOW_PAGES, 0 };
	st.regions[IN_BRK] = (struct stretch){round_up((unsigned long)syscall(SYS_brk, 0)),
					      BRK_PAGES, 0};
	syscall(SYS_brk, st.regions[IN_BRK].base);
	probe_start();
	run_steps(p, keep, 0, p->count, &st);
	finish(&st);
}
