/*
 * A mapping costs what is resident, never its size: mprotect, fork, madvise, mincore of a part,
 * mremap and munmap of 64 GiB with one page touched finish in microseconds and take next to no
 * memory. Catches a loop over pages that are not there.
 */
#include "user/test/util.h"

#define SIZE (64 * GIB)
#define BOUND_NS 500000000ul	/* a loop over 16 million pages takes far longer than this */

static char *area;
static uint64_t since;

static void start(void)
{
	since = now_ns();
}

static void stop(const char *what)
{
	uint64_t ns = now_ns() - since;

	ok(ns < BOUND_NS, "%s is quick", what);
	diag("%lu us", (unsigned long)ns / 1000);
}

static void forks(void)
{
	pid_t pid;

	start();
	pid = tap_fork();
	if (pid == 0) {
		ok(area[SIZE / 2] == 'x' && area[SIZE - 1] == 0, "the child's view");
		area[SIZE / 2] = 'c';
		tap_child_exit(0);
	}
	stop("fork");
	is(tap_wait(pid), 0, "the child sees the page, and zero elsewhere");
	ok(area[SIZE / 2] == 'x', "its store is its own");
}

static void works_lazily(void)
{
	char *p;

	start();
	area = mmap(NULL, SIZE, RW, ANON | MAP_NORESERVE, -1, 0);
	if (!ok(area != MAP_FAILED, "mmap of 64 GiB, MAP_NORESERVE"))
		return;
	stop("mmap");
	area[SIZE / 2] = 'x';
	start();
	is(mprotect(area, SIZE, PROT_READ), 0, "mprotect of it all");
	stop("mprotect");
	is(store_signal(area + SIZE / 2), SIGSEGV, "and it holds for the resident page");
	is(store_signal(area + SIZE - 1), SIGSEGV, "and for the last one");
	start();
	is(mprotect(area, SIZE, RW), 0, "mprotect back");
	stop("mprotect back");
	forks();
	is(resident(area + SIZE / 2 - 32 * PAGE, 64 * PAGE), 1, "one page is resident");
	start();
	p = mremap(area, SIZE, SIZE + GIB, MREMAP_MAYMOVE);
	stop("mremap");
	ok(p != MAP_FAILED && p[SIZE / 2] == 'x', "it is still there after mremap");
	area = p;
	start();
	is(madvise(area, SIZE, MADV_DONTNEED), 0, "MADV_DONTNEED of it all");
	stop("madvise");
	ok(area[SIZE / 2] == 0, "drops the page");
	start();
	is(munmap(area, SIZE + GIB), 0, "munmap of it all");
	stop("munmap");
}

int main(void)
{
	long before;

	if (on_qemu_user())
		skip_all("qemu-user keeps a record for each page");
	before = free_kib();
	works_lazily();
	memory_is_back(before);
	return done_testing();
}
