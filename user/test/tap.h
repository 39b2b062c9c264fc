/*
 * TAP 13 for test programs: count checks, print one line for each, and fork children that fail
 * by their wait status. Header only, and the same on Linux and on xv39.
 *
 * Every line leaves in one write(2), past stdio, so a forked child never repeats its parent's
 * buffer and nothing is lost when the program is killed. Checks made in a child started by
 * child_status() print nothing when they pass; one that fails prints a "#" line and makes the
 * child exit with TAP_CHILD_FAILED.
 */
#ifndef USER_TEST_TAP_H
#define USER_TEST_TAP_H

/* Must precede every system header: a test includes this one (or util.h) first. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define TAP_CHILD_FAILED 99

static int tap_count, tap_failed, tap_planned;
static bool tap_in_child;

__attribute__((format(printf, 2, 0), unused))
static void tap_vline(const char *head, const char *fmt, va_list ap)
{
	char line[320];
	size_t n, room = sizeof(line) - 1;
	int m = snprintf(line, room, "%s", head);

	n = m < 0 ? 0 : (size_t)m;
	if (n < room)
		m = vsnprintf(line + n, room - n, fmt, ap);
	n = n + (size_t)m < room ? n + (size_t)m : room - 1;
	line[n++] = '\n';
	for (size_t done = 0; done < n;) {
		ssize_t w = write(STDOUT_FILENO, line + done, n - done);

		if (w <= 0)
			break;
		done += (size_t)w;
	}
}

/* A comment: a line for the reader of the log, not a check. */
__attribute__((format(printf, 1, 2), unused))
static void diag(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_vline("# ", fmt, ap);
	va_end(ap);
}

static void tap_start(void)
{
	static bool started;

	if (!started && !tap_in_child && write(STDOUT_FILENO, "TAP version 13\n", 15) != 15)
		_exit(1);
	started = true;
}

/* How many checks will follow; without it done_testing() prints the count at the end. */
__attribute__((unused))
static void plan(int n)
{
	char head[32];

	tap_start();
	tap_planned = n;
	snprintf(head, sizeof(head), "1..%d\n", n);
	if (write(STDOUT_FILENO, head, strlen(head)) < 0)
		_exit(1);
}

__attribute__((format(printf, 4, 5), unused))
static bool tap_check(bool pass, const char *file, int line, const char *fmt, ...)
{
	char head[32];
	va_list ap;

	tap_start();
	tap_count++;
	tap_failed += !pass;
	snprintf(head, sizeof(head), "%s %d %s", pass ? "ok" : "not ok", tap_count,
		 fmt[0] == '#' ? "" : "- ");
	va_start(ap, fmt);
	if (!tap_in_child)
		tap_vline(head, fmt, ap);
	else if (!pass)
		tap_vline("# in a child, not ok: ", fmt, ap);
	va_end(ap);
	if (!pass)
		diag("  failed at %s:%d", file, line);
	return pass;
}

/* One check. Its value is that of cond. */
#define ok(cond, ...) tap_check(!!(cond), __FILE__, __LINE__, __VA_ARGS__)

/* Equality of two integers; a failure prints both. */
#define is(got, want, ...) ({						\
	long got_ = (long)(got), want_ = (long)(want);			\
	bool same_ = ok(got_ == want_, __VA_ARGS__);			\
	if (!same_)							\
		diag("  got %ld (0x%lx), expected %ld (0x%lx)",		\
		     got_, got_, want_, want_);				\
	same_; })

/* The call must return -1 (MAP_FAILED is that too) and set errno to err. The texts are taken where
 * the names still stand as written: other headers have other numbers for them. */
#define fails_with(expr, err) fails_with_as(expr, err, #expr, #err)
#define fails_with_as(expr, err, expr_text, err_text) ({		\
	errno = 0;							\
	long ret_ = (long)(expr);					\
	int errno_ = errno;						\
	bool same_ = ok(ret_ == -1 && errno_ == (err),			\
			"%s -> %s", expr_text, err_text);	\
	if (!same_)							\
		diag("  returned %ld (0x%lx), errno %d, expected %d",	\
		     ret_, ret_, errno_, (err));			\
	same_; })

/* The call must not return -1; its value is the result. */
#define works(expr) ({							\
	errno = 0;							\
	long ret_ = (long)(expr);					\
	int errno_ = errno;						\
	if (!ok(ret_ != -1, "%s", #expr))				\
		diag("  errno %d", errno_);				\
	ret_; })

/* n checks that cannot be made here, and why. */
__attribute__((unused))
static void skip(int n, const char *why)
{
	while (n-- > 0)
		tap_check(true, "", 0, "# SKIP %s", why);
}

/* End of the program: return done_testing(); from main. */
__attribute__((unused))
static int done_testing(void)
{
	if (!tap_planned) {
		plan(tap_count);
	} else if (tap_planned != tap_count) {
		diag("planned %d checks, made %d", tap_planned, tap_count);
		return 1;
	}
	if (tap_failed)
		diag("%d of %d checks failed", tap_failed, tap_count);
	return tap_failed ? 1 : 0;
}

/* Nothing here can run on this system. */
__attribute__((unused, noreturn))
static void skip_all(const char *why)
{
	tap_start();
	tap_planned = 0;
	if (write(STDOUT_FILENO, "1..0 # SKIP ", 12) == 12 &&
	    write(STDOUT_FILENO, why, strlen(why)) >= 0 &&
	    write(STDOUT_FILENO, "\n", 1) == 1)
		exit(0);
	exit(1);
}

__attribute__((unused, noreturn, format(printf, 1, 2)))
static void bail_out(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_vline("Bail out! ", fmt, ap);
	va_end(ap);
	_exit(1);
}

/* fork() whose child no longer prints numbered lines; a test that cannot fork cannot go on. */
__attribute__((unused))
static pid_t tap_fork(void)
{
	pid_t pid = fork();

	if (pid < 0)
		bail_out("fork: errno %d", errno);
	if (pid == 0) {
		tap_in_child = true;
		tap_failed = 0;
	}
	return pid;
}

/* The exit status of a child whose work returned ret. */
__attribute__((unused, noreturn))
static void tap_child_exit(int ret)
{
	_exit(tap_failed ? TAP_CHILD_FAILED : ret);
}

__attribute__((unused))
static int tap_wait(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* The wait status of a child that runs fn and exits with its value. */
__attribute__((unused))
static int child_status(int (*fn)(void))
{
	pid_t pid = tap_fork();

	if (pid == 0)
		tap_child_exit(fn());
	return tap_wait(pid);
}

/* The same for a function that wants to be told something. */
__attribute__((unused))
static int child_status_arg(int (*fn)(void *), void *arg)
{
	pid_t pid = tap_fork();

	if (pid == 0)
		tap_child_exit(fn(arg));
	return tap_wait(pid);
}

__attribute__((unused))
static bool tap_died(int status, int sig)
{
	bool died = WIFSIGNALED(status) && WTERMSIG(status) == sig;

	if (!died)
		diag("  wait status 0x%x, expected death by signal %d", status, sig);
	return died;
}

/* A child that runs fn is killed by sig; and: it exits with the value given. */
#define dies_of(fn, sig) ok(tap_died(child_status(fn), (sig)), "%s dies of %s", #fn, #sig)
#define exits_with(fn, code) is(child_status(fn), (code) << 8, "%s exits with %s", #fn, #code)

#endif
