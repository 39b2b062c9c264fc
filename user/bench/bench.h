/*
 * bench.h - what the rows of the benchmark share: raw system calls, the clock, and failing.
 *
 * No C library: what is measured is the kernel, and the program stays small enough to fork.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/abi.h"

#define PAGE		4096ul
#define KiB		1024ul
#define MiB		(1024 * KiB)
#define GiB		(1024 * MiB)
#define RW		(PROT_READ | PROT_WRITE)

/* One row of the table. run() returns the instructions that one operation takes. */
struct row {
	const char *name;
	uint64_t (*run)(void);
};

/* A row of a size; run() reports what it measures by itself. */
struct sized_row {
	const char *name;
	void (*run)(size_t n);
};

extern const struct sized_row growth_rows[], smp_rows[], footprint_rows[];
extern const struct row memory_rows[], process_rows[], file_rows[];

/* What the command line says: this program, and a large one to exec; NULL: none. */
extern const char *bench_path, *exec_path;

static inline long syscall6(long n, long a, long b, long c, long d, long e, long f)
{
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;
	register long a5 __asm__("a5") = f;
	register long a7 __asm__("a7") = n;

	__asm__ volatile("ecall" : "+r"(a0)
			 : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7) : "memory");
	return a0;
}

#define ARG6(n, a, b, c, d, e, f, ...) \
	syscall6(SYS_##n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
/* sys(name, arguments...): the kernel's own result. */
#define sys(...)	ARG6(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
/* The same, and whoever fails says so and ends the row. */
#define must(name, ...)	bench_check(sys(name, ##__VA_ARGS__), #name)

/* Prints NAME <tab> N <tab> FIGURE. */
void bench_report(const char *name, uint64_t n, uint64_t figure);

/* => result; a negative one ends the row with the name of the call and the errno. */
long bench_check(long result, const char *call);
__attribute__((noreturn)) void bench_fail(const char *what, long error);
/* This row cannot be measured here, which is no failure. */
__attribute__((noreturn)) void bench_skip(const char *why);

/* Ticks of 100 instructions under -icount shift=0, of 100 ns otherwise. */
static inline uint64_t now(void)
{
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks) : : "memory");
	return ticks;
}

static inline uint64_t per_operation(uint64_t began, uint64_t ended, uint64_t count)
{
	return (ended - began) * 100 / count;
}

/* Memory of this process, private, or of it and its children. */
char *bench_map(size_t size);
void *bench_map_shared(size_t size);
void bench_unmap(void *p, size_t size);

/* Touch every page of [p, p + size), `stride` bytes apart. */
void bench_read(const char *p, size_t size, size_t stride);
void bench_write(char *p, size_t size, size_t stride);

/* Every other page of [p, p + pages) gets other permissions, and so is an area. */
void bench_split(char *p, size_t pages);

/* fork; wait for a child, -1: any, that must exit with 0. */
long bench_fork(void);
void bench_wait(long pid);
__attribute__((noreturn)) void bench_exit(int status);

/* Two pipes between two processes: one asks `rounds` times, the other answers, a byte each. */
struct bench_pipes {
	int there[2], back[2];
};

struct bench_pipes bench_open_pipes(void);
void bench_ask(const struct bench_pipes *pipes, int rounds);
void bench_answer(const struct bench_pipes *pipes, int rounds);
/* => what one round costs, between this process and a new one. */
uint64_t bench_round_trip(void);

/* Threads, with a stack each that is unmapped when they have been waited for. */
struct bench_thread {
	char *stack;
	int tid;
};

void bench_start(struct bench_thread *thread, void (*entry)(void *), void *arg);
void bench_join(struct bench_thread *thread);

/* start.S: a thread that runs entry(arg) on the stack that ends at `top`; => its id or -errno.
 * The word at `tid` is set to it, cleared and woken when the thread has ended. */
long bench_clone(unsigned long flags, void *top, int *tid, void (*entry)(void *), void *arg);
