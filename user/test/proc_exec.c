/*
 * execve: arguments, environment, auxiliary vector, errors, scripts, and what the old program
 * leaves to the new one. Catches an argument that is lost or changed, a caller that is harmed by
 * an exec that fails, an old mapping that survives, and a limit that is not there.
 */
#include "user/test/util.h"

#include <sys/auxv.h>

#define CAN_EXEC 42		/* exit status of a new program that found all as it should be */

static const char *self;
static char path_of_self[256];
static char *const no_env[] = { NULL };
static char zeroed[64 << 10];	/* bss over many pages */
static int initialised[2048] = { [1000] = 1234 };

/* ---- the new program ---- */

static unsigned long aux(char **envp, unsigned long key)
{
	unsigned long *v;

	while (*envp)
		envp++;
	for (v = (unsigned long *)(envp + 1); v[0] != AT_NULL; v += 2)
		if (v[0] == key)
			return v[1];
	return 0;
}

/* Does the table of program headers have a PT_LOAD? */
static bool has_load(const char *phdr, unsigned long n)
{
	while (n-- > 0) {
		if (phdr[0] == 1)
			return true;
		phdr += 56;
	}
	return false;
}

static int new_args(int argc, char **argv, char **envp)
{
	unsigned char *r = (unsigned char *)aux(envp, AT_RANDOM), any = 0;

	if (argc != 6 || strcmp(argv[2], "") || strcmp(argv[3], "a b") ||
	    strcmp(argv[4], "\xff\x01") || strlen(argv[5]) != 100000 || argv[6])
		return 1;
	if (on_qemu_user() && getenv("ONE") && !getenv("HOME"))
		return CAN_EXEC;	/* qemu-user reorders the environment and more */
	if (!envp[0] || strcmp(envp[0], "ONE=1") || strcmp(envp[1], "EMPTY=") ||
	    strcmp(envp[2], "odd") || envp[3] || !getenv("ONE") || getenv("odd"))
		return 2;
	if ((uintptr_t)(argv - 1) % 16)
		return 3;
	if (aux(envp, AT_PAGESZ) != PAGE || !aux(envp, AT_PHDR) || !aux(envp, AT_ENTRY) ||
	    aux(envp, AT_PHNUM) < 2 || aux(envp, AT_PHENT) != 56)
		return 4;
	for (int i = 0; r && i < 16; i++)
		any |= r[i];
	if (!any || aux(envp, AT_UID) != getuid() || aux(envp, AT_SECURE))
		return 5;
	if (!on_qemu_user() && (!aux(envp, AT_EXECFN) ||
	    strcmp((char *)aux(envp, AT_EXECFN), argv[0])))
		return 6;
	if (!has_load((char *)aux(envp, AT_PHDR), aux(envp, AT_PHNUM)))
		return 7;
	if (!all_bytes(zeroed, sizeof(zeroed), 0) || initialised[1000] != 1234)
		return 8;
	return CAN_EXEC;
}

static int new_execfn(char **envp);

static int new_program(int argc, char **argv, char **envp)
{
	if (strcmp(argv[1], "args") == 0)
		return new_args(argc, argv, envp);
	if (strcmp(argv[1], "execfn") == 0)
		return new_execfn(envp);
	if (strcmp(argv[1], "fits") == 0)
		return CAN_EXEC;
	if (strcmp(argv[1], "mapped?") == 0)
		return can_read((char *)strtoul(argv[2], NULL, 16)) ? 1 : CAN_EXEC;
	if (strcmp(argv[1], "pid?") == 0)
		return getpid() == atoi(argv[2]) && getppid() == atoi(argv[3]) ? CAN_EXEC : 1;
	if (strcmp(argv[1], "script") == 0)	/* "#!self script", then its path and arguments */
		return argc == 5 && strcmp(argv[2], "./s1") == 0 && strcmp(argv[3], "x") == 0 &&
			strcmp(argv[4], "y") == 0 ? CAN_EXEC : 10 + argc;
	if (strcmp(argv[1], "one argument") == 0)	/* "#!self one argument" */
		return argc == 3 && strcmp(argv[2], "./s2") == 0 ? CAN_EXEC : 10 + argc;
	return 99;
}

