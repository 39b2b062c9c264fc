/*
 * process.c - rows about processes: calls, fork, exec, copy-on-write, signals, threads.
 */
#include "user/bench/bench.h"

#define RESIDENT	(16 * MiB)
#define ROUNDS		1000

static uint64_t null_syscall(void)
{
	uint64_t began = now();

	for (int i = 0; i < 10 * ROUNDS; i++)
		sys(getppid);
	return per_operation(began, now(), 10 * ROUNDS);
}

static uint64_t forks(int count)
{
	uint64_t began = 0;

	for (int i = -1; i < count; i++) {	/* the first is to warm up */
		long pid;

		if (i == 0)
			began = now();
		pid = bench_fork();
		if (pid == 0)
			bench_exit(0);
		bench_wait(pid);
	}
	return per_operation(began, now(), count);
}

static uint64_t fork_small(void)
{
	return forks(200);
}

static uint64_t fork_16M(void)
{
	char *p = bench_map(RESIDENT);

	bench_write(p, RESIDENT, PAGE);
	return forks(10);
}

static uint64_t fork_64G(void)
{
	char *p = bench_map(64 * GiB);

	bench_write(p, 64 * GiB, 4 * GiB);
	return forks(20);
}

/* Copy-on-write: the child copies what the parent keeps; then the parent, alone again, takes over. */
static uint64_t cow(bool last_owner)
{
	char *p = bench_map(RESIDENT);
	uint64_t *result = bench_map_shared(PAGE);
	uint64_t began;
	long pid;

	bench_write(p, RESIDENT, PAGE);
	*result = 0;
	pid = bench_fork();
	if (pid == 0) {
		began = now();
		if (!last_owner)
			bench_write(p, RESIDENT, PAGE);
		*result = per_operation(began, now(), RESIDENT / PAGE);
		bench_exit(0);
	}
	bench_wait(pid);
	if (!last_owner)
		return *result;
	began = now();
	bench_write(p, RESIDENT, PAGE);
	return per_operation(began, now(), RESIDENT / PAGE);
}

static uint64_t cow_break(void)
{
	return cow(false);
}

static uint64_t cow_last_owner(void)
{
	return cow(true);
}

static uint64_t fork_exec(const char *path, int count)
{
	const char *argv[] = { path, "-x", NULL };
	const char *envp[] = { NULL };
	uint64_t began = 0;

	for (int i = -1; i < count; i++) {
		long pid;

		if (i == 0)
			began = now();
		pid = bench_fork();
		if (pid == 0) {
			must(execve, path, argv, envp);
			bench_exit(1);
		}
		bench_wait(pid);
	}
	return per_operation(began, now(), count);
}

static uint64_t fork_exec_wait(void)
{
	return fork_exec(bench_path, 50);
}

/* A large program: the one that -e named. */
static uint64_t exec_glibc(void)
{
	if (!exec_path)
		bench_skip("no -e PROGRAM was given");
	return fork_exec(exec_path, 20);
}

/* ---- signals ---- */

static char *guarded;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)info, (void)context;
	must(mprotect, guarded, PAGE, RW);
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)info, (void)context;
}

static void set_handler(int sig, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = { .sa_flags = SA_SIGINFO };

	action.sa_sigaction = handler;
	must(rt_sigaction, sig, &action, 0, sizeof(sigset_t));
}

static uint64_t prot_trap_unprot(void)
{
	uint64_t began;

	guarded = bench_map(PAGE);
	*guarded = 1;
	set_handler(SIGSEGV, on_fault);
	began = now();
	for (int i = 0; i < ROUNDS; i++) {
		must(mprotect, guarded, PAGE, PROT_READ);
		*(volatile char *)guarded = 2;
	}
	return per_operation(began, now(), ROUNDS);
}

static uint64_t signal_install(void)
{
	uint64_t began = now();

	for (int i = 0; i < ROUNDS; i++)
		set_handler(SIGUSR1, on_signal);
	return per_operation(began, now(), ROUNDS);
}

static uint64_t signal_delivery(void)
{
	long self = must(getpid);
	uint64_t began;

	set_handler(SIGUSR1, on_signal);
	began = now();
	for (int i = 0; i < ROUNDS; i++)
		must(kill, self, SIGUSR1);
	return per_operation(began, now(), ROUNDS);
}

/* ---- threads ---- */

#define STACK		(16 * KiB)
#define THREAD		(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
			 CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

static void wait_while(int *word, int value)
{
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == value)
		sys(futex, word, FUTEX_WAIT, value, 0);
}

static void start_thread(char *stack, int *tid, void (*entry)(void *), void *arg)
{
	bench_check(bench_clone(THREAD, stack + STACK, tid, entry, arg), "clone");
}

static void join(int *tid)
{
	int value;

	while ((value = __atomic_load_n(tid, __ATOMIC_ACQUIRE)) != 0)
		wait_while(tid, value);
}

void bench_start(struct bench_thread *thread, void (*entry)(void *), void *arg)
{
	thread->stack = bench_map(STACK);
	thread->tid = -1;
	start_thread(thread->stack, &thread->tid, entry, arg);
}

void bench_join(struct bench_thread *thread)
{
	join(&thread->tid);
	bench_unmap(thread->stack, STACK);
}

static void do_nothing(void *arg)
{
	(void)arg;
}

static uint64_t thread_create_join(void)
{
	char *stack = bench_map(STACK);
	uint64_t began = now();

	for (int i = 0; i < 200; i++) {
		int tid = -1;

		start_thread(stack, &tid, do_nothing, NULL);
		join(&tid);
	}
	return per_operation(began, now(), 200);
}

static void pass_on(int *word, int value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
	must(futex, word, FUTEX_WAKE, 1);
}

static void answer(void *arg)
{
	int *word = arg;

	for (int i = 0; i < ROUNDS; i++) {
		wait_while(word, 0);
		pass_on(word, 0);
	}
}

static uint64_t futex_pingpong(void)
{
	char *stack = bench_map(STACK);
	uint64_t began = now();
	int word = 0, tid = -1;

	start_thread(stack, &tid, answer, &word);
	for (int i = 0; i < ROUNDS; i++) {
		pass_on(&word, 1);
		wait_while(&word, 1);
	}
	join(&tid);
	return per_operation(began, now(), ROUNDS);
}

const struct row process_rows[] = {
	{ "null_syscall", null_syscall },
	{ "fork_exit_wait_small", fork_small },
	{ "fork_exit_wait_16M_resident", fork_16M },
	{ "fork_64G_sparse_16_pages", fork_64G },
	{ "cow_break_per_page", cow_break },
	{ "cow_last_owner_per_page", cow_last_owner },
	{ "fork_exec_wait", fork_exec_wait },
	{ "exec_static_glibc", exec_glibc },
	{ "prot_trap_unprot", prot_trap_unprot },
	{ "signal_install", signal_install },
	{ "signal_delivery", signal_delivery },
	{ "thread_create_join", thread_create_join },
	{ "futex_pingpong_round_trip", futex_pingpong },
	{ NULL, NULL },
};
