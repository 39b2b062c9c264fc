/*
 * The rest of <stdlib.h> and its neighbours: numbers from text, sorting, the environment, options,
 * jumps, the end of a program, names in PATH. Catches a limit that is off by one, a comparison
 * that is inverted, a register that longjmp forgets.
 */
#include "user/test/util.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>

static void integers(void)
{
	char *end;

	is(strtol("  -42x", &end, 10), -42, "strtol");
	ok(*end == 'x', "stops at what is no digit");
	is(strtol("0x1fg", &end, 0), 31, "a prefix chooses the base");
	ok(*end == 'g', "and its digits");
	is(strtol("0x", &end, 16), 0, "a prefix alone");
	ok(*end == 'x', "is a zero");
	is(strtol("017", NULL, 0), 15, "octal");
	is(strtol("zz", NULL, 36), 35 * 36 + 35, "base 36");
	is(strtol("9223372036854775807", NULL, 10), LONG_MAX, "the largest");
	errno = 0;
	ok(strtol("-9223372036854775808", NULL, 10) == LONG_MIN && !errno, "the smallest");
	errno = 0;
	ok(strtol("9223372036854775808", NULL, 10) == LONG_MAX && errno == ERANGE, "too large");
	errno = 0;
	ok(strtol("-9223372036854775809", &end, 10) == LONG_MIN && errno == ERANGE, "too small");
	ok(!*end, "is read to its end");
	ok(strtoul("18446744073709551615", NULL, 10) == ULONG_MAX, "the largest unsigned");
	ok(strtoul("-1", NULL, 10) == ULONG_MAX, "a minus sign wraps");
	errno = 0;
	ok(strtoul("18446744073709551616", NULL, 10) == ULONG_MAX && errno == ERANGE, "too large");
	errno = 0;
	ok(strtoul("99999999999999999999", NULL, 10) == ULONG_MAX && errno == ERANGE,
	   "far too large");
	errno = 0;
	ok(strtol("1", NULL, 37) == 0 && errno == EINVAL, "a base that is none");
	is(strtol("none", &end, 10), 0, "no number");
	ok(*end == 'n', "moves nothing");
	is(atoi("12abc") + atol(" 7"), 19, "atoi and atol");
	ok(div(-7, 2).quot == -3 && div(-7, 2).rem == -1, "div rounds toward zero");
}

/* One bit more than the middle of two doubles, a thousand digits behind the point. */
static double just_above_middle(void)
{
	static char text[1100] = "9007199254740993.";

	memset(text + strlen(text), '0', 1000);
	strcat(text, "1");
	return strtod(text, NULL);
}

static void doubles(void)
{
	char *end;

	ok(strtod("1.5e3x", &end) == 1500 && *end == 'x', "strtod");
	ok(strtod(".5", NULL) == 0.5 && strtod("5.", NULL) == 5, "a point at either end");
	ok(strtod("1e", &end) == 1 && *end == 'e', "an exponent without digits");
	ok(strtod("0.1", NULL) == 0.1 && strtod("1e23", NULL) == 1e23, "the nearest double");
	ok(strtod("9007199254740993", NULL) == 9007199254740992.0, "the middle goes to even");
	ok(strtod("9007199254740993.0000000000000000000000001", NULL) == 9007199254740994.0,
	   "a little more does not");
	ok(strtod("87962553319436404e47", NULL) == 8.796255331943640e63 &&
	   strtod("43770651609217260e-36", NULL) == 4.3770651609217260e-20, "many digits, scaled");
	ok(strtod("2202426652328433942528", NULL) == 2202426652328434073600.0 &&
	   strtod("481983582947558689865728", NULL) == 481983582947558656311296.0,
	   "the middle of large ones");
	ok(just_above_middle() == 9007199254740994.0, "a thousand digits");
	ok(strtod("2.2250738585072011e-308", NULL) == 2.2250738585072011e-308, "subnormal");
	ok(strtod("4.9e-324", NULL) == 4.9406564584124654e-324, "the smallest");
	ok(isinf(strtod("1e999", NULL)) && strtod("-1e-999", NULL) == 0, "beyond the limits");
	ok(isinf(strtod("-Infinity", &end)) && !*end && isnan(strtod("nan", NULL)), "by name");
	ok(strtod("-0", NULL) == 0 && signbit(strtod("-0", NULL)), "minus zero");
}

