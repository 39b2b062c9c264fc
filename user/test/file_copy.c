/*
 * Bytes between programs and the kernel at every alignment and many sizes, and up to the last byte
 * before memory that cannot be touched. Catches a copy that shifts wrongly, touches a byte it must
 * not, or reports the wrong count when it is cut short.
 */
#include "user/test/util.h"

#define MOST 700

static char pattern(size_t i)
{
	return (char)(i * 7 + i / 251 + 1);
}

static int fd;

/* Read n bytes from `from` of the file to dst; the bytes around them stay. */
static bool reads(char *dst, size_t from, size_t n)
{
	bool good;

	dst[-1] = dst[n] = 0x55;
	good = pread(fd, dst, n, (off_t)from) == (ssize_t)n && dst[-1] == 0x55 && dst[n] == 0x55;
	for (size_t i = 0; i < n && good; i++)
		good = dst[i] == pattern(from + i);
	return good;
}

static void alignments(void)
{
	static const size_t sizes[] = { 1, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 33, 47, 63, 64, 65,
					511, 512, 520, MOST };
	static char buf[MOST + 64] __attribute__((aligned(64)));
	int bad = 0;

	for (size_t from = 0; from < 9; from++)
		for (size_t to = 1; to < 10; to++)
			for (size_t i = 0; i < COUNT_OF(sizes); i++)
				bad += !reads(buf + to, from, sizes[i]);
	is(bad, 0, "reads at every alignment");
}

/* `room` bytes before a page that cannot be touched, a read of more: as many come. */
static void cut_short(void)
{
	char *map = mmap(NULL, 2 * PAGE, RW, ANON, -1, 0), *end = map + PAGE;
	int bad = 0, wrong = 0;

	munmap(end, PAGE);
	for (size_t from = 0; from < 8; from++) {
		for (size_t room = 1; room < 100; room += room < 40 ? 1 : 13) {
			memset(end - 200, 0, 200);
			bad += pread(fd, end - room, 300, (off_t)from) != (ssize_t)room;
			for (size_t i = 0; i < room; i++)
				bad += end[(long)i - (long)room] != pattern(from + i);
			bad += end[-(long)room - 1] != 0;
			wrong += pwrite(fd, end - room, 300, (off_t)(PAGE + from)) != (ssize_t)room;
		}
	}
	is(bad, 0, "reads end at the last byte there is");
	is(wrong, 0, "writes too");
	fails_with(pread(fd, end, 1, 0), EFAULT);
	munmap(map, PAGE);
}

int main(void)
{
	static char text[PAGE];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = pattern(i);
	scratch_enter();
	fd = make_file("f", text, sizeof(text));
	alignments();
	cut_short();
	return done_testing();
}
