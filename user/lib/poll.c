/*
 * Waiting for descriptors. The kernel writes back what is left of the time;
 * POSIX's argument is constant, so it gets a copy.
 */
#include <poll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <unistd.h>

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	struct timespec left;

	if (timeout)
		left = *timeout;
	return (int)syscall(SYS_ppoll, fds, n, timeout ? &left : NULL, mask, sizeof(sigset_t));
}

int poll(struct pollfd *fds, nfds_t n, int millis)
{
	struct timespec timeout = { millis / 1000, millis % 1000 * 1000000L };

	return ppoll(fds, n, millis < 0 ? NULL : &timeout, NULL);
}

/* Without descriptors there is nothing to come but a signal. */
int pause(void)
{
	return ppoll(NULL, 0, NULL, NULL);
}

int pselect(int n, fd_set *restrict in, fd_set *restrict out, fd_set *restrict err,
	    const struct timespec *restrict timeout, const sigset_t *restrict mask)
{
	struct timespec left;
	struct {
		const sigset_t *mask;
		size_t size;
	} waiting = { mask, sizeof(sigset_t) };

	if (timeout)
		left = *timeout;
	return (int)syscall(SYS_pselect6, n, in, out, err, timeout ? &left : NULL, &waiting);
}

int select(int n, fd_set *restrict in, fd_set *restrict out, fd_set *restrict err,
	   struct timeval *restrict timeout)
{
	struct timespec ts;

	if (!timeout)
		return pselect(n, in, out, err, NULL, NULL);
	ts.tv_sec = timeout->tv_sec + timeout->tv_usec / 1000000;
	ts.tv_nsec = timeout->tv_usec % 1000000 * 1000;
	return pselect(n, in, out, err, &ts, NULL);
}
