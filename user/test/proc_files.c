/*
 * /proc: what its files say, in Linux's format, and that it is true. Catches a field in the wrong
 * place (ps, free and maps read these), an area that is missing from maps, and files of a process
 * that outlive it.
 */
#include "user/test/util.h"

static void meminfo(void)
{
	static const char *const keys[] = { "MemTotal:", "MemFree:", "MemAvailable:" };
	char *text = slurp("/proc/meminfo");

	ok(text && strncmp(text, "MemTotal:", 9) == 0, "meminfo starts with MemTotal:");
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		char *line = strstr(slurp("/proc/meminfo"), keys[i]);
		char *end = line ? strchr(line, '\n') : NULL;

		ok(end && memcmp(end - 3, " kB", 3) == 0 &&
			   proc_number("/proc/meminfo", keys[i]) > 0,
		   "%s a number and kB", keys[i]);
	}
}

/* Memory that is touched leaves MemFree, and comes back. */
static void meminfo_moves(void)
{
	long before, during, after;
	char *p;

	if (!on_xv39()) {
		skip(2, "other programs use this machine's memory");
		return;
	}
	before = free_kib();
	p = map_anon(4 * MIB, RW);
	memset(p, 1, 4 * MIB);
	during = free_kib();
	munmap(p, 4 * MIB);
	after = free_kib();
	ok(before - during >= 4096 && before - during < 4096 + 64,
	   "4 MiB take %ld kB", before - during);
	is(after, before, "and give them back");
}

static void uptime(void)
{
	char *text = slurp("/proc/uptime"), *end;
	long seconds = text ? strtol(text, &end, 10) : -1;
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	ok(text && seconds >= 0 && end[0] == '.' && end[3] == ' ' && strchr(end + 4, '.') &&
	   text[strlen(text) - 1] == '\n', "uptime is two numbers with two decimals");
	if (on_xv39())
		ok(t.tv_sec - seconds <= 1 && seconds - t.tv_sec <= 1, "and agrees with the clock");
	else
		skip(1, "the clocks may differ elsewhere");
}

/* The two numbers of /proc/uptime in hundredths; the idle one is of all harts together. */
static void read_uptime(long *up, long *idle)
{
	long a[4] = { 0 };
	char *at = slurp("/proc/uptime");

	for (int i = 0; at && i < 4; i++) {
		a[i] = strtol(at, &at, 10);
		at++;
	}
	*up = a[0] * 100 + a[1];
	*idle = a[2] * 100 + a[3];
}

/* While this one runs the others wait, and nothing wakes them to be counted. */
static void idle_time(void)
{
	long others = sysconf(_SC_NPROCESSORS_ONLN) - 1, from, up, from_idle, idle, last;

	if (!on_xv39() || others == 0) {
		skip(3, "other programs use this machine's processors, or there is one");
		return;
	}
	read_uptime(&from, &from_idle);
	last = from_idle;
	do {
		read_uptime(&up, &idle);
		if (idle < last)
			break;
		last = idle;
	} while (up < from + 20);
	ok(idle >= last, "idle time goes forward");
	ok(idle - from_idle >= others * (up - from) / 2, "what harts are idle counts meanwhile");
	ok(idle <= (others + 1) * (up + 10), "once");
}

static void self(void)
{
	char buf[64], path[64];
	ssize_t n = readlink("/proc/self", buf, sizeof(buf) - 1);
	struct stat st, st2;

	buf[n > 0 ? n : 0] = '\0';
	is(atoi(buf), getpid(), "/proc/self is a link to this process");
	snprintf(path, sizeof(path), "/proc/%d", getpid());
	ok(stat(path, &st) == 0 && S_ISDIR(st.st_mode), "which has a directory");
	ok(stat("/proc/self/exe", &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111),
	   "exe is the program");
	n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	ok(n > 0 && stat(path, &st2) == 0 && (on_qemu_user() || st.st_ino == st2.st_ino),
	   "where its link leads");
	fails_with(open("/proc/99999999/maps", O_RDONLY), ENOENT);
	fails_with(open("/proc/none", O_RDONLY), ENOENT);
	fails_with(open("/proc/self/none", O_RDONLY), ENOENT);
	ok(open("/proc/self/new", O_RDWR | O_CREAT, 0644) < 0, "no file can be made there");
	ok(unlink("/proc/meminfo") < 0, "nor removed");
	ok(mkdir("/proc/x", 0755) < 0, "nor a directory made");
}

/* Field n (from 1) of /proc/<pid>/stat; the name in brackets, which may hold anything, is field 2. */
static const char *stat_field(pid_t pid, int n)
{
	static char path[64];
	char *p;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	p = slurp(path);
	if (!p || n < 2)
		return p;
	p = strrchr(p, ')');
	while (p && n-- > 2)
		p = strchr(p + 1, ' ');
	return p ? p + 1 : NULL;
}

