/*
 * The end of a program: what atexit registered runs backwards, destructors,
 * then the streams are flushed.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

static void (*handlers[32])(void);	/* POSIX asks for 32 */
static size_t handler_count;

extern void (*__fini_array_start[])(void);
extern void (*__fini_array_end[])(void);

/* Only there when the program uses streams. */
__attribute__((weak))
void __stdio_exit(void);

int atexit(void (*fn)(void))
{
	if (handler_count == sizeof(handlers) / sizeof(handlers[0])) {
		errno = ENOMEM;
		return -1;
	}
	handlers[handler_count++] = fn;
	return 0;
}

void exit(int status)
{
	size_t n = (size_t)(__fini_array_end - __fini_array_start);

	while (handler_count)
		handlers[--handler_count]();
	while (n)
		__fini_array_start[--n]();
	if (__stdio_exit)
		__stdio_exit();
	_exit(status);
}

/* Dies of SIGABRT, even if that is blocked or has a handler that returns. */
void abort(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGABRT);
	raise(SIGABRT);
	signal(SIGABRT, SIG_DFL);
	raise(SIGABRT);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	_exit(128 + SIGABRT);
}
