/*
 * Memory runs out, in every way a program can use it up: touched pages, page tables, copies after
 * fork, processes, files, pipes, and the kernel's own writing to memory. The one who asks for too
 * much gets an error or is killed; everyone else lives, and afterwards exactly as much memory is
 * free as before. Catches an allocation whose failure is not handled, and what it then leaks.
 */
#include "user/test/util.h"

#define LARGEST (1024 * 1024)	/* kB: more takes too long to fill */

static long at_start;
static long left = 48 * 1024;	/* kB that most storms are given, to be quick */

/* The storm is over: as much is free as was, as soon as the last orphan is gone. */
static void equal(const char *what)
{
	uint64_t end = now_ns() + 20000000000u;
	long after;

	while ((after = free_kib()) < at_start && now_ns() < end)
		sys(SYS_sched_yield);
	is(after, at_start, "%s: MemFree %ld kB before, %ld kB after", what, at_start, after);
}

static bool ended(int status)
{
	bool fine = WIFEXITED(status) || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);

	if (!fine)
		diag("  wait status 0x%x", status);
	return fine;
}

static const char *how(int status)
{
	return WIFSIGNALED(status) ? "killed" : WEXITSTATUS(status) ? "refused" : "satisfied";
}

static int touches_all(void)
{
	for (;;) {
		char *p = mmap(NULL, MIB, RW, ANON, -1, 0);

		if (p == MAP_FAILED)
			return 3;
		for (size_t i = 0; i < MIB; i += PAGE)
			p[i] = 1;
	}
}

static int touches_lazily(void)
{
	char *p = mmap(NULL, 32 * GIB, RW, ANON | MAP_NORESERVE, -1, 0);

	for (size_t i = 0; p != MAP_FAILED && i < 32 * GIB; i += PAGE)
		p[i] = 1;
	return 3;
}

/* One page in every 2 MiB: as many table pages as data pages. */
static int fills_tables(void)
{
	for (int k = 0; k < 3; k++) {
		char *p = mmap(NULL, 64 * GIB, RW, ANON | MAP_NORESERVE, -1, 0);

		for (size_t i = 0; p != MAP_FAILED && i < 64 * GIB; i += 2 * MIB)
			p[i] = 1;
	}
	return 3;
}

static int grows_brk(void)
{
	char *b = (char *)sys(SYS_brk, 0);

	for (;;) {
		if ((char *)sys(SYS_brk, b + MIB) != b + MIB)
			return 3;
		for (size_t i = 0; i < MIB; i += PAGE)
			b[i] = 1;
		b += MIB;
	}
}

static int populates(void)
{
	for (int i = 0; i < 1000; i++)
		if (mmap(NULL, 16 * MIB, RW, ANON | MAP_POPULATE, -1, 0) == MAP_FAILED)
			return 3;
	return 4;
}

/* The kernel writes into memory there is not enough of. */
static int reads_too_much(void)
{
	char *p = mmap(NULL, 4 * GIB, RW, ANON | MAP_NORESERVE, -1, 0);
	int fd = open("/dev/zero", O_RDONLY);
	size_t got = 0;

	while (p != MAP_FAILED && got < 4 * GIB) {
		ssize_t n = read(fd, p + got, MIB);

		if (n <= 0)
			return errno == EFAULT || errno == ENOMEM ? 3 : 9;
		got += (size_t)n;
	}
	return 4;
}

/* Most of memory belongs to the parent of two children who both want copies of it. */
static int copies_after_fork(void)
{
	size_t size = (size_t)at_start * 1024 / 100 * 45 & -PAGE;
	char *p = map_anon(size, RW);
	pid_t pid[2];

	for (size_t i = 0; i < size; i += PAGE)
		p[i] = 'p';
	for (int k = 0; k < 2; k++) {
		pid[k] = fork();
		if (pid[k] == 0) {
			for (size_t i = 0; i < size; i += PAGE)
				p[i] = 'c';
			_exit(0);
		}
	}
	for (int k = 0; k < 2; k++)
		if (pid[k] > 0)
			tap_wait(pid[k]);
	for (size_t i = 0; i < size; i += PAGE)
		if (p[i] != 'p')
			return 9;
	return 0;
}

static int writes_files(void)
{
	static char block[64 << 10];
	int fd = open("large", O_RDWR | O_CREAT, 0644), n = 0;

	while (n < 20000 && write(fd, block, sizeof(block)) > 0)
		n++;
	return errno == ENOSPC || errno == ENOMEM ? 3 : 9;
}

static int makes_files(void)
{
	static char block[32 << 10];
	char name[32];

	if (mkdir("many", 0755) < 0)
		return 9;
	for (int i = 0; i < 1000000; i++) {
		ssize_t n;
		int fd;

		snprintf(name, sizeof(name), "many/%d", i);
		fd = open(name, O_RDWR | O_CREAT, 0644);
		n = fd < 0 ? -1 : write(fd, block, sizeof(block));
		if (n < 0)
			return errno == ENOSPC || errno == ENOMEM ? 3 : 9;
		close(fd);
	}
	return 4;
}

