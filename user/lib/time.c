/*
 * Reading clocks and sleeping.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

time_t time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}

clock_t clock(void)
{
	struct timespec used;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) < 0)
		return -1;
	return used.tv_sec * CLOCKS_PER_SEC + used.tv_nsec / 1000;
}

double difftime(time_t end, time_t start)
{
	return (double)(end - start);
}

/* The one call of this library that answers the error itself. */
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *req,
		    struct timespec *left)
{
	int saved = errno, err = 0;

	if (syscall(SYS_clock_nanosleep, clock, flags, req, left) < 0)
		err = errno;
	errno = saved;
	return err;
}

/* Answers the seconds not slept, when a signal came between. */
unsigned sleep(unsigned seconds)
{
	struct timespec left = { .tv_sec = seconds };

	if (nanosleep(&left, &left) == 0)
		return 0;
	return (unsigned)(left.tv_sec + (left.tv_nsec >= 500000000));
}

int usleep(useconds_t micros)
{
	struct timespec req = { micros / 1000000, micros % 1000000 * 1000L };

	return nanosleep(&req, NULL);
}
