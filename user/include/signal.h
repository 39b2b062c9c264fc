/* Signals. A set is one word, and struct sigaction is the kernel's own. */
#ifndef _SIGNAL_H
#define _SIGNAL_H

#include <sys/types.h>
#include "kernel/abi_signal.h"
#include "kernel/abi_time.h"

typedef int sig_atomic_t;
typedef void (*sighandler_t)(int);
typedef struct sigcontext mcontext_t;
typedef union sigval sigval_t;

/* Places in __gregs. */
#define REG_PC		0
#define REG_RA		1
#define REG_SP		2
#define REG_TP		4
#define REG_S0		8
#define REG_A0		10

sighandler_t signal(int sig, sighandler_t handler);
int sigaction(int sig, const struct sigaction *restrict act, struct sigaction *restrict old);
int sigaltstack(const stack_t *restrict ss, stack_t *restrict old);
int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old);
int sigpending(sigset_t *set);
int sigsuspend(const sigset_t *mask);
int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info,
		 const struct timespec *restrict timeout);
int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info);
int sigwait(const sigset_t *restrict set, int *restrict sig);

int sigqueue(pid_t pid, int sig, const union sigval value);
int siginterrupt(int sig, int flag);

int kill(pid_t pid, int sig);
int killpg(pid_t pgrp, int sig);
int raise(int sig);
int tgkill(pid_t tgid, pid_t tid, int sig);

int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int sigaddset(sigset_t *set, int sig);
int sigdelset(sigset_t *set, int sig);
int sigismember(const sigset_t *set, int sig);

char *strsignal(int sig);
void psignal(int sig, const char *what);

#endif
