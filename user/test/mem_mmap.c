/*
 * mmap: every error in the order Linux looks for it, and where a mapping lands.
 * Catches a check that is missing or comes too late (the order is visible when two things are
 * wrong at once), a hint that changes the length, and MAP_FIXED that loses the old mapping when
 * it fails. What file mappings show is in mem_file.c.
 */
#include "user/test/util.h"

static int rdonly, wronly, rdwr, dir, pipefd[2];

static void open_files(void)
{
	scratch_enter();
	rdwr = make_file("f", "hello", 5);
	rdonly = open("f", O_RDONLY);
	wronly = open("f", O_WRONLY);
	dir = open(".", O_RDONLY | O_DIRECTORY);
	if (rdonly < 0 || wronly < 0 || dir < 0 || pipe(pipefd) < 0)
		bail_out("set-up: errno %d", errno);
}

static void errors_in_order(void)
{
	fails_with(sys(SYS_mmap, 0, 0, 0, 0, -1, 1), EINVAL);		/* offset before all */
	fails_with(sys(SYS_mmap, 0, PAGE, RW, ANON, -1, PAGE / 2), EINVAL);
	if (on_qemu_user())
		skip(1, "qemu-user looks at the length first");
	else
		fails_with(sys(SYS_mmap, 0, 0, 0, 0, -1, 0), EBADF);
	fails_with(sys(SYS_mmap, 0, PAGE, RW, MAP_PRIVATE, 999, 0), EBADF);
	fails_with(sys(SYS_mmap, 0, 0, RW, ANON, -1, 0), EINVAL);
	fails_with(sys(SYS_mmap, 0, 0, RW, MAP_ANONYMOUS, -1, 0), EINVAL);
	fails_with(sys(SYS_mmap, 0, -1L, RW, MAP_ANONYMOUS, -1, 0), ENOMEM); /* before the type */
	fails_with(sys(SYS_mmap, 0, -PAGE, RW, ANON, -1, 0), ENOMEM);
	fails_with(sys(SYS_mmap, 0, 1UL << 62, PROT_NONE, ANON | MAP_NORESERVE, -1, 0), ENOMEM);
	fails_with(sys(SYS_mmap, 0, PAGE, RW, MAP_ANONYMOUS, -1, 0), EINVAL);
	fails_with(sys(SYS_mmap, 0, PAGE, RW, MAP_ANONYMOUS | 4, -1, 0), EINVAL);
	if (on_qemu_user())
		skip(1, "qemu-user passes MAP_SHARED_VALIDATE on as MAP_SHARED");
	else
		fails_with(sys(SYS_mmap, 0, PAGE, RW, MAP_ANONYMOUS | MAP_SHARED_VALIDATE, -1, 0),
			   EINVAL);
	if (on_xv39())
		fails_with(sys(SYS_mmap, 0, 2 * PAGE, RW, ANON, -1, -PAGE), EOVERFLOW);
	else
		skip(1, "the offset is a signed number on riscv64 only");
}

static void file_errors(void)
{
	fails_with(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, wronly, 0), EACCES);
	fails_with(mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE, wronly, 0), EACCES);
	fails_with(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, rdonly, 0), EACCES);
	fails_with(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, wronly, 0), EACCES);
	fails_with(mmap(NULL, PAGE, RW, MAP_SHARED | MAP_PRIVATE | 4, rdwr, 0), EINVAL);
	fails_with(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, dir, 0), ENODEV);
	fails_with(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, pipefd[0], 0), ENODEV);
	fails_with(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, pipefd[1], 0), EACCES);
	fails_with(sys(SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE, rdwr, 1UL << 63), EOVERFLOW);
	if (on_qemu_user())
		skip(1, "qemu-user drops unknown flags");
	else
		fails_with(mmap(NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE | (1 << 24), rdwr, 0),
			   EOPNOTSUPP);
	ok(mmap(NULL, PAGE, RW, MAP_PRIVATE, rdonly, 0) != MAP_FAILED,
	   "a private mapping of a read-only file may be writable");
	ok(mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, 999, 0) != MAP_FAILED,
	   "the descriptor of an anonymous mapping is ignored");
}

