/*
 * Stale translations: what a hart remembers must never outlive what the page table says.
 * Every store or load here is done once before the change, so that the hart has cached it, and
 * again after. Catches a flush that is missing, too narrow, or only local. Run it with several
 * harts: processes migrate, and one process's change must reach the harts others run on.
 */
#include "user/test/util.h"
#include <pthread.h>

struct flags {
	volatile int ready, gone;
	volatile long rounds;
};

static char *page;
static struct flags *flags;

static int store_after_protect(void)
{
	*(volatile char *)page = 1;
	mprotect(page, PAGE, PROT_READ);
	*(volatile char *)page = 2;
	return 0;
}

static int load_after_none(void)
{
	(void)*(volatile char *)page;
	mprotect(page, PAGE, PROT_NONE);
	return load_byte(page);
}

static int load_after_unmap(void)
{
	*(volatile char *)page = 1;
	munmap(page, PAGE);
	return load_byte(page);
}

static int load_after_move(void)
{
	*(volatile char *)page = 1;
	if (mremap(page, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == page)
		return 1;
	return load_byte(page);
}

static void permission_taken_away(void)
{
	page = map_anon(2 * PAGE, RW);
	mprotect(page + PAGE, PAGE, PROT_READ);		/* keeps mremap from growing in place */
	dies_of(store_after_protect, SIGSEGV);
	dies_of(load_after_none, SIGSEGV);
	dies_of(load_after_unmap, SIGSEGV);
	dies_of(load_after_move, SIGSEGV);
	munmap(page, 2 * PAGE);
}

/* One address, many mappings after each other: each shows its own contents. */
static void same_address(void)
{
	char *p = map_anon(PAGE, RW);
	int fd = make_file("f", NULL, 0), bad = 0;

	for (int i = 0; i < 64; i++) {
		char c = 'A' + i % 26;

		pwrite(fd, &c, 1, i * (off_t)PAGE);
	}
	for (int i = 0; i < 200; i++) {
		int n = i * 7 % 64;

		mmap(p, PAGE, RW, MAP_FIXED | MAP_SHARED, fd, n * (off_t)PAGE);
		bad += p[0] != 'A' + n % 26;
		mmap(p, PAGE, RW, MAP_FIXED | ANON, -1, 0);
		bad += p[0] != 0;
		p[0] = '?';
		madvise(p, PAGE, MADV_DONTNEED);
		bad += p[0] != 0;
		p[0] = '!';
	}
	is(bad, 0, "400 mappings at one address each show their own contents");
	munmap(p, PAGE);
	close(fd);
}

/* A process that reads a file's page while another, on any hart, cuts the file. */
static int reads_until_gone(void)
{
	flags->ready = 1;
	while (!flags->gone)
		(void)*(volatile char *)page;
	return load_byte(page);
}

static void cut_under_a_reader(void)
{
	int bad = 0, fd = make_file("cut", NULL, 0);

	for (int i = 0; i < 20; i++) {
		pid_t pid;
		int status;

		ftruncate(fd, PAGE);
		page = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
		flags->ready = flags->gone = 0;
		pid = tap_fork();
		if (pid == 0)
			tap_child_exit(reads_until_gone());
		while (!flags->ready)
			sys(SYS_sched_yield);
		ftruncate(fd, 0);
		flags->gone = 1;
		status = tap_wait(pid);
		bad += !WIFSIGNALED(status) || WTERMSIG(status) != SIGBUS;
		munmap(page, PAGE);
	}
	is(bad, 0, "20 times: when ftruncate has returned no other process reads the page");
	close(fd);
}

/* Looks at the page when told, reads on while it is stored to, and looks again. => wrong values seen. */
static void *reads_on(void *arg)
{
	volatile long *word = (volatile long *)page;
	long bad = 0;

	for (int i = 1; i <= 20; i++) {
		while (__atomic_load_n(&flags->rounds, __ATOMIC_ACQUIRE) < 2 * i - 1)
			sys(SYS_sched_yield);
		bad += *word != i - 1;
		__atomic_store_n(&flags->ready, 2 * i - 1, __ATOMIC_RELEASE);
		while (__atomic_load_n(&flags->rounds, __ATOMIC_ACQUIRE) < 2 * i)
			(void)*word;
		bad += *word != i;
		__atomic_store_n(&flags->ready, 2 * i, __ATOMIC_RELEASE);
	}
	return (void *)(bad + (arg != NULL));
}

static void tell_reader(int step)
{
	__atomic_store_n(&flags->rounds, step, __ATOMIC_RELEASE);
	while (__atomic_load_n(&flags->ready, __ATOMIC_ACQUIRE) != step)
		sys(SYS_sched_yield);
}

/* The store makes a copy, for a child has the page as well; a thread must read the copy from then on. */
static void copied_under_a_reader(void)
{
	pthread_t reader;
	void *bad;

	page = map_anon(PAGE, RW);
	flags->ready = 0;
	flags->rounds = 0;
	is(pthread_create(&reader, NULL, reads_on, NULL), 0, "a thread that reads");
	for (int i = 1; i <= 20; i++) {
		pid_t pid = tap_fork();

		if (pid == 0) {
			while (flags->rounds < 2 * i)
				sys(SYS_sched_yield);
			_exit(0);
		}
		tell_reader(2 * i - 1);
		*(volatile long *)page = i;
		tell_reader(2 * i);
		tap_wait(pid);
	}
	pthread_join(reader, &bad);
	is((long)bad, 0, "20 times: it sees the store that copied the page");
	munmap(page, PAGE);
}

/* Processes that migrate map and unmap one address; none may see another's page, or its own old one. */
static int churn(void *arg)
{
	long me = *(long *)arg;
	long *p = (long *)map_anon(PAGE, RW);

	for (long i = 0; i < 400; i++) {
		long tag = me << 32 | i;

		if (mmap(p, PAGE, RW, MAP_FIXED | ANON, -1, 0) != p)
			return 1;
		if (p[0] != 0 || p[511] != 0)
			return 2;
		p[0] = p[511] = tag;
		if (i % 8 == 0)
			sys(SYS_sched_yield);
		if (p[0] != tag || p[511] != tag)
			return 3;
		mprotect(p, PAGE, PROT_READ);
		if (i % 16 == 0)
			sys(SYS_sched_yield);
		if (i % 50 == 0 && can_write(p))
			return 4;
		munmap(p, PAGE);
		if (i % 50 == 0 && can_read(p))
			return 5;
	}
	return 0;
}

static void migrating(void)
{
	pid_t pid[8];
	int bad = 0;

	for (long i = 0; i < 8; i++) {
		pid[i] = tap_fork();
		if (pid[i] == 0)
			tap_child_exit(churn(&i));
	}
	for (int i = 0; i < 8; i++) {
		int status = tap_wait(pid[i]);

		if (status)
			diag("  process %d: wait status 0x%x", i, status);
		bad += status != 0;
	}
	is(bad, 0, "8 processes map and unmap one address 400 times each");
}

/* Stores by one process reach another's loads, in order, through pages both map. */
static void shared_between_harts(void)
{
	volatile long *a = map_shared(64 * PAGE);
	long bad = 0;
	pid_t pid;

	flags->ready = 0;
	flags->rounds = 0;
	pid = tap_fork();
	if (pid == 0) {
		for (long i = 1; i <= 64; i++) {
			while (__atomic_load_n(&flags->rounds, __ATOMIC_ACQUIRE) != i)
				sys(SYS_sched_yield);
			ok(a[(i - 1) * 512] == i, "the child sees store %ld", i);
			a[(i - 1) * 512 + 1] = -i;
			__atomic_store_n(&flags->ready, i, __ATOMIC_RELEASE);
		}
		tap_child_exit(0);
	}
	for (long i = 1; i <= 64; i++) {
		a[(i - 1) * 512] = i;
		__atomic_store_n(&flags->rounds, i, __ATOMIC_RELEASE);
		while (__atomic_load_n(&flags->ready, __ATOMIC_ACQUIRE) != i)
			sys(SYS_sched_yield);
		bad += a[(i - 1) * 512 + 1] != -i;
	}
	is(bad, 0, "64 pages, each stored to on both sides");
	is(tap_wait(pid), 0, "the other side saw every store");
	munmap((void *)a, 64 * PAGE);
}

/* ---- code that changes ---- */

static void emit_return(void *code, int value)
{
#ifdef __riscv
	uint32_t insn[2] = { 0x00000513u | (uint32_t)value << 20, 0x00008067u };

	memcpy(code, insn, sizeof(insn));
	__asm__ volatile("fence.i" ::: "memory");
#else
	unsigned char insn[6] = { 0xb8, (unsigned char)value, 0, 0, 0, 0xc3 };

	memcpy(code, insn, sizeof(insn));
#endif
}

static int run(void *code)
{
	return ((int (*)(void))code)();
}

static void changing_code(void)
{
	char *x = map_anon(PAGE, RW | PROT_EXEC);
	int fd = make_file("code", NULL, 0), bad = 0;
	char *w, *r;

	for (int i = 1; i < 100; i++) {
		emit_return(x, i);
		bad += run(x) != i;
	}
	is(bad, 0, "code stored to a page and run, 99 times over");
	mprotect(x, PAGE, RW);
	is(call_signal(x), SIGSEGV, "without PROT_EXEC it does not run");
	emit_return(x, 42);
	mprotect(x, PAGE, RX);
	is(run(x), 42, "stored first, made executable after");
	ftruncate(fd, PAGE);
	w = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
	r = mmap(NULL, PAGE, RX, MAP_SHARED, fd, 0);
	emit_return(w, 7);
	is(run(r), 7, "stored through one mapping, run through another");
	emit_return(w, 8);
	if (on_qemu_user())
		skip(1, "qemu-user does not watch the second mapping");
	else
		is(run(r), 8, "and changed");
	munmap(x, PAGE);
	munmap(w, PAGE);
	munmap(r, PAGE);
	close(fd);
}

int main(void)
{
	scratch_enter();
	flags = map_shared(PAGE);
	permission_taken_away();
	same_address();
	cut_under_a_reader();
	copied_under_a_reader();
	migrating();
	shared_between_harts();
	changing_code();
	return done_testing();
}
