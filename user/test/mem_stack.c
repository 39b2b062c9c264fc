/*
 * The stack grows on demand, for the program and for the kernel writing on its behalf, up to its
 * limit (8 MiB) and never into a mapping below. Catches growth that needs touching page by page,
 * a missing limit and a missing gap.
 */
#include "user/test/util.h"

#define GAP (256 * PAGE)	/* Linux keeps at least this much free below a stack */

static char *mapped_below;	/* a shared page below the stack, to be left alone */

/* Touch the stack down to n bytes from here, each page once. */
__attribute__((noinline))
static int use_stack(size_t n)
{
	volatile char frame[2048];

	frame[0] = (char)n;
	if (n > sizeof(frame) + 64)
		use_stack(n - sizeof(frame) - 64);
	return frame[0] == (char)n ? 0 : 1;
}

static int seven_mib(void)
{
	return use_stack(7 * MIB);
}

static int without_end(void)
{
	return use_stack(1UL << 40);
}

static char *stack_pointer(void)
{
	return __builtin_frame_address(0);
}

static int far_store(void)
{
	volatile char *p = stack_pointer() - 4 * MIB;

	*p = 'x';
	return *p == 'x' && p[-1] == 0 ? 0 : 1;
}

static int kernel_store(void)
{
	int fd = open("/dev/zero", O_RDONLY);
	char *p = stack_pointer() - 3 * MIB;

	return read(fd, p, 10) == 10 ? 0 : 1;
}

static int below_the_limit(void)
{
	return load_byte(stack_pointer() - 64 * MIB);
}

static int toward_a_mapping(void)
{
	struct map_line m;
	char *p;

	if (!map_of(stack_pointer(), &m))
		return 2;
	p = mmap((char *)m.start - 2 * MIB, PAGE, RW,
		 MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (p == MAP_FAILED ||
	    mremap(mapped_below, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p) != p)
		return 3;
	use_stack(1UL << 40);
	return 4;
}

static int inside_the_gap(void)
{
	struct map_line m;
	char *p;

	if (!map_of(stack_pointer(), &m))
		return 2;
	p = mmap((char *)m.start - 2 * MIB, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
	if (p == MAP_FAILED)
		return 3;
	return load_byte(p + GAP / 2);
}

static int limits_apart(void)
{
	struct map_line m;
	char *mark = stack_pointer();

	use_stack(MIB);
	ok(map_of(mark, &m) && strcmp(m.path, "[stack]") == 0, "maps names the stack");
	ok(m.end - m.start >= MIB * 3 / 4, "and shows it grown");
	ok(strcmp(m.perms, "rw-p") == 0, "readable, writable, never executable");
	return 0;
}

int main(void)
{
	mapped_below = map_shared(PAGE);
	memset(mapped_below, 'm', PAGE);
	exits_with(limits_apart, 0);
	limits_apart();
	exits_with(seven_mib, 0);
	exits_with(far_store, 0);
	exits_with(kernel_store, 0);
	dies_of(without_end, SIGSEGV);
	dies_of(below_the_limit, SIGSEGV);
	dies_of(toward_a_mapping, SIGSEGV);
	ok(all_bytes(mapped_below, PAGE, 'm'), "the mapping below was not overwritten");
	if (on_qemu_user())
		skip(1, "qemu-user maps its stack in one piece");
	else
		dies_of(inside_the_gap, SIGSEGV);
	return done_testing();
}
