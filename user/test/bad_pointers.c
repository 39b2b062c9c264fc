/*
 * Every call that takes a pointer is given bad ones, past the library: null, unmapped, without
 * permission, in the kernel, non-canonical, wrapping, and good memory that ends too soon. The
 * answer is EFAULT, or a count of what fitted, and nothing else has happened.
 * Catches a copy without a check, a check without the copy's fix-up, and a call that acts before
 * it has read its arguments.
 */
#include "user/test/util.h"

enum {
	IN = 0,			/* the kernel reads: read-only memory is good */
	OUT = 1,		/* the kernel writes */
	PATH = 2,		/* a string */
	NULL_OK = 4,		/* null means "none" */
	PARTIAL = 8,		/* returns how much fitted */
};

#define P 0x7ead0000		/* stands for the pointer in the arguments */

static int file, zero, dir, p[2];

struct call {
	const char *name;
	long number;
	int kind;
	long arg[6];
};

static const char *const bad_names[] = {
	"null", "page zero", "unmapped", "PROT_NONE", "kernel text", "direct map", "kernel area",
	"last page", "last byte", "non-canonical", "past the user half",
};
#define USER_HALF 4 /* so many of them lie in the user half: nothing to copy is no error */

static char *bad[COUNT_OF(bad_names)];
static char *read_only, *edge;	/* edge: the first byte that is not mapped */

static void make_memory(void)
{
	char *m = map_anon(4 * PAGE, RW);

	munmap(m + 3 * PAGE, PAGE);
	memset(m, 'a', 3 * PAGE);
	mprotect(m, PAGE, PROT_NONE);
	mprotect(m + PAGE, PAGE, PROT_READ);
	bad[0] = NULL;
	bad[1] = (char *)8;
	bad[2] = m + 3 * PAGE;
	bad[3] = m;
	bad[4] = (char *)0xffffffff80200000;
	bad[5] = (char *)0xffffffc080200000;
	bad[6] = (char *)0xffffffe000000000;
	bad[7] = (char *)-PAGE;
	bad[8] = (char *)-1L;
	bad[9] = (char *)(1UL << 63);
	bad[10] = (char *)(on_xv39() ? 1UL << 38 : 1UL << 47);
	read_only = m + PAGE;
	edge = m + 3 * PAGE;
}

