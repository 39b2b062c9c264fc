/*
 * The number of areas a process may have (65,530 on Linux): at the limit a call that would need
 * one more fails and changes nothing, and all is given back. Catches a split that is half done
 * when it fails, and an area set that gets slow.
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
	memory_is_back(before);
	return done_testing();
}
