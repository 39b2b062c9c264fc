/*
 * footprint.c - rows of a size that tell what memory n of something take, in bytes each.
 */
#include "user/bench/bench.h"

static uint64_t free_memory(void)
{
	struct sysinfo info;

	must(sysinfo, &info);
	return info.freeram * info.mem_unit;
}

/* Processes that are as small as can be, and sleep until the other end of a pipe is closed. */
static void process_footprint(size_t n)
{
	int go[2], ready[2];
	uint64_t before;
	char byte = 0;

	must(pipe2, go, 0);
	must(pipe2, ready, 0);
	before = free_memory();
	for (size_t i = 0; i < n; i++) {
		if (bench_fork() == 0) {
			must(close, go[1]);
			must(write, ready[1], &byte, 1);
			must(read, go[0], &byte, 1);
			bench_exit(0);
		}
	}
	for (size_t i = 0; i < n; i++)
		must(read, ready[0], &byte, 1);
	bench_report("memory_per_process", n, (before - free_memory()) / n);
	must(close, go[1]);
	for (size_t i = 0; i < n; i++)
		bench_wait(-1);
}

/* Areas without a page. */
static void area_footprint(size_t n)
{
	char *p = bench_map(n * PAGE);
	uint64_t before = free_memory();

	bench_split(p, n);
	bench_report("memory_per_area", n, (before - free_memory()) / n);
}

const struct sized_row footprint_rows[] = {
	{ "process_footprint", process_footprint },
	{ "area_footprint", area_footprint },
	{ NULL, NULL },
};
