/*
 * Seconds since 1970 to dates and back. There is one time zone, UTC.
 *
 * Days are counted from 1 March of year 0, so that the leap day is the last of
 * its year and 400 years are always 146097 days.
 */
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <time.h>

#define DAY		86400L
#define ERA_YEARS	400L
#define ERA_DAYS	146097L
#define EPOCH_DAYS	719468L		/* from 0000-03-01 to 1970-01-01 */

static long floor_div(long a, long b)
{
	return a / b - (a % b < 0);
}

/* Days before a month of the year that begins in March (March is 0). */
static long days_before(long march_month)
{
	return (153 * march_month + 2) / 5;
}

/* Month 0 .. 11 from January; returns days since 1970-01-01 of its first day. */
static long days_from_civil(long year, long month)
{
	long y = month < 2 ? year - 1 : year;
	long era = floor_div(y, ERA_YEARS), in_era = y - era * ERA_YEARS;

	return era * ERA_DAYS + in_era * 365 + in_era / 4 - in_era / 100 +
	       days_before(month < 2 ? month + 10 : month - 2) - EPOCH_DAYS;
}

static int civil_from_days(long days, struct tm *out)
{
	long z = days + EPOCH_DAYS, era = floor_div(z, ERA_DAYS), d = z - era * ERA_DAYS;
	long y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	long in_year = d - (y * 365 + y / 4 - y / 100);
	long m = (5 * in_year + 2) / 153;
	long year = era * ERA_YEARS + y + (m >= 10);

	if (year - 1900 > INT_MAX || year - 1900 < INT_MIN)
		return -EOVERFLOW;
	out->tm_mday = (int)(in_year - days_before(m)) + 1;
	out->tm_mon = (int)(m < 10 ? m + 2 : m - 10);
	out->tm_year = (int)(year - 1900);
	out->tm_yday = (int)(days - days_from_civil(year, 0));
	out->tm_wday = (int)(days + 4 - floor_div(days + 4, 7) * 7);
	return 0;
}

struct tm *gmtime_r(const time_t *restrict t, struct tm *restrict out)
{
	long days = floor_div(*t, DAY), rest = *t - days * DAY;

	if (civil_from_days(days, out) < 0) {
		errno = EOVERFLOW;
		return NULL;
	}
	out->tm_hour = (int)(rest / 3600);
	out->tm_min = (int)(rest / 60 % 60);
	out->tm_sec = (int)(rest % 60);
	out->tm_isdst = 0;
	out->tm_gmtoff = 0;
	out->tm_zone = "UTC";
	return out;
}

/* Fields may be out of their ranges (32 January) and are brought back into them. */
time_t timegm(struct tm *tm)
{
	long year = 1900L + tm->tm_year + floor_div(tm->tm_mon, 12);
	long month = tm->tm_mon - floor_div(tm->tm_mon, 12) * 12;
	time_t t = (days_from_civil(year, month) + tm->tm_mday - 1) * DAY +
		   tm->tm_hour * 3600L + tm->tm_min * 60L + tm->tm_sec;

	return gmtime_r(&t, tm) ? t : -1;
}

time_t mktime(struct tm *tm)
{
	return timegm(tm);
}

struct tm *localtime_r(const time_t *restrict t, struct tm *restrict out)
{
	return gmtime_r(t, out);
}

struct tm *gmtime(const time_t *t)
{
	static struct tm shared;

	return gmtime_r(t, &shared);
}

struct tm *localtime(const time_t *t)
{
	return gmtime(t);
}
