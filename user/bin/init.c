/*
 * init: process 1, the first program, the parent of every orphan. It never ends.
 *
 *   init                    print /etc/motd and keep a shell running on the console
 *   init -c word...         run the words as a command line of sh, then switch the machine off
 *   init program [arg...]   run the program, then switch the machine off
 *
 * The machine's exit status is then that of the line or program, 128 + n if signal n killed it.
 * The kernel cuts its command line at blanks and knows no quotes: -c joins the words again.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAGIC1		0xfee1dead
#define MAGIC2		672274793
#define CMD_POWER_OFF	0x4321fedc

/* Descriptors 0, 1 and 2 must exist before anything is said or started. */
static void open_console(void)
{
	int fd;

	do
		fd = open("/dev/console", O_RDWR);
	while (fd >= 0 && fd < 2);
	if (fd > 2)
		close(fd);
}

static void print_motd(void)
{
	char buf[512];
	ssize_t n;
	int fd = open("/etc/motd", O_RDONLY);

	if (fd < 0)
		return;
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		if (write(1, buf, n) < 0)
			break;
	}
	close(fd);
}

/* In the child: a session of its own on the console, so that ^C reaches it and not init. */
static void run(char **argv)
{
	setsid();
	ioctl(0, TIOCSCTTY, 0);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	execvp(argv[0], argv);
	fprintf(stderr, "init: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static pid_t start(char **argv)
{
	pid_t pid = fork();

	if (pid == 0)
		run(argv);
	if (pid < 0)
		fprintf(stderr, "init: fork: %s\n", strerror(errno));
	return pid;
}

/* Collect every child that ends, our own and adopted ones, until @pid does; its exit status. */
static int reap_until(pid_t pid)
{
	for (;;) {
		int status;
		pid_t ended = wait(&status);

		if (ended == pid)
			return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		if (ended < 0 && errno != EINTR)
			return 1;
	}
}

static void power_off(int status)
{
	syscall(SYS_reboot, MAGIC1, MAGIC2, CMD_POWER_OFF, status);
	fprintf(stderr, "init: power off: %s\n", strerror(errno));
}

static void keep_shell(void)
{
	static char *shell[] = { "sh", NULL };

	print_motd();
	for (;;) {
		pid_t pid = start(shell);
		int status = pid < 0 ? 1 : reap_until(pid);

		/* A shell that cannot even start must not turn init into a busy loop. */
		if (pid < 0 || status == 126 || status == 127)
			sleep(1);
		fprintf(stderr, "init: the shell ended with status %d; starting another\n", status);
	}
}

/* The words in one line, with a blank between them. */
static char *join(char **words)
{
	static char line[4096];
	size_t len = 0;

	for (; *words; words++) {
		int n = snprintf(line + len, sizeof(line) - len, "%s%s", len ? " " : "", *words);

		if (n < 0 || (size_t)n >= sizeof(line) - len) {
			fprintf(stderr, "init: the command line is too long\n");
			return "exit 126";
		}
		len += n;
	}
	return line;
}

/* Run one program, which is all there is to do. */
static void run_only(char **argv)
{
	char *line[] = { "sh", "-c", NULL, NULL };
	pid_t pid;

	if (strcmp(argv[0], "-c") == 0 && argv[1]) {
		line[2] = join(argv + 1);
		argv = line;
	}
	pid = start(argv);
	power_off(pid < 0 ? 1 : reap_until(pid));
}

int main(int argc, char **argv)
{
	open_console();
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	setenv("PATH", "/bin:/test", 0);
	setenv("HOME", "/", 0);
	setenv("TERM", "vt100", 0);
	if (argc > 1)
		run_only(argv + 1);
	keep_shell();
	return 0;
}
