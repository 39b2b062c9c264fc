/*
 * fuzz_target.c - the same series of calls for libFuzzer, which looks for bytes that reach new code.
 * It has no main: clang -fsanitize=fuzzer brings one.
 */
#include "mm/test/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void print_calls(void)
{
	fprintf(stderr, "%lu operations and %lu pages compared\n", world.calls, world.pages);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static bool begun;

	if (!begun)
		atexit(print_calls);
	begun = true;
	fuzz_run(bytes, size);
	return 0;
}
