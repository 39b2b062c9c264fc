/*
 * Waiting for signals, and what a signal does to a call that waits for something else. Catches a mask
 * that is not put back, a signal lost between unblocking and sleeping, a call that begins anew when it
 * must end, and one that ends when it must go on.
 */
#include "user/test/util.h"

#include <poll.h>
#include <sched.h>

static volatile int hits;

static void count(int sig)
{
	(void)sig;
	hits++;
}

static void handle(int sig, int flags)
{
	struct sigaction action = { .sa_handler = count, .sa_flags = flags };

	sigaction(sig, &action, NULL);
	hits = 0;
}

static sigset_t only(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	return set;
}

static void suspend(void)
{
	sigset_t block = only(SIGUSR1), empty, now;
	int bad = 0;
	pid_t pid;

	handle(SIGUSR1, SA_RESTART);
	sigemptyset(&empty);
	sigprocmask(SIG_BLOCK, &block, NULL);
	raise(SIGUSR1);
	sigpending(&now);
	ok(sigismember(&now, SIGUSR1) == 1 && hits == 0, "pending");
	fails_with(sigsuspend(&empty), EINTR);
	sigprocmask(SIG_BLOCK, NULL, &now);
	ok(hits == 1 && sigismember(&now, SIGUSR1), "one handler has run, the mask is back");
	pid = tap_fork();
	if (pid == 0) {		/* answers each with one, and none is lost on the way */
		for (int i = 0; i < 300; i++) {
			sigsuspend(&empty);
			kill(getppid(), SIGUSR1);
		}
		_exit(hits == 301 ? 0 : 1);
	}
	hits = 0;
	for (int i = 0; i < 300; i++) {
		kill(pid, SIGUSR1);
		bad += sigsuspend(&empty) != -1 || hits != i + 1;
	}
	is(bad, 0, "300 times to and fro");
	is(tap_wait(pid), 0, "and none too few");
	fails_with(sys(SYS_rt_sigsuspend, &empty, 4), EINVAL);
	fails_with(sys(SYS_rt_sigsuspend, 8, 8), EFAULT);
	sigprocmask(SIG_UNBLOCK, &block, NULL);
}

static void timed(void)
{
	struct timespec none = { 0, 0 }, moment = { 0, 10000000 }, bad = { 0, 1000000000 };
	sigset_t set = only(SIGUSR2), old;
	uint64_t start = now_ns();
	siginfo_t info;

	handle(SIGUSR2, 0);
	sigprocmask(SIG_BLOCK, &set, &old);
	fails_with(sigtimedwait(&set, &info, &none), EAGAIN);
	fails_with(sigtimedwait(&set, &info, &moment), EAGAIN);
	ok(now_ns() - start >= 10000000, "not early");
	fails_with(sigtimedwait(&set, &info, &bad), EINVAL);
	fails_with(sys(SYS_rt_sigtimedwait, &set, &info, NULL, 4), EINVAL);
	raise(SIGUSR2);
	is(sigtimedwait(&set, &info, &none), SIGUSR2, "taken");
	ok(hits == 0 && info.si_signo == SIGUSR2 && info.si_pid == getpid(), "without a handler");
	signal(SIGUSR2, SIG_IGN);
	if (tap_fork() == 0) {
		sigset_t urgent = only(SIGURG);

		sigprocmask(SIG_BLOCK, &urgent, NULL);
		if (tap_fork() == 0) {
			kill(getppid(), SIGURG);
			_exit(0);
		}
		_exit(sigtimedwait(&urgent, NULL, NULL) == SIGURG ? 0 : 1);
	}
	is(tap_wait(-1), 0, "even one whose default is to be ignored");
	sigprocmask(SIG_SETMASK, &old, NULL);
}

/* ---- calls that a signal interrupts ---- */

static int fds[2];
static struct timespec limit;	/* of those that have one */

static long reads(void)
{
	char c;

	return read(fds[0], &c, 1);
}

static long polls(void)
{
	struct pollfd p = { .fd = fds[0], .events = POLLIN };
	struct timespec time = limit;

	return ppoll(&p, 1, &time, NULL);
}

