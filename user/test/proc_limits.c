/*
 * Resource limits: kept, inherited, and in force for memory, stack, descriptors, files, signals and
 * processor time.
 * Catches a limit that can be passed, one that is lost in fork or exec, and an error that is not
 * Linux's.
 */
#include "user/test/util.h"

#include <sys/resource.h>
#include <sys/wait.h>

static const char *self;

static int limit(int which, unsigned long cur)
{
	struct rlimit l = { cur, RLIM_INFINITY };

	getrlimit(which, &l);
	l.rlim_cur = cur;
	return setrlimit(which, &l);
}

/* Bytes that are mapped, from /proc. */
static size_t mapped(void)
{
	char *text = slurp("/proc/self/maps");
	struct map_line m;
	size_t n = 0;

	while (*text) {
		text = map_parse(text, &m);
		n += m.end <= user_end() ? m.end - m.start : 0;
	}
	return n;
}

static bool maps(size_t size, int prot, int flags)
{
	return mmap(NULL, size, prot, flags | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static void calls(void)
{
	struct rlimit l = { 2, 1 }, old;

	fails_with(sys(SYS_prlimit64, 0, RLIMIT_DATA, &l, 0), EINVAL);
	fails_with(sys(SYS_prlimit64, 0, 16, 0, &l), EINVAL);
	fails_with(sys(SYS_prlimit64, 0, -1, 0, &l), EINVAL);
	fails_with(sys(SYS_prlimit64, 0, RLIMIT_DATA, 8, 0), EFAULT);
	fails_with(sys(SYS_prlimit64, 0, RLIMIT_DATA, 0, 8), EFAULT);
	fails_with(sys(SYS_prlimit64, 0x3fffffff, RLIMIT_DATA, 0, &l), ESRCH);
	fails_with(sys(SYS_getrlimit, 16, 8), EINVAL);
	fails_with(sys(SYS_getrlimit, RLIMIT_DATA, 8), EFAULT);
	fails_with(sys(SYS_setrlimit, 16, 8), EFAULT);
	l = (struct rlimit){ 10, 1UL << 40 };
	fails_with(sys(SYS_setrlimit, RLIMIT_NOFILE, &l), EPERM);
	is(getrlimit(RLIMIT_STACK, &old), 0, "getrlimit");
	is(old.rlim_cur, 8 * MIB, "a stack may have 8 MiB");
	l = (struct rlimit){ 123456789, 987654321 };
	is(sys(SYS_prlimit64, getpid(), RLIMIT_RSS, &l, &old), 0, "prlimit of oneself by number");
	is(getrlimit(RLIMIT_RSS, &old), 0, "what is set");
	ok(old.rlim_cur == 123456789 && old.rlim_max == 987654321, "is there");
}

static int address_space(void)
{
	size_t now = mapped();
	char *p = map_anon(64 * PAGE, PROT_NONE), *brk_now = (char *)sys(SYS_brk, 0);

	limit(RLIMIT_AS, now + 64 * PAGE + 2 * PAGE);
	if (!maps(PAGE, PROT_NONE, MAP_SHARED) || !maps(PAGE, PROT_READ, MAP_PRIVATE))
		return 1;
	if (maps(PAGE, PROT_NONE, MAP_PRIVATE) || errno != ENOMEM)
		return 2;
	if (mmap(p, PAGE, RW, ANON | MAP_FIXED, -1, 0) != p)
		return 3;		/* replaces what was there */
	if (mremap(p + PAGE, 63 * PAGE, 64 * PAGE, MREMAP_MAYMOVE) != MAP_FAILED ||
	    errno != ENOMEM)
		return 4;
	if ((char *)sys(SYS_brk, brk_now + PAGE) != brk_now)
		return 5;
	munmap(p, PAGE);
	if ((char *)sys(SYS_brk, brk_now + PAGE) != brk_now + PAGE)
		return 6;
	return maps(PAGE, RW, MAP_PRIVATE) ? 7 : 0;
}

static int data(void)
{
	char *p = map_anon(4 * PAGE, PROT_READ), *brk_now = (char *)sys(SYS_brk, 0);

	limit(RLIMIT_DATA, PAGE);
	if (maps(PAGE, RW, MAP_PRIVATE) || errno != ENOMEM)
		return 1;
	if (!maps(PAGE, RW, MAP_SHARED) || !maps(PAGE, PROT_READ, MAP_PRIVATE))
		return 2;
	if (mprotect(p, PAGE, RW) == 0 || errno != ENOMEM)
		return 3;
	if (mprotect(p, PAGE, PROT_NONE) != 0)
		return 4;
	return (char *)sys(SYS_brk, brk_now + 16 * PAGE) == brk_now ? 0 : 5;
}

__attribute__((noinline)) static int use_stack(size_t n)
{
	volatile char frame[2048];

	frame[0] = (char)n;
	if (n > sizeof(frame) + 64)
		use_stack(n - sizeof(frame) - 64);
	return frame[0] == (char)n ? 0 : 1;
}

static int small_stack(void)
{
	limit(RLIMIT_STACK, MIB);
	return use_stack(2 * MIB);
}

static int large_stack(void)
{
	size_t size = checks_everything() ? 10 * MIB : 30 * MIB;

	limit(RLIMIT_STACK, size + 2 * MIB);
	return use_stack(size);
}

static int stack_in_full_space(void)
{
	limit(RLIMIT_AS, mapped() + 8 * PAGE);
	return use_stack(MIB);
}

static int new_stack(void)
{
	const char *const args[] = { "stack", NULL };

	limit(RLIMIT_STACK, 64 * MIB);
	exec_self(self, args, (char *[]){ NULL });
	return 1;
}

static int descriptors(void)
{
	int fd = open("/dev/null", O_RDONLY), fds[2];

	limit(RLIMIT_NOFILE, (unsigned long)fd + 3);
	if (dup(fd) != fd + 1 || dup(fd) != fd + 2)
		return 1;
	if (dup(fd) >= 0 || errno != EMFILE)
		return 2;
	if (open("/dev/null", O_RDONLY) >= 0 || errno != EMFILE)
		return 3;
	if (dup2(fd, fd + 3) >= 0 || errno != EBADF)
		return 4;
	if (fcntl(fd, F_DUPFD, fd + 3) >= 0 || errno != EINVAL)
		return 5;
	close(fd + 2);
	if (pipe(fds) == 0 || errno != EMFILE)
		return 6;
	return dup(fd) == fd + 2 ? 0 : 7;
}

static int many_descriptors(void)
{
	struct rlimit l;

	getrlimit(RLIMIT_NOFILE, &l);
	limit(RLIMIT_NOFILE, 1024);
	return dup2(0, 1023) == 1023 && l.rlim_max >= 1024 ? 0 : 1;
}

/* What fits is written; then it is EFBIG, and SIGXFSZ for who does not ignore that. */
static int file_size(void)
{
	int fd = make_file("limited", "12345", 5);
	char text[64] = "";

	signal(SIGXFSZ, SIG_IGN);
	limit(RLIMIT_FSIZE, 50);
	if (pwrite(fd, text, 64, 10) != 40 || pwrite(fd, text, 1, 50) >= 0 || errno != EFBIG)
		return 1;
	if (write(fd, text, 0) != 0 || size_of("limited") != 50)
		return 2;
	if (ftruncate(fd, 51) == 0 || errno != EFBIG || truncate("limited", 50) != 0)
		return 3;
	if (posix_fallocate(fd, 0, 51) != EFBIG)
		return 4;
	if (fallocate(fd, FALLOC_FL_ZERO_RANGE, 0, 51) == 0 ||
	    (errno != EFBIG && errno != EOPNOTSUPP) || size_of("limited") != 50)
		return 7;		/* not every file system zeroes ranges */
	limit(RLIMIT_FSIZE, 20);
	if (ftruncate(fd, 45) != 0 || pwrite(fd, text, 1, 20) >= 0 || errno != EFBIG)
		return 5;		/* to shrink is allowed, whatever is left */
	if (lseek(fd, 0, SEEK_END) != 45 || size_of("limited") != 45)
		return 6;
	return write(STDERR_FILENO, text, 0);
}

static int file_too_large(void)
{
	limit(RLIMIT_FSIZE, 2);
	return write(make_file("limited", "12", 2), "3", 1) == 1;
}

/* Signals that carry something: as many as may wait, and one more. */
static int pending_signals(void)
{
	long before = proc_number("/proc/self/status", "SigQ:");
	union sigval value = { .sival_int = 7 };
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	limit(RLIMIT_SIGPENDING, (unsigned long)before + 3);
	for (int i = 0; i < 3; i++)
		if (sigqueue(getpid(), SIGRTMIN + 1, value))
			return 1;
	if (sigqueue(getpid(), SIGRTMIN + 1, value) == 0 || errno != EAGAIN)
		return 2;
	if (proc_number("/proc/self/status", "SigQ:") != before + 3)
		return 3;
	return kill(getpid(), SIGTERM);		/* needs no room */
}

static int processor_time(void)
{
	limit(RLIMIT_CPU, 1);
	for (volatile int i = 0; i >= 0; i = 0)
		;
	return 1;
}

static int inherited(void)
{
	struct rlimit l;
	pid_t pid;

	limit(RLIMIT_CORE, 4711);
	pid = tap_fork();
	if (pid == 0) {
		const char *const args[] = { "core", NULL };

		exec_self(self, args, (char *[]){ NULL });
		_exit(1);
	}
	return tap_wait(pid) == 42 << 8 && getrlimit(RLIMIT_CORE, &l) == 0 && l.rlim_cur == 4711 ?
		0 : 1;
}

static int exec_beyond(void)
{
	const char *const args[] = { "core", NULL };

	limit(RLIMIT_AS, 16 * PAGE);
	exec_self(self, args, (char *[]){ NULL });
	_exit(1);
}

static int new_program(const char *what)
{
	struct rlimit l;

	getrlimit(RLIMIT_CORE, &l);
	if (strcmp(what, "core") == 0)
		return l.rlim_cur == 4711 ? 42 : 1;
	if ((uintptr_t)map_anon(PAGE, RW) > (uintptr_t)&l - 64 * MIB)
		return 1;
	return use_stack(checks_everything() ? 10 * MIB : 60 * MIB);
}

int main(int argc, char **argv)
{
	int status;

	self = argv[0];
	if (argc > 1)
		return new_program(argv[1]);
	if (on_qemu_user())
		skip_all("qemu-user shares the limits of its host");
	scratch_enter();
	calls();
	exits_with(address_space, 0);
	exits_with(data, 0);
	dies_of(small_stack, SIGSEGV);
	exits_with(large_stack, 0);
	dies_of(stack_in_full_space, SIGSEGV);
	exits_with(new_stack, 0);
	exits_with(descriptors, 0);
	exits_with(many_descriptors, 0);
	exits_with(file_size, 0);
	dies_of(file_too_large, SIGXFSZ);
	exits_with(pending_signals, 0);
	dies_of(processor_time, SIGXCPU);
	exits_with(inherited, 0);
	status = child_status(exec_beyond);
	ok(status != 0 && status != 42 << 8, "a program too large for the limit does not run");
	return done_testing();
}
