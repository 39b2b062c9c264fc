/* kill [-SIGNAL] pid...: send a signal (TERM) by number or name; kill -l lists the names. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>

static const char *const names[] = {
	[SIGHUP] = "HUP",	[SIGINT] = "INT",	[SIGQUIT] = "QUIT",	[SIGILL] = "ILL",
	[SIGTRAP] = "TRAP",	[SIGABRT] = "ABRT",	[SIGBUS] = "BUS",	[SIGFPE] = "FPE",
	[SIGKILL] = "KILL",	[SIGUSR1] = "USR1",	[SIGSEGV] = "SEGV",	[SIGUSR2] = "USR2",
	[SIGPIPE] = "PIPE",	[SIGALRM] = "ALRM",	[SIGTERM] = "TERM",	[SIGCHLD] = "CHLD",
	[SIGCONT] = "CONT",	[SIGSTOP] = "STOP",	[SIGTSTP] = "TSTP",	[SIGTTIN] = "TTIN",
	[SIGTTOU] = "TTOU",	[SIGURG] = "URG",	[SIGXCPU] = "XCPU",	[SIGXFSZ] = "XFSZ",
	[SIGVTALRM] = "VTALRM",	[SIGPROF] = "PROF",	[SIGWINCH] = "WINCH",	[SIGSYS] = "SYS",
};

#define NNAMES ((int)(sizeof(names) / sizeof(names[0])))

/* A whole decimal number, which may be negative (a process group): 0 or -1. */
static int number(const char *s, long *value)
{
	char *end;

	errno = 0;
	*value = strtol(s, &end, 10);
	return *s && !isspace((unsigned char)*s) && *end == '\0' && errno == 0 ? 0 : -1;
}

static int signal_number(const char *s)
{
	long value;

	if (number(s, &value) == 0)
		return value >= 0 && value <= 64 ? (int)value : -1;
	if (strncasecmp(s, "SIG", 3) == 0)
		s += 3;
	for (int i = 1; i < NNAMES; i++) {
		if (names[i] && strcasecmp(s, names[i]) == 0)
			return i;
	}
	return -1;
}

static int list(void)
{
	for (int i = 1; i < NNAMES; i++) {
		if (names[i])
			printf("%2d %s\n", i, names[i]);
	}
	return 0;
}

static int send(const char *target, int sig)
{
	long pid;

	if (number(target, &pid) < 0) {
		fprintf(stderr, "kill: %s: not a process id\n", target);
		return 1;
	}
	if (kill((pid_t)pid, sig) < 0) {
		fprintf(stderr, "kill: %s: %s\n", target, strerror(errno));
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int sig = SIGTERM;
	int status = 0;
	int i = 1;

	if (argc == 2 && strcmp(argv[1], "-l") == 0)
		return list();
	if (argc > 1 && argv[1][0] == '-' && strcmp(argv[1], "--") != 0) {
		const char *name = argv[1] + 1;

		i = 2;
		if (strcmp(name, "s") == 0 && argc > 2)
			name = argv[i++];
		sig = signal_number(name);
		if (sig < 0) {
			fprintf(stderr, "kill: %s: no such signal\n", name);
			return 2;
		}
	}
	if (i < argc && strcmp(argv[i], "--") == 0)
		i++;
	if (i >= argc) {
		fprintf(stderr, "usage: kill [-SIGNAL] pid... | kill -l\n");
		return 2;
	}
	for (; i < argc; i++)
		status |= send(argv[i], sig);
	return status;
}