static long call_with(const struct call *c, const char *ptr)
{
	long a[6];

	for (int i = 0; i < 6; i++)
		a[i] = c->arg[i] == P ? (long)ptr : c->arg[i];
	errno = 0;
	return sys6(c->number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static int is_fault(const struct call *c, const char *ptr, const char *what)
{
	long r = call_with(c, ptr);

	if (r == -1 && errno == EFAULT)
		return 0;
	diag("  %s, %s (%p): returned %ld, errno %d", c->name, what, (const void *)ptr, r, errno);
	return 1;
}

static void check(const struct call *c)
{
	int wrong = 0;

	for (size_t i = c->kind & NULL_OK ? 1 : 0; i < COUNT_OF(bad); i++)
		wrong += is_fault(c, bad[i], bad_names[i]);
	if (c->kind & OUT)
		wrong += is_fault(c, read_only, "read-only");
	memset(edge - 4, 'a', 4);
	lseek(file, 0, SEEK_SET);
	if (!(c->kind & PARTIAL)) {
		wrong += is_fault(c, edge - 4, "runs off the end");
	} else {
		long r = call_with(c, edge - 4);

		if (r != 4) {
			diag("  %s, runs off the end: %ld, errno %d", c->name, r, errno);
			wrong++;
		}
	}
	is(wrong, 0, "%s", c->name);
}

static void all_calls(void)
{
	char *eight_pages = map_anon(8 * PAGE, RW);
	const struct call calls[] = {
		{"read from a file", SYS_read, OUT | PARTIAL, {file, P, 100}},
		{"read from /dev/zero", SYS_read, OUT | PARTIAL, {zero, P, 100}},
		{"read from a pipe", SYS_read, OUT, {p[0], P, 100}},
		{"write to a file", SYS_write, IN | PARTIAL, {file, P, 100}},
		{"write to a pipe", SYS_write, IN, {p[1], P, 100}},
		{"pread64", SYS_pread64, OUT | PARTIAL, {file, P, 100, 0}},
		{"pwrite64", SYS_pwrite64, IN | PARTIAL, {file, P, 100, 0}},
		{"readv", SYS_readv, IN, {file, P, 1}},
		{"writev", SYS_writev, IN, {file, P, 1}},
		{"openat", SYS_openat, PATH, {AT_FDCWD, P, O_RDWR | O_CREAT, 0644}},
		{"mkdirat", SYS_mkdirat, PATH, {AT_FDCWD, P, 0755}},
		{"unlinkat", SYS_unlinkat, PATH, {AT_FDCWD, P, 0}},
		{"symlinkat, target", SYS_symlinkat, PATH, {P, AT_FDCWD, (long)"n"}},
		{"symlinkat, path", SYS_symlinkat, PATH, {(long)"n", AT_FDCWD, P}},
		{"linkat, from", SYS_linkat, PATH, {AT_FDCWD, P, AT_FDCWD, (long)"n", 0}},
		{"linkat, to", SYS_linkat, PATH, {AT_FDCWD, (long)"f", AT_FDCWD, P, 0}},
		{"renameat2, from", SYS_renameat2, PATH, {AT_FDCWD, P, AT_FDCWD, (long)"n", 0}},
		{"renameat2, to", SYS_renameat2, PATH, {AT_FDCWD, (long)"f", AT_FDCWD, P, 0}},
		{"readlinkat, path", SYS_readlinkat, PATH, {AT_FDCWD, P, (long)(edge - 64), 64}},
		{"readlinkat, buffer", SYS_readlinkat, OUT, {AT_FDCWD, (long)"l", P, 64}},
		{"faccessat", SYS_faccessat, PATH, {AT_FDCWD, P, 0}},
		{"chdir", SYS_chdir, PATH, {P}},
		{"newfstatat, path", SYS_newfstatat, PATH, {AT_FDCWD, P, (long)(edge - 512), 0}},
		{"newfstatat, buffer", SYS_newfstatat, OUT, {AT_FDCWD, (long)"f", P, 0}},
		{"fstat", SYS_fstat, OUT, {file, P}},
		{"getcwd", SYS_getcwd, OUT, {P, 4096}},
		{"getdents64", SYS_getdents64, OUT, {dir, P, 4096}},
		{"execve, path", SYS_execve, PATH, {P, 0, 0}},
		{"execve, argv", SYS_execve, IN | NULL_OK, {(long)"/proc/self/exe", P, 0}},
		{"execve, envp", SYS_execve, IN | NULL_OK, {(long)"/proc/self/exe", 0, P}},
		{"pipe2", SYS_pipe2, OUT, {P, 0}},
		{"uname", SYS_uname, OUT, {P}},
		{"sysinfo", SYS_sysinfo, OUT, {P}},
		{"times", SYS_times, OUT | NULL_OK, {P}},
		{"getrandom", SYS_getrandom, OUT | PARTIAL, {P, 100, 0}},
		{"clock_gettime", SYS_clock_gettime, OUT, {CLOCK_MONOTONIC, P}},
		{"nanosleep", SYS_nanosleep, IN, {P, 0}},
		{"mincore", SYS_mincore, OUT, {(long)eight_pages, 8 * PAGE, P}},
	};

	for (size_t i = 0; i < COUNT_OF(calls); i++)
		check(&calls[i]);
}

/* The status of a child is lost with the bad pointer, but the child is reaped. */
static void wait_status(void)
{
	int wrong = 0;

	for (size_t i = 1; i < COUNT_OF(bad); i++) {
		pid_t pid = tap_fork();

		if (pid == 0)
			_exit(0);
		errno = 0;
		wrong += sys(SYS_wait4, pid, bad[i], 0, 0) != -1 || errno != EFAULT;
		wrong += sys(SYS_wait4, pid, NULL, 0, 0) != -1 || errno != ECHILD;
	}
	is(wrong, 0, "wait4");
}

/* A vector whose parts are bad. */
static void vectors(void)
{
	struct { const char *base; size_t len; } v[2];
	int wrong = 0;

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		v[0].base = bad[i];
		v[0].len = 16;
		errno = 0;
		wrong += sys(SYS_writev, file, v, 1) != -1 || errno != EFAULT;
		errno = 0;
		wrong += sys(SYS_readv, zero, v, 1) != -1 || errno != EFAULT;
		v[0].len = 0;
		if (i < USER_HALF)
			wrong += sys(SYS_writev, file, v, 1) != 0;
	}
	is(wrong, 0, "parts of a vector");
}

/* Lengths that wrap around the address space, and lengths of nothing. */
static void lengths(void)
{
	int wrong = 0;

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		lseek(file, 0, SEEK_SET);
		if (i < USER_HALF) {
			wrong += sys(SYS_read, file, bad[i], 0) != 0;
			wrong += sys(SYS_write, file, bad[i], 0) != 0;
		}
		wrong += sys(SYS_read, file, bad[i], -1L) != -1;
		wrong += sys(SYS_write, file, bad[i], -1L) != -1;
		wrong += sys(SYS_write, file, bad[i], 1L << 62) != -1;
	}
	fails_with(sys(SYS_read, zero, edge - 4, -1L), EFAULT);
	fails_with(sys(SYS_write, file, edge - 4, -1L), EFAULT);
	is(wrong, 0, "lengths 0, 2^62 and 2^64 - 1");
}

int main(void)
{
	struct stat st;

	if (on_qemu_user())
		skip_all("qemu-user copies arguments by itself");
	make_memory();
	scratch_enter();
	file = make_file("f", NULL, 0);
	ftruncate(file, PAGE);
	zero = open("/dev/zero", O_RDWR);
	dir = open(".", O_RDONLY | O_DIRECTORY);
	symlink("target", "l");
	if (zero < 0 || dir < 0 || pipe(p) < 0)
		bail_out("set-up: errno %d", errno);
	write(p[1], "some bytes", 10);
	all_calls();
	wait_status();
	vectors();
	lengths();
	ok(access("n", F_OK) < 0 && stat("f", &st) == 0 && st.st_nlink == 1 && st.st_size == PAGE,
	   "nothing was made, moved or lengthened");
	is(sys(SYS_read, p[0], edge - 100, 100), 10, "the pipe still has its bytes");
	return done_testing();
}
