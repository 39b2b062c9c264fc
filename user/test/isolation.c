/*
 * What a user program must not do. It loads, stores and jumps at kernel, direct-map, device and
 * non-canonical addresses, at page zero and at another process's memory: SIGSEGV, each time, and
 * EFAULT when the kernel is asked to do it. Instructions that are not its own: SIGILL. Memory
 * that comes from the kernel never shows what someone else left in it.
 */
#include "user/test/util.h"

static const struct {
	uintptr_t addr;
	const char *what;
} forbidden[] = {
	{ 0, "page zero" },
	{ 8, "page zero, further in" },
	{ PAGE - 1, "the end of page zero" },
	{ 0xffffffff80000000, "the kernel's image" },
	{ 0xffffffff80200000, "the kernel's text" },
	{ 0xffffffc000000000, "the direct map" },
	{ 0xffffffc080000000, "the direct map of RAM" },
	{ 0xffffffc080200000, "the kernel through the direct map" },
	{ 0xffffffe000000000, "the kernel's areas" },
	{ 0xffffffe000001000, "a kernel stack" },
	{ 0xfffffffffffff000, "the last page" },
	{ 0xffffffffffffffff, "the last byte" },
	{ 0x0000000000100000, "the test finisher's registers" },
	{ 0x0000000002000000, "the interrupt timer's registers" },
	{ 0x000000000c000000, "the interrupt controller's registers" },
	{ 0x0000000010000000, "the UART's registers" },
	{ 0x0000000080000000, "RAM by its physical address, the firmware" },
	{ 0x0000000080200000, "RAM by its physical address, the kernel" },
	{ 0x0000004000000000, "the first address past the user half" },
	{ 0x0000008000000000, "a non-canonical address" },
	{ 0x8000000000000000, "a non-canonical address with the top bit" },
	{ 0xffffff8000000000, "a non-canonical address near the top" },
	{ 0xffffffbfffffffff, "the byte below the kernel half" },
};

/* Not all of these mean anything on Linux, where the program may have memory of its own there. */
static bool own_memory(uintptr_t addr)
{
	struct map_line m;

	return map_of((void *)addr, &m) && m.perms[0] == 'r';
}

static void kernel_addresses(void)
{
	for (size_t i = 0; i < COUNT_OF(forbidden); i++) {
		char *p = (char *)forbidden[i].addr;
		int l, s, x;

		if (own_memory(forbidden[i].addr)) {
			skip(2, "the program's own memory is there");
			continue;
		}
		l = load_signal(p);
		s = store_signal(p);
		x = call_signal(p);
		if (!ok(l == SIGSEGV && s == SIGSEGV && x == SIGSEGV,
			"0x%lx (%s): load, store and jump", forbidden[i].addr, forbidden[i].what))
			diag("  signals %d, %d, %d", l, s, x);
		ok(!can_read(p) && errno == EFAULT && !can_write(p) && errno == EFAULT,
		   "0x%lx: EFAULT from the kernel", forbidden[i].addr);
	}
}

static int some_code(void)
{
	return 1;
}

static void own_permissions(void)
{
	static const int plain = 1;

	is(store_signal((void *)(uintptr_t)some_code), SIGSEGV, "a store to the program's text");
	is(store_signal((void *)(uintptr_t)&plain), SIGSEGV, "a store to its constants");
	is(call_signal(map_anon(PAGE, RW)), SIGSEGV, "a jump into data");
	is(call_signal(__builtin_frame_address(0)), SIGSEGV, "a jump into the stack");
}

/* A page that only the child has, at an address the parent learns of. */
static void other_process(void)
{
	struct gate go;
	int pipefd[2];
	char *p = NULL;
	pid_t pid;

	gate_make(&go);
	if (pipe(pipefd) < 0)
		bail_out("pipe: errno %d", errno);
	pid = tap_fork();
	if (pid == 0) {
		p = map_anon(PAGE, RW);
		memset(p, 's', PAGE);
		if (write(pipefd[1], &p, sizeof(p)) != sizeof(p))
			tap_child_exit(1);
		gate_wait(&go);
		ok(all_bytes(p, PAGE, 's'), "the child's page is unharmed");
		tap_child_exit(0);
	}
	if (read(pipefd[0], &p, sizeof(p)) != sizeof(p))
		bail_out("no address from the child");
	is(load_signal(p), SIGSEGV, "another process's page: load");
	is(store_signal(p), SIGSEGV, "another process's page: store");
	is(call_signal(p), SIGSEGV, "another process's page: jump");
	ok(!can_read(p) && errno == EFAULT, "another process's page: EFAULT");
	gate_open(&go);
	is(tap_wait(pid), 0, "its owner did not notice");
	gate_close(&go);
}

