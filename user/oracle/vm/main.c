/*
 * main.c - vm MODE SEED PROGRAM...: runs random programs of memory calls (vm.h) and prints for
 * each a line "number/steps digest", or with MODE "trace" every step.
 *
 * A PROGRAM is a number, a range FIRST-LAST, or NUMBER/MASK to do only some of its steps. MODE
 * "digest" with a number behind it, as in digest4, shares the programs among so many processes.
 */
#include "user/oracle/vm/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#ifndef __riscv
#include <sys/prctl.h>
#endif
#include <unistd.h>

static char folder[64];

static void fail(const char *what)
{
	say("vm: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_file(const char *name, int flags)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, flags, 0644);
	if (fd < 0)
		fail(path);
	return fd;
}

/* Two files in memory, which no program of another process sees. */
static void open_files(void)
{
	const char *top = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	mkdir("/tmp", 01777);
	snprintf(folder, sizeof(folder), "%s/vm-%d", top, (int)getpid());
	if (mkdir(folder, 0755) < 0)
		fail(folder);
	files[FILE_A] = open_file("a", O_RDWR | O_CREAT | O_TRUNC);
	files[FILE_B] = open_file("b", O_RDWR | O_CREAT | O_TRUNC);
	files[FILE_A_READ] = open_file("a", O_RDONLY);
	files[FILE_B_WRITE] = open_file("b", O_WRONLY);
	files[FILE_DIR] = open_file(".", O_RDONLY | O_DIRECTORY);
	files[FILE_NONE] = -1;
}

static void remove_files(void)
{
	char path[96];

	for (const char *name = "ab"; *name; name++) {
		snprintf(path, sizeof(path), "%s/%c", folder, *name);
		unlink(path);
	}
	rmdir(folder);
}

/* The same for each program: a of two pages and a half, b of one page. */
static void fill_files(void)
{
	static char text[2 * PAGE + PAGE / 2];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * 7 + i / PAGE + 1);
	if (ftruncate(files[FILE_A], 0) < 0 || ftruncate(files[FILE_B], 0) < 0 ||
	    pwrite(files[FILE_A], text, sizeof(text), 0) != (ssize_t)sizeof(text) ||
	    pwrite(files[FILE_B], text, PAGE, 0) != (ssize_t)PAGE)
		fail("the files");
}

/* Runs one in a process of its own and writes its line to fd. */
static void run_one(uint64_t seed, uint64_t number, uint64_t keep, int fd)
{
	static struct program p;
	char line[96];
	int status = -1, n;
	pid_t pid;

	generate(&p, seed, number);
	fill_files();
	memset(digest, 0, sizeof(*digest));
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0)
		run(&p, keep);
	if (waitpid(pid, &status, 0) != pid)
		fail("wait");
	n = snprintf(line, sizeof(line), "%lu/%lx %016lx %d %d\n", (unsigned long)number,
		     (unsigned long)keep, (unsigned long)digest->hash, digest->processes, status);
	if (write(fd, line, (size_t)n) != n)
		fail("write");
}

/* What a PROGRAM argument says; the part of it that is this worker's. */
static void run_word(uint64_t seed, const char *word, int worker, int workers, int fd)
{
	char *end;
	uint64_t first = strtoul(word, &end, 10), last = first, keep = -1UL;

	if (*end == '-')
		last = strtoul(end + 1, &end, 10);
	if (*end == '/')
		keep = strtoul(end + 1, &end, 16);
	for (uint64_t n = first; n <= last; n++) {
		if (n % (uint64_t)workers == (uint64_t)worker)
			run_one(seed, n, keep, fd);
	}
}

__attribute__((noreturn))
static void work(char **argv, int worker, int workers, int fd)
{
	uint64_t seed = strtoul(argv[2], NULL, 10);

	digest = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (digest == MAP_FAILED)
		fail("mmap");
	open_files();
	for (char **word = argv + 3; *word; word++)
		run_word(seed, *word, worker, workers, fd);
	remove_files();
	exit(0);
}

/* Lines arrive whole, since each is one short write to a pipe. */
static void pass_on(int fd)
{
	char text[4096];
	ssize_t n;

	while ((n = read(fd, text, sizeof(text))) > 0) {
		if (write(STDOUT_FILENO, text, (size_t)n) != n)
			exit(1);
	}
}

int main(int argc, char **argv)
{
	int workers = 1, ends[2], status, worst = 0;

	if (argc < 4 || (strncmp(argv[1], "digest", 6) != 0 && strcmp(argv[1], "trace") != 0)) {
		say("usage: vm digest[WORKERS]|trace SEED NUMBER|FIRST-LAST|NUMBER/MASK...\n");
		return 2;
	}
#ifndef __riscv
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);	/* pages of 2 MiB would show in mincore */
#endif
	tracing = argv[1][0] == 't';
	if (!tracing && argv[1][6])
		workers = atoi(argv[1] + 6);
	if (pipe(ends) < 0)
		fail("pipe");
	for (int i = 0; i < workers; i++) {
		if (fork() == 0) {
			close(ends[0]);
			work(argv, i, workers, tracing ? STDOUT_FILENO : ends[1]);
		}
	}
	close(ends[1]);
	pass_on(ends[0]);
	while (wait(&status) > 0)
		worst = status ? 1 : worst;
	return worst;
}
