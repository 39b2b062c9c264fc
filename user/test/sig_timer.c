/*
 * Timers that send signals: setitimer, alarm and timer_create. Catches a timer that expires early,
 * not at all or after its process has replaced its program, one that a child inherits, and an
 * overrun that is not counted.
 */
#include "user/test/util.h"

#include <sys/time.h>

static volatile int hits, code, value, overrun;

static void count(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	if (hits++ == 0)
		overrun = info->si_overrun;
	code = info->si_code;
	value = info->si_value.sival_int;
}

static void watch(int sig)
{
	struct sigaction action = { .sa_sigaction = count, .sa_flags = SA_SIGINFO };

	sigaction(sig, &action, NULL);
	hits = 0;
}

static struct itimerval every(long first, long then)
{
	return (struct itimerval){ .it_value.tv_usec = first, .it_interval.tv_usec = then };
}

/* Sleep till the handler has run n times. */
static void await(int sig, int n)
{
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_BLOCK, &set, &old);
	while (hits < n)
		sigsuspend(&old);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static void real(void)
{
	struct itimerval t = every(20000, 0), now, invalid = every(1000000, 0);
	uint64_t start = now_ns();

	watch(SIGALRM);
	t.it_value.tv_sec = 100;
	is(setitimer(ITIMER_REAL, &t, NULL), 0, "ITIMER_REAL");
	getitimer(ITIMER_REAL, &now);
	ok(now.it_value.tv_sec > 0 && now.it_value.tv_sec <= 100, "it has its time to go");
	t.it_value.tv_sec = 0;
	start = now_ns();
	setitimer(ITIMER_REAL, &t, NULL);
	await(SIGALRM, 1);
	ok(now_ns() - start >= 20000000, "not early");
	is(code, SI_KERNEL, "SI_KERNEL");
	getitimer(ITIMER_REAL, &now);
	ok(now.it_value.tv_sec == 0 && now.it_value.tv_usec == 0, "once");
	t = every(1000, 2000);
	start = now_ns();
	hits = 0;
	setitimer(ITIMER_REAL, &t, NULL);
	await(SIGALRM, 5);
	ok(now_ns() - start >= 9000000, "again and again");
	t = every(0, 0);
	setitimer(ITIMER_REAL, &t, &now);
	is(now.it_interval.tv_usec, 2000, "the old one");
	fails_with(setitimer(ITIMER_REAL, &invalid, NULL), EINVAL);
	fails_with(sys(SYS_setitimer, 3, &t, NULL), EINVAL);
	fails_with(sys(SYS_getitimer, -1, &t), EINVAL);
	fails_with(sys(SYS_getitimer, 0, 8), EFAULT);
	is(alarm(100), 0, "alarm: there was none");
	is(alarm(0), 100, "a hundred seconds were left");
}

static int alarm_kills(void)
{
	struct itimerval t = every(5000, 0);

	signal(SIGALRM, SIG_DFL);
	setitimer(ITIMER_REAL, &t, NULL);
	while (hits >= 0)
		;
	return 1;
}

static int child_has_none(void)
{
	struct itimerval now;

	getitimer(ITIMER_REAL, &now);
	return now.it_value.tv_sec != 0;
}

static void by_run_time(void)
{
	static const struct { int which, sig; } timers[] = {
		{ ITIMER_VIRTUAL, SIGVTALRM }, { ITIMER_PROF, SIGPROF },
	};

	for (size_t i = 0; i < COUNT_OF(timers); i++) {
		struct itimerval t = every(20000, 20000), off = every(0, 0);
		struct timespec before, after;

		watch(timers[i].sig);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
		setitimer(timers[i].which, &t, NULL);
		while (hits < 2)
			;
		setitimer(timers[i].which, &off, &t);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
		/* Linux counts whole ticks for whoever runs at their end. */
		ok((after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec >=
		   (on_xv39() ? 30000000 : 1), "timer %d goes by run time", timers[i].which);
		ok(t.it_value.tv_usec > 0 && t.it_interval.tv_usec >= 20000 &&
		   t.it_interval.tv_usec < 30000, "and shows what is left");
	}
}

static struct itimerspec spec(long first, long then)
{
	return (struct itimerspec){ .it_value.tv_nsec = first, .it_interval.tv_nsec = then };
}

static void created(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 3 };
	struct itimerspec t = spec(10000000, 0), now;
	uint64_t start = now_ns();
	sigset_t set;
	timer_t timer;

	event.sigev_value.sival_int = 42;
	watch(SIGRTMIN + 3);
	is(timer_create(CLOCK_MONOTONIC, &event, &timer), 0, "timer_create");
	is(timer_settime(timer, 0, &t, NULL), 0, "timer_settime");
	await(SIGRTMIN + 3, 1);
	ok(now_ns() - start >= 10000000, "not early");
	ok(code == SI_TIMER && value == 42, "SI_TIMER, and the value");
	is(timer_getoverrun(timer), 0, "no overrun");
	t = spec(1000000, 1000000);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 3);
	sigprocmask(SIG_BLOCK, &set, NULL);
	hits = 0;
	timer_settime(timer, 0, &t, NULL);
	start = now_ns();
	while (now_ns() - start < 12000000)
		;
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	t = spec(0, 0);
	timer_settime(timer, 0, &t, &now);
	is(now.it_interval.tv_nsec, 1000000, "the old one");
	ok(hits >= 1 && hits < 5 && overrun >= 5, "one signal, the others are overruns");
	t = spec(1, 0);
	t.it_value.tv_sec = 0;
	hits = 0;
	timer_settime(timer, TIMER_ABSTIME, &t, NULL);
	await(SIGRTMIN + 3, 1);
	ok(true, "an absolute time that is over");
	is(timer_delete(timer), 0, "timer_delete");
	fails_with(sys(SYS_timer_delete, 77777), EINVAL);
	fails_with(sys(SYS_timer_settime, 77777, 0, &t, NULL), EINVAL);
	fails_with(sys(SYS_timer_gettime, 77777, &now), EINVAL);
	event.sigev_signo = 65;
	fails_with(sys(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer), EINVAL);
	fails_with(sys(SYS_timer_create, 9999, NULL, &timer), EINVAL);
}

int main(int argc, char **argv)
{
	struct itimerval t = { .it_value.tv_sec = 1000 };
	const char *args[] = { "look", NULL };
	char *env[] = { NULL };
	pid_t pid;

	if (argc > 1)
		return child_has_none() ? 0 : 1;
	real();
	dies_of(alarm_kills, SIGALRM);
	setitimer(ITIMER_REAL, &t, NULL);
	exits_with(child_has_none, 0);
	pid = tap_fork();
	if (pid == 0) {
		setitimer(ITIMER_REAL, &t, NULL);
		exec_self(argv[0], args, env);
		_exit(9);
	}
	is(tap_wait(pid), 0, "a timer goes on in the next program");
	t.it_value.tv_sec = 0;
	setitimer(ITIMER_REAL, &t, NULL);
	by_run_time();
	created();
	return done_testing();
}
