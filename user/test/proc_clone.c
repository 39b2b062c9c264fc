/*
 * proc_clone: which flags clone and clone3 take, and children that clone makes: with the parent's
 * memory lent (vfork), with another signal at their end, and while a signal comes for their group.
 *
 * Catches: a flag rule that is missing; vfork that copies, or does not wait; a child that a signal for
 * its group has missed because it was just being made.
 */
#include "user/test/util.h"

#include <sched.h>

/* clone3's argument, which few C libraries declare. */
struct args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	uint64_t set_tid, set_tid_size, cgroup;
};

static void refuses_what_makes_no_sense(void)
{
	fails_with(sys(SYS_clone, CLONE_SIGHAND | SIGCHLD), EINVAL);
	fails_with(sys(SYS_clone, CLONE_THREAD | CLONE_VM | SIGCHLD), EINVAL);
	fails_with(sys(SYS_clone, CLONE_NEWNS | CLONE_FS | SIGCHLD), EINVAL);
}

static void clone3_checks_its_argument(void)
{
	static struct {
		struct args a;
		uint64_t more[4];
	} big;

	big.a = (struct args){ .exit_signal = SIGCHLD };
	fails_with_not_qemu(sys(SYS_clone3, &big, 56), EINVAL);
	fails_with_not_qemu(sys(SYS_clone3, &big, 8192), E2BIG);
	big.more[2] = 1;
	fails_with_not_qemu(sys(SYS_clone3, &big, sizeof(big)), E2BIG);
	fails_with_not_qemu(sys(SYS_clone3, 16, sizeof(big.a)), EFAULT);
	big.a.exit_signal = 65;
	fails_with_not_qemu(sys(SYS_clone3, &big, sizeof(big.a)), EINVAL);
	big.a = (struct args){ .exit_signal = SIGCHLD, .stack = 65536 };
	fails_with_not_qemu(sys(SYS_clone3, &big, sizeof(big.a)), EINVAL);
	big.a = (struct args){ .exit_signal = SIGCHLD, .stack_size = 65536 };
	fails_with_not_qemu(sys(SYS_clone3, &big, sizeof(big.a)), EINVAL);
	big.a = (struct args){ .exit_signal = SIGCHLD, .set_tid_size = 1 };
	fails_with_not_qemu(sys(SYS_clone3, &big, sizeof(big.a)), EINVAL);
	big.a = (struct args){ .exit_signal = SIGCHLD, .flags = CLONE_VM | CLONE_SIGHAND |
				     CLONE_THREAD };
	fails_with_not_qemu(sys(SYS_clone3, &big, sizeof(big.a)), EINVAL);
	big.a = (struct args){ .flags = SIGCHLD };
	fails_with_not_qemu(sys(SYS_clone3, &big, sizeof(big.a)), EINVAL);
}

static void clone3_forks(void)
{
	struct args a = { .exit_signal = SIGCHLD };
	int status = -1;
	long pid;

	if (on_qemu_user()) {
		skip(1, "qemu-user has no clone3");
		return;
	}
	pid = sys(SYS_clone3, &a, sizeof(a));
	if (pid == 0)
		_exit(9);
	waitpid((pid_t)pid, &status, 0);
	is(status, 9 << 8, "clone3 forks");
}

/* ---- vfork ---- */

static int leaves_a_mark(void *arg)
{
	*(int *)arg = 1;
	sys(SYS_exit, 12);
	return 0;
}

static void lends_its_memory(void)
{
	static char stack[8192] __attribute__((aligned(16)));
	static int mark;
	int status = -1, pid;

	pid = clone(leaves_a_mark, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, &mark);
	is(mark, 1, "vfork's child has run in our memory when the call returns");
	is(waitpid(pid, &status, 0), pid, "it is a child");
	is(status, 12 << 8, "with a status");
}

/* The library's, which nobody may leave by return. */
static void vfork_then_exec(void)
{
	volatile int mark = 0;
	int status = -1;
	pid_t pid = vfork();

	if (pid == 0) {
		mark = 1;
		execl("/no/such/program", "none", NULL);
		_exit(errno == ENOENT ? 14 : 15);
	}
	is(mark, 1, "vfork's child has run in our memory when the call returns");
	is(waitpid(pid, &status, 0), pid, "a child it is");
	is(status, 14 << 8, "which could not exec");
}

/* ---- other signals than SIGCHLD ---- */

static void other_exit_signals(void)
{
	int status = -1, pid;

	signal(SIGUSR1, SIG_IGN);
	pid = (int)sys(SYS_clone, SIGUSR1);
	if (pid == 0)
		_exit(2);
	fails_with(waitpid(pid, &status, 0), ECHILD);
	is(waitpid(pid, &status, __WCLONE), pid, "a child without SIGCHLD needs __WCLONE");
	pid = (int)sys(SYS_clone, 0);
	if (pid == 0)
		_exit(2);
	is(waitpid(pid, &status, __WALL), pid, "or __WALL");
}

/* ---- a signal for the group while one of it forks ---- */

#define TRIES	150

static volatile sig_atomic_t got;

static void gets(int sig)
{
	(void)sig;
	got = 1;
}

static void tells(int sig)
{
	(void)sig;
	_exit(!got);
}

/*
 * A group of its own that makes children until SIGUSR1 comes for the group. Then the last child either
 * has it in the copied memory or gets it itself; SIGUSR2, which comes later and has to wait for the
 * other's handler, makes it tell.
 */
static void forks_until_told(struct gate *ready)
{
	struct sigaction first = { .sa_handler = gets }, second = { .sa_handler = tells };
	pid_t pid;

	setpgid(0, 0);
	sigaddset(&first.sa_mask, SIGUSR2);
	sigaction(SIGUSR1, &first, NULL);
	sigaction(SIGUSR2, &second, NULL);
	gate_open(ready);
	for (;;) {
		bool late;

		pid = fork();
		while (pid == 0)
			pause();
		late = got;
		kill(pid, late ? SIGUSR2 : SIGKILL);
		if (late)
			_exit(tap_wait(pid) != 0);
		tap_wait(pid);
	}
}

static void group_signals_reach_all(void)
{
	struct gate ready;
	int missed = 0;

	gate_make(&ready);
	for (int i = 0; i < TRIES; i++) {
		pid_t pid = tap_fork();

		if (pid == 0)
			forks_until_told(&ready);
		gate_wait(&ready);
		for (volatile int n = i % 50 * 400; n > 0; n--)
			;
		kill(-pid, SIGUSR1);
		missed += tap_wait(pid) != 0;
	}
	gate_close(&ready);
	is(missed, 0, "a signal for a group reaches the child one of it is just making");
}

int main(void)
{
	refuses_what_makes_no_sense();
	clone3_checks_its_argument();
	clone3_forks();
	lends_its_memory();
	vfork_then_exec();
	other_exit_signals();
	group_signals_reach_all();
	return done_testing();
}