static int fills_pipes(void)
{
	static char block[64 << 10];
	pid_t pid;
	int p[2];

	for (int i = 0; i < 20; i++) {
		pid = fork();
		if (pid < 0)
			return 3;
		if (pid == 0)
			continue;	/* the child goes on while its parent waits */
		return tap_wait(pid) ? 3 : 0;
	}
	for (int k = 0; k < 400; k++) {
		if (sys(SYS_pipe2, p, O_NONBLOCK) < 0)
			return 3;
		while (write(p[1], block, sizeof(block)) > 0)
			;
	}
	return 0;
}

/*
 * Processes until there can be no more. They wait for the end of a pipe that only their maker
 * holds open, so that they go at once, whether it lives to close it or not.
 */
static int makes_processes(void)
{
	int n = 0, bad = 0, p[2];
	pid_t pid;
	char c;

	if (pipe(p) < 0)
		return 3;
	while (n < 20000 && (pid = fork()) >= 0) {
		if (pid == 0) {
			close(p[1]);
			_exit(read(p[0], &c, 1) != 0);
		}
		n++;
	}
	if (n < 20000 && errno != EAGAIN && errno != ENOMEM)
		return 9;
	close(p[1]);
	for (int i = 0; i < n; i++)
		bad += tap_wait(-1) != 0;
	diag("%d processes at once, %d of them killed", n, bad);
	return 0;
}

static int nothing(void)
{
	return 0;
}

/* Only removes: while orphans still hold memory, what a storm took away could not be made anew, and
 * the slab of inodes that a missing directory lay on alone is a frame more than was free before. */
static void after_storm(void)
{
	remove_tree("many");
	unlink("large");
}

/* A storm without any wind: touches what of our own memory the watching of real ones will touch. */
static void rehearse(void)
{
	child_status(nothing);
	mkdir("many", 0755);
	after_storm();
}

/* Run fn in a child whose memory is all used up by it; what is left must be what was. */
static void storm(const char *what, int (*fn)(void))
{
	uint64_t start = now_ns();
	int status = child_status(fn);

	ok(ended(status) && WEXITSTATUS(status) != 9, "%s: %s after %lu ms", what, how(status),
	   (unsigned long)((now_ns() - start) / 1000000));
	after_storm();
	equal(what);
}

/* A process that holds all memory but left kB until the pipe's other end is closed. */
static pid_t start_hog(int *release)
{
	size_t size = (size_t)(at_start - left) * 1024 & -PAGE;
	struct gate ready;
	pid_t pid;
	int p[2];

	gate_make(&ready);
	if (pipe(p) < 0)
		bail_out("pipe: errno %d", errno);
	pid = tap_fork();
	if (pid == 0) {
		char *m = mmap(NULL, size, RW, ANON | MAP_POPULATE, -1, 0), c;

		close(p[1]);
		gate_open(&ready);
		_exit(m == MAP_FAILED || read(p[0], &c, 1) != 0);
	}
	gate_wait(&ready);
	gate_close(&ready);
	close(p[0]);
	*release = p[1];
	return pid;
}

static void all_at_once(void)
{
	static int (*const fns[])(void) = {
		touches_all, touches_lazily, fills_tables, grows_brk, populates, reads_too_much,
		touches_all, copies_after_fork,
	};
	pid_t pid[COUNT_OF(fns)];
	struct gate all_there;
	int bad = 0;

	gate_make(&all_there);
	for (size_t i = 0; i < COUNT_OF(fns); i++) {
		pid[i] = tap_fork();
		if (pid[i] == 0) {
			gate_wait(&all_there);
			tap_child_exit(fns[i]());
		}
	}
	for (size_t i = 0; i < COUNT_OF(fns); i++)
		gate_open(&all_there);
	for (size_t i = 0; i < COUNT_OF(fns); i++)
		bad += !ended(tap_wait(pid[i]));
	gate_close(&all_there);
	is(bad, 0, "eight greedy processes at once");
	equal("eight at once");
}

int main(void)
{
	long everything;
	int release;
	pid_t hog;
	char *mine;

	if (!on_xv39())
		skip_all("this would use up the host's memory");
	if (proc_number("/proc/meminfo", "MemTotal:") > LARGEST)
		skip_all("more than 1 GiB takes too long to fill");
	scratch_enter();
	mine = map_anon(64 * PAGE, RW);
	memset(mine, 'm', 64 * PAGE);
	rehearse();
	everything = at_start = free_kib();
	if (checks_everything()) {
		left = 6 * 1024;
		skip(2, "this kernel checks every page after every fault, which takes too long");
	} else {
		storm("all of memory", touches_all);
	}
	hog = start_hog(&release);
	rehearse();	/* our pages that the hog has too are copied now, not later */
	at_start = free_kib();
	diag("the rest happens in %ld kB", at_start);
	storm("touched pages", touches_all);
	storm("a lazy mapping", touches_lazily);
	storm("page tables", fills_tables);
	storm("brk", grows_brk);
	storm("MAP_POPULATE", populates);
	storm("read()", reads_too_much);
	storm("copies after fork", copies_after_fork);
	storm("a large file", writes_files);
	storm("many files", makes_files);
	storm("pipes", fills_pipes);
	storm("processes", makes_processes);
	all_at_once();
	close(release);
	is(tap_wait(hog), 0, "who held memory all the while ends");
	at_start = everything;
	equal("after all");
	ok(all_bytes(mine, 64 * PAGE, 'm'), "the memory of the one who watched is intact");
	return done_testing();
}
