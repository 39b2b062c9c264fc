/*
 * runinit: process 1 when scripts/run or the test runner boots the kernel. It runs the commands
 * that the host left in /run/job, one after the other, and switches the machine off. It is not
 * the init of an ordinary boot; that is user/bin/init.c.
 *
 * /run/job is a sequence of records, each a letter, a text and a NUL:
 *
 *   e NAME=VALUE   set in the environment of what follows
 *   l SECONDS      guest time that each command may take; 0 is no limit
 *   n SECONDS      and, within it, for which nothing at all may run; 0 is no limit
 *   i PATH         standard input of the next command (otherwise the console)
 *   q              the console neither echoes nor makes signals of ^C: a pipe types at it
 *   a WORD         one word of the next command, its path first
 *   x              run the command
 *
 * On the console each command stands between two marks, which the host looks for:
 *
 *   RS begin PATH            then whatever the command prints, unchanged (no CR before LF)
 *   RS end STATUS MS FREE    STATUS as a shell's $?, "timeout" or "idle"; guest milliseconds; MemFree
 *
 * Before the latter comes for each thread that is still there when one of the limits ends a command
 *
 *   RS left TID STATE CALL PC NAME    as /proc/TID/stat and syscall say; CALL: or "running"
 *
 * What a command leaves running is killed before the next one starts. The machine's exit status
 * is the last command's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define MAGIC1		0xfee1dead
#define MAGIC2		672274793
#define CMD_POWER_OFF	0x4321fedc

#define MAX_WORDS	256
#define STATUS_TIMEOUT	124

/* What wait_for returns beside a status. */
#define TIME_IS_UP	256
#define NOTHING_RUNS	257

#define BUSY_MS		50	/* what runs less than this in a second is the timer itself */

static char *words[MAX_WORDS + 1];
static int word_count;
static const char *input_path;
static unsigned int limit, idle_limit;

__attribute__((noreturn))
static void power_off(int status)
{
	syscall(SYS_reboot, MAGIC1, MAGIC2, CMD_POWER_OFF, status);
	for (;;)
		pause();
}

__attribute__((noreturn))
static void fail(const char *what)
{
	printf("\036fail %s: %s\n", what, strerror(errno));
	fflush(stdout);
	power_off(125);
}

static void open_console(void)
{
	int fd;

	do
		fd = open("/dev/console", O_RDWR);
	while (fd >= 0 && fd < 2);
	if (fd > 2)
		close(fd);
}

/* What programs print must arrive as it was written. */
static void set_console(int quiet)
{
	struct termios t;

	if (tcgetattr(0, &t) < 0)
		return;
	t.c_oflag &= ~(tcflag_t)OPOST;
	if (quiet)
		t.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	tcsetattr(0, TCSANOW, &t);
}

/* The whole job, NUL-terminated. */
static char *read_job(size_t *size)
{
	struct stat st;
	size_t got = 0;
	char *job;
	int fd = open("/run/job", O_RDONLY);

	if (fd < 0 || fstat(fd, &st) < 0)
		fail("/run/job");
	job = malloc((size_t)st.st_size + 1);
	if (!job)
		fail("/run/job");
	while (got < (size_t)st.st_size) {
		ssize_t n = read(fd, job + got, (size_t)st.st_size - got);

		if (n <= 0)
			fail("/run/job");
		got += (size_t)n;
	}
	close(fd);
	job[got] = '\0';
	*size = got;
	return job;
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000L + t.tv_nsec / 1000000;
}

/* The beginning of a small file, "" if there is none. */
static const char *contents(const char *path, char text[1024])
{
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, 1023);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* MemFree of /proc/meminfo in KiB, -1 if it cannot be told. */
static long free_kib(void)
{
	char text[1024];
	const char *at = strstr(contents("/proc/meminfo", text), "MemFree:");

	return at ? strtol(at + strlen("MemFree:"), NULL, 10) : -1;
}

#define STATE_TO_PC	27	/* fields of stat, from the third to kstkeip */

static void tell_thread(const char *folder, const char *tid)
{
	char path[64], text[1024], call[1024], *name, *state, *pc;

	snprintf(path, sizeof(path), "%s/%s/syscall", folder, tid);
	contents(path, call);
	call[strcspn(call, " \n")] = '\0';
	snprintf(path, sizeof(path), "%s/%s/stat", folder, tid);
	contents(path, text);
	name = strchr(text, '(');
	state = strrchr(text, ')');
	if (!name || !state || state[1] != ' ')
		return;		/* it has just ended */
	*state++ = '\0';
	pc = state;
	for (int i = 0; pc && i < STATE_TO_PC; i++)
		pc = strchr(pc + 1, ' ');
	printf("\036left %s %c %s %lu %s\n", tid, state[1], *call ? call : "?",
	       pc ? strtoul(pc, NULL, 10) : 0, name + 1);
}

/* The threads of all processes but this one and those that have ended or that the timer is. */
static void tell_who_is_left(const char *folder, pid_t timer)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[64];

	while (dir && (entry = readdir(dir))) {
		pid_t pid = atoi(entry->d_name);

		if (pid <= 1 || pid == timer)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task", pid);
		if (timer)
			tell_who_is_left(path, 0);
		else
			tell_thread(folder, entry->d_name);
	}
	if (dir)
		closedir(dir);
}

