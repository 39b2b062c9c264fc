/*
 * Copy-on-write: after fork a store by either side is invisible to the other, whoever stores
 * first, through however many generations, and whether the program or the kernel does it.
 * Catches a page that stays shared and writable, a copy that is taken from the wrong page or
 * given back too early, and permissions that a copy or mprotect resurrects.
 * The rules are the same when fork copies eagerly.
 */
#include "user/test/util.h"

#define N 8

static char *pages;
static struct gate to_child, to_parent;

static void fill(char c)
{
	for (int i = 0; i < N; i++)
		memset(pages + i * PAGE, c + i, PAGE);
}

static bool filled(char c)
{
	for (int i = 0; i < N; i++)
		if (!all_bytes(pages + i * PAGE, PAGE, c + i))
			return false;
	return true;
}

static void parent_stores_first(void)
{
	pid_t pid;

	fill('a');
	pid = tap_fork();
	if (pid == 0) {
		gate_wait(&to_child);
		ok(filled('a'), "the child has the memory as it was at fork");
		fill('k');
		ok(filled('k'), "the child's own stores");
		gate_open(&to_parent);
		gate_wait(&to_child);
		ok(filled('k'), "the child's memory after the parent's second round");
		tap_child_exit(0);
	}
	fill('A');
	gate_open(&to_child);
	gate_wait(&to_parent);
	ok(filled('A'), "parent stores, then child stores: the parent keeps its own");
	fill('B');
	gate_open(&to_child);
	is(tap_wait(pid), 0, "the child saw only its own");
	ok(filled('B'), "and the parent too, when the child is gone");
}

static void child_stores_first(void)
{
	pid_t pid;

	fill('a');
	pid = tap_fork();
	if (pid == 0) {
		fill('k');
		gate_open(&to_parent);
		gate_wait(&to_child);
		ok(filled('k'), "the child's pages after the parent stored");
		tap_child_exit(0);
	}
	gate_wait(&to_parent);
	ok(filled('a'), "child stores first: the parent does not see it");
	fill('A');
	gate_open(&to_child);
	is(tap_wait(pid), 0, "nor the child the parent's");
	ok(filled('A'), "the parent owns its pages again");
}

/* Each generation changes its own page, forks, and checks afterwards that nothing moved. */
static void generation(int depth)
{
	pid_t pid;

	pages[depth * PAGE] = '0' + depth;
	if (depth == 3)
		return;
	pid = tap_fork();
	if (pid == 0) {
		for (int i = 0; i <= depth; i++)
			ok(pages[i * PAGE] == '0' + i, "generation %d inherits page %d", depth, i);
		generation(depth + 1);
		for (int i = 0; i < N; i++)
			pages[i * PAGE] = '#';
		tap_child_exit(0);
	}
	is(tap_wait(pid), 0, "generation %d", depth + 1);
	for (int i = 0; i < N; i++)
		ok(pages[i * PAGE] == (i <= depth ? '0' + i : 'a' + i),
		   "generation %d still has its page %d", depth, i);
}

/* Many children at once share one page; each writes it and checks that it is alone. */
static void many_children(void)
{
	pid_t pid[20];
	int bad = 0;

	fill('a');
	for (int i = 0; i < 20; i++) {
		pid[i] = tap_fork();
		if (pid[i] == 0) {
			gate_wait(&to_child);
			ok(filled('a'), "child %d starts from the snapshot", i);
			fill((char)i);
			for (int k = 0; k < 10; k++) {
				sys(SYS_sched_yield);
				ok(filled((char)i), "child %d", i);
			}
			tap_child_exit(0);
		}
	}
	for (int i = 0; i < 20; i++)
		gate_open(&to_child);
	for (int i = 0; i < 20; i++)
		bad += tap_wait(pid[i]) != 0;
	is(bad, 0, "20 children write the same pages at once");
	ok(filled('a'), "the parent's are as before");
}