/* ---- the old one ---- */

static int exec_status(const char *const *args, char *const *env)
{
	pid_t pid = tap_fork();

	if (pid == 0) {
		memset(zeroed, 'z', sizeof(zeroed));
		initialised[1000] = 0;
		exec_self(self, args, env);
		diag("  execve: errno %d", errno);
		_exit(1);
	}
	return tap_wait(pid);
}

static void passes_on(void)
{
	char *env[] = { (char *)"ONE=1", (char *)"EMPTY=", (char *)"odd", NULL };
	char hundred[100001], hex[20], pid1[12], pid2[12];
	const char *args[] = { "args", "", "a b", "\xff\x01", hundred, NULL };
	const char *mapped[] = { "mapped?", hex, NULL };
	const char *pids[] = { "pid?", pid1, pid2, NULL };
	char *p = map_anon(PAGE, RW);
	pid_t pid;

	memset(hundred, 'h', 100000);
	hundred[100000] = '\0';
	is(exec_status(args, env), CAN_EXEC << 8,
	   "arguments, environment, auxiliary vector, data, bss");
	snprintf(hex, sizeof(hex), "%lx", (unsigned long)p);
	if (on_qemu_user())
		skip(1, "qemu-user's own memory is there");
	else
		is(exec_status(mapped, no_env), CAN_EXEC << 8, "the old memory is gone");
	pid = tap_fork();
	if (pid == 0) {
		snprintf(pid1, sizeof(pid1), "%d", getpid());
		snprintf(pid2, sizeof(pid2), "%d", getppid());
		exec_self(self, pids, no_env);
		_exit(1);
	}
	is(tap_wait(pid), CAN_EXEC << 8, "the process keeps its number and its parent");
	munmap(p, PAGE);
}

static void script(const char *path, const char *text)
{
	close(make_file(path, text, strlen(text)));
	chmod(path, 0755);
}

#define EXEC(path) execve((path), (char *const[]){ (char *)"x", NULL }, no_env)

static void errors(void)
{
	static char name[5000];
	static const char *const bad_low[] = { (char *)8, NULL };
	static const char *const bad_high[] = { (char *)-1, NULL };

	memset(name, 'n', 4999);
	fails_with(EXEC("none"), ENOENT);
	fails_with(EXEC(""), ENOENT);
	fails_with(EXEC("."), EACCES);
	fails_with(EXEC("plain"), EACCES);
	fails_with(EXEC("plain/x"), ENOTDIR);
	fails_with(EXEC("loop"), ELOOP);
	fails_with(EXEC(name), ENAMETOOLONG);
	fails_with(EXEC("text"), ENOEXEC);
	fails_with(EXEC("empty"), ENOEXEC);
	fails_with(EXEC("/dev/null"), EACCES);
	fails_with(EXEC("fifo"), EACCES);
	fails_with(sys(SYS_execve, NULL, NULL, NULL), EFAULT);
	fails_with(sys(SYS_execve, path_of_self, 8, NULL), EFAULT);
	fails_with(sys(SYS_execve, path_of_self, bad_low, NULL), EFAULT);
	fails_with(sys(SYS_execve, path_of_self, NULL, 8), EFAULT);
	fails_with(sys(SYS_execve, path_of_self, NULL, bad_high), EFAULT);
}