static void own_stat(void)
{
	const char *f;

	is(stat_field(getpid(), 3)[0], 'R', "field 3: running");
	is(atoi(stat_field(getpid(), 4)), getppid(), "field 4: the parent");
	f = stat_field(getpid(), 23);
	ok(f && strtoul(f, NULL, 10) >= 4 * PAGE, "field 23: bytes of address space");
	f = stat_field(getpid(), 24);
	ok(f && strtol(f, NULL, 10) > 0, "field 24: resident pages");
	f = stat_field(getpid(), 52);
	ok(f && strchr(f, ' ') == NULL, "52 fields");
}

static void stat_and_status(void)
{
	struct gate go;
	pid_t pid;
	char path[64];

	is(atoi(stat_field(getpid(), 1)), getpid(), "stat starts with the pid");
	if (on_qemu_user())
		skip(5, "qemu-user has a stat of its own, mostly zeroes");
	else
		own_stat();
	is(proc_number("/proc/self/status", "Pid:"), getpid(), "status has Pid:");
	is(proc_number("/proc/self/status", "PPid:"), getppid(), "PPid:");
	ok(proc_number("/proc/self/status", "VmSize:") > 0, "VmSize:");
	ok(proc_number("/proc/self/status", "VmRSS:") > 0, "VmRSS:");
	ok(strncmp(slurp("/proc/self/status"), "Name:\t", 6) == 0, "and starts with Name:");
	gate_make(&go);
	pid = tap_fork();
	if (pid == 0) {
		gate_wait(&go);
		tap_child_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	ok(slurp(path) && strstr(slurp(path), "[stack]"), "another process's maps can be read");
	is(atoi(stat_field(pid, 4)), getpid(), "it is this one's child");
	gate_open(&go);
	while (stat_field(pid, 3)[0] != 'Z')
		sys(SYS_sched_yield);
	ok(true, "which is a zombie (Z) until it is waited for");
	tap_wait(pid);
	fails_with(open(path, O_RDONLY), ENOENT);
	gate_close(&go);
}

static void resident_counts(void)
{
	long before = proc_number("/proc/self/status", "VmRSS:"), during;
	char *p = map_anon(8 * MIB, RW);

	is(proc_number("/proc/self/status", "VmRSS:") - before < 1024, 1,
	   "mapping is not residing");
	memset(p, 1, 8 * MIB);
	during = proc_number("/proc/self/status", "VmRSS:");
	ok(during - before >= 8192 - 512 && during - before < 8192 + 512,
	   "8 MiB touched: VmRSS is %ld kB more", during - before);
	munmap(p, 8 * MIB);
}

static void maps(void)
{
	char *text = slurp("/proc/self/maps");
	struct map_line m;
	uintptr_t last = 0;
	bool sorted = true, names = true;
	int stack = 0, exec = 0, heap = 0;

	sys(SYS_brk, sys(SYS_brk, 0) + PAGE);
	text = slurp("/proc/self/maps");
	while (text && *text) {
		text = map_parse(text, &m);
		sorted &= m.start >= last && m.end > m.start && m.start % PAGE == 0 &&
			m.end % PAGE == 0;
		last = m.end;
		names &= m.path[0] == '\0' || m.path[0] == '/' || m.path[0] == '[';
		stack += strcmp(m.path, "[stack]") == 0;
		heap += strcmp(m.path, "[heap]") == 0;
		exec += strcmp(m.perms, "r-xp") == 0 && m.path[0] == '/';
	}
	ok(last > 0 && sorted, "maps are in order and do not overlap");
	ok(names, "a name is a path or in brackets");
	ok(stack == 1 && exec >= 1, "one stack, and executable text of a file");
	if (on_qemu_user())
		skip(1, "qemu-user does not name the heap");
	else
		ok(heap >= 1, "a heap");
}

static void piecewise(void)
{
	static char whole[32 << 10], part[32 << 10];
	int fd = open("/proc/meminfo", O_RDONLY);
	long n = read(fd, whole, sizeof(whole)), at = 0, got;

	lseek(fd, 0, SEEK_SET);
	while ((got = read(fd, part + at, 7)) > 0)
		at += got;
	is(at, n, "read in pieces of 7 bytes it is as long");
	is(memcmp(part, "MemTotal:", 9), 0, "and starts alike");
	is(pread(fd, part, 5, 3), 5, "pread in the middle");
	is(memcmp(part, "Total", 5), 0, "gives the middle");
	fails_with(write(fd, "x", 1), EBADF);
	close(fd);
}

int main(void)
{
	meminfo();
	meminfo_moves();
	uptime();
	idle_time();
	self();
	stat_and_status();
	resident_counts();
	maps();
	piecewise();
	return done_testing();
}
