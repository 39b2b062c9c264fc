/*
 * thread_clone: what a thread shares, and how threads, their leader and their process end: exit,
 * exit_group, a fatal signal, exec, in every order.
 *
 * Catches: a process that ends with its leader, or too early, or with the wrong status; a thread that
 * goes on after exec; a number that is not the process's after it; children only their creator could
 * wait for.
 */
#include "user/test/threads.h"

static struct thread other;
static int word;

/* ---- sharing ---- */

static int changes_everything(void *arg)
{
	int *seen = arg;

	seen[0] = (int)sys(SYS_getpid);
	seen[1] = (int)sys(SYS_gettid);
	seen[2] = (int)sys(SYS_dup, 1);
	sys(SYS_chdir, "/");
	sys(SYS_umask, 0123);
	return 0;
}

static void thread_shares_all(void)
{
	static int seen[3];
	char cwd[64] = "";

	chdir("/tmp");
	is(thread_start(&other, changes_everything, seen), 0, "a thread starts");
	thread_join(&other);
	is(seen[0], getpid(), "it is of the same process");
	is(seen[1], other.started_as, "its number is what clone returned");
	ok(seen[1] != getpid(), "which is its own");
	is(close(seen[2]), 0, "a descriptor it opened is there");
	ok(getcwd(cwd, sizeof(cwd)) && !strcmp(cwd, "/"), "its directory is ours");
	is(umask(022), 0123, "so is its umask");
	fails_with(waitpid(-1, NULL, __WALL), ECHILD);
}

/* ---- ending ---- */

static int sleeps_forever(void *arg)
{
	(void)arg;
	tell(&word, 1);
	for (;;)
		wait_while(&word, 1);
	return 0;
}

static int runs_forever(void *arg)
{
	(void)arg;
	tell(&word, 1);
	for (;;)
		__asm__ volatile("");
	return 0;
}

/* A process in which one more thread sleeps or runs. */
static void start_other(int (*fn)(void *))
{
	word = 0;
	if (thread_start(&other, fn, NULL))
		_exit(90);
	wait_while(&word, 0);
}

static int group_ends_beside_a_sleeper(void)
{
	start_other(sleeps_forever);
	sys(SYS_exit_group, 7);
	return 0;
}

static int group_ends_beside_a_runner(void)
{
	start_other(runs_forever);
	sys(SYS_exit_group, 8);
	return 0;
}

static int ends_the_group(void *arg)
{
	(void)arg;
	sys(SYS_exit_group, 6);
	return 0;
}

static int another_ends_the_group(void)
{
	thread_start(&other, ends_the_group, NULL);
	for (;;)
		pause();
	return 0;
}

static int a_thread_ends_alone(void)
{
	static int seen[3];

	thread_start(&other, changes_everything, seen);
	thread_join(&other);
	return 5;
}

/* The leader's number, until it is a zombie: then the word it clears is 0. */
static int ends_after_the_leader(void *arg)
{
	wait_while(&word, 1);
	return *(int *)arg;
}

static int leader_ends_first(void)
{
	static int status = 3;

	word = 1;
	sys(SYS_set_tid_address, &word);
	thread_start(&other, ends_after_the_leader, &status);
	sys(SYS_exit, 4);
	return 0;
}

static int outlives_the_leader(void *arg)
{
	(void)arg;
	wait_while(&word, 1);
	sys(SYS_exit_group, 3);
	return 0;
}

static int leader_ends_and_another_the_group(void)
{
	word = 1;
	sys(SYS_set_tid_address, &word);
	thread_start(&other, outlives_the_leader, NULL);
	sys(SYS_exit, 4);
	return 0;
}

static int kills_the_process(void *arg)
{
	(void)arg;
	sys(SYS_kill, sys(SYS_getpid), SIGTERM);
	for (;;)
		;
	return 0;
}

static int killed_by_a_thread(void)
{
	thread_start(&other, kills_the_process, NULL);
	for (;;)
		pause();
	return 0;
}

static int faults(void *arg)
{
	*(volatile int *)arg = 1;
	return 0;
}

static int a_thread_faults(void)
{
	thread_start(&other, faults, (void *)8);
	for (;;)
		pause();
	return 0;
}