/* One string may have 128 KiB, all of them a quarter of the stack's limit. */
static void too_big(void)
{
	static char *argv[40];
	char *s = map_anon(128 * 1024 + PAGE, RW);

	memset(s, 'b', 128 * 1024 + 10);
	argv[0] = s;
	fails_with(execve(path_of_self, argv, no_env), E2BIG);
	fails_with(execve(path_of_self, no_env, argv), E2BIG);
	s[100000] = '\0';
	for (int i = 0; i < 39; i++)
		argv[i] = s;
	fails_with(execve(path_of_self, argv, no_env), E2BIG);
	munmap(s, 128 * 1024 + PAGE);
}

/* Nothing but the sum of all strings and the pointers to them is too large. */
static void just_too_big(void)
{
	const size_t limit = 2 * MIB, one = 64 << 10;
	size_t fixed = strlen(path_of_self) + 1 + sizeof("fits") + 3 * sizeof(char *), n, rest;
	static char *argv[64];
	char *s = map_anon(one, RW), *last = map_anon(one + PAGE, RW);
	pid_t pid;

	memset(s, 's', one - 1);
	argv[0] = path_of_self;		/* counted twice: it is the path as well */
	fixed += strlen(path_of_self) + 1;
	argv[1] = (char *)"fits";
	n = (limit - fixed) / (one + sizeof(char *));
	for (size_t i = 0; i < n; i++)
		argv[2 + i] = s;
	rest = limit - fixed - n * (one + sizeof(char *));
	memset(last, 'l', rest);
	argv[2 + n] = last;
	fails_with(execve(path_of_self, argv, no_env), E2BIG);
	last[rest - 1] = '\0';
	pid = tap_fork();
	if (pid == 0) {
		execve(path_of_self, argv, no_env);
		_exit(errno);
	}
	is(tap_wait(pid) >> 8, CAN_EXEC, "one byte less is not too big");
	munmap(s, one);
	munmap(last, one + PAGE);
}

static int runs(const char *path)
{
	pid_t pid = tap_fork();

	if (pid == 0) {
		execve(path, (char *const[]){(char *)"name", (char *)"x", (char *)"y", NULL},
		       no_env);
		_exit(errno);
	}
	return tap_wait(pid) >> 8;
}

static void scripts(void)
{
	char text[600];

	snprintf(text, sizeof(text), "#!%s script\nrest\n", path_of_self);
	script("s1", text);
	is(runs("./s1"), CAN_EXEC, "a script: interpreter, its argument, the path, the arguments");
	snprintf(text, sizeof(text), "#! \t%s  one argument \nrest", path_of_self);
	script("s2", text);
	pid_t pid = tap_fork();

	if (pid == 0) {
		execve("./s2", (char *const[]){ (char *)"name", NULL }, no_env);
		_exit(errno);
	}
	is(tap_wait(pid) >> 8, CAN_EXEC, "the rest of its line is one argument, blanks cut off");
	script("bad", "#!\n");
	is(runs("bad"), ENOEXEC, "no interpreter");
	script("bad", "#!/none/such\n");
	is(runs("bad"), ENOENT, "an interpreter that is not there");
	script("bad", "#!/\n");
	is(runs("bad"), EACCES, "one that is a directory");
	script("bad", "#!./bad\n");
	is(runs("bad"), ELOOP, "one that is the script itself");
	memset(text, 'i', sizeof(text));
	memcpy(text, "#!/", 3);
	text[sizeof(text) - 1] = '\0';
	script("bad", text);
	is(runs("bad"), ENOEXEC, "a line without an end");
}

static int copy_self(const char *to)
{
	int in = open("/proc/self/exe", O_RDONLY), out = make_file(to, NULL, 0);
	static char buf[16 << 10];
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, n) != n)
			bail_out("copy of the program: errno %d", errno);
	close(in);
	chmod(to, 0755);
	return out;
}

