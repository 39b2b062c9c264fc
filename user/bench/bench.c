/*
 * bench.c - how many instructions one operation takes, user and kernel and firmware together.
 *
 *	bench [-w] [-e PROGRAM] [ROW...]
 *	bench -n SIZE ROW
 *
 * prints NAME <tab> INSTRUCTIONS for each row, or NAME <tab> "failed: CALL: errno N" or "skipped: WHY". Each row runs
 * in a process of its own. -w: after a byte of standard input has come. Runs unchanged on Linux; the figures mean something on a machine whose
 * clock counts instructions (scripts/bench.py starts one).
 *
 * -n: a row that has a size, in growth.c, smp.c and footprint.c; it prints lines NAME <tab> N <tab> FIGURE.
 */
#include "user/bench/bench.h"

const char *bench_path, *exec_path;
static const char *row_name;

/* ---- printing ---- */

static char line[128];
static size_t line_length;

static void put_string(const char *s)
{
	while (*s && line_length < sizeof(line))
		line[line_length++] = *s++;
}

static void put_number(uint64_t n)
{
	char digits[20];
	int count = 0;

	do
		digits[count++] = '0' + n % 10;
	while (n /= 10);
	while (count > 0 && line_length < sizeof(line))
		line[line_length++] = digits[--count];
}

static void put_line(void)
{
	put_string("\n");
	sys(write, 1, line, line_length);
	line_length = 0;
}

void bench_report(const char *name, uint64_t n, uint64_t figure)
{
	put_string(name);
	put_string("\t");
	put_number(n);
	put_string("\t");
	put_number(figure);
	put_line();
}

/* ---- failing ---- */

void bench_exit(int status)
{
	for (;;)
		sys(exit_group, status);
}

void bench_fail(const char *what, long error)
{
	put_string(row_name);
	put_string("\tfailed: ");
	put_string(what);
	put_string(": errno ");
	put_number(error);
	put_line();
	bench_exit(1);
}

void bench_skip(const char *why)
{
	put_string(row_name);
	put_string("\tskipped: ");
	put_string(why);
	put_line();
	bench_exit(0);
}

long bench_check(long result, const char *call)
{
	if (result < 0)
		bench_fail(call, -result);
	return result;
}

/* ---- what rows share ---- */

static char *map(size_t size, int flags)
{
	return (char *)must(mmap, 0, size, RW, flags | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

char *bench_map(size_t size)
{
	return map(size, MAP_PRIVATE);
}

void *bench_map_shared(size_t size)
{
	return map(size, MAP_SHARED);
}

void bench_unmap(void *p, size_t size)
{
	must(munmap, p, size);
}

void bench_read(const char *p, size_t size, size_t stride)
{
	for (size_t i = 0; i < size; i += stride)
		(void)*(volatile const char *)(p + i);
}

void bench_write(char *p, size_t size, size_t stride)
{
	for (size_t i = 0; i < size; i += stride)
		*(volatile char *)(p + i) = 1;
}

long bench_fork(void)
{
	return must(clone, SIGCHLD);
}

void bench_wait(long pid)
{
	int status;

	must(wait4, pid, &status, 0, 0);
	if (status == 1 << 8)
		bench_exit(1);		/* the child has said why */
	if (status != 0)
		bench_fail("the child, wait status", status);
}

/* ---- the rows ---- */

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static bool is_wanted(const char *name, char **wanted)
{
	if (!*wanted)
		return true;
	for (; *wanted; wanted++) {
		if (same(*wanted, name))
			return true;
	}
	return false;
}

/* => whether it went well. */
static bool run_row(const struct row *row)
{
	long pid;
	int status;

	row_name = row->name;
	pid = bench_fork();
	if (pid == 0) {
		uint64_t instructions = row->run();

		put_string(row->name);
		put_string("\t");
		put_number(instructions);
		put_line();
		bench_exit(0);
	}
	must(wait4, pid, &status, 0, 0);
	if (status != 0 && status != 1 << 8) {
		put_string(row->name);
		put_string("\tfailed: wait status ");
		put_number(status);
		put_line();
	}
	return status == 0;
}

static bool run_rows(const struct row *row, char **wanted)
{
	bool good = true;

	for (; row->name; row++) {
		if (is_wanted(row->name, wanted))
			good &= run_row(row);
	}
	return good;
}

static size_t to_number(const char *s)
{
	size_t n = 0;

	while (*s >= '0' && *s <= '9')
		n = n * 10 + (*s++ - '0');
	return n;
}

/* In this process: what they need is made and gone with it. */
static void run_sized_row(const struct sized_row *row, size_t n, char **wanted)
{
	for (; row->name; row++) {
		row_name = row->name;
		if (is_wanted(row->name, wanted))
			row->run(n);
	}
}

/* stack: argc, argv... NULL, as the kernel laid it out. */
__attribute__((noreturn)) void bench_main(long *stack)
{
	char **argv = (char **)(stack + 1);
	bool good;

	bench_path = argv[0];
	argv++;
	if (*argv && same(*argv, "-x"))		/* a row executes this program once more */
		bench_exit(0);
	if (*argv && same(*argv, "-w")) {
		sys(read, 0, line, 1);
		argv++;
	}
	if (*argv && same(*argv, "-e")) {
		exec_path = argv[1];
		argv += 2;
	}
	if (*argv && same(*argv, "-n")) {
		run_sized_row(growth_rows, to_number(argv[1]), argv + 2);
		run_sized_row(smp_rows, to_number(argv[1]), argv + 2);
		run_sized_row(footprint_rows, to_number(argv[1]), argv + 2);
		bench_exit(0);
	}
	good = run_rows(memory_rows, argv);
	good &= run_rows(process_rows, argv);
	good &= run_rows(file_rows, argv);
	bench_exit(good ? 0 : 1);
}