static void ends(void)
{
	exits_with(a_thread_ends_alone, 5);
	exits_with(group_ends_beside_a_sleeper, 7);
	exits_with(group_ends_beside_a_runner, 8);
	exits_with(another_ends_the_group, 6);
	exits_with(leader_ends_first, 3);
	exits_with(leader_ends_and_another_the_group, 3);
	dies_of(killed_by_a_thread, SIGTERM);
	dies_of(a_thread_faults, SIGSEGV);
}

/* Its process is there, and not to be waited for, until the last thread is gone. */
static void leader_stays_a_zombie(void)
{
	int *shared = map_shared(PAGE), status;
	pid_t pid = fork();

	if (pid == 0) {
		word = 1;
		sys(SYS_set_tid_address, &word);
		start_other(sleeps_forever);
		tell(shared, 1);
		sys(SYS_exit, 1);
	}
	wait_while(shared, 0);
	is(waitpid(pid, &status, WNOHANG), 0, "a leader that has ended is no ended process");
	is(kill(pid, 0), 0, "which can be sent signals");
	kill(pid, SIGKILL);
	is(waitpid(pid, &status, 0), pid, "and ends");
	is(status, SIGKILL, "by them");
	munmap(shared, PAGE);
}

/* ---- exec ---- */

static const char *self;

static int execs(void *arg)
{
	static const char *args[] = { "exec", NULL, NULL };
	char number[16];

	(void)arg;
	snprintf(number, sizeof(number), "%d", (int)sys(SYS_getpid));
	args[1] = number;
	exec_self(self, args, environ);
	sys(SYS_exit_group, 91);
	return 0;
}

static int exec_from_a_thread(void)
{
	thread_start(&other, execs, NULL);
	for (;;)
		pause();
	return 0;
}

static int exec_from_a_thread_without_leader(void)
{
	word = 1;
	sys(SYS_set_tid_address, &word);
	start_other(sleeps_forever);
	thread_start(&other, execs, NULL);
	sys(SYS_exit, 1);
	return 0;
}

static int exec_beside_threads(void)
{
	start_other(runs_forever);
	start_other(sleeps_forever);
	return execs(NULL);
}

/* What the new program sees: it is the process, and alone. */
static int after_exec(const char *number)
{
	if (getpid() != atoi(number) || sys(SYS_gettid) != getpid())
		return 92;
	return 33;
}

static void execs_alone(void)
{
	exits_with(exec_from_a_thread, 33);
	exits_with(exec_from_a_thread_without_leader, 33);
	exits_with(exec_beside_threads, 33);
}

/* ---- children ---- */

static int forks(void *arg)
{
	int *pid = arg;

	*pid = (int)sys(SYS_clone, SIGCHLD);
	if (*pid == 0)
		sys(SYS_exit_group, 21);
	return 0;
}

static int waits(void *arg)
{
	int *pid = arg, status = 0;

	pid[1] = (int)sys(SYS_wait4, pid[0], &status, 0, NULL);
	pid[2] = status;
	return 0;
}

static void children_are_the_process_s(void)
{
	static int pid[3];

	thread_start(&other, forks, pid);
	thread_join(&other);
	thread_start(&other, waits, pid);
	thread_join(&other);
	is(pid[1], pid[0], "one thread waits for another's child, whose thread has ended");
	is(pid[2], 21 << 8, "and gets its status");
}

/* ---- stopping ---- */

static void stops_as_a_whole(void)
{
	int *shared = map_shared(PAGE), status;
	pid_t pid = fork();

	if (pid == 0) {
		start_other(runs_forever);
		start_other(sleeps_forever);
		tell(shared, 1);
		for (;;)
			pause();
	}
	wait_while(shared, 0);
	kill(pid, SIGSTOP);
	is(waitpid(pid, &status, WUNTRACED), pid, "a process with threads stops");
	is(status, SIGSTOP << 8 | 0x7f, "by SIGSTOP");
	is(waitpid(pid, &status, WUNTRACED | WNOHANG), 0, "once");
	kill(pid, SIGCONT);
	is(waitpid(pid, &status, WCONTINUED), pid, "and goes on");
	kill(pid, SIGSTOP);
	is(waitpid(pid, &status, WUNTRACED), pid, "stops again");
	kill(pid, SIGKILL);
	is(waitpid(pid, &status, 0), pid, "and can be killed stopped");
	munmap(shared, PAGE);
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc == 3 && !strcmp(argv[1], "exec"))
		return after_exec(argv[2]);
	thread_shares_all();
	ends();
	leader_stays_a_zombie();
	execs_alone();
	children_are_the_process_s();
	stops_as_a_whole();
	return done_testing();
}