static int leaves_secrets(void)
{
	memset(map_anon(8 * MIB, RW), 0x5a, 8 * MIB);
	return 0;
}

static void nothing_left_behind(void)
{
	char *p;

	for (int i = 0; i < 3; i++)
		child_status(leaves_secrets);
	p = map_anon(16 * MIB, RW);
	for (size_t i = 0; i < 16 * MIB; i += PAGE)
		if (!all_bytes(p + i, PAGE, 0))
			break;
	ok(all_bytes(p, 16 * MIB, 0), "memory of a dead process comes back as zeroes");
	munmap(p, 16 * MIB);
}

/* ---- instructions ---- */

#ifdef __riscv
#define INSN(name, text)						\
static int name(void)							\
{									\
	__asm__ volatile(text ::: "t0", "t1", "memory");		\
	return 0;							\
}

INSN(zero_word, ".word 0")
INSN(ones_word, ".word 0xffffffff")
INSN(unknown_op, ".word 0x0000707f")
INSN(sret, "sret")
INSN(mret, "mret")
INSN(sfence, "sfence.vma")
INSN(read_sstatus, "csrr t0, sstatus")
INSN(write_satp, "csrw satp, zero")
INSN(write_stvec, "csrw stvec, zero")
INSN(read_mhartid, "csrr t0, mhartid")
INSN(write_cycle, "csrw cycle, zero")
INSN(ebreak_insn, "ebreak")
INSN(short_ebreak, "c.ebreak")
INSN(read_time, "rdtime t0")
INSN(div_by_zero, "li t0, 1\n\tdiv t0, t0, zero")
INSN(wait_for_interrupt, "wfi")

static uint64_t words[2];

static int misaligned_load(void)
{
	words[0] = 0x1122334455667788;
	return *(volatile uint32_t *)((char *)words + 1) == 0x44556677 ? 0 : 1;
}

static int misaligned_atomic(void)
{
	__asm__ volatile("amoadd.w t0, zero, (%0)" :: "r"((char *)words + 1) : "t0", "memory");
	return 0;
}

static int misaligned_into_nothing(void)
{
	char *p = map_anon(2 * PAGE, RW);

	munmap(p + PAGE, PAGE);
	*(volatile uint64_t *)(p + PAGE - 3) = 1;
	return 0;
}

static void instructions(void)
{
	dies_of(zero_word, SIGILL);
	dies_of(ones_word, SIGILL);
	dies_of(unknown_op, SIGILL);
	dies_of(sret, SIGILL);
	dies_of(mret, SIGILL);
	dies_of(sfence, SIGILL);
	dies_of(read_sstatus, SIGILL);
	dies_of(write_satp, SIGILL);
	dies_of(write_stvec, SIGILL);
	dies_of(read_mhartid, SIGILL);
	dies_of(write_cycle, SIGILL);
	dies_of(ebreak_insn, SIGTRAP);
	dies_of(short_ebreak, SIGTRAP);
	exits_with(read_time, 0);
	exits_with(div_by_zero, 0);
	exits_with(misaligned_load, 0);
	dies_of(misaligned_into_nothing, SIGSEGV);
	if (on_qemu_user()) {
		skip(2, "qemu-user carries on");
	} else {
		dies_of(wait_for_interrupt, SIGILL);
		dies_of(misaligned_atomic, SIGBUS);
	}
}
#else
static void instructions(void)
{
	skip(19, "these are RISC-V's instructions");
}
#endif

static void unknown_calls(void)
{
	static const long number[] = {
		5000, 10000, -1, -1000, 600, 1L << 31, 0x7fffffff,
#ifdef __riscv			/* elsewhere only the lower half of the number counts */
		1L << 40, 1L << 63,
#endif
	};

	for (size_t i = 0; i < COUNT_OF(number); i++)
		if (!fails_with(sys(number[i], -1, -1, -1, -1, -1, -1), ENOSYS))
			diag("  number %ld", number[i]);
#ifndef __riscv
	skip(2, "only the lower half of the number counts here");
#endif
}

int main(void)
{
	if (on_qemu_user())
		diag("qemu-user has no kernel half: what is checked here is that it faults");
	kernel_addresses();
	own_permissions();
	other_process();
	nothing_left_behind();
	instructions();
	unknown_calls();
	return done_testing();
}
