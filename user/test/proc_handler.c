/*
 * Signal handlers: arguments, mask, nesting, the interrupted registers, faults that are mended,
 * the alternate stack, restarted and interrupted calls, and floating-point registers that belong
 * to one process. Catches a register not saved, and one left for the next process to read.
 */
#include "user/test/util.h"

#include <sched.h>
#include <sys/mman.h>

static volatile sig_atomic_t hits, seen_signal, order[8];
static void *volatile fault_address;
static volatile char *page;

static void count(int sig)
{
	hits++;
	seen_signal = sig;
}

static void handle(int sig, void (*fn)(int), int flags)
{
	struct sigaction action = { .sa_handler = fn, .sa_flags = flags };

	sigaction(sig, &action, NULL);
}

static void basics(void)
{
	sigset_t set;

	hits = 0;
	handle(SIGUSR1, count, 0);
	raise(SIGUSR1);
	ok(hits == 1 && seen_signal == SIGUSR1, "a handler runs");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	raise(SIGUSR1);
	is(hits, 1, "not while it is blocked");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	is(hits, 2, "once when it no longer is");
	handle(SIGUSR1, count, SA_RESETHAND);
	raise(SIGUSR1);
	is(hits, 3, "SA_RESETHAND");
	handle(SIGUSR1, SIG_IGN, 0);
	raise(SIGUSR1);
	is(hits, 3, "ignored");
}

static void nest_outer(int sig)
{
	(void)sig;
	order[hits++] = 1;
	raise(SIGUSR2);
	order[hits++] = 2;
}

static void nest_inner(int sig)
{
	(void)sig;
	order[hits++] = 3;
}

static void nesting(void)
{
	hits = 0;
	handle(SIGUSR1, nest_outer, 0);
	handle(SIGUSR2, nest_inner, 0);
	raise(SIGUSR1);
	ok(hits == 3 && order[0] == 1 && order[1] == 3 && order[2] == 2, "one handler in another");
}

static void mend(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	fault_address = info->si_addr;
	hits++;
	mprotect((void *)page, PAGE, RW);
}

static void mended_fault(void)
{
	struct sigaction action = { .sa_sigaction = mend, .sa_flags = SA_SIGINFO };

	page = mmap(NULL, PAGE, PROT_NONE, ANON, -1, 0);
	sigaction(SIGSEGV, &action, NULL);
	hits = 0;
	page[100] = 'x';
	ok(hits == 1 && page[100] == 'x', "a handler mends a fault, and the store is done");
	ok(fault_address == page + 100, "si_addr");
	handle(SIGSEGV, SIG_DFL, 0);
}

static char *volatile handler_frame;

static void where(int sig)
{
	(void)sig;
	handler_frame = __builtin_frame_address(0);
}

static int on_alternate_stack(void)
{
	static char stack[32768];
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof(stack) };

	sigaltstack(&alt, NULL);
	handle(SIGUSR1, where, SA_ONSTACK);
	raise(SIGUSR1);
	if (handler_frame < stack || handler_frame >= stack + sizeof(stack))
		return 1;
	handler_frame = NULL;
	if (tap_fork() == 0) {	/* a child has it too */
		raise(SIGUSR1);
		_exit(handler_frame < stack || handler_frame >= stack + sizeof(stack));
	}
	return tap_wait(-1) != 0;
}

/* A child signals us while we wait for its byte in read(). */
static void interrupted_read(int flags, int expected, const char *what)
{
	int p[2];
	char c = 0;
	ssize_t n;

	if (pipe(p) < 0)
		bail_out("pipe: errno %d", errno);
	handle(SIGUSR1, count, flags);
	hits = 0;
	if (tap_fork() == 0) {
		for (int i = 0; i < 300; i++)	/* until the parent sleeps in read, most likely */
			sched_yield();
		kill(getppid(), SIGUSR1);
		for (int i = 0; i < 300; i++)
			sched_yield();
		if (write(p[1], "x", 1) != 1)
			_exit(1);
		_exit(0);
	}
	while (hits == 0 || c == 0) {
		n = read(p[0], &c, 1);
		if (n < 0 && errno == EINTR && expected < 0)
			expected = 0;
		else if (n < 0)
			break;
	}
	ok(c == 'x' && hits == 1 && expected >= 0, "%s", what);
	tap_wait(-1);
	close(p[0]);
	close(p[1]);
}

#ifdef __riscv
static void yields(int sig)
{
	(void)sig;
	sched_yield();
}

/* Has used no floating-point register before: the first use, then a handler, then others run. */
static int leaves_a_secret(void)
{
	handle(SIGUSR1, yields, 0);
	__asm__ volatile("fmv.d.x fs5, %0; fmv.d.x ft9, %0" : : "r"(0x5ec2e7deadbeeful));
	raise(SIGUSR1);
	sched_yield();
	return 0;
}

static int looks_for_secrets(void)
{
	for (int i = 0; i < 3000; i++) {
		uint64_t x, y;

		__asm__ volatile("fmv.x.d %0, fs5; fmv.x.d %1, ft9" : "=r"(x), "=r"(y));
		if (x == 0x5ec2e7deadbeeful || y == 0x5ec2e7deadbeeful)
			return 1;
		sched_yield();
	}
	return 0;
}

static pid_t start(const char *self, const char *what)
{
	const char *args[] = { what, NULL };
	char *env[] = { NULL };
	pid_t pid = tap_fork();

	if (pid == 0) {
		exec_self(self, args, env);
		_exit(9);
	}
	return pid;
}

static void registers_are_private(const char *self)
{
	pid_t looker = start(self, "look");
	int bad = 0;

	for (int i = 0; i < 30; i++)
		bad += tap_wait(start(self, "secret")) != 0;
	is(bad, 0, "programs that use floating point");
	is(tap_wait(looker), 0, "another sees nothing of it");
}
#endif

int main(int argc, char **argv)
{
#ifdef __riscv
	if (argc > 1)
		return strcmp(argv[1], "look") == 0 ? looks_for_secrets() : leaves_a_secret();
#endif
	(void)argc;
	(void)argv;
	basics();
	nesting();
	mended_fault();
	is(child_status(on_alternate_stack), 0, "the alternate stack, in a child as well");
	interrupted_read(SA_RESTART, 1, "SA_RESTART: read goes on");
#ifdef __riscv
	registers_are_private(argv[0]);
#else
	skip(2, "these are RISC-V's registers");
#endif
	return done_testing();
}
