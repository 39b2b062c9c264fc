/*
 * /proc/<pid>: status, stat, limits, comm and task. Catches a set of signals that is another's or
 * always empty, a peak that forgets, ids that are not the process's, and a thread that has no place.
 */
#include "user/test/util.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#define STATUS	"/proc/self/status"
#define BIT(sig) (1ull << ((sig) - 1))

static uint64_t status_set(const char *key)
{
	const char *line = strstr(slurp(STATUS), key);

	return line ? strtoull(line + strlen(key), NULL, 16) : ~0ull;
}

/* Field n of stat, counted from behind the name, which is field 2. */
static uint64_t stat_field(int n)
{
	const char *p = strrchr(slurp("/proc/self/stat"), ')');

	for (; p && n > 2; n--)
		p = strchr(p + 1, ' ');
	return p ? strtoull(p + 1, NULL, 10) : ~0ull;
}

static void handler(int sig)
{
	(void)sig;
}

static void signals(void)
{
	sigset_t set, old;

	signal(SIGUSR1, handler);
	signal(SIGUSR2, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &old);
	kill(getpid(), SIGTERM);
	sys(SYS_tkill, getpid(), SIGHUP);
	ok((status_set("\nShdPnd:") & (BIT(SIGTERM) | BIT(SIGHUP))) == BIT(SIGTERM),
	   "what came for the process");
	ok((status_set("\nSigPnd:") & (BIT(SIGTERM) | BIT(SIGHUP))) == BIT(SIGHUP),
	   "what came for the thread");
	is(status_set("\nSigBlk:"), BIT(SIGTERM) | BIT(SIGHUP), "what is blocked");
	ok((status_set("\nSigIgn:") & (BIT(SIGUSR1) | BIT(SIGUSR2))) == BIT(SIGUSR2),
	   "what is ignored");
	ok((status_set("\nSigCgt:") & (BIT(SIGUSR1) | BIT(SIGUSR2))) == BIT(SIGUSR1),
	   "what has a handler");
	ok((stat_field(33) & BIT(SIGUSR2)) && (stat_field(34) & BIT(SIGUSR1)), "stat agrees");
	ok(strstr(slurp(STATUS), "\nSigQ:\t"), "how many are queued is there");
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

/* Memory that is gone stays in the peaks. */
static void peaks(void)
{
	long peak, size = proc_number(STATUS, "VmSize:"), high;
	char *p = map_anon(16 * MIB, RW);

	memset(p, 1, 8 * MIB);
	munmap(p, 16 * MIB);
	peak = proc_number(STATUS, "VmPeak:");
	high = proc_number(STATUS, "VmHWM:");
	ok(peak >= size + 16 * 1024, "VmPeak remembers what was mapped");
	ok(proc_number(STATUS, "VmSize:") < peak, "VmSize is what is");
	ok(high >= 8 * 1024 && proc_number(STATUS, "VmRSS:") < high,
	   "VmHWM remembers what was resident");
}

static int other_ids(void)
{
	gid_t groups[] = { 7, 5 };
	const char *text;

	if (sys(SYS_setgroups, 2, groups) || sys(SYS_setresgid, 11, 12, 13) ||
	    sys(SYS_setresuid, 21, 22, 23))
		return 1;
	text = slurp(STATUS);
	if (!strstr(text, "\nUid:\t21\t22\t23\t22\n"))
		return 2;
	if (!strstr(text, "\nGid:\t11\t12\t13\t12\n"))
		return 3;
	if (!strstr(text, "\nGroups:\t5 7 \n"))
		return 4;
	return strstr(text, "\nCapEff:\t0000000000000000\n") ? 0 : 5;
}

static void limits(void)
{
	struct rlimit l = { 4711, 4712 };
	char *text;

	text = slurp("/proc/self/limits");
	ok(text && strncmp(text, "Limit                     Soft Limit           Hard Limit           "
		   "Units     \n", 79) == 0, "limits begins with what its columns are");
	setrlimit(RLIMIT_RSS, &l);
	ok(strstr(slurp("/proc/self/limits"),
		  "\nMax resident set          4711                 4712                 bytes     \n"),
	   "a limit that was set");
	ok(strstr(slurp("/proc/self/limits"),
		  "\nMax cpu time              unlimited            unlimited            seconds   \n"),
	   "and one that is not");
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

static void comm(void)
{
	char path[64];

	is(write_file("/proc/self/comm", "another name"), 0, "comm can be written");
	is(strcmp(slurp("/proc/self/comm"), "another name\n"), 0, "and says so");
	ok(strncmp(slurp(STATUS), "Name:\tanother name\n", 19) == 0, "status too");
	is(write_file("/proc/self/comm", "0123456789abcdefghi"), 0, "a name that is too long");
	is(strcmp(slurp("/proc/self/comm"), "0123456789abcde\n"), 0, "is cut");
	snprintf(path, sizeof(path), "/proc/%d/comm", getppid());
	is(write_file(path, "mine"), EINVAL, "nobody names another process");
}

/* ---- threads ---- */

static pthread_barrier_t both;
static pid_t thread_tid;

static void *waits(void *arg)
{
	thread_tid = (pid_t)sys(SYS_gettid);
	pthread_barrier_wait(&both);
	pthread_barrier_wait(&both);
	return arg;
}

static int count_entries(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n - 2;
}

static void threads(void)
{
	char path[64], link[64] = "", want[64];
	pthread_t thread;

	pthread_barrier_init(&both, NULL, 2);
	if (pthread_create(&thread, NULL, waits, NULL))
		bail_out("no thread");
	pthread_barrier_wait(&both);
	is(count_entries("/proc/self/task"), 2, "task has a directory for each thread");
	is(proc_number(STATUS, "Threads:"), 2, "so many are there");
	snprintf(path, sizeof(path), "/proc/self/task/%d/status", thread_tid);
	is(proc_number(path, "Pid:"), thread_tid, "a thread has its number");
	is(proc_number(path, "Tgid:"), getpid(), "and its process's");
	snprintf(path, sizeof(path), "/proc/self/task/%d/comm", thread_tid);
	is(write_file(path, "worker"), 0, "a thread can be named by another");
	is(strcmp(slurp(path), "worker\n"), 0, "and has that name");
	ok(strcmp(slurp("/proc/self/comm"), "worker\n"), "which is not the process's");
	snprintf(want, sizeof(want), "%d/task/%d", getpid(), getpid());
	ok(readlink("/proc/thread-self", link, sizeof(link) - 1) > 0 && !strcmp(link, want),
	   "thread-self leads there");
	pthread_barrier_wait(&both);
	pthread_join(thread, NULL);
	snprintf(path, sizeof(path), "/proc/self/task/%d", thread_tid);
	while (access(path, F_OK) == 0)
		sched_yield();
	fails_with(open(path, O_RDONLY), ENOENT);
}

/* ---- where a process is ---- */

static void which_call(void)
{
	struct gate go;
	char path[64], *arguments = NULL;
	pid_t pid;

	gate_make(&go);
	pid = tap_fork();
	if (pid == 0) {
		gate_wait(&go);
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	while (*slurp(path) == 'r' || strtol(slurp(path), &arguments, 10) != SYS_read)
		sched_yield();		/* "running", or elsewhere */
	is(strtol(arguments, NULL, 0), go.fd[0], "it reads from the pipe, its first argument says");
	gate_open(&go);
	tap_wait(pid);
	gate_close(&go);
	is(strtol(slurp("/proc/self/syscall"), NULL, 10), SYS_read, "who looks reads as well");
}

int main(void)
{
	if (on_qemu_user())
		skip_all("qemu-user has a /proc of its own");
	signals();
	peaks();
	exits_with(other_ids, 0);
	limits();
	comm();
	threads();
	which_call();
	return done_testing();
}