/* The kernel's stores copy too: read() into a page shared since fork, by either side. */
static void kernel_stores(void)
{
	int fd = make_file("f", "KERNEL", 6);
	pid_t pid;

	fill('a');
	pid = tap_fork();
	if (pid == 0) {
		is(pread(fd, pages + 5, 6, 0), 6, "read in the child");
		ok(memcmp(pages + 4, "aKERNELa", 8) == 0, "the child sees it");
		gate_open(&to_parent);
		gate_wait(&to_child);
		ok(all_bytes(pages + PAGE, PAGE, 'b'), "the parent's read is not seen");
		tap_child_exit(0);
	}
	gate_wait(&to_parent);
	ok(filled('a'), "read() into a page of the child leaves the parent's");
	is(pread(fd, pages + 2 * PAGE - 3, 6, 0), 6, "read() across two such pages in the parent");
	ok(memcmp(pages + 2 * PAGE - 4, "bKERNELc", 8) == 0, "arrives");
	gate_open(&to_child);
	is(tap_wait(pid), 0, "the child is untouched by it");
	close(fd);
}

/* Write permission that comes from mprotect must not skip the copy. */
static void across_mprotect(void)
{
	pid_t pid;

	fill('a');
	mprotect(pages, N * PAGE, PROT_READ);
	pid = tap_fork();
	if (pid == 0) {
		is(store_signal(pages), SIGSEGV, "read-only stays read-only over fork");
		mprotect(pages, N * PAGE, RW);
		fill('k');
		mprotect(pages, N * PAGE, PROT_NONE);
		is(load_signal(pages), SIGSEGV, "PROT_NONE on a copied page");
		mprotect(pages, N * PAGE, RW);
		ok(filled('k'), "the copies are kept under PROT_NONE");
		tap_child_exit(0);
	}
	is(tap_wait(pid), 0, "a child that makes the pages writable again");
	ok(filled('a'), "writes its own");
	mprotect(pages, N * PAGE, RW);
	fill('A');
	ok(filled('A'), "so does the parent");
}

static void writes_refused_everywhere(void)
{
	mprotect(pages, PAGE, PROT_READ);
	is(store_signal(pages), SIGSEGV, "a shared page is not made writable by a store");
	ok(!can_write(pages) && errno == EFAULT, "nor by the kernel's store");
	ok(pages[0] == 'A', "its contents are unharmed");
	mprotect(pages, PAGE, RW);
}

/* A child that unmaps, replaces or drops the shared pages leaves the parent's alone. */
static int drops_pages(void)
{
	munmap(pages, PAGE);
	mmap(pages + PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
	memset(pages + PAGE, '#', PAGE);
	madvise(pages + 2 * PAGE, PAGE, MADV_DONTNEED);
	memset(pages + 2 * PAGE, '#', PAGE);
	ok(mremap(pages + 3 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE) != MAP_FAILED, "mremap");
	return 0;
}

/* Stores before fork and right after it, on the same page, many times over. */
static void ping_pong(void)
{
	int bad = 0;

	for (int i = 0; i < 50; i++) {
		pid_t pid;

		pages[i] = (char)i;
		pid = tap_fork();
		pages[i + 100] = pid == 0 ? 'c' : 'p';
		if (pid == 0)
			_exit(pages[i] != (char)i || pages[i + 100] != 'c');
		bad += tap_wait(pid) != 0 || pages[i + 100] != 'p';
	}
	is(bad, 0, "50 forks with a store on both sides of each");
}

int main(void)
{
	scratch_enter();
	pages = map_anon(N * PAGE, RW);
	gate_make(&to_child);
	gate_make(&to_parent);
	parent_stores_first();
	child_stores_first();
	fill('a');
	generation(0);
	many_children();
	kernel_stores();
	across_mprotect();
	writes_refused_everywhere();
	exits_with(drops_pages, 0);
	ok(filled('A'), "a child that unmaps and drops them takes nothing away");
	ping_pong();
	return done_testing();
}
