/*
 * madvise, mincore and msync. Catches DONTNEED that keeps a private page or drops a shared one,
 * a hole that hides the rest of the range, and a residency vector that is wrong or overrun.
 */
#include "user/test/util.h"

static void madvise_errors(void)
{
	char *p = map_anon(4 * PAGE, RW);

	fails_with_not_qemu(sys(SYS_madvise, p, PAGE, 9999), EINVAL);
	fails_with(sys(SYS_madvise, p + 1, PAGE, MADV_DONTNEED), EINVAL);
	fails_with(sys(SYS_madvise, p, -1L, MADV_DONTNEED), EINVAL);
	fails_with(sys(SYS_madvise, -PAGE, 2 * PAGE, MADV_DONTNEED), EINVAL);
	is(sys(SYS_madvise, p, 0, MADV_DONTNEED), 0, "madvise of nothing");
	fails_with_not_qemu(sys(SYS_madvise, p, 0, 9999), EINVAL);
	memset(p, 'x', 4 * PAGE);
	munmap(p + PAGE, PAGE);
	fails_with_not_qemu(madvise(p, 4 * PAGE, MADV_DONTNEED), ENOMEM);
	ok(on_qemu_user() || all_bytes(p, PAGE, 0) + all_bytes(p + 2 * PAGE, 2 * PAGE, 0) == 2,
	   "the rest of the range is done");
	is(madvise(p, PAGE, MADV_WILLNEED), 0, "MADV_WILLNEED");
	is(madvise(p, PAGE, MADV_NORMAL), 0, "MADV_NORMAL");
	is(madvise(p, PAGE, MADV_SEQUENTIAL), 0, "MADV_SEQUENTIAL");
	munmap(p, 4 * PAGE);
}

/* Advice that may be taken or not; and filling, which must be done. */
static void other_advice(void)
{
	static const int advice[] = {
		MADV_RANDOM, MADV_FREE, MADV_DONTFORK, MADV_DOFORK, MADV_DONTDUMP, MADV_DODUMP,
		MADV_WIPEONFORK, MADV_KEEPONFORK, MADV_COLD, MADV_PAGEOUT, MADV_HUGEPAGE,
		MADV_NOHUGEPAGE,
	};
	char *p = map_anon(4 * PAGE, RW), *none = map_anon(PAGE, PROT_NONE);
	int fd = make_file("p", "file", 4);
	char *f = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);

	for (size_t i = 0; i < COUNT_OF(advice); i++)
		is(sys(SYS_madvise, p, PAGE, advice[i]), 0, "advice %d", advice[i]);
	if (on_qemu_user()) {
		skip(9, "qemu-user does not fill");
		return;
	}
	is(madvise(p, 2 * PAGE, MADV_POPULATE_READ), 0, "MADV_POPULATE_READ");
	is(madvise(p + PAGE, 2 * PAGE, MADV_POPULATE_WRITE), 0, "MADV_POPULATE_WRITE");
	is(resident(p, 4 * PAGE), 3, "fill what they name");
	mprotect(p, PAGE, PROT_READ);
	fails_with(madvise(p, PAGE, MADV_POPULATE_WRITE), EINVAL);
	fails_with(madvise(none, PAGE, MADV_POPULATE_READ), EINVAL);
	fails_with(madvise(f, 2 * PAGE, MADV_POPULATE_READ), EFAULT);
	munmap(p + PAGE, PAGE);
	fails_with(madvise(p, 4 * PAGE, MADV_POPULATE_READ), ENOMEM);
	fails_with(madvise(f, PAGE, MADV_FREE), EINVAL);
	fails_with(madvise(f, PAGE, MADV_WIPEONFORK), EINVAL);
	munmap(p, 4 * PAGE);
	munmap(none, PAGE);
	munmap(f, 2 * PAGE);
	close(fd);
}

