/*
 * Large writes that a reader already waits for: the bytes are those the writer had when it wrote,
 * whatever each side does before, meanwhile and after. Catches bytes that are lost or come twice
 * when the reader takes only some, or cannot; a write that hangs, or takes what may not be read;
 * and a reader that sees what the writer's memory holds later.
 */
#include "user/test/util.h"
#include <sched.h>

#define SIZE	(96 * 1024)	/* more than a pipe holds */
#define SKEW	1000		/* from a page's start */

static unsigned char out[SKEW + SIZE], in[SIZE];
static int p[2];

/* In state S of /proc: it sleeps in its call. */
static void wait_for_sleep(int pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	while (!strstr(slurp(path), ") S "))
		sched_yield();
}

static void fill(unsigned char *bytes, int seed)
{
	for (int i = 0; i < SIZE; i++)
		bytes[i] = (unsigned char)(i * 7 + i / 251 + seed);
}

/* In a child: read all there is in pieces of `piece`, the first one to `first`; 0 if it is as it
 * should be. */
static int read_all(void *first, size_t piece, int seed)
{
	static unsigned char expected[SIZE];
	size_t done = 0;
	long n;

	close(p[1]);
	if (first && (read(p[0], first, piece) != -1 || errno != EFAULT))
		return 1;
	while (done < SIZE) {
		n = read(p[0], in + done, piece < SIZE - done ? piece : SIZE - done);
		if (n <= 0)
			return 2;
		done += (size_t)n;
	}
	fill(expected, seed);
	if (memcmp(in, expected, SIZE))
		return 3;
	return read(p[0], in, 1) == 0 ? 0 : 4;
}

/* The parent writes what the child waits for, and spoils it at once. */
static void passes(void *first, size_t piece, size_t skew, const char *what)
{
	int pid, status = 0;
	long n;

	if (pipe(p) < 0)
		bail_out("pipe: errno %d", errno);
	fill(out + skew, (int)piece);
	pid = tap_fork();
	if (pid == 0)
		tap_child_exit(read_all(first, piece, (int)piece));
	close(p[0]);
	wait_for_sleep(pid);
	n = write(p[1], out + skew, SIZE);
	memset(out, 0xee, sizeof(out));
	close(p[1]);
	waitpid(pid, &status, 0);
	ok(n == SIZE && status == 0, "%s", what);
}

/* What cannot be read is not written, and what comes before it is. */
static void to_a_hole(void)
{
	unsigned char *map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				  -1, 0);
	int pid, status = 0;
	long n;

	if (pipe(p) < 0 || map == MAP_FAILED)
		bail_out("pipe or mmap: errno %d", errno);
	memset(map, 'x', SIZE);
	mprotect(map + SIZE / 2, SIZE / 2, PROT_NONE);
	pid = tap_fork();
	if (pid == 0) {
		size_t done = 0;

		close(p[1]);
		while ((n = read(p[0], in, sizeof(in))) > 0)
			done += (size_t)n;
		tap_child_exit(done == SIZE / 2 ? 0 : 1);
	}
	close(p[0]);
	wait_for_sleep(pid);
	n = write(p[1], map, SIZE);
	close(p[1]);
	waitpid(pid, &status, 0);
	ok(n == SIZE / 2 && status == 0, "a write ends where its memory does");
	munmap(map, SIZE);
}

int main(void)
{
	passes(NULL, SIZE, 0, "a reader that wants all");
	passes(NULL, 64 * 1024, SKEW, "one that wants what a pipe holds, from amid a page");
	passes(NULL, 10000, SKEW, "one that wants less than is written");
	passes(NULL, 100, 0, "one that wants little");
	passes((void *)8, SIZE, 0, "one whose memory cannot be written");
	if (on_qemu_user())
		skip(1, "qemu-riscv64 looks at all of the memory first");
	else
		to_a_hole();
	return done_testing();
}
