/* Waiting for several descriptors, the older way. */
#ifndef _SYS_SELECT_H
#define _SYS_SELECT_H

#include <signal.h>

#define FD_SETSIZE	1024

typedef struct {
	unsigned long bits[FD_SETSIZE / 64];
} fd_set;

#define FD_ZERO(set)		((void)(*(set) = (fd_set){ 0 }))
#define FD_SET(fd, set)		((void)((set)->bits[(fd) / 64] |= 1UL << ((fd) % 64)))
#define FD_CLR(fd, set)		((void)((set)->bits[(fd) / 64] &= ~(1UL << ((fd) % 64))))
#define FD_ISSET(fd, set)	((int)((set)->bits[(fd) / 64] >> ((fd) % 64) & 1))

int select(int n, fd_set *restrict in, fd_set *restrict out, fd_set *restrict err,
	   struct timeval *restrict timeout);
int pselect(int n, fd_set *restrict in, fd_set *restrict out, fd_set *restrict err,
	    const struct timespec *restrict timeout, const sigset_t *restrict mask);

#endif
