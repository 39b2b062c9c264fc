/*
 * Signals without handlers: what kill does to a process by default, who may be told, and SIG_IGN.
 * Catches a default action that is wrong, a signal that does not wake a blocked process, and an
 * ignored one that kills.
 */
#include "user/test/util.h"

static struct gate ready;

static void block_here(void)
{
	struct gate never;

	gate_make(&never);
	gate_open(&ready);
	gate_wait(&never);
}

/* Send sig to a child that sleeps in read(); its wait status. */
static int status_after(int sig)
{
	pid_t pid = tap_fork();

	if (pid == 0) {
		block_here();
		_exit(1);
	}
	gate_wait(&ready);
	if (kill(pid, sig) < 0)
		diag("  kill: errno %d", errno);
	return tap_wait(pid);
}

static int status_of_spinner(int sig)
{
	pid_t pid = tap_fork();

	if (pid == 0) {
		gate_open(&ready);
		for (;;)
			__asm__ volatile("" ::: "memory");
	}
	gate_wait(&ready);
	kill(pid, sig);
	return tap_wait(pid);
}

static void deadly(void)
{
	static const int sigs[] = {
		SIGHUP,	 SIGINT,  SIGQUIT,   SIGILL,  SIGTRAP, SIGABRT, SIGBUS,
		SIGFPE,	 SIGKILL, SIGUSR1,   SIGSEGV, SIGUSR2, SIGPIPE, SIGALRM,
		SIGTERM, SIGXCPU, SIGVTALRM, SIGPROF, SIGIO,   SIGSYS,
	};

	for (size_t i = 0; i < COUNT_OF(sigs); i++) {
		int status = status_after(sigs[i]);

		ok(WIFSIGNALED(status) && WTERMSIG(status) == sigs[i],
		   "signal %d kills a process that waits", sigs[i]);
	}
	ok(tap_died(status_of_spinner(SIGTERM), SIGTERM), "and one that runs");
	ok(tap_died(status_of_spinner(SIGKILL), SIGKILL), "SIGKILL too");
}

static int unmoved_by(int sig)
{
	pid_t pid = tap_fork();

	if (pid == 0) {
		ok(kill(getpid(), sig) == 0, "kill of itself");
		_exit(9);
	}
	return tap_wait(pid);
}

static int ignores_term(void)
{
	signal(SIGTERM, SIG_IGN);
	kill(getpid(), SIGTERM);
	if (tap_fork() == 0) {
		kill(getpid(), SIGTERM);	/* inherited over fork */
		_exit(6);
	}
	return 5;
}

static int ignores_then_defaults(void)
{
	signal(SIGTERM, SIG_IGN);
	kill(getpid(), SIGTERM);
	signal(SIGTERM, SIG_DFL);
	kill(getpid(), SIGTERM);
	return 5;
}

static int cannot_ignore_kill(void)
{
	ok(signal(SIGKILL, SIG_IGN) == SIG_ERR && errno == EINVAL, "SIGKILL cannot be ignored");
	ok(signal(SIGSTOP, SIG_IGN) == SIG_ERR && errno == EINVAL, "nor SIGSTOP");
	kill(getpid(), SIGKILL);
	return 5;
}

/* A fault is not asked whether it is ignored. */
static int faults_ignoring(void)
{
	signal(SIGSEGV, SIG_IGN);
	return store_byte((void *)8);
}

static int aborts(void)
{
	abort();
}

static void targets(void)
{
	pid_t pid;

	fails_with(kill(getpid(), 65), EINVAL);
	fails_with(kill(getpid(), -1), EINVAL);
	fails_with(kill(99999999, SIGTERM), ESRCH);
	fails_with(kill(99999999, 0), ESRCH);
	is(kill(getpid(), 0), 0, "signal 0 asks whether the process is there");
	pid = tap_fork();
	if (pid == 0)
		_exit(0);
	tap_wait(pid);
	fails_with(kill(pid, 0), ESRCH);
}

static void zombies(void)
{
	struct gate done;
	pid_t pid;
	char path[32];

	gate_make(&done);
	pid = tap_fork();
	if (pid == 0)
		_exit(4);
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	while (!strstr(slurp(path), ") Z "))
		sys(SYS_sched_yield);
	is(kill(pid, SIGKILL), 0, "a zombie can be signalled");
	is(tap_wait(pid), 4 << 8, "and keeps its status");
	gate_close(&done);
}

int main(void)
{
	gate_make(&ready);
	deadly();
	is(unmoved_by(SIGCHLD), 9 << 8, "SIGCHLD is ignored by default");
	is(unmoved_by(SIGWINCH), 9 << 8, "SIGWINCH too");
	is(unmoved_by(SIGURG), 9 << 8, "SIGURG too");
	is(unmoved_by(SIGCONT), 9 << 8, "SIGCONT does nothing to what runs");
	exits_with(ignores_term, 5);
	dies_of(ignores_then_defaults, SIGTERM);
	dies_of(cannot_ignore_kill, SIGKILL);
	dies_of(faults_ignoring, SIGSEGV);
	dies_of(aborts, SIGABRT);
	targets();
	zombies();
	return done_testing();
}
