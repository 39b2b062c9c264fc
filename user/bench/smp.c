/*
 * smp.c - rows of n workers that each do the same fixed work side by side: one for each hart. The
 * figure is the nanoseconds that all of them take together; scripts/bench_smp.py makes throughput
 * of it. It needs a clock that tells time, not instructions.
 */
#include "user/bench/bench.h"

#define BLOCK		(16 * MiB)
#define FAULT_ROUNDS	4
#define FORKS		400
#define ROUND_TRIPS	4000

/* Workers in processes of their own, let go together. */
static uint64_t in_processes(size_t n, void (*work)(void))
{
	int gate[2];
	char byte = 0;
	uint64_t began;

	must(pipe2, gate, 0);
	for (size_t i = 0; i < n; i++) {
		if (bench_fork() == 0) {
			must(read, gate[0], &byte, 1);
			work();
			bench_exit(0);
		}
	}
	began = now();
	for (size_t i = 0; i < n; i++)
		must(write, gate[1], &byte, 1);
	for (size_t i = 0; i < n; i++)
		bench_wait(-1);
	return per_operation(began, now(), 1);
}

static void fault_block(void)
{
	char *p = bench_map(BLOCK);

	for (int i = 0; i < FAULT_ROUNDS; i++) {
		bench_write(p, BLOCK, PAGE);
		must(madvise, p, BLOCK, MADV_DONTNEED);
	}
}

static void separate_faults(size_t n)
{
	bench_report("faults, spaces of their own", n * FAULT_ROUNDS * (BLOCK / PAGE),
		     in_processes(n, fault_block));
}

/* ---- one space ---- */

static void fault_part(void *part)
{
	bench_write(part, BLOCK, PAGE);
}

/* Each thread in a block of its own, so in leaf tables of its own; one thread empties all. */
static void shared_faults(size_t n)
{
	char *p = bench_map(n * BLOCK + 2 * MiB);
	uint64_t spent = 0;

	p = (char *)(((uintptr_t)p + 2 * MiB - 1) & -(2 * MiB));
	for (int i = 0; i < FAULT_ROUNDS; i++) {
		struct bench_thread threads[8];
		uint64_t began = now();

		for (size_t t = 0; t < n; t++)
			bench_start(&threads[t], fault_part, p + t * BLOCK);
		for (size_t t = 0; t < n; t++)
			bench_join(&threads[t]);
		spent += now() - began;
		must(madvise, p, n * BLOCK, MADV_DONTNEED);
	}
	bench_report("faults, one space", n * FAULT_ROUNDS * (BLOCK / PAGE),
		     per_operation(0, spent, 1));
}

/* ---- processes ---- */

static void fork_often(void)
{
	for (int i = 0; i < FORKS; i++) {
		long pid = bench_fork();

		if (pid == 0)
			bench_exit(0);
		bench_wait(pid);
	}
}

static void fork_storms(size_t n)
{
	bench_report("forks", n * FORKS, in_processes(n, fork_often));
}

static void ping_pong(void)
{
	struct bench_pipes pipes = bench_open_pipes();
	long pid = bench_fork();

	if (pid == 0) {
		bench_answer(&pipes, ROUND_TRIPS);
		bench_exit(0);
	}
	bench_ask(&pipes, ROUND_TRIPS);
	bench_wait(pid);
}

static void pipe_pairs(size_t n)
{
	bench_report("pipe round trips", n * ROUND_TRIPS, in_processes(n, ping_pong));
}

const struct sized_row smp_rows[] = {
	{ "separate_faults", separate_faults },
	{ "shared_faults", shared_faults },
	{ "fork_storms", fork_storms },
	{ "pipe_pairs", pipe_pairs },
	{ NULL, NULL },
};
