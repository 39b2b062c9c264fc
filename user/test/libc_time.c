/*
 * Time: the calendar in both directions over centuries, dates as text, clocks that go forward,
 * and sleeping at least as long as asked. Catches a leap year too many and a day too few.
 */
#define _GNU_SOURCE
#include "user/test/util.h"

#include <sys/time.h>
#include <sys/times.h>

static bool date_is(time_t t, int year, int month, int day, int wday, int yday)
{
	struct tm tm;

	if (!gmtime_r(&t, &tm))
		return false;
	return tm.tm_year == year - 1900 && tm.tm_mon == month - 1 && tm.tm_mday == day &&
	       tm.tm_wday == wday && tm.tm_yday == yday;
}

static void dates(void)
{
	ok(date_is(0, 1970, 1, 1, 4, 0), "the epoch was a Thursday");
	ok(date_is(-1, 1969, 12, 31, 3, 364), "a second before");
	ok(date_is(951782400, 2000, 2, 29, 2, 59), "2000 had a leap day");
	ok(date_is(951868800, 2000, 3, 1, 3, 60), "followed by 1 March");
	ok(date_is(4107542400, 2100, 3, 1, 1, 59), "2100 will have none");
	ok(date_is(2147483648, 2038, 1, 19, 2, 18), "beyond 32 bits");
	ok(date_is(-11676096000, 1600, 1, 1, 6, 0), "1600");
	ok(date_is(253402300799, 9999, 12, 31, 5, 364), "9999");
}

/* Nearly every week over 400 years, at another time of day each. */
static void there_and_back(void)
{
	int bad = 0;

	for (time_t t = -3000000000; t < 9700000000; t += 86399 * 7L) {
		struct tm tm;

		gmtime_r(&t, &tm);
		bad += timegm(&tm) != t;
	}
	is(bad, 0, "timegm undoes gmtime");
}

static void normalizing(void)
{
	struct tm tm = { .tm_year = 124, .tm_mon = 13, .tm_mday = 32, .tm_hour = 25, .tm_min = -1 };

	is(timegm(&tm), 1741136340, "fields beyond their ranges are carried");
	ok(tm.tm_year == 125 && tm.tm_mon == 2 && tm.tm_mday == 5 && tm.tm_hour == 0 &&
	   tm.tm_min == 59, "and brought back into them");
}

__attribute__((noipa))
static void prints(const char *fmt, const char *want)
{
	time_t t = 1709216645;		/* Thu 29 Feb 2024, 14:24:05 */
	struct tm tm;
	char got[64];
	size_t n;

	gmtime_r(&t, &tm);
	n = strftime(got, sizeof(got), fmt, &tm);
	if (!ok(n == strlen(want) && !strcmp(got, want), "%s is %s", fmt, want))
		diag("  got \"%s\"", got);
}

static void texts(void)
{
	struct tm tm = { .tm_mday = 1, .tm_year = 70, .tm_wday = 4 };
	char buf[8];

	prints("%Y-%m-%d %H:%M:%S", "2024-02-29 14:24:05");
	prints("%a %A %b %B %y %C", "Thu Thursday Feb February 24 20");
	prints("%F %T %D %R", "2024-02-29 14:24:05 02/29/24 14:24");
	prints("%j %U %W %u %w %e %I %p", "060 08 09 4 4 29 02 PM");
	prints("%c", "Thu Feb 29 14:24:05 2024");
	prints("100%%", "100%");
	is(strftime(buf, sizeof(buf), "%I %p", &tm), 5, "midnight");
	ok(!strcmp(buf, "12 AM"), "is twelve");
	is(strftime(buf, sizeof(buf), "1234567", &tm), 7, "strftime that just fits");
	is(strftime(buf, sizeof(buf), "12345678", &tm), 0, "and one that does not");
	ok(!strcmp(asctime(&tm), "Thu Jan  1 00:00:00 1970\n"), "asctime");
}

static void clocks(void)
{
	struct timespec a, b, bad = { 0, 1000000000 };
	struct timeval tv;
	struct tms used;
	time_t t;

	is(clock_gettime(CLOCK_MONOTONIC, &a), 0, "the monotonic clock");
	is(clock_gettime(CLOCK_MONOTONIC, &b), 0, "again");
	ok(b.tv_sec > a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec >= a.tv_nsec), "goes forward");
	fails_with(clock_gettime(9999, &a), EINVAL);
	t = time(NULL);
	ok(t != -1 && time(&t) == t, "time answers in both ways");
	is(gettimeofday(&tv, NULL), 0, "gettimeofday");
	ok(tv.tv_sec - t <= 1 && tv.tv_usec < 1000000, "agrees with time");
	ok(times(&used) != -1, "times");
	fails_with(nanosleep(&bad, NULL), EINVAL);
}

static void sleeping(void)
{
	struct timespec req = { 0, 20000000 }, past = { 0, 0 };
	uint64_t start = now_ns();

	is(nanosleep(&req, NULL), 0, "nanosleep");
	ok(now_ns() - start >= 20000000, "takes its time");
	start = now_ns();
	is(usleep(10000), 0, "usleep");
	ok(now_ns() - start >= 10000000, "takes it too");
	is(sleep(0), 0, "sleep(0) is over at once");
	is(nanosleep(&past, NULL), 0, "no time is over at once");
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	dates();
	there_and_back();
	normalizing();
	texts();
	clocks();
	sleeping();
	return done_testing();
}