static void dontneed(void)
{
	char *p = map_anon(4 * PAGE, RW), *s = map_shared(2 * PAGE);
	int fd = make_file("f", "file", 4);
	char *f = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
	char *fs = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);

	memset(p, 'x', 4 * PAGE);
	is(madvise(p + PAGE, 2 * PAGE, MADV_DONTNEED), 0, "MADV_DONTNEED");
	is(resident(p, 4 * PAGE), 2, "gives pages back at once");
	ok(p[0] == 'x' && p[3 * PAGE] == 'x', "only those asked for");
	ok(all_bytes(p + PAGE, 2 * PAGE, 0), "private memory reads as zero then");
	s[0] = 's';
	madvise(s, 2 * PAGE, MADV_DONTNEED);
	ok(s[0] == 's', "shared memory keeps its contents");
	f[0] = 'F';
	madvise(f, PAGE, MADV_DONTNEED);
	ok(f[0] == 'f', "a private file page is the file's again");
	fs[1] = 'I';
	madvise(fs, PAGE, MADV_DONTNEED);
	ok(fs[1] == 'I', "a shared file page keeps the store");
	mprotect(p, PAGE, PROT_READ);
	is(madvise(p, PAGE, MADV_DONTNEED), 0, "permission does not matter");
	ok(p[0] == 0, "it reads as zero too");
	munmap(p, 4 * PAGE);
	munmap(s, 2 * PAGE);
	munmap(f, PAGE);
	munmap(fs, PAGE);
	close(fd);
}

static void mincore_errors(void)
{
	char *p = map_anon(4 * PAGE, RW);
	unsigned char *vec = (unsigned char *)map_anon(2 * PAGE, RW);

	fails_with(sys(SYS_mincore, p + 1, PAGE, vec), EINVAL);
	fails_with(sys(SYS_mincore, p, -1L, vec), ENOMEM);
	fails_with(sys(SYS_mincore, p, PAGE, NULL), EFAULT);
	fails_with(sys(SYS_mincore, p, PAGE, 1UL << 63), EFAULT);
	is(sys(SYS_mincore, p, 0, vec), 0, "mincore of nothing");
	munmap(p + 2 * PAGE, PAGE);
	fails_with(mincore(p, 4 * PAGE, vec), ENOMEM);
	fails_with(mincore(p + 2 * PAGE, PAGE, vec), ENOMEM);
	munmap(vec + PAGE, PAGE);
	fails_with(mincore(p, 2 * PAGE, vec + PAGE - 1), EFAULT);
	munmap(p, 4 * PAGE);
	munmap(vec, PAGE);
}

static void mincore_tells(void)
{
	size_t pages = 3 * PAGE;	/* the vector itself spans pages */
	char *p = map_anon(pages * PAGE, RW);
	unsigned char *vec = (unsigned char *)map_anon(4 * PAGE, RW);
	size_t n = 0;

	if (on_qemu_user()) {
		skip(4, "qemu-user has its own mincore");
		return;
	}
	p[0] = p[PAGE] = p[5000 * PAGE] = p[(pages - 1) * PAGE] = 1;
	memset(vec, 0x55, 4 * PAGE);
	is(mincore(p, (pages - 1) * PAGE + 1, vec), 0, "mincore of %lu pages", pages);
	for (size_t i = 0; i < pages; i++)
		n += vec[i] & 1;
	is(n, 4, "counts the resident ones");
	ok(vec[0] & vec[1] & vec[5000] & vec[pages - 1] & 1, "names the right ones");
	ok(all_bytes((char *)vec + pages, 4 * PAGE - pages, 0x55), "writes nothing past the last");
	munmap(p, pages * PAGE);
	munmap(vec, 4 * PAGE);
}

static void msync_all(void)
{
	int fd = make_file("m", "abc", 3);
	char *p = map_anon(4 * PAGE, RW);
	char *s = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);

	fails_with(sys(SYS_msync, p, PAGE, 8), EINVAL);
	fails_with(sys(SYS_msync, p + 1, PAGE, MS_SYNC), EINVAL);
	fails_with(sys(SYS_msync, p, PAGE, MS_SYNC | MS_ASYNC), EINVAL);
	fails_with(sys(SYS_msync, -PAGE, 2 * PAGE, MS_SYNC), ENOMEM);
	is(sys(SYS_msync, p, 0, MS_SYNC), 0, "msync of nothing");
	munmap(p + PAGE, PAGE);
	fails_with(msync(p, 4 * PAGE, MS_SYNC), ENOMEM);
	fails_with(msync(p + PAGE, PAGE, MS_ASYNC), ENOMEM);
	s[0] = 'X';
	is(msync(s, PAGE, MS_SYNC), 0, "msync of a shared mapping");
	is(msync(s, PAGE, MS_ASYNC | MS_INVALIDATE), 0, "MS_ASYNC | MS_INVALIDATE");
	ok(s[0] == 'X', "keeps the store");
	munmap(p, 4 * PAGE);
	munmap(s, PAGE);
	close(fd);
}

int main(void)
{
	scratch_enter();
	madvise_errors();
	other_advice();
	dontneed();
	mincore_errors();
	mincore_tells();
	msync_all();
	return done_testing();
}
