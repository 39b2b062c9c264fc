/*
 * The number of areas a process may have (65,530 on Linux, or what vm.max_map_count says): at the
 * limit a call that would need one more fails and changes nothing, and all is given back. Catches a
 * split that is half done when it fails, and an area set that gets slow.
 */
#include "user/test/util.h"

#define PAGES (1UL << 17)

static char *area;

/* Every other page gets another permission, until there is no room for more areas. */
static size_t split_all(void)
{
	size_t i;

	for (i = 1; i < PAGES; i += 2)
		if (mprotect(area + i * PAGE, PAGE, PROT_READ) < 0)
			break;
	return i;
}

#define LIMIT_FILE "/proc/sys/vm/max_map_count"

static ssize_t set_limit(const char *text)
{
	int fd = open(LIMIT_FILE, O_WRONLY);
	ssize_t n = write(fd, text, strlen(text));

	close(fd);
	return n;
}

/* Each page is an area of its own, as every other has another permission. */
static void another_limit(void)
{
	int i = 0;

	if (!on_xv39()) {
		skip(7, "the limit is for all programs of this machine");
		return;
	}
	is(set_limit("100"), 3, "the limit can be set");
	while (i < 200 && mmap(area + i * PAGE, PAGE, i % 2 ? PROT_READ : RW, ANON | MAP_FIXED, -1, 0)
			  != MAP_FAILED)
		i++;
	ok(errno == ENOMEM && i > 80 && i < 100, "then areas run out before the 100th");
	munmap(area, 200 * PAGE);
	mmap(area, 3 * PAGE, RW, ANON | MAP_FIXED, -1, 0);
	set_limit("1");
	ok(mremap(area + PAGE, 2 * PAGE, PAGE, 0) == area + PAGE, "the end of an area can shrink");
	set_limit("100");
	mmap(area + 2 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
	set_limit("1");
	ok(mremap(area, 2 * PAGE, PAGE, 0) == MAP_FAILED && errno == ENOMEM,
	   "its middle cannot: that makes two");
	fails_with(set_limit("-1"), EINVAL);
	fails_with(set_limit("2147483648"), EINVAL);
	is(strtol(slurp(LIMIT_FILE), NULL, 10), 1, "which change nothing");
	set_limit("65530");
	munmap(area, 3 * PAGE);
}

int main(void)
{
	long before;
	size_t at;
	uint64_t start;
	char *p;

	if (on_qemu_user())
		skip_all("qemu-user has areas of its own");
	if (checks_everything())
		skip_all("this kernel checks every area after every call, which takes too long");
	before = free_kib();
	area = mmap(NULL, PAGES * PAGE, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
	if (area == MAP_FAILED)
		bail_out("mmap: errno %d", errno);
	start = now_ns();
	at = split_all();
	ok(errno == ENOMEM && at > 65000 && at < 66000, "areas run out: ENOMEM");
	diag("after %zu pages; %zu splits in %lu ms", at, at / 2,
	     (unsigned long)((now_ns() - start) / 1000000));
	is(load_signal(area + at * PAGE), SIGSEGV, "the page is as it was");
	is(load_signal(area + (at - 2) * PAGE), 0, "so is the one before");
	fails_with(munmap(area + (at + 2) * PAGE, PAGE), ENOMEM);
	is(resident(area + (at + 2) * PAGE, PAGE), 0, "which removed nothing");
	is(munmap(area, PAGE), 0, "what needs no split still works");
	is(munmap(area + PAGE, PAGE), 0, "twice");
	p = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ok(p != MAP_FAILED, "and makes room for another mapping");
	munmap(p, PAGE);
	start = now_ns();
	is(mprotect(area + 2 * PAGE, (PAGES - 2) * PAGE, PROT_NONE), 0, "one permission for all");
	is(maps_in(area + 2 * PAGE, (PAGES - 2) * PAGE), 1, "makes one area again");
	diag("merged in %lu ms", (unsigned long)((now_ns() - start) / 1000000));
	is(munmap(area, PAGES * PAGE), 0, "munmap");
	another_limit();
	memory_is_back(before);
	return done_testing();
}
