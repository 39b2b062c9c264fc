/*
 * What comes with a signal: who sent it and why, in order and once, or as often as it was sent.
 * Catches a siginfo of another signal or sender, a standard signal that is kept twice, a real-time
 * signal lost or out of order, and a limit that loses kill() with the rest.
 */
#include "user/test/util.h"

#include <setjmp.h>

static siginfo_t seen[8];
static volatile int hits;

static void note(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	if (hits < (int)COUNT_OF(seen))
		seen[hits] = *info;
	hits++;
}

static void watch(int sig, int flags)
{
	struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO | flags };

	sigfillset(&action.sa_mask);
	sigaction(sig, &action, NULL);
	hits = 0;
}

static void mask(int how, int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(how, &set, NULL);
}

static void senders(void)
{
	union sigval value = { .sival_ptr = (void *)0x123456789abcl };

	watch(SIGUSR1, 0);
	kill(getpid(), SIGUSR1);
	ok(hits == 1 && seen[0].si_signo == SIGUSR1 && seen[0].si_errno == 0, "si_signo");
	is(seen[0].si_code, SI_USER, "kill: SI_USER");
	is(seen[0].si_pid, getpid(), "si_pid");
	is(seen[0].si_uid, getuid(), "si_uid");
	watch(SIGUSR1, 0);
	sys(SYS_tgkill, getpid(), sys(SYS_gettid), SIGUSR1);
	ok(hits == 1 && seen[0].si_code == SI_TKILL && seen[0].si_pid == getpid(),
	   "tgkill: SI_TKILL");
	watch(SIGUSR2, 0);
	sigqueue(getpid(), SIGUSR2, value);
	is(seen[0].si_code, SI_QUEUE, "sigqueue: SI_QUEUE");
	ok(seen[0].si_pid == getpid() && seen[0].si_value.sival_ptr == value.sival_ptr,
	   "and its value");
}

static void by_child(void)
{
	pid_t pid;

	watch(SIGUSR1, 0);
	pid = tap_fork();
	if (pid == 0) {
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	tap_wait(pid);
	ok(hits == 1 && seen[0].si_pid == pid, "si_pid of another process");
}

static void once_or_often(void)
{
	int first = SIGRTMIN + 2;

	watch(SIGUSR1, 0);
	mask(SIG_BLOCK, SIGUSR1);
	kill(getpid(), SIGUSR1);
	sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 5 });
	mask(SIG_UNBLOCK, SIGUSR1);
	ok(hits == 1 && seen[0].si_code == SI_USER, "a standard signal is kept once: the first");
	watch(first, 0);
	watch(first + 1, 0);
	mask(SIG_BLOCK, first);
	mask(SIG_BLOCK, first + 1);
	sigqueue(getpid(), first + 1, (union sigval){ .sival_int = 100 });
	for (int i = 1; i <= 4; i++)
		sigqueue(getpid(), first, (union sigval){ .sival_int = i });
	sigqueue(getpid(), first + 1, (union sigval){ .sival_int = 101 });
	mask(SIG_UNBLOCK, first);
	is(hits, 4, "a real-time signal as often as it was sent");
	ok(seen[0].si_value.sival_int == 1 && seen[1].si_value.sival_int == 2 &&
	   seen[2].si_value.sival_int == 3 && seen[3].si_value.sival_int == 4, "in order");
	mask(SIG_UNBLOCK, first + 1);
	ok(hits == 6 && seen[4].si_value.sival_int == 100 && seen[5].si_value.sival_int == 101,
	   "each number for itself");
	hits = 0;
	mask(SIG_BLOCK, SIGRTMAX);
	kill(getpid(), SIGRTMAX);
	signal(SIGRTMAX, SIG_IGN);
	watch(SIGRTMAX, 0);
	mask(SIG_UNBLOCK, SIGRTMAX);
	is(hits, 0, "what is set to be ignored is no longer pending");
}

/* Lowest number first when several are let through at once; each handler blocks the others. */
static void by_number(void)
{
	sigset_t all, old;

	if (on_qemu_user()) {
		skip(1, "qemu-user has an order of its own");
		return;
	}
	watch(SIGTERM, 0);
	watch(SIGHUP, 0);
	watch(SIGUSR2, 0);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	kill(getpid(), SIGTERM);
	kill(getpid(), SIGUSR2);
	kill(getpid(), SIGHUP);
	sigprocmask(SIG_SETMASK, &old, NULL);
	ok(hits == 3 && seen[0].si_signo == SIGHUP && seen[1].si_signo == SIGUSR2 &&
	   seen[2].si_signo == SIGTERM, "three at once, by number");
}

static void limit(void)
{
	struct sigaction old;
	long n = 0;

	if (!on_xv39()) {
		skip(4, "the limit is another");
		return;
	}
	mask(SIG_BLOCK, SIGRTMAX);
	sigaction(SIGRTMAX, NULL, &old);
	while (n < 100000 && sigqueue(getpid(), SIGRTMAX, (union sigval){ .sival_int = 1 }) == 0)
		n++;
	ok(n > 1000 && errno == EAGAIN, "a limit: EAGAIN");
	is(kill(getpid(), SIGRTMAX), 0, "kill comes through");
	watch(SIGUSR1, 0);
	kill(getpid(), SIGUSR1);
	ok(hits == 1 && seen[0].si_pid == getpid(), "a standard signal with all it carries");
	signal(SIGRTMAX, SIG_IGN);
	watch(SIGRTMAX, 0);
	is(sigqueue(getpid(), SIGRTMAX, (union sigval){ .sival_int = 1 }), 0,
	   "there is room again");
	mask(SIG_UNBLOCK, SIGRTMAX);
	sigaction(SIGRTMAX, &old, NULL);
}