static void hints(void)
{
	char *p = map_anon(64 * PAGE, RW), *q;

	munmap(p, 64 * PAGE);
	q = mmap(p + 8 * PAGE, 4 * PAGE, RW, ANON, -1, 0);
	ok(q == p + 8 * PAGE, "a free hint is taken");
	q = mmap(p + 20 * PAGE + 123, 2 * PAGE, RW, ANON, -1, 0);
	ok(q == p + 20 * PAGE, "an unaligned hint is rounded down");
	is(maps_in(p + 22 * PAGE, PAGE), 0, "and the length is not larger for it");
	q = mmap(p + 10 * PAGE, 4 * PAGE, RW, ANON, -1, 0);
	ok(q != MAP_FAILED && q != p + 10 * PAGE, "a taken hint is only a hint");
	munmap(q, 4 * PAGE);
	q = mmap(p + 7 * PAGE, 4 * PAGE, RW, ANON, -1, 0);
	ok(q != MAP_FAILED && q != p + 7 * PAGE, "so is one whose end is taken");
	munmap(q, 4 * PAGE);
	q = mmap((void *)-PAGE, PAGE, RW, ANON, -1, 0);
	ok(q != MAP_FAILED && q != (void *)-PAGE, "so is the last page of the address space");
	munmap(q, PAGE);
	q = mmap((void *)(1UL << 63), PAGE, RW, ANON, -1, 0);
	ok(q != MAP_FAILED && (uintptr_t)q < 1UL << 62, "so is a non-canonical address");
	munmap(q, PAGE);
	q = mmap((void *)1, PAGE, RW, ANON, -1, 0);
	ok(q != MAP_FAILED && (uintptr_t)q >= PAGE, "a hint in page zero never gives page zero");
	munmap(q, PAGE);
	munmap(p, 64 * PAGE);
}

