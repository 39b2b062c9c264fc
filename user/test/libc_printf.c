/*
 * The format engine of printf: every conversion, flag, width and precision, exact and correctly
 * rounded doubles, what snprintf does when there is no room, and scanf. Catches a sign that is
 * extended when it should not be, a digit rounded the wrong way, a write behind the buffer.
 */
#include "user/test/tap.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* Having no room is what some of these are about. */
#pragma GCC diagnostic ignored "-Wformat-truncation"

/* One check: the text that the format makes. The compiler must not judge the format. */
__attribute__((noipa))
static void prints(const char *want, const char *fmt, ...)
{
	char got[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(got, sizeof(got), fmt, ap);
	va_end(ap);
	if (!ok(n == (int)strlen(want) && !strcmp(got, want), "\"%s\" makes \"%s\"", fmt, want))
		diag("  made \"%s\", returned %d", got, n);
}

static void integers(void)
{
	prints("0 -1 2147483647 -2147483648", "%d %d %i %d", 0, -1, INT_MAX, INT_MIN);
	prints("[   42][42   ][00042][+42][ 42]", "[%5d][%-5d][%05d][%+d][% d]", 42, 42, 42, 42,
	       42);
	prints("[  042][042  ][]", "[%5.3d][%-5.3d][%.0d]", 42, 42, 0);
	prints("[  -042]", "[%06.3d]", -42);
	prints("[-0042]", "[%05d]", -42);
	prints("[   42][42   ]", "[%*d][%*d]", 5, 42, -5, 42);
	prints("[00042][42]", "[%.*d][%.*d]", 5, 42, -5, 42);
	prints("4294967295 ffffffff 37777777777", "%u %x %o", -1, -1, -1);
	prints("ffffffffffffffff 18446744073709551615", "%lx %lu", -1L, -1L);
	prints("-9223372036854775808 9223372036854775807", "%ld %lld", LONG_MIN, LLONG_MAX);
	prints("-1 255 ff -1 65535", "%hhd %hhu %hhx %hd %hu", 0xff, -1, -1, 0xffff, -1);
	prints("1 2 3 -4", "%zu %td %ju %zd", (size_t)1, (ptrdiff_t)2, (uintmax_t)3, (ssize_t)-4);
	prints("0xff 0XFF 0377 0 0", "%#x %#X %#o %#x %#o", 255, 255, 255, 0, 0);
	prints("[  0xff][0xff  ][0x00ff]", "[%#6x][%-#6x][%#06x]", 255, 255, 255);
	prints("[0007]", "[%#.4o]", 7);
	prints("1099511627776", "%" PRId64, (int64_t)1 << 40);
}

static void text(void)
{
	prints("[abc][  abc][abc  ][ab][   ab]", "[%s][%5s][%-5s][%.2s][%5.2s]",
	       "abc", "abc", "abc", "abc", "abc");
	prints("[ab][]", "[%.*s][%.0s]", 2, "abcdef", "abc");
	prints("[x][  x][x  ]", "[%c][%3c][%-3c]", 'x', 'x', 'x');
	prints("100%", "%d%%", 100);
	prints("(null)", "%s", NULL);
	prints("(nil) 0x1000 [    0x10]", "%p %p [%8p]", NULL, (void *)0x1000, (void *)16);
	errno = ENOENT;
	prints("No such file or directory", "%m");
}

static void doubles(void)
{
	prints("0.000000 -0.000000 1.500000", "%f %f %f", 0.0, -0.0, 1.5);
	prints("0 2 2 4 -2", "%.0f %.0f %.0f %.0f %.0f", 0.5, 1.5, 2.5, 3.5, -2.5);
	prints("3 2.3 0.1", "%.0f %.1f %.1f", 2.5000000001, 2.25000001, 0.05000001);
	prints("1.00 0.12 0.38 10.0", "%.2f %.2f %.2f %.1f", 0.999, 0.125, 0.375, 9.95000001);
	prints("0.1000000000000000055511151231257827021181583404541015625", "%.55f", 0.1);
	prints("179769313486231568384", "%.0f", 179769313486231570000.0);
	prints("1.000000e+00 1.234568e+10 5e-324", "%e %e %.0e", 1.0, 12345678901.0, 5e-324);
	prints("9.9e+99 1e+100 1.8E+308", "%.1e %.0e %.1E", 9.94e99, 9.96e99, 1.797e308);
	prints("0.0001 1e-05 100000 1e+06 0", "%g %g %g %g %g", 1e-4, 1e-5, 1e5, 1e6, 0.0);
	prints("1.5 1.50000 3.14 1e+02", "%g %#g %.3g %.1g", 1.5, 1.5, 3.14159, 123.0);
	prints("123456 1.23457e+06 0.1", "%g %g %g", 123456.0, 1234567.0, 0.1);
	prints("[  1.50][1.50  ][001.50][+1.5][ 1.5]", "[%6.2f][%-6.2f][%06.2f][%+.1f][% .1f]",
	       1.5, 1.5, 1.5, 1.5, 1.5);
	prints("[-01.5][2.]", "[%05.1f][%#.0f]", -1.5, 2.0);
	prints("inf -inf INF [  nan]", "%f %e %F [%5g]", INFINITY, -INFINITY, INFINITY, NAN);
	prints("[  inf]", "[%05f]", INFINITY);
}

static void no_room(void)
{
	char buf[8] = "zzzzzzz", *made = NULL;

	is(snprintf(buf, 4, "%d", 123456), 6, "snprintf returns the whole length");
	ok(!strcmp(buf, "123") && buf[4] == 'z', "and writes no more than there is room for");
	is(snprintf(buf, 1, "abc"), 3, "room for the null byte alone");
	ok(buf[0] == 0 && buf[1] == '2', "is room for the null byte alone");
	is(snprintf(NULL, 0, "%s %d", "abc", 5), 5, "no room at all");
	is(asprintf(&made, "%d-%s", 7, "x"), 3, "asprintf finds its own room");
	ok(made && !strcmp(made, "7-x"), "and fills it");
	free(made);
}

static void integers_in(void)
{
	int a = 0, b = 0, n = 0;
	long l = 0;
	unsigned x = 0, o = 0;
	short h = 0;
	signed char c = 0;

	is(sscanf(" 12 -34", "%d%d%n", &a, &b, &n), 2, "two integers");
	ok(a == 12 && b == -34 && n == 7, "with their values and the count of characters");
	is(sscanf("ff 0x1F 17", "%x %i %o", &x, &a, &o), 3, "three bases");
	ok(x == 255 && a == 31 && o == 15, "have the right values");
	is(sscanf("12345678901 70000 300", "%ld %hd %hhd", &l, &h, &c), 3, "three sizes");
	ok(l == 12345678901 && h == (short)70000 && c == (signed char)300,
	   "are stored in their size");
	is(sscanf("12345", "%2d%*1d%d", &a, &b), 2, "widths and a conversion without result");
	ok(a == 12 && b == 45, "cut the digits apart");
	is(sscanf("x", "%d", &a), 0, "no number is no match");
	is(sscanf("", "%d", &a), EOF, "nothing is the end");
	is(sscanf("7,8", "%d,%d", &a, &b), 2, "text between");
	is(sscanf("7;8", "%d,%d", &a, &b), 1, "other text ends it");
}

static void text_in(void)
{
	char w[8] = "", v[8] = "", ch[3] = "";
	float f = 0;
	double d = 0;
	void *p = NULL;

	is(sscanf("  one two", "%7s %3s", w, v), 2, "two words");
	ok(!strcmp(w, "one") && !strcmp(v, "two"), "without the blanks");
	is(sscanf("root:x", "%7[^:]:%7[a-z]", w, v), 2, "sets");
	ok(!strcmp(w, "root") && !strcmp(v, "x"), "up to and within");
	is(sscanf("ab", "%2c", ch), 1, "characters");
	ok(!memcmp(ch, "ab", 3), "as they are");
	is(sscanf("a", "%2c", ch), 1, "or as many as there are");
	is(sscanf("1.5 -2.5e3", "%f %lf", &f, &d), 2, "two sizes of floating point");
	ok(f == 1.5f && d == -2500, "with their values");
	is(sscanf("0x7f00", "%p", &p), 1, "a pointer");
	ok(p == (void *)0x7f00, "as %%p prints it");
}

int main(void)
{
	integers();
	text();
	doubles();
	no_room();
	integers_in();
	text_in();
	return done_testing();
}
