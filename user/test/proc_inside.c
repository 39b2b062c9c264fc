/*
 * What /proc/<pid> shows of a program's memory and files: auxv, environ, cmdline, mem, pagemap,
 * fdinfo, fd; and /proc/sys. Catches a byte from elsewhere, a page that is told to be there and is not,
 * and settings that differ from what the kernel does.
 */
#include "user/test/util.h"

#include <sched.h>
#include <sys/auxv.h>

static char *self;

static uint64_t auxv(unsigned long key)
{
	const uint64_t *pair = (const uint64_t *)(const void *)slurp("/proc/self/auxv");

	for (; pair[0]; pair += 2)
		if (pair[0] == key)
			return pair[1];
	return 0;
}

static void start(void)
{
	is(auxv(AT_PAGESZ), PAGE, "auxv has the page size");
	is(auxv(AT_ENTRY), getauxval(AT_ENTRY), "and what the program was told");
	is(auxv(AT_RANDOM), getauxval(AT_RANDOM), "also where random bytes are");
	is(strcmp(slurp("/proc/self/cmdline"), self), 0, "cmdline begins with the name");
}

static int new_environment(void)
{
	const char *const args[] = { "environ", NULL };

	return exec_self(self, args, (char *[]){ "ONE=1", "TWO=2", NULL });
}

/* The new program: its arguments and environment, each ended by a NUL. */
static int check_environment(void)
{
	const char *text = slurp("/proc/self/environ");

	if (memcmp(text, "ONE=1\0TWO=2\0", 13))
		return 1;
	text = slurp("/proc/self/cmdline");
	return strcmp(text + strlen(text) + 1, "environ") ? 2 : 0;
}

/* ---- memory ---- */

static uint64_t pagemap(int fd, const void *p)
{
	uint64_t entry = 0;

	if (pread(fd, &entry, sizeof(entry), (off_t)((uintptr_t)p / PAGE * 8)) != sizeof(entry))
		bail_out("pagemap: errno %d", errno);
	return entry;
}

static void which_pages(void)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	char *p = map_anon(4 * PAGE, RW), byte;

	p[PAGE] = 1;
	is(pagemap(fd, p) >> 63, 0, "pagemap: a page that was not touched is not present");
	is(pagemap(fd, p + PAGE) >> 63, 1, "one that was is");
	munmap(p, 4 * PAGE);
	is(pagemap(fd, p + PAGE) >> 63, 0, "until it is unmapped");
	fails_with(pread(fd, &byte, 1, 0), EINVAL);
	close(fd);
}

static void bytes(void)
{
	int fd = open("/proc/self/mem", O_RDWR);
	char *p = map_anon(2 * PAGE, RW), word[6] = "";

	memcpy(p, "hello", 6);
	munmap(p + PAGE, PAGE);
	is(pread(fd, word, 6, (off_t)(uintptr_t)p), 6, "mem reads");
	is(memcmp(word, "hello", 6), 0, "what is there");
	is(pwrite(fd, "J", 1, (off_t)(uintptr_t)p), 1, "and writes");
	is(p[0], 'J', "which is seen");
	is(pread(fd, word, 6, (off_t)(uintptr_t)(p + PAGE - 3)), 3, "up to a hole");
	fails_with(pread(fd, word, 1, (off_t)(uintptr_t)(p + PAGE)), EIO);
	close(fd);
}

static void of_another(void)
{
	char *p = map_anon(PAGE, RW), path[64], byte = 0;
	struct gate go;
	pid_t pid;
	int fd;

	gate_make(&go);
	p[0] = 'a';
	pid = tap_fork();
	if (pid == 0) {
		p[0] = 'b';
		gate_wait(&go);
		_exit(p[0] != 'c');
	}
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	while (pread(fd, &byte, 1, (off_t)(uintptr_t)p) == 1 && byte == 'a')
		sched_yield();
	is(byte, 'b', "another process's memory is its own");
	is(pwrite(fd, "c", 1, (off_t)(uintptr_t)p), 1, "and can be changed");
	is(p[0], 'a', "without changing this one's");
	gate_open(&go);
	is(tap_wait(pid), 0, "it finds it so");
	is(pread(fd, &byte, 1, (off_t)(uintptr_t)p), 0, "when it has ended there is nothing to read");
	close(fd);
	gate_close(&go);
}

/* ---- files ---- */

static void descriptors(void)
{
	int fd = open("/proc/self/status", O_RDONLY), dir, n;
	char path[64], target[64] = "";

	lseek(fd, 5, SEEK_SET);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	is(proc_number(path, "pos:"), 5, "fdinfo has the position");
	ok(strstr(slurp(path), "\nflags:\t0"), "and the flags");
	fails_with(open("/proc/self/fdinfo/999", O_RDONLY), ENOENT);
	close(fd);
	fails_with(open(path, O_RDONLY), ENOENT);
	dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir);
	n = (int)readlink(path, target, sizeof(target) - 1);
	snprintf(path, sizeof(path), "/proc/%d/fd", getpid());
	ok(n > 0 && strcmp(target, path) == 0, "a directory of /proc has a path");
	close(dir);
}

/* ---- settings ---- */

static const struct {
	const char *path;
	long least;
} settings[] = {
	{ "/proc/sys/kernel/pid_max", 301 },
	{ "/proc/sys/kernel/threads-max", 20 },
	{ "/proc/sys/kernel/randomize_va_space", 0 },
	{ "/proc/sys/vm/max_map_count", 65530 },
	{ "/proc/sys/vm/overcommit_memory", 0 },
	{ "/proc/sys/fs/file-max", 1 },
	{ "/proc/sys/fs/nr_open", 1024 },
	{ "/proc/sys/fs/pipe-max-size", 65536 },
};

static void all_settings(void)
{
	struct utsname u;
	int fd;

	for (size_t i = 0; i < COUNT_OF(settings); i++) {
		const char *text = slurp(settings[i].path);

		ok(text && strtol(text, NULL, 10) >= settings[i].least && strchr(text, '\n'),
		   "%s is a number", settings[i].path);
	}
	uname(&u);
	is(strncmp(slurp("/proc/sys/kernel/osrelease"), u.release, strlen(u.release)), 0,
	   "osrelease is uname's");
	is(strncmp(slurp("/proc/sys/kernel/hostname"), u.nodename, strlen(u.nodename)), 0,
	   "hostname too");
	fd = open("/proc/sys/kernel/pid_max", O_WRONLY);
	fails_with(write(fd, "x\n", 2), EINVAL);
	fails_with(write(fd, "1\n", 2), EINVAL);
	close(fd);
	fails_with(open("/proc/sys/kernel/nothing", O_RDONLY), ENOENT);
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1)
		return check_environment();
	if (on_qemu_user())
		skip_all("qemu-user has a /proc of its own");
	start();
	exits_with(new_environment, 0);
	which_pages();
	bytes();
	of_another();
	descriptors();
	all_settings();
	return done_testing();
}
