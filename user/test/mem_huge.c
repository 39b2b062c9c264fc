/*
 * MAP_HUGETLB mappings of 2 MiB pages: alignment, contents, fork, and the errors of ranges that
 * cut a page. Catches a huge page that is copied or freed in part, one whose neighbour is lost,
 * and a huge mapping that is not aligned. Needs four free huge pages, or xv39.
 */
#include "user/test/util.h"

#define HUGE (2 * MIB)
#define HUGE_2M (MAP_HUGETLB | 21 << 26)
#define HUGE_1G (MAP_HUGETLB | 30 << 26)

static char *map_huge(size_t len, int flags)
{
	char *p = mmap(NULL, len, RW, MAP_ANONYMOUS | HUGE_2M | flags, -1, 0);

	if (p == MAP_FAILED)
		bail_out("mmap of huge pages: errno %d", errno);
	return p;
}

static void errors(char *p)
{
	fails_with(munmap(p, PAGE), EINVAL);
	fails_with(munmap(p + PAGE, HUGE), EINVAL);
	fails_with(mprotect(p, PAGE, PROT_READ), EINVAL);
	fails_with(mprotect(p + PAGE, HUGE, PROT_READ), EINVAL);
	fails_with(mmap(NULL, HUGE, RW, ANON | MAP_HUGETLB | 13 << 26, -1, 0), EINVAL);
	fails_with(mmap(p + PAGE, HUGE, RW, ANON | HUGE_2M | MAP_FIXED, -1, 0), EINVAL);
	ok(p[0] == 'a' && p[HUGE - 1] == 'z' && p[HUGE] == 'b', "contents after the errors");
}

static void fork_copies(char *p)
{
	pid_t pid = tap_fork();

	if (pid == 0) {
		ok(p[0] == 'a' && p[HUGE - 1] == 'z', "the child has the contents");
		p[0] = 'c';
		p[HUGE + PAGE] = 'c';
		ok(p[0] == 'c' && p[1] == 0 && p[HUGE - 1] == 'z' && p[HUGE] == 'b',
		   "a store changes one byte");
		tap_child_exit(0);
	}
	is(tap_wait(pid), 0, "the child");
	ok(p[0] == 'a' && p[HUGE - 1] == 'z' && p[HUGE + PAGE] == 0, "its stores are its own");
	p[0] = 'A';
	ok(p[0] == 'A' && p[HUGE - 1] == 'z', "and the parent's work again");
}

static void shared(void)
{
	char *s = map_huge(HUGE, MAP_SHARED);
	pid_t pid = tap_fork();

	if (pid == 0) {
		s[HUGE - 1] = 's';
		tap_child_exit(0);
	}
	tap_wait(pid);
	ok(s[HUGE - 1] == 's', "a shared huge page is seen by both");
	is(munmap(s, HUGE), 0, "munmap");
}

static void protects(char *p)
{
	is(mprotect(p, HUGE, PROT_READ), 0, "mprotect of one huge page");
	is(store_signal(p + HUGE - 1), SIGSEGV, "holds to its last byte");
	is(store_signal(p + HUGE), 0, "and not beyond");
	is(mprotect(p, HUGE, RW), 0, "mprotect back");
	is(munmap(p, HUGE), 0, "munmap of one");
	is(load_signal(p), SIGSEGV, "it is gone");
	ok(p[HUGE] == 'b', "the other is not");
	is(munmap(p + HUGE, HUGE), 0, "munmap of the other");
}

int main(void)
{
	long before = free_kib();
	char *p = mmap(NULL, 4 * HUGE, RW, ANON | HUGE_2M, -1, 0);

	if (p == MAP_FAILED && !on_xv39())
		skip_all("no huge pages here");
	if (p == MAP_FAILED)
		bail_out("mmap: errno %d", errno);
	munmap(p, 4 * HUGE);
	p = map_huge(2 * HUGE, MAP_PRIVATE);
	ok((uintptr_t)p % HUGE == 0, "a huge mapping is aligned");
	ok(p[0] == 0 && p[HUGE - 1] == 0 && p[2 * HUGE - 1] == 0, "and zero");
	p[0] = 'a';
	p[HUGE - 1] = 'z';
	p[HUGE] = 'b';
	errors(p);
	fork_copies(p);
	shared();
	protects(p);
	p = mmap(NULL, PAGE, RW, ANON | HUGE_2M, -1, 0);
	ok(p != MAP_FAILED, "a length is rounded up to the huge page");
	is(munmap(p, HUGE), 0, "as munmap shows");
	p = mmap(NULL, GIB, RW, ANON | HUGE_1G | MAP_NORESERVE, -1, 0);
	if (p != MAP_FAILED) {
		ok((uintptr_t)p % GIB == 0, "a 1 GiB page is aligned");
		is(munmap(p, GIB), 0, "munmap");
	} else {
		skip(2, "no 1 GiB pages here");
	}
	memory_is_back(before);
	return done_testing();
}
