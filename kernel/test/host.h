/*
 * host.h - TAP for the parts of the kernel that also run on the machine that builds it.
 */
#pragma once

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int host_count, host_failed;

/* ok(condition, "what is true"); => the condition */
#define ok(condition, ...) host_ok((condition), #condition, __FILE__, __LINE__, __VA_ARGS__)
#define is(got, want, ...) host_is((got), (want), #got, __FILE__, __LINE__, __VA_ARGS__)
#define is_text(got, want, ...) host_is_text((got), (want), __FILE__, __LINE__, __VA_ARGS__)

static inline void host_line(int good, const char *what)
{
	host_failed += !good;
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++host_count, what);
}

static inline int host_ok(int good, const char *text, const char *file, int line, const char *what)
{
	host_line(good, what);
	if (!good)
		printf("# %s:%d: %s\n", file, line, text);
	return good;
}

static inline int host_is(uint64_t got, uint64_t want, const char *text, const char *file,
			  int line, const char *what)
{
	host_line(got == want, what);
	if (got != want)
		printf("# %s:%d: %s is %#" PRIx64 ", should be %#" PRIx64 "\n", file, line, text,
		       got, want);
	return got == want;
}

static inline int host_is_text(const char *got, const char *want, const char *file, int line,
			       const char *what)
{
	int good = got && want ? !strcmp(got, want) : got == want;

	host_line(good, what);
	if (!good)
		printf("# %s:%d: is \"%s\", should be \"%s\"\n", file, line, got ? got : "NULL",
		       want ? want : "NULL");
	return good;
}

static inline int host_done(void)
{
	printf("1..%d\n", host_count);
	return host_failed != 0;
}