static void fixed_errors(void)
{
	uintptr_t end = user_end();
	char *p = map_anon(2 * PAGE, RW);

	fails_with(mmap(p + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0), EINVAL);
	if (end) {
		fails_with(mmap((void *)end, PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
		fails_with(mmap((void *)(end - PAGE), 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0),
			   ENOMEM);
		fails_with(mmap((void *)(end + 1), PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
		fails_with(mmap((void *)-PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
		fails_with(mmap((void *)-PAGE, 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
		fails_with(mmap((void *)(1UL << 63), PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
	} else {
		skip(6, "the end of the user half is not known here");
	}
	if (on_xv39())
		fails_with(mmap(NULL, PAGE, RW, ANON | MAP_FIXED, -1, 0), EPERM);
	else
		skip(1, "root may map page zero on Linux");
	if (on_xv39())
		ok(mmap((void *)(end - PAGE), PAGE, RW, ANON | MAP_FIXED, -1, 0) ==
		   (void *)(end - PAGE), "the last page of the user half can be mapped");
	else
		skip(1, "others keep that page free");
	munmap(p, 2 * PAGE);
}

static void fixed_replaces(void)
{
	char *p = map_anon(5 * PAGE, RW);

	memset(p, 'x', 5 * PAGE);
	ok(mmap(p + 2 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0) == p + 2 * PAGE,
	   "MAP_FIXED in the middle");
	ok(all_bytes(p + 2 * PAGE, PAGE, 0), "the new page is zero");
	ok(all_bytes(p, 2 * PAGE, 'x') && all_bytes(p + 3 * PAGE, 2 * PAGE, 'x'),
	   "the pages on either side are as before");
	memset(p + 2 * PAGE, 'x', PAGE);
	fails_with(mmap(p, PAGE, RW, MAP_PRIVATE | MAP_FIXED, 999, 0), EBADF);
	fails_with(mmap(p, PAGE, RW, MAP_PRIVATE | MAP_FIXED, wronly, 0), EACCES);
	fails_with(mmap(p, PAGE, RW, MAP_PRIVATE | MAP_FIXED, dir, 0), ENODEV);
	fails_with(mmap(p, 0, RW, ANON | MAP_FIXED, -1, 0), EINVAL);
	fails_with(mmap(p, PAGE, RW, MAP_ANONYMOUS | MAP_FIXED, -1, 0), EINVAL);
	ok(all_bytes(p, 5 * PAGE, 'x'), "a MAP_FIXED that fails leaves what was there");
	munmap(p, 5 * PAGE);
}

static void fixed_noreplace(void)
{
	char *p = map_anon(8 * PAGE, RW);

	if (on_qemu_user()) {
		skip(6, "qemu-user does not know MAP_FIXED_NOREPLACE");
		return;
	}
	memset(p, 'x', 8 * PAGE);
	munmap(p + 4 * PAGE, 2 * PAGE);
	fails_with(mmap(p, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
	fails_with(mmap(p + 3 * PAGE, 2 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
	fails_with(mmap(p + 5 * PAGE, 2 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
	fails_with(mmap(p + 4 * PAGE + 1, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), EINVAL);
	ok(all_bytes(p, 4 * PAGE, 'x') && all_bytes(p + 6 * PAGE, 2 * PAGE, 'x'),
	   "MAP_FIXED_NOREPLACE never replaces");
	ok(mmap(p + 4 * PAGE, 2 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == p + 4 * PAGE,
	   "and takes exactly the hole");
	munmap(p, 8 * PAGE);
}

static void contents(void)
{
	char *p = map_anon(16 * PAGE, RW), *q;

	is(resident(p, 16 * PAGE), 0, "a fresh mapping has no pages");
	ok(all_bytes(p, PAGE, 0), "memory starts as zeroes");
	p[5 * PAGE] = 1;
	ok(p[5 * PAGE] == 1 && p[6 * PAGE] == 0, "a store is kept");
	munmap(p, 16 * PAGE);
	q = mmap(NULL, 16 * PAGE, RW, ANON | MAP_POPULATE, -1, 0);
	if (on_qemu_user())
		skip(1, "qemu-user drops MAP_POPULATE");
	else
		is(resident(q, 16 * PAGE), 16, "MAP_POPULATE brings every page in");
	munmap(q, 16 * PAGE);
	q = mmap(NULL, 100, RW, ANON, -1, 0);
	q[PAGE - 1] = 'e';
	ok(q[PAGE - 1] == 'e', "a length is rounded up to the page");
	munmap(q, PAGE);
}

static void permissions(void)
{
	char *none = map_anon(PAGE, PROT_NONE);
	char *ro = map_anon(PAGE, PROT_READ);
	char *wo = map_anon(PAGE, PROT_WRITE);

	is(load_signal(none), SIGSEGV, "PROT_NONE: load");
	is(store_signal(none), SIGSEGV, "PROT_NONE: store");
	is(call_signal(none), SIGSEGV, "PROT_NONE: jump");
	is(load_signal(ro), 0, "PROT_READ: load");
	is(store_signal(ro), SIGSEGV, "PROT_READ: store");
	is(call_signal(ro), SIGSEGV, "PROT_READ: jump");
	is(load_signal(wo), 0, "PROT_WRITE implies read");
	is(store_signal(wo), 0, "PROT_WRITE: store");
	is(call_signal(wo), SIGSEGV, "PROT_WRITE: jump");
	is(resident(ro, PAGE), 0, "a child's loads do not fill the parent's pages");
	munmap(none, PAGE);
	is(load_signal(none), SIGSEGV, "unmapped: load");
	munmap(ro, PAGE);
	munmap(wo, PAGE);
}

int main(void)
{
	open_files();
	errors_in_order();
	file_errors();
	hints();
	fixed_errors();
	fixed_replaces();
	fixed_noreplace();
	contents();
	permissions();
	return done_testing();
}