/* ---- children ---- */

static siginfo_t *news_of(pid_t pid)
{
	sigset_t set;
	static siginfo_t info;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	memset(&info, 0, sizeof(info));
	while (sigwaitinfo(&set, &info) < 0 && errno == EINTR)
		;
	if (info.si_pid != pid)
		diag("  si_pid %d, expected %d", info.si_pid, pid);
	return &info;
}

static bool told(siginfo_t *info, int code, int status)
{
	bool same = info->si_signo == SIGCHLD && info->si_code == code && info->si_status == status;

	if (!same)
		diag("  si_signo %d si_code %d si_status %d", info->si_signo, info->si_code,
		     info->si_status);
	return same;
}

static void children(void)
{
	pid_t pid;

	signal(SIGTERM, SIG_DFL);
	mask(SIG_BLOCK, SIGCHLD);
	signal(SIGCHLD, SIG_DFL);
	pid = tap_fork();
	if (pid == 0)
		_exit(7);
	ok(told(news_of(pid), CLD_EXITED, 7), "SIGCHLD: CLD_EXITED, its status");
	tap_wait(pid);
	pid = tap_fork();
	if (pid == 0) {
		raise(SIGSTOP);
		for (;;)
			pause();
	}
	ok(told(news_of(pid), CLD_STOPPED, SIGSTOP), "CLD_STOPPED");
	kill(pid, SIGCONT);
	ok(told(news_of(pid), CLD_CONTINUED, SIGCONT), "CLD_CONTINUED");
	kill(pid, SIGTERM);
	ok(told(news_of(pid), CLD_KILLED, SIGTERM), "CLD_KILLED");
	tap_wait(pid);
	mask(SIG_UNBLOCK, SIGCHLD);
}

/* ---- faults ---- */

static sigjmp_buf out;
static siginfo_t fault;

static void leave(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	fault = *info;
	siglongjmp(out, 1);
}

static bool fault_is(int (*access)(void *), void *p, int sig, int code)
{
	struct sigaction action = { .sa_sigaction = leave, .sa_flags = SA_SIGINFO };

	sigaction(sig, &action, NULL);
	memset(&fault, 0, sizeof(fault));
	if (sigsetjmp(out, 1) == 0)
		access(p);
	signal(sig, SIG_DFL);
	if (fault.si_signo == sig && fault.si_code == code && fault.si_addr == p)
		return true;
	diag("  si_signo %d si_code %d si_addr %p", fault.si_signo, fault.si_code, fault.si_addr);
	return false;
}

static void faults(void)
{
	char *p = map_anon(2 * PAGE, PROT_READ);
	int fd;

	munmap(p + PAGE, PAGE);
	ok(fault_is(store_byte, p + 5, SIGSEGV, SEGV_ACCERR), "SEGV_ACCERR");
	ok(fault_is(load_byte, p + PAGE + 6, SIGSEGV, SEGV_MAPERR), "SEGV_MAPERR");
	ok(fault_is(call_code, p, SIGSEGV, SEGV_ACCERR), "jump to data");
	scratch_enter();
	fd = make_file("short", "x", 1);
	p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	ok(fault_is(load_byte, p + PAGE, SIGBUS, BUS_ADRERR), "beyond the end of a file");
	close(fd);
#ifdef __riscv
	p = map_anon(PAGE, RW);
	*(uint32_t *)p = 0;		/* an instruction that is defined to be illegal */
	*(uint16_t *)(p + 64) = 0x9002;	/* c.ebreak */
	mprotect(p, PAGE, RX);
	sys(SYS_riscv_flush_icache, p, p + PAGE, 0);
	ok(fault_is(call_code, p, SIGILL, ILL_ILLOPC), "ILL_ILLOPC");
	ok(fault_is(call_code, p + 64, SIGTRAP, TRAP_BRKPT), "TRAP_BRKPT");
#else
	skip(2, "these are RISC-V's instructions");
#endif
}

/* ---- errors ---- */

static void errors(void)
{
	siginfo_t info = { .si_code = SI_QUEUE };
	pid_t pid = tap_fork();

	if (pid == 0)
		for (;;)
			pause();
	fails_with(sys(SYS_rt_sigqueueinfo, pid, SIGUSR1, 8), EFAULT);
	fails_with(sys(SYS_rt_sigqueueinfo, pid, 65, &info), EINVAL);
	fails_with(sys(SYS_rt_sigqueueinfo, 99999999, SIGUSR1, &info), ESRCH);
	info.si_code = SI_USER;
	fails_with(sys(SYS_rt_sigqueueinfo, pid, SIGUSR1, &info), EPERM);
	info.si_code = SI_TKILL;
	fails_with(sys(SYS_rt_sigqueueinfo, pid, SIGUSR1, &info), EPERM);
	fails_with(sys(SYS_tkill, 0, SIGUSR1), EINVAL);
	fails_with(sys(SYS_tkill, 99999999, SIGUSR1), ESRCH);
	fails_with(sys(SYS_tgkill, pid, -1, SIGUSR1), EINVAL);
	fails_with(sys(SYS_tgkill, getpid(), pid, SIGUSR1), ESRCH);
	fails_with(sys(SYS_tgkill, pid, pid, 65), EINVAL);
	is(sys(SYS_tgkill, pid, pid, 0), 0, "signal 0 of tgkill");
	kill(pid, SIGKILL);
	tap_wait(pid);
}

int main(void)
{
	senders();
	by_child();
	once_or_often();
	by_number();
	limit();
	children();
	faults();
	errors();
	return done_testing();
}
