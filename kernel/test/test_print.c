/*
 * test_print.c - the kernel's printf formats against the C library's.
 *
 *	gcc -std=gnu11 -O1 -g -I. -fsanitize=address,undefined kernel/test/test_print.c -o test_print
 */
#include <limits.h>
#include <stdlib.h>

#include "kernel/test/host.h"

#define vsnprintf kernel_vsnprintf
#define snprintf  kernel_snprintf
#include "kernel/format.c"
#undef vsnprintf
#undef snprintf

#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-extra-args"

#define SIZE 400

/* Both with the same arguments: same text, same length? */
#define same(what, fmt, ...) do {							\
	char ours[SIZE], theirs[SIZE];							\
	int n = kernel_snprintf(ours, SIZE, fmt, __VA_ARGS__);				\
	int m = snprintf(theirs, SIZE, fmt, __VA_ARGS__);				\
											\
	is_text(ours, theirs, what);							\
	is(n, m, what ": the length");							\
} while (0)

static void test_plain(void)
{
	same("an int", "%d %i", INT_MIN, INT_MAX);
	same("%x of a negative int has 8 digits", "%x", -1);
	same("%lx of a negative long has 16", "%lx", -1l);
	same("longs", "%ld %lu %lx %lo", LONG_MIN, ULONG_MAX, ULONG_MAX, ULONG_MAX);
	same("sizes", "%zu %zd %lld %llu", (size_t)-1, (ssize_t)-1, LLONG_MIN, ULLONG_MAX);
	same("a field", "[%5d][%-5d][%05d]", 42, 42, 42);
	same("negative ones", "[%5d][%-5d][%05d]", -42, -42, -42);
	same("an address", "%016lx %#lx %p", 0xffffffff80200000ul, 0x10ul, (void *)0x1234);
	same("strings", "[%s][%8s][%-8s][%.2s][%8.2s][%.*s]", "abc", "abc", "abc", "abc", "abc", 1,
	     "xyz");
	same("letters and percent", "%c%3c%-3c|%%", 'a', 'b', 'c');
	same("a star that is negative means left", "[%*d]", -6, 42);
	same("a negative precision means none", "[%.*d]", -1, 42);
	same("nothing of zero with precision zero", "[%.0d][%.0x][%#.0o][%5.0d]", 0, 0, 0, 0);
	same("alternate forms", "%#x %#o %#x %#o", 255, 8, 0, 0);
	same("a wide field", "[%300d]", 1);
}

/* Every combination of flags, width and precision that there is. */
static void test_combinations(void)
{
	static const char *const widths[] = {"", "1", "9", "25"};
	static const char *const precisions[] = {"", ".", ".0", ".1", ".7", ".30"};
	static const char *const lengths[] = {"", "l", "ll", "z"};
	static const char letters[] = "diuxo";
	static const long values[] = {0, 1, -1, 7, 8, 255, 4096, INT_MIN, INT_MAX, LONG_MIN,
				      LONG_MAX};
	char fmt[40], ours[SIZE], theirs[SIZE], wrong[120] = "";
	unsigned tried = 0;

	for (unsigned i = 0; i < 8 * 4 * 6 * 4 * 5 * 11; i++) {
		unsigned n = i, flags = n % 8;
		const char *width = widths[(n /= 8) % 4], *precision = precisions[(n /= 4) % 6];
		const char *length = lengths[(n /= 6) % 4];
		char letter = letters[(n /= 4) % 5];
		long value = values[n / 5];

		if ((flags & 4) && strchr("diu", letter))
			continue;	/* # says nothing about these */
		snprintf(fmt, sizeof(fmt), "[%%%s%s%s%s%s%s%c]", flags & 1 ? "-" : "",
			 flags & 2 ? "0" : "", flags & 4 ? "#" : "", width, precision, length,
			 letter);
		kernel_snprintf(ours, SIZE, fmt, value);
		snprintf(theirs, SIZE, fmt, value);
		tried++;
		if (strcmp(ours, theirs) && !*wrong)
			snprintf(wrong, sizeof(wrong), "%s of %ld: %.40s", fmt, value, ours);
	}
	is_text(wrong, "", "every combination of flags, width, precision, size and letter");
	ok(tried > 25000, "there were many");
}

static void test_bounds(void)
{
	const char *volatile none = NULL;
	char buf[8] = "1234567";

	is(kernel_snprintf(buf, 4, "%d", 123456), 6, "the length is that of the whole text");
	is_text(buf, "123", "what does not fit is cut, with a NUL");
	is(buf[4], '5', "nothing is written behind it");
	is(kernel_snprintf(NULL, 0, "%s", "abc"), 3, "size 0 only counts");
	kernel_snprintf(buf, 1, "abc");
	is_text(buf, "", "size 1 is a NUL");
	kernel_snprintf(buf, sizeof(buf), "%s", none);
	is_text(buf, "(null)", "a null string is shown as such");
	kernel_snprintf(buf, sizeof(buf), "%p", NULL);
	is_text(buf, "0", "a null pointer is 0");
	kernel_snprintf(buf, sizeof(buf), "a%");
	is_text(buf, "a%?", "a lone percent is visible");
	kernel_snprintf(buf, sizeof(buf), "%y");
	is_text(buf, "%?", "so is an unknown letter");
}

int main(void)
{
	test_plain();
	test_combinations();
	test_bounds();
	return host_done();
}
