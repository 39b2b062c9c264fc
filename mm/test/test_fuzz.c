/*
 * test_fuzz.c - random series of calls on several spaces against the model: a fixed number of them
 * from a fixed seed, or for as long as you like, or those in a file.
 *
 *	test_fuzz			the test: the same series every time
 *	test_fuzz -t SECONDS [SEED]	new ones until the time is over
 *	test_fuzz FILE			one series, as bytes (what libFuzzer leaves behind)
 *
 * The series run in a child process, so nothing that they bring down is this one: a difference, a
 * panic, a report of the sanitizers, a hang. Then the series is made as short as it stays red and
 * run once more, aloud: its calls as C, the first difference, the model's dump and the real one.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mm/test/fuzz.h"

#define STEPS		300
#define MOST_BYTES	(STEPS * STEP_BYTES)
#define LARGE_EVERY	40		/* one series in so many has room for 1 GiB pages */
#define SERIES		200		/* of the test: some 15 seconds */
#define TEST_SECONDS	50		/* and it ends then, on a busy machine */
#define SHRINK_SECONDS	60
#define HANG_SECONDS	60		/* for one series */

/* What parent and child both see. */
struct shared {
	size_t size;			/* the series that is run */
	uint8_t bytes[MOST_BYTES];
	unsigned long series, calls, pages;
};

static struct shared *shared;

/* ---- a child process ---- */

/* Run body in a child. => does it end as it should? */
static bool in_child(void (*body)(void), bool quiet)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		printf("Bail out! no process\n");
		exit(99);
	}
	if (pid == 0) {
		if (quiet && (!freopen("/dev/null", "w", stdout) ||
			      !freopen("/dev/null", "w", stderr)))
			_exit(99);
		body();
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM && !quiet)
		printf("# it hangs: no end after %u seconds\n", HANG_SECONDS);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void run_series(void)
{
	alarm(HANG_SECONDS);
	fuzz_run(shared->bytes, shared->size);
	alarm(0);
}

static void run_aloud(void)
{
	world.talks = true;
	run_series();
}

/* ---- many series ---- */

static unsigned long seed = 1, series_wanted;
static time_t until;

static void many_series(void)
{
	while (shared->series < series_wanted && time(NULL) < until) {
		size_t i;

		test_seed(seed * 1000003 + shared->series);
		shared->size = MOST_BYTES;
		for (i = 0; i < MOST_BYTES; i++)
			shared->bytes[i] = (uint8_t)test_random(256);
		if (shared->series % LARGE_EVERY == LARGE_EVERY - 1)
			shared->bytes[0] = FUZZ_LARGE;
		run_series();
		shared->series++;
		shared->calls = world.calls;
		shared->pages = world.pages;
	}
}

/* ---- shrinking ---- */

static time_t shrink_until;

static bool still_red(const uint8_t *bytes, size_t size)
{
	if (time(NULL) >= shrink_until)
		return false;
	memcpy(shared->bytes, bytes, size);
	shared->size = size;
	return !in_child(run_series, true);
}

/* Leave out pieces of the series: halves, quarters, down to single calls. */
static size_t leave_out_calls(uint8_t *bytes, size_t size)
{
	static uint8_t fewer[MOST_BYTES];
	size_t piece, at, n;

	for (piece = MOST_BYTES / 2 / STEP_BYTES; piece > 0; piece /= 2)
		for (at = size; at > 0;) {
			n = piece * STEP_BYTES < at ? piece * STEP_BYTES : at;
			at -= n;
			memcpy(fewer, bytes, at);
			memcpy(fewer + at, bytes + at + n, size - at - n);
			if (!still_red(fewer, size - n))
				continue;
			size -= n;
			memcpy(bytes, fewer, size);
		}
	return size;
}

/* Make the calls that are left plainer. */
static void clear_bytes(uint8_t *bytes, size_t size)
{
	size_t i;
	uint8_t old;

	for (i = 0; i < size; i++) {
		old = bytes[i];
		if (!old || i % STEP_BYTES == 0)
			continue;
		bytes[i] = 0;
		if (!still_red(bytes, size))
			bytes[i] = old;
	}
}

static void shrink_and_show(void)
{
	static uint8_t bytes[MOST_BYTES];
	size_t size = shared->size;

	memcpy(bytes, shared->bytes, size);
	printf("# red: a series of %zu calls, being made shorter\n", size / STEP_BYTES);
	shrink_until = time(NULL) + SHRINK_SECONDS;
	if (!still_red(bytes, size)) {
		printf("# it is not red by itself\n");
	} else {
		size = leave_out_calls(bytes, size);
		clear_bytes(bytes, size);
	}
	memcpy(shared->bytes, bytes, size);
	shared->size = size;
	printf("# %zu calls are left:\n", size / STEP_BYTES);
	in_child(run_aloud, false);
}

/* ---- the program ---- */

static void fuzz(void)
{
	bool green = in_child(many_series, true);

	ok(green, "series of calls agree with the model");
	diag("%lu series, %lu operations and %lu pages compared, seed %lu", shared->series,
	     shared->calls, shared->pages, seed);
	if (!green)
		shrink_and_show();
}

static void run_file(const char *name)
{
	FILE *file = fopen(name, "rb");
	bool green;

	if (!file) {
		printf("Bail out! no file %s\n", name);
		exit(99);
	}
	shared->size = fread(shared->bytes, 1, MOST_BYTES, file);
	fclose(file);
	green = in_child(run_series, true);
	ok(green, "%s: %zu calls agree with the model", name, shared->size / STEP_BYTES);
	if (!green)
		shrink_and_show();
}

int main(int argc, char **argv)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		return 99;
	series_wanted = SERIES;
	until = time(NULL) + TEST_SECONDS;
	if (argc > 2 && !strcmp(argv[1], "-t")) {
		series_wanted = -1ul;
		until = time(NULL) + strtol(argv[2], NULL, 0);
		seed = argc > 3 ? strtoul(argv[3], NULL, 0) : (unsigned long)time(NULL);
	}
	if (argc == 2)
		run_file(argv[1]);
	else
		fuzz();
	return test_done();
}