static long sleeps(void)
{
	struct timespec left = { 0, 0 };
	long ret = sys(SYS_nanosleep, &limit, &left);

	return ret == -1 && (left.tv_sec > limit.tv_sec || !(left.tv_sec | left.tv_nsec)) ? -2 : ret;
}

static long waits_for_signal(void)
{
	sigset_t set = only(SIGUSR2);

	sigprocmask(SIG_BLOCK, &set, NULL);
	return sigtimedwait(&set, NULL, &limit);
}

static long waits_for_lock(void)
{
	static int word;

	return sys(SYS_futex, &word, 0, 0, &limit);
}

/* How a call ends that is interrupted by a handler: 0 - it did not, else errno. */
static int after_handler(long (*call)(void), int flags)
{
	struct gate ready;
	pid_t pid;

	gate_make(&ready);
	pid = tap_fork();
	if (pid == 0) {
		handle(SIGUSR1, flags);
		gate_open(&ready);
		_exit(call() == -1 ? errno : 0);
	}
	gate_wait(&ready);
	until_asleep(pid);
	kill(pid, SIGUSR1);
	if (call == reads && (flags & SA_RESTART))
		write(fds[1], "x", 1);
	gate_close(&ready);
	return WEXITSTATUS(tap_wait(pid));
}

/* The same by a stop and SIGCONT, without a handler. */
static int after_stop(long (*call)(void))
{
	struct gate ready;
	int status;
	pid_t pid;

	gate_make(&ready);
	pid = tap_fork();
	if (pid == 0) {
		gate_open(&ready);
		_exit(call() == -1 ? errno : 0);
	}
	gate_wait(&ready);
	until_asleep(pid);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	if (!WIFSTOPPED(status)) {	/* a busy machine: it was over before */
		gate_close(&ready);
		return after_stop(call);
	}
	kill(pid, SIGCONT);
	if (call == reads)
		write(fds[1], "x", 1);
	gate_close(&ready);
	return WEXITSTATUS(tap_wait(pid));
}

static void interrupted(void)
{
	if (pipe(fds) < 0)
		bail_out("pipe: errno %d", errno);
	limit = (struct timespec){ 100, 0 };
	is(after_handler(reads, SA_RESTART), 0, "read goes on with SA_RESTART");
	is(after_handler(reads, 0), EINTR, "and ends without");
	is(after_handler(polls, SA_RESTART), EINTR, "ppoll ends");
	is(after_handler(sleeps, SA_RESTART), EINTR, "nanosleep ends, and says what is left");
	is(after_handler(waits_for_lock, SA_RESTART), EINTR, "futex with a time limit ends");
	is(after_handler(waits_for_signal, SA_RESTART), EINTR, "sigtimedwait ends");
	limit = (struct timespec){ 0, 300000000 };
	is(after_stop(reads), 0, "read goes on after a stop");
	is(after_stop(polls), 0, "ppoll too");
	is(after_stop(sleeps), 0, "nanosleep too");
	is(after_stop(waits_for_lock), ETIMEDOUT, "futex too");
	is(after_stop(waits_for_signal), EINTR, "sigtimedwait does not");
}

/* ---- a group that nobody controls any more ---- */

static int hangups;

static void hangup(int sig)
{
	(void)sig;
	hangups++;
}

/* A leader in a session of its own, with a stopped child in another group; the leader ends. */
static void orphans(void)
{
	struct gate told;
	pid_t pid;
	int status;

	gate_make(&told);
	pid = tap_fork();
	if (pid == 0) {
		pid_t child;

		setsid();
		child = tap_fork();
		if (child == 0) {
			setpgid(0, 0);
			signal(SIGHUP, hangup);
			raise(SIGSTOP);
			if (hangups == 1) {
				raise(SIGTSTP);		/* is ignored */
				gate_open(&told);
			}
			_exit(0);
		}
		waitpid(child, &status, WUNTRACED);
		_exit(WIFSTOPPED(status) ? 0 : 1);
	}
	is(tap_wait(pid), 0, "a job is stopped, its shell ends");
	gate_wait(&told);
	ok(true, "it gets SIGHUP and SIGCONT, and is not stopped again");
	gate_close(&told);
}

int main(void)
{
	suspend();
	timed();
	interrupted();
	orphans();
	return done_testing();
}
