/*
 * File mappings: what shared and private ones show of each other, of read() and write() and of
 * the file's end. Catches a page cache that is not the one under read and write, a private page
 * that reaches the file, a stale page after truncation, and bytes past the end that leak out.
 */
#include "user/test/util.h"

static char *map_file(int fd, size_t pages, int prot, int flags, off_t off)
{
	char *p = mmap(NULL, pages * PAGE, prot, flags, fd, off);

	if (p == MAP_FAILED)
		bail_out("mmap of a file: errno %d", errno);
	return p;
}

/* A file of full pages; page n holds the byte 'A' + n. */
static int paged_file(const char *name, int pages)
{
	int fd = make_file(name, NULL, 0);
	char page[PAGE];

	for (int i = 0; i < pages; i++) {
		memset(page, 'A' + i, PAGE);
		if (write(fd, page, PAGE) != (ssize_t)PAGE)
			bail_out("%s: errno %d", name, errno);
	}
	return fd;
}

static char byte_at(int fd, off_t off)
{
	char c = '?';

	return pread(fd, &c, 1, off) == 1 ? c : '?';
}

static void one_cache(void)
{
	int fd = paged_file("one", 4);
	char *s1 = map_file(fd, 4, RW, MAP_SHARED, 0);
	char *s2 = map_file(fd, 2, RW, MAP_SHARED, 2 * PAGE);
	char *pr = map_file(fd, 4, RW, MAP_PRIVATE, 0);

	ok(s1[0] == 'A' && s1[3 * PAGE] == 'D' && s2[0] == 'C', "a mapping starts at its offset");
	s1[2 * PAGE + 7] = 'x';
	ok(s2[7] == 'x', "one shared mapping sees the other's store");
	is(byte_at(fd, 2 * PAGE + 7), 'x', "read() sees it");
	ok(pr[2 * PAGE + 7] == 'x', "an untouched private page sees it");
	is(pwrite(fd, "w", 1, PAGE), 1, "pwrite");
	ok(s1[PAGE] == 'w' && pr[PAGE] == 'w', "every mapping sees write()");
	pr[0] = 'p';
	ok(s1[0] == 'A' && byte_at(fd, 0) == 'A', "a private store stays private");
	s1[1] = 's';
	ok(pr[1] == 'A', "and the copied page no longer follows the file");
	ok(close(fd) == 0 && s1[1] == 's', "a mapping outlives its descriptor");
	is(unlink("one"), 0, "unlink of the mapped file");
	s1[3 * PAGE] = 'z';
	ok(pr[3 * PAGE] == 'z', "and outlives its name");
	munmap(s1, 4 * PAGE);
	munmap(s2, 2 * PAGE);
	munmap(pr, 4 * PAGE);
}

static void partial_last_page(void)
{
	int fd = make_file("tail", "0123456789", 10);
	char *s = map_file(fd, 1, RW, MAP_SHARED, 0), c[16];

	ok(all_bytes(s + 10, PAGE - 10, 0), "bytes past the end read as zero");
	s[PAGE - 1] = 'Y';
	is(size_of("tail"), 10, "stores past the end do not lengthen the file");
	is(read(fd, c, sizeof(c)), 0, "and are not read");
	munmap(s, PAGE);
	is(ftruncate(fd, 20), 0, "ftruncate to a longer size");
	is(pread(fd, c, sizeof(c), 10), 10, "reads the longer file");
	ok(all_bytes(c, 10, 0), "bytes between the old end and the new are zero");
	close(fd);
}

static void beyond_the_end(void)
{
	int fd = paged_file("short", 2);
	char *s = map_file(fd, 4, RW, MAP_SHARED, 0);
	char *p = map_file(fd, 4, RW, MAP_PRIVATE, 0);

	is(load_signal(s + 2 * PAGE), SIGBUS, "shared: load beyond the last page");
	is(store_signal(s + 3 * PAGE), SIGBUS, "shared: store beyond the last page");
	is(load_signal(p + 2 * PAGE), SIGBUS, "private: load beyond the last page");
	is(store_signal(p + 2 * PAGE), SIGBUS, "private: store beyond the last page");
	ok(!can_read(s + 2 * PAGE) && errno == EFAULT, "for the kernel it is EFAULT");
	ftruncate(fd, 3 * PAGE);
	ok(s[2 * PAGE] == 0 && p[2 * PAGE] == 0, "a longer file reaches into the mapping");
	s[2 * PAGE] = 'n';
	is(byte_at(fd, 2 * PAGE), 'n', "and the store there is in the file");
	p[PAGE] = 'c';
	ftruncate(fd, PAGE);
	is(load_signal(s + PAGE), SIGBUS, "truncation takes a shared page away");
	is(load_signal(p + PAGE), SIGBUS, "and a private copy too");
	ok(s[0] == 'A' && p[0] == 'A', "the page before the end stays");
	ftruncate(fd, 2 * PAGE);
	ok(s[PAGE] == 0 && p[PAGE] == 0, "what grows back is zero");
	ftruncate(fd, 100);
	ok(s[99] == 'A' && s[100] == 0, "a cut inside a page clears its rest");
	ftruncate(fd, 200);
	is(byte_at(fd, 150), 0, "for good");
	munmap(s, 4 * PAGE);
	munmap(p, 4 * PAGE);
	close(fd);
}