static int compare_longs(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

static int compare_first_byte(const void *a, const void *b)
{
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

static bool sorted(const long *v, int n)
{
	for (int i = 1; i < n; i++)
		if (v[i - 1] > v[i])
			return false;
	return true;
}

static void sorting(void)
{
	static long v[1000];
	char odd[] = "e5-c3-a1-d4-b2-";
	long key = 400, sum = 0;
	int bad = 0;

	for (int n = 0; n <= 1000; n += n < 20 ? 1 : 70) {
		long before = 0, after = 0;

		for (int i = 0; i < n; i++)
			before += v[i] = (i * 7919L) % 503 - 100;
		qsort(v, (size_t)n, sizeof(v[0]), compare_longs);
		for (int i = 0; i < n; i++)
			after += v[i];
		bad += !sorted(v, n) || before != after;
	}
	is(bad, 0, "qsort of many lengths");
	qsort(odd, 5, 3, compare_first_byte);
	ok(!strcmp(odd, "a1-b2-c3-d4-e5-"), "elements of an odd size stay together");
	for (int i = 0; i < 100; i++)
		v[i] = i * 10;
	ok(bsearch(&key, v, 100, sizeof(v[0]), compare_longs) == &v[40], "bsearch finds");
	for (key = -5; key < 1000; key++)
		sum += bsearch(&key, v, 100, sizeof(v[0]), compare_longs) != NULL;
	is(sum, 100, "all that is there and nothing else");
}

static void environment(void)
{
	char entry[] = "LIBC_PUT=1";

	is(setenv("LIBC_A", "one", 0), 0, "setenv");
	ok(!strcmp(getenv("LIBC_A"), "one"), "getenv");
	is(setenv("LIBC_A", "two", 0), 0, "without overwriting");
	ok(!strcmp(getenv("LIBC_A"), "one"), "nothing changes");
	setenv("LIBC_A", "two", 1);
	ok(!strcmp(getenv("LIBC_A"), "two"), "with it, it does");
	ok(!getenv("LIBC"), "a name's beginning is another name");
	unsetenv("LIBC_A");
	ok(!getenv("LIBC_A"), "unsetenv");
	putenv(entry);
	entry[9] = '2';
	ok(!strcmp(getenv("LIBC_PUT"), "2"), "putenv takes the string itself");
	fails_with(setenv("A=B", "x", 1), EINVAL);
	fails_with(unsetenv(""), EINVAL);
	for (int i = 0; i < 200; i++) {
		char name[16];

		snprintf(name, sizeof(name), "LIBC_%d", i);
		setenv(name, name + 5, 1);
	}
	ok(getenv("LIBC_199") && !strcmp(getenv("LIBC_123"), "123"), "many more");
}

static void options(void)
{
	char *argv[] = { "prog", "-ab", "-ovalue", "-o", "next", "-z", "--", "-x", NULL };
	char *missing[] = { "prog", "-o", NULL };
	char seen[64] = "";
	int c;

	opterr = 0;
	while ((c = getopt(8, argv, "abo:")) != -1) {
		char one[16];

		snprintf(one, sizeof(one), "%c%s,", c, optarg ? optarg : "");
		strcat(seen, one);
	}
	ok(!strcmp(seen, "a,b,ovalue,onext,?,"), "getopt reads: %s", seen);
	is(optopt, 'z', "and names what it does not know");
	is(optind, 7, "up to the --");
	optind = 1;
	is(getopt(2, missing, ":o:"), ':', "an argument that is missing");
}

static jmp_buf away;

__attribute__((noipa)) static long number(long n)
{
	return n;
}

__attribute__((noipa)) static double fraction(int n)
{
	return n + 0.5;
}

/* Whether fn leaves alone what lives in the registers that functions must keep. */
__attribute__((noipa)) static bool keeps(int base, void (*fn)(void))
{
	double a = fraction(base), b = fraction(base + 1), c = fraction(base + 2);
	double d = fraction(base + 3), e = fraction(base + 4), f = fraction(base + 5);
	double g = fraction(base + 6), h = fraction(base + 7), i = fraction(base + 8);
	double j = fraction(base + 9), k = fraction(base + 10), l = fraction(base + 11);
	long m = number(base), n = number(base + 1), o = number(base + 2), p = number(base + 3);
	long q = number(base + 4), r = number(base + 5), s = number(base + 6), t = number(base + 7);

	fn();
	return a == fraction(base) && b == fraction(base + 1) && c == fraction(base + 2) &&
	       d == fraction(base + 3) && e == fraction(base + 4) && f == fraction(base + 5) &&
	       g == fraction(base + 6) && h == fraction(base + 7) && i == fraction(base + 8) &&
	       j == fraction(base + 9) && k == fraction(base + 10) && l == fraction(base + 11) &&
	       m == base && n == base + 1 && o == base + 2 && p == base + 3 && q == base + 4 &&
	       r == base + 5 && s == base + 6 && t == base + 7;
}

static void jump_away(void)
{
	longjmp(away, 1);
}

/* The jump leaves a function that has all those registers full of something else. */
__attribute__((noipa)) static void come_back(void)
{
	if (setjmp(away) == 0)
		keeps(100, jump_away);
}

static void jumps(void)
{
	static jmp_buf env;
	static sigjmp_buf senv;
	volatile int count = 0;
	sigset_t set, now;
	int value;

	ok(keeps(1, come_back), "longjmp restores the registers");

	value = setjmp(env);
	if (value == 0 && count++ == 0)
		longjmp(env, 5);
	is(value, 5, "longjmp's value arrives");
	value = setjmp(env);
	if (count++ == 1)
		longjmp(env, 0);
	is(value, 1, "0 arrives as 1");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	if (sigsetjmp(senv, 1) == 0) {
		sigprocmask(SIG_BLOCK, &set, NULL);
		siglongjmp(senv, 1);
	}
	sigprocmask(SIG_BLOCK, NULL, &now);
	ok(!sigismember(&now, SIGUSR1), "siglongjmp restores the mask");
}

static int exit_order[2];
static int order_pipe;

static void first_handler(void)
{
	if (write(order_pipe, "1", 1) != 1)
		_exit(3);
}

static void second_handler(void)
{
	if (write(order_pipe, "2", 1) != 1)
		_exit(3);
}

static int ends_with_handlers(void)
{
	order_pipe = exit_order[1];
	atexit(first_handler);
	atexit(second_handler);
	exit(7);
}

static int aborts(void)
{
	signal(SIGABRT, SIG_IGN);
	abort();
}

static int asserts(void)
{
	dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
	assert(!"this holds");
	return 0;
}

static void ends(void)
{
	char got[3] = "";

	ok(pipe(exit_order) == 0, "a pipe");
	exits_with(ends_with_handlers, 7);
	is(read(exit_order[0], got, 2), 2, "both handlers ran");
	ok(!strcmp(got, "21"), "the last one first");
	dies_of(aborts, SIGABRT);
	dies_of(asserts, SIGABRT);
}

static int runs_by_name(void)
{
	setenv("PATH", "/nowhere:/bin:/usr/bin", 1);
	execlp("true", "true", NULL);
	return 1;
}

static int finds_nothing(void)
{
	execlp("no-such-program", "x", NULL);
	return errno;
}

/* What is executable and no program is read by the shell. */
static int runs_script(void)
{
	char *argv[] = { "./script", "three", NULL };

	close(make_file("script", "exit 3\n", 7));
	chmod("script", 0755);
	execvp("./script", argv);
	return 1;
}

static void running(void)
{
	exits_with(finds_nothing, ENOENT);
	is(system("exit 5"), 5 << 8, "system");
	exits_with(runs_by_name, 0);
	exits_with(runs_script, 3);
}

static void temporary(void)
{
	char a[] = "tmpXXXXXX", b[] = "tmpXXXXXX", d[] = "dirXXXXXX", bad[] = "tmpXXX";
	int fd = mkstemp(a), other = mkstemp(b);

	ok(fd >= 0 && other >= 0 && strcmp(a, b), "mkstemp makes different files");
	is(write(fd, "x", 1), 1, "that can be written");
	ok(mkdtemp(d) && access(d, X_OK) == 0, "mkdtemp makes a directory");
	fails_with(mkstemp(bad), EINVAL);
}

static void random_numbers(void)
{
	int first;

	srand(5);
	first = rand();
	srand(5);
	is(rand(), first, "rand repeats after srand");
	ok(rand() != first && first >= 0, "and goes on to others");
}

int main(void)
{
	scratch_enter();
	integers();
	doubles();
	sorting();
	environment();
	options();
	jumps();
	ends();
	running();
	temporary();
	random_numbers();
	return done_testing();
}
