/*
 * file.c - rows about files and pipes.
 */
#include "user/bench/bench.h"

#define ROUNDS		1000
#define FILE_PAGES	1024

static char buffer[64 * KiB];

static uint64_t open_close(void)
{
	uint64_t began = now();

	for (int i = 0; i < ROUNDS; i++) {
		long fd = must(openat, AT_FDCWD, bench_path, O_RDONLY);

		must(close, fd);
	}
	return per_operation(began, now(), ROUNDS);
}

static uint64_t stat_path(void)
{
	uint64_t began = now();

	for (int i = 0; i < ROUNDS; i++)
		must(newfstatat, AT_FDCWD, bench_path, buffer, 0);
	return per_operation(began, now(), ROUNDS);
}

static uint64_t read_4K(void)
{
	long fd = must(openat, AT_FDCWD, bench_path, O_RDONLY);
	uint64_t began;

	must(pread64, fd, buffer, PAGE, 0);
	began = now();
	for (int i = 0; i < ROUNDS; i++)
		must(pread64, fd, buffer, PAGE, 0);
	return per_operation(began, now(), ROUNDS);
}

/* One page in sixteen, so that Linux, too, takes a fault for each. */
static uint64_t fault_file_page(void)
{
	long fd = must(openat, AT_FDCWD, "/tmp/bench.data", O_RDWR | O_CREAT | O_TRUNC, 0600);
	const char *p;
	uint64_t began;

	for (int i = 0; i < FILE_PAGES; i += sizeof(buffer) / PAGE)
		must(write, fd, buffer, sizeof(buffer));
	p = (const char *)must(mmap, 0, FILE_PAGES * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	must(unlinkat, AT_FDCWD, "/tmp/bench.data", 0);
	began = now();
	bench_read(p, FILE_PAGES * PAGE, 16 * PAGE);
	return per_operation(began, now(), FILE_PAGES / 16);
}

static void transfer(long call, long fd, size_t size)
{
	for (size_t done = 0; done < size;) {
		long n = syscall6(call, fd, (long)(buffer + done), size - done, 0, 0, 0);

		if (n <= 0)
			bench_fail(call == SYS_read ? "read" : "write", -n);
		done += n;
	}
}

struct bench_pipes bench_open_pipes(void)
{
	struct bench_pipes pipes;

	must(pipe2, pipes.there, 0);
	must(pipe2, pipes.back, 0);
	return pipes;
}

void bench_ask(const struct bench_pipes *pipes, int rounds)
{
	for (int i = 0; i < rounds; i++) {
		transfer(SYS_write, pipes->there[1], 1);
		transfer(SYS_read, pipes->back[0], 1);
	}
}

void bench_answer(const struct bench_pipes *pipes, int rounds)
{
	for (int i = 0; i < rounds; i++) {
		transfer(SYS_read, pipes->there[0], 1);
		transfer(SYS_write, pipes->back[1], 1);
	}
}

uint64_t bench_round_trip(void)
{
	struct bench_pipes pipes = bench_open_pipes();
	long pid = bench_fork();
	uint64_t began, ended;

	if (pid == 0) {
		bench_answer(&pipes, ROUNDS + 1);
		bench_exit(0);
	}
	bench_ask(&pipes, 1);
	began = now();
	bench_ask(&pipes, ROUNDS);
	ended = now();
	bench_wait(pid);
	return per_operation(began, ended, ROUNDS);
}

static uint64_t pipe_bandwidth(void)
{
	int ends[2];
	uint64_t began = 0;
	long pid;

	must(pipe2, ends, 0);
	bench_write(buffer, sizeof(buffer), PAGE);
	pid = bench_fork();
	for (int i = -1; i < 64; i++) {
		if (i == 0)
			began = now();
		if (pid == 0)
			transfer(SYS_read, ends[0], sizeof(buffer));
		else
			transfer(SYS_write, ends[1], sizeof(buffer));
	}
	if (pid == 0)
		bench_exit(0);
	bench_wait(pid);
	return per_operation(began, now(), 64 * sizeof(buffer) / KiB);
}

const struct row file_rows[] = {
	{ "pipe_pingpong_round_trip", bench_round_trip },
	{ "pipe_bandwidth_per_KiB", pipe_bandwidth },
	{ "open_close", open_close },
	{ "stat", stat_path },
	{ "read_4K_cached", read_4K },
	{ "fault_file_page", fault_file_page },
	{ NULL, NULL },
};
