/*
 * Sets of signals: one word, bit n-1 for signal n.
 */
#include <errno.h>
#include <signal.h>

static int valid(int sig)
{
	if (sig >= 1 && sig <= SIGRTMAX)
		return 1;
	errno = EINVAL;
	return 0;
}

static sigset_t bit(int sig)
{
	return (sigset_t)1 << (sig - 1);
}

int sigemptyset(sigset_t *set)
{
	*set = 0;
	return 0;
}

int sigfillset(sigset_t *set)
{
	*set = ~(sigset_t)0;
	return 0;
}

int sigaddset(sigset_t *set, int sig)
{
	if (!valid(sig))
		return -1;
	*set |= bit(sig);
	return 0;
}

int sigdelset(sigset_t *set, int sig)
{
	if (!valid(sig))
		return -1;
	*set &= ~bit(sig);
	return 0;
}

int sigismember(const sigset_t *set, int sig)
{
	return valid(sig) ? (*set & bit(sig)) != 0 : -1;
}
