/*
 * warn and err: "prog: what: why"; the forms with x leave out why.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void begin(void)
{
	const char *slash = strrchr(program_invocation_name, '/');

	fprintf(stderr, "%s: ", slash ? slash + 1 : program_invocation_name);
}

void vwarnx(const char *fmt, va_list ap)
{
	begin();
	vfprintf(stderr, fmt, ap);
	fputs("\n", stderr);
}

void vwarn(const char *fmt, va_list ap)
{
	const char *why = strerror(errno);

	begin();
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, ": %s\n", why);
}

void warnx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vwarnx(fmt, ap);
	va_end(ap);
}

void warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vwarn(fmt, ap);
	va_end(ap);
}

void errx(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vwarnx(fmt, ap);
	va_end(ap);
	exit(status);
}

void err(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vwarn(fmt, ap);
	va_end(ap);
	exit(status);
}