/* In the child: a session of its own on the console, as under a login shell. */
__attribute__((noreturn))
static void run_command(void)
{
	int err;

	setsid();
	ioctl(0, TIOCSCTTY, 0);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	if (input_path) {
		int fd = open(input_path, O_RDONLY);

		if (fd < 0 || dup2(fd, 0) < 0) {
			fprintf(stderr, "runinit: %s: %s\n", input_path, strerror(errno));
			_exit(126);
		}
		close(fd);
	}
	execv(words[0], words);
	err = errno;
	if (err == ENOENT && access(words[0], F_OK) == 0)
		fprintf(stderr, "runinit: %s: the loader or interpreter it names is not in the guest "
			"(scripts/run -f)\n", words[0]);
	else
		fprintf(stderr, "runinit: %s: %s\n", words[0], strerror(err));
	_exit(err == ENOENT ? 127 : 126);
}

/* How long the harts have been idle since the boot, all together. */
static long idle_ms(void)
{
	char text[1024], *idle = strchr(contents("/proc/uptime", text), ' '), *end;
	long seconds = idle ? strtol(idle, &end, 10) : 0;

	return idle ? seconds * 1000 + strtol(end + 1, NULL, 10) * 10 : 0;
}

/* What runs is busy however slow the host is: idleness is no matter of time. */
__attribute__((noreturn))
static void keep_time(void)
{
	long harts = sysconf(_SC_NPROCESSORS_ONLN), end = now_ms() + limit * 1000L;
	unsigned int still = 0;

	while (now_ms() < end) {
		long before = harts * now_ms() - idle_ms();

		sleep(1);
		still = harts * now_ms() - idle_ms() - before < BUSY_MS ? still + 1 : 0;
		if (idle_limit && still >= idle_limit)
			_exit(NOTHING_RUNS - TIME_IS_UP);
	}
	_exit(0);
}

/* A child that ends when the time is up; 0 without a limit. */
static pid_t start_timer(void)
{
	pid_t pid = limit ? fork() : 0;

	if (limit && pid == 0) {
		setsid();
		keep_time();
	}
	return pid;
}

/* The command's exit status as a shell has it, or TIME_IS_UP, NOTHING_RUNS. */
static int wait_for(pid_t command, pid_t timer)
{
	for (;;) {
		int status;
		pid_t ended = wait(&status);

		if (ended == command)
			return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		if (ended > 0 && ended == timer && WIFEXITED(status))
			return TIME_IS_UP + WEXITSTATUS(status);
		if (ended < 0 && errno != EINTR)
			fail("wait");
	}
}

/* Whatever the command left behind, and the timer. */
static void kill_the_rest(void)
{
	kill(-1, SIGKILL);
	while (wait(NULL) > 0 || errno == EINTR)
		continue;
}

static int run(void)
{
	long began = now_ms();
	pid_t timer, command;
	int status;

	printf("\036begin %s\n", words[0]);
	fflush(stdout);
	timer = start_timer();
	command = fork();
	if (command == 0)
		run_command();
	if (command < 0 || timer < 0)
		fail("fork");
	status = wait_for(command, timer);
	began = now_ms() - began;
	if (status >= TIME_IS_UP)
		tell_who_is_left("/proc", timer);
	kill_the_rest();
	if (status >= TIME_IS_UP)
		printf("\036end %s %ld %ld\n", status == TIME_IS_UP ? "timeout" : "idle", began,
		       free_kib());
	else
		printf("\036end %d %ld %ld\n", status, began, free_kib());
	fflush(stdout);
	return status >= TIME_IS_UP ? STATUS_TIMEOUT : status;
}

static void add_word(char *word)
{
	if (word_count == MAX_WORDS) {
		errno = E2BIG;
		fail("the command");
	}
	words[word_count++] = word;
	words[word_count] = NULL;
}

/* One record of the job; the status of the command if it was 'x', otherwise @status. */
static int obey(char *record, int status)
{
	switch (record[0]) {
	case 'e':
		if (putenv(record + 1) != 0)
			fail("the environment");
		return status;
	case 'l':
		limit = (unsigned int)strtoul(record + 1, NULL, 10);
		return status;
	case 'n':
		idle_limit = (unsigned int)strtoul(record + 1, NULL, 10);
		return status;
	case 'i':
		input_path = record + 1;
		return status;
	case 'q':
		set_console(1);
		return status;
	case 'a':
		add_word(record + 1);
		return status;
	case 'x':
		status = run();
		word_count = 0;
		input_path = NULL;
		return status;
	default:
		errno = EINVAL;
		fail("/run/job");
	}
}

int main(void)
{
	size_t size;
	char *job;
	int status = 0;

	if (getpid() != 1) {
		fprintf(stderr, "runinit: only as process 1: it kills everything else\n");
		return 1;
	}
	open_console();
	set_console(0);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	job = read_job(&size);
	for (char *at = job; at < job + size; at += strlen(at) + 1)
		status = obey(at, status);
	power_off(status);
}
