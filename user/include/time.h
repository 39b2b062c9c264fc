/* Clocks and calendars. The time zone is UTC. */
#ifndef _TIME_H
#define _TIME_H

#include <sys/types.h>
#include "kernel/abi_time.h"

#define CLOCKS_PER_SEC	1000000L

struct tm {
	int tm_sec;
	int tm_min;
	int tm_hour;
	int tm_mday;		/* 1 .. 31 */
	int tm_mon;		/* 0 .. 11 */
	int tm_year;		/* since 1900 */
	int tm_wday;		/* Sunday is 0 */
	int tm_yday;		/* 0 .. 365 */
	int tm_isdst;
	long tm_gmtoff;
	const char *tm_zone;
};

time_t time(time_t *out);
clock_t clock(void);
double difftime(time_t end, time_t start);
int clock_gettime(clockid_t clock, struct timespec *ts);
int clock_getres(clockid_t clock, struct timespec *ts);
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *req,
		    struct timespec *left);
int nanosleep(const struct timespec *req, struct timespec *left);

struct sigevent;		/* <signal.h> */
typedef int timer_t;
int timer_create(clockid_t clock, struct sigevent *restrict event, timer_t *restrict timer);
int timer_delete(timer_t timer);
int timer_settime(timer_t timer, int flags, const struct itimerspec *restrict value,
		  struct itimerspec *restrict old);
int timer_gettime(timer_t timer, struct itimerspec *now);
int timer_getoverrun(timer_t timer);

struct tm *gmtime(const time_t *t);
struct tm *gmtime_r(const time_t *restrict t, struct tm *restrict out);
struct tm *localtime(const time_t *t);
struct tm *localtime_r(const time_t *restrict t, struct tm *restrict out);
time_t mktime(struct tm *tm);
time_t timegm(struct tm *tm);
char *asctime(const struct tm *tm);
char *ctime(const time_t *t);
size_t strftime(char *restrict buf, size_t size, const char *restrict fmt,
		const struct tm *restrict tm) __attribute__((format(strftime, 3, 0)));

#endif