static void max_permission(void)
{
	int rw = paged_file("max", 1), ro = open("max", O_RDONLY), app;
	char *s = map_file(ro, 1, PROT_READ, MAP_SHARED, 0);
	char *p = map_file(ro, 1, PROT_READ, MAP_PRIVATE, 0);

	fails_with(mprotect(s, PAGE, RW), EACCES);
	is(mprotect(s, PAGE, PROT_NONE), 0, "less permission is allowed");
	is(mprotect(s, PAGE, PROT_READ), 0, "and back again");
	is(mprotect(p, PAGE, RW), 0, "a private one may become writable");
	*p = 'q';
	ok(*s == 'A' && byte_at(rw, 0) == 'A', "without touching the file");
	app = open("max", O_RDWR | O_APPEND);
	ok(mmap(NULL, PAGE, RW, MAP_SHARED, app, 0) != MAP_FAILED,
	   "O_APPEND does not forbid a shared writable mapping");
	munmap(s, PAGE);
	munmap(p, PAGE);
	close(app);
	close(rw);
	close(ro);
}

static void other_process(void)
{
	int fd = paged_file("fork", 2);
	char *s = map_file(fd, 2, RW, MAP_SHARED, 0);
	char *p = map_file(fd, 2, RW, MAP_PRIVATE, 0);
	pid_t pid;

	p[1] = 'c';
	pid = tap_fork();
	if (pid == 0) {
		ok(p[1] == 'c' && s[1] == 'A', "the child has the private copy");
		s[PAGE] = '1';
		p[PAGE] = '2';
		p[1] = 'd';
		tap_child_exit(0);
	}
	is(tap_wait(pid), 0, "the child");
	ok(s[PAGE] == '1', "a child's shared store is seen");
	ok(p[PAGE] == '1' && p[1] == 'c', "its private ones are not");
	munmap(s, 2 * PAGE);
	munmap(p, 2 * PAGE);
	close(fd);
}

/* read() into, and write() from, a mapping of the very file that is read or written. */
static void onto_itself(void)
{
	int fd = paged_file("self", 3);
	char *s = map_file(fd, 3, RW, MAP_SHARED, 0);

	is(pread(fd, s + PAGE, PAGE, 0), PAGE, "read() into a mapping of the same file");
	ok(all_bytes(s + PAGE, PAGE, 'A'), "moves the bytes");
	is(pwrite(fd, s, PAGE, 2 * PAGE), PAGE, "write() from a mapping of the same file");
	ok(all_bytes(s + 2 * PAGE, PAGE, 'A'), "moves the bytes");
	munmap(s, 3 * PAGE);
	s = map_file(fd, 3, RW, MAP_SHARED, 0);
	is(pread(fd, s, 3 * PAGE, 0), 3 * PAGE,
	   "read() of a page into itself, none of it mapped yet");
	munmap(s, 3 * PAGE);
	close(fd);
}

static void lines_in_maps(void)
{
	int fd = paged_file("named", 3);
	char *p = map_file(fd, 2, PROT_READ, MAP_PRIVATE, PAGE);
	char *s = map_file(fd, 1, RW, MAP_SHARED, 0);
	struct map_line m;

	ok(map_of(p, &m) && m.start == (uintptr_t)p && m.end == (uintptr_t)p + 2 * PAGE,
	   "maps has the private mapping");
	ok(strcmp(m.perms, "r--p") == 0, "with its permissions (%s)", m.perms);
	is(m.off, PAGE, "its offset");
	ok(strlen(m.path) > 6 && strcmp(m.path + strlen(m.path) - 6, "/named") == 0,
	   "and its file's name");
	ok(map_of(s, &m) && strcmp(m.perms, "rw-s") == 0, "a shared one is marked s");
	munmap(p, 2 * PAGE);
	munmap(s, PAGE);
	close(fd);
}

/* A sparse file of 1 TiB costs only what is touched, and its far end works like any other. */
static void sparse(void)
{
	int fd = make_file("big", NULL, 0);
	off_t far = (off_t)1 << 40;
	char *s;

	if (ftruncate(fd, far) < 0) {
		skip(2, "this file system has no files of 1 TiB");
		close(fd);
		return;
	}
	s = map_file(fd, 1, RW, MAP_SHARED, far - PAGE);
	s[PAGE - 1] = 'e';
	is(byte_at(fd, far - 1), 'e', "the last byte of a sparse file of 1 TiB");
	is(byte_at(fd, far / 2), 0, "its middle reads as zero");
	munmap(s, PAGE);
	close(fd);
}

int main(void)
{
	scratch_enter();
	one_cache();
	partial_last_page();
	beyond_the_end();
	max_permission();
	other_process();
	onto_itself();
	lines_in_maps();
	sparse();
	return done_testing();
}
