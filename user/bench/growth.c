/*
 * growth.c - rows of a given size: what an operation costs beside n areas, n resident pages, n
 * processes, n pipes, n MiB of addresses. What they grow like is for scripts/bench_growth.py to say.
 */
#include "user/bench/bench.h"

#define LEAF_SPAN	(2 * MiB)	/* what one leaf table maps */
#define ROUNDS		1000
#define MAX_AREAS	65000	/* of vm.max_map_count, 65530 where nobody has set it */
#define PIPES_EACH	400		/* with room for more descriptors */

static uint64_t map_and_unmap(size_t size, int rounds)
{
	uint64_t began = now();

	for (int i = 0; i < rounds; i++)
		bench_unmap(bench_map(size), size);
	return per_operation(began, now(), rounds);
}

/* mprotect to R and back to RW. */
static uint64_t protect(char *p, size_t size, int rounds)
{
	uint64_t began = now();

	for (int i = 0; i < rounds; i++) {
		must(mprotect, p, size, PROT_READ);
		must(mprotect, p, size, RW);
	}
	return per_operation(began, now(), 2 * rounds);
}

static uint64_t fork_and_wait(int rounds)
{
	uint64_t began = now();

	for (int i = 0; i < rounds; i++) {
		long pid = bench_fork();

		if (pid == 0)
			bench_exit(0);
		bench_wait(pid);
	}
	return per_operation(began, now(), rounds);
}

/* ---- areas ---- */

static bool is_first_of_leaf(const char *p)
{
	return (uintptr_t)p % LEAF_SPAN == 0;
}

/* The first page below each leaf table stays, and the table with it: what is timed is the way to
 * the area, not that to a table. */
static void keep_tables(char *p, size_t size)
{
	for (size_t i = 0; i < size; i += PAGE) {
		if (is_first_of_leaf(p + i))
			bench_read(p + i, PAGE, PAGE);
	}
}

/* Fault in pages here and there, each once: steps of a prime come by all n before one twice. */
static uint64_t find(char *p, size_t n)
{
	size_t page = 0, count = 0;
	uint64_t spent = 0;

	while (count < ROUNDS) {
		uint64_t began = now();

		for (size_t i = 0; i < n && count < ROUNDS; i++) {
			page = (page + 7919) % n;
			if (is_first_of_leaf(p + page * PAGE))
				continue;
			bench_read(p + page * PAGE, PAGE, PAGE);
			count++;
		}
		spent += now() - began;
		if (count < ROUNDS)	/* few: the same once more */
			must(madvise, p + PAGE, (n - 1) * PAGE, MADV_DONTNEED);
	}
	return per_operation(0, spent, count);
}

static void beside_areas(size_t n)
{
	size_t size = n * PAGE;
	char *p = bench_map(size + LEAF_SPAN);

	p = (char *)(((uintptr_t)p + LEAF_SPAN - 1) & -LEAF_SPAN);
	bench_split(p, n);
	keep_tables(p, size);
	bench_report("area_find", n, find(p, n));
	bench_report("area_map_unmap", n, map_and_unmap(PAGE, ROUNDS));
	bench_report("area_merge_split", n, protect(p + n / 4 * 2 * PAGE, PAGE, ROUNDS));
}

/* More than Linux lets a process have, which only root can change. */
static void areas(size_t n)
{
	if (n > MAX_AREAS) {
		long fd = must(openat, AT_FDCWD, "/proc/sys/vm/max_map_count", O_WRONLY);

		must(write, fd, "1000000", 7);
		must(close, fd);
	}
	beside_areas(n);
}

/* ---- resident pages ---- */

static void pages(size_t n)
{
	char *p = bench_map(n * PAGE);
	uint64_t began;

	bench_write(p, n * PAGE, PAGE);
	bench_report("resident_protect", n, protect(p, n * PAGE, 1));
	bench_report("resident_fork_exit", n, fork_and_wait(1));
	began = now();
	bench_unmap(p, n * PAGE);
	bench_report("resident_unmap", n, per_operation(began, now(), 1));
}

/* ---- virtual size ---- */

static void addresses(size_t n)
{
	char *p;

	bench_report("virtual_map_unmap", n, map_and_unmap(n * MiB, ROUNDS));
	p = bench_map(n * MiB);
	bench_report("virtual_protect", n, protect(p, n * MiB, ROUNDS));
	bench_report("virtual_fork_exit", n, fork_and_wait(50));
}

/* ---- processes and pipes ---- */

/* n that sleep until the other end of a pipe is closed. */
static void processes(size_t n)
{
	int ends[2];
	char byte;

	must(pipe2, ends, 0);
	for (size_t i = 0; i < n; i++) {
		if (bench_fork() == 0) {
			must(close, ends[1]);
			must(read, ends[0], &byte, 1);
			bench_exit(0);
		}
	}
	bench_report("processes_wake_switch", n, bench_round_trip());
	bench_report("processes_fork_exit", n, fork_and_wait(100));
	must(close, ends[1]);
	for (size_t i = 0; i < n; i++)
		bench_wait(-1);
}

static void open_pipes(size_t n)
{
	int ends[2];

	for (size_t i = 0; i < n; i++)
		must(pipe2, ends, 0);
}

/* More than one process may have open are spread over others, which sleep. */
static void pipes(size_t n)
{
	int ends[2];
	char byte;
	long holders = 0;

	must(pipe2, ends, 0);
	for (size_t left = n; left > PIPES_EACH; left -= PIPES_EACH, holders++) {
		if (bench_fork() == 0) {
			must(close, ends[1]);
			open_pipes(PIPES_EACH);
			must(read, ends[0], &byte, 1);
			bench_exit(0);
		}
	}
	open_pipes(n - holders * PIPES_EACH);
	bench_report("pipes_wake_switch", n, bench_round_trip());
	must(close, ends[1]);
	while (holders-- > 0)
		bench_wait(-1);
}

const struct sized_row growth_rows[] = {
	{ "areas", areas },
	{ "pages", pages },
	{ "addresses", addresses },
	{ "processes", processes },
	{ "pipes", pipes },
	{ NULL, NULL },
};
