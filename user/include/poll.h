/* Waiting for several descriptors. */
#ifndef _POLL_H
#define _POLL_H

#include <signal.h>
#include "kernel/abi_file.h"

typedef unsigned long nfds_t;

int poll(struct pollfd *fds, nfds_t n, int millis);
int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask);

#endif
