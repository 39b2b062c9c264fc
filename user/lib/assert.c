/*
 * What a failed assert says.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void __assert_fail(const char *claim, const char *file, unsigned line, const char *func)
{
	fprintf(stderr, "%s: %s:%u: %s: Assertion `%s' failed.\n",
		program_invocation_name, file, line, func, claim);
	abort();
}