static void busy_text(void)
{
	int out = copy_self("copy");
	void *map;

	is(runs("./copy"), ETXTBSY, "a program that is open for writing does not run");
	close(out);
	out = open("copy", O_RDWR);
	map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, out, 0);
	close(out);
	is(runs("./copy"), ETXTBSY, "nor one that a mapping may write");
	munmap(map, PAGE);
	is(runs("./copy"), 99, "it does afterwards");
	if (fails_with(open(path_of_self, O_WRONLY), ETXTBSY))
		fails_with(open(path_of_self, O_RDONLY | O_TRUNC), ETXTBSY);
	else
		skip(1, "this program would be cut");
}

#ifndef SYS_execveat
#define SYS_execveat 281
#endif

static int runs_at(int fd, const char *path, int flags)
{
	const char *const argv[] = { path_of_self, "execfn", NULL };
	pid_t pid = tap_fork();

	if (pid == 0) {
		sys(SYS_execveat, fd, path, argv, no_env, flags);
		_exit(errno);
	}
	return tap_wait(pid) >> 8;
}

/* execveat: the program is named by a descriptor, or relative to one. */
static void by_descriptor(void)
{
	int dir = open(".", O_RDONLY), fd = open(path_of_self, O_RDONLY), cloexec;

	close(copy_self("copy"));
	is(runs_at(fd, "", AT_EMPTY_PATH), 1, "by a descriptor: its path is /dev/fd/N");
	is(runs_at(dir, "copy", 0), 2, "from a directory: /dev/fd/N/name");
	is(runs_at(AT_FDCWD, "./copy", 0), 3, "from the current one: as it is written");
	is(runs_at(-1, path_of_self, 0), 3, "or from the root, no descriptor needed");
	is(runs_at(fd, "", 0), ENOENT, "an empty path has to be asked for");
	is(runs_at(fd, "copy", 0), ENOTDIR, "a file is no directory");
	is(runs_at(-1, "copy", 0), EBADF, "no such descriptor");
	is(runs_at(dir, "", AT_EMPTY_PATH), EACCES, "a directory is no program");
	is(runs_at(dir, "link", 0), 2, "a symbolic link is followed");
	is(runs_at(dir, "link", AT_SYMLINK_NOFOLLOW), ELOOP, "unless that is not wanted");
	is(runs_at(dir, "copy", 1), EINVAL, "unknown flags");
	script("s3", "#!/none\n");
	cloexec = open("s3", O_RDONLY | O_CLOEXEC);
	is(runs_at(cloexec, "", AT_EMPTY_PATH), ENOENT, "a script by a descriptor that closes");
	close(dir);
	close(fd);
	close(cloexec);
}

/* Which kind of path is AT_EXECFN? */
static int new_execfn(char **envp)
{
	const char *path = (const char *)aux(envp, AT_EXECFN);

	if (strncmp(path, "/dev/fd/", 8))
		return 3;
	return strchr(path + 8, '/') ? 2 : 1;
}

/* argv == NULL: a new program never sees argc 0. */
static void no_arguments(void)
{
	pid_t pid = tap_fork();

	if (pid == 0) {
		sys(SYS_execve, path_of_self, NULL, NULL);
		_exit(1);
	}
	is(tap_wait(pid) >> 8, 77, "no arguments become one empty argument");
}

int main(int argc, char **argv, char **envp)
{
	ssize_t n;

	if (argc == 1 && argv[0][0] == '\0')
		return 77;
	if (argc > 1)
		return new_program(argc, argv, envp);
	self = argv[0];
	n = readlink("/proc/self/exe", path_of_self, sizeof(path_of_self) - 1);
	if (n <= 0)
		bail_out("/proc/self/exe: errno %d", errno);
	scratch_enter();
	touch("plain");
	script("text", "no program\n");
	script("empty", "");
	symlink("loop", "loop");
	symlink("copy", "link");
	mkfifo("fifo", 0755);
	passes_on();
	errors();
	if (on_qemu_user()) {
		skip(29, "Linux does not run a riscv64 program's copies here");
		return done_testing();
	}
	too_big();
	just_too_big();
	scripts();
	busy_text();
	by_descriptor();
	no_arguments();
	return done_testing();
}
