/*
 * What programs do with faults of their own: a collector's write barrier, paging by the program, a
 * stack overflow handled on another stack; and what lies on the stack of a handler. Catches a fault
 * that comes back with another address, or a mask, a stack or a register that is not restored.
 */
#include "user/test/util.h"

#include <setjmp.h>
#include <ucontext.h>

#define PAGES	64

static char *heap;
static volatile int faults;
static volatile unsigned char dirty[PAGES];

static void handle(int sig, void (*fn)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = { .sa_sigaction = fn, .sa_flags = SA_SIGINFO | flags };

	sigaction(sig, &action, NULL);
}

/* ---- a generational collector's write barrier ---- */

static void barrier(int sig, siginfo_t *info, void *context)
{
	size_t page = ((uintptr_t)info->si_addr - (uintptr_t)heap) / PAGE;

	(void)sig;
	(void)context;
	if (page >= PAGES || info->si_code != SEGV_ACCERR)
		_exit(1);
	faults++;
	dirty[page] = 1;
	mprotect(heap + page * PAGE, PAGE, RW);
}

static void write_barrier(void)
{
	int wrong = 0;

	heap = map_anon(PAGES * PAGE, RW);
	memset(heap, 1, PAGES * PAGE);
	handle(SIGSEGV, barrier, 0);
	for (int round = 0; round < 10; round++) {
		memset((void *)dirty, 0, sizeof(dirty));
		faults = 0;
		mprotect(heap, PAGES * PAGE, PROT_READ);
		for (int i = 0; i < 3 * PAGES; i++) {
			size_t page = (size_t)(i * 7 + round) % PAGES;

			if (page % 3 == 0)
				((volatile char *)heap)[page * PAGE + (size_t)i] = (char)i;
		}
		for (int i = 0; i < PAGES; i++)
			wrong += dirty[i] != (i % 3 == 0);
		wrong += faults != (PAGES + 2) / 3;
	}
	is(wrong, 0, "a write barrier: each written page once, and no other");
	munmap(heap, PAGES * PAGE);
}

/* ---- demand paging by the program ---- */

static void page_in(int sig, siginfo_t *info, void *context)
{
	char *page = (char *)((uintptr_t)info->si_addr & ~(PAGE - 1));

	(void)sig;
	(void)context;
	faults++;
	if (mmap(page, PAGE, RW, ANON | MAP_FIXED, -1, 0) != page)
		_exit(1);
	for (size_t i = 0; i < PAGE; i += sizeof(long))
		*(long *)(page + i) = (long)(uintptr_t)(page + i);
}

static void demand_paging(void)
{
	int wrong = 0;

	heap = map_anon(PAGES * PAGE, PROT_NONE);
	handle(SIGSEGV, page_in, 0);
	faults = 0;
	for (size_t i = 0; i < 4 * PAGES; i++) {
		volatile long *p = (long *)(heap + (i * 13 % PAGES) * PAGE + i * 8);

		wrong += *p != (long)(uintptr_t)p;
	}
	is(wrong, 0, "pages that the program fills when they are touched");
	is(faults, PAGES, "each once");
	munmap(heap, PAGES * PAGE);
	signal(SIGSEGV, SIG_DFL);
}

/* ---- a stack that runs over ---- */

static sigjmp_buf out;
static char second_stack[65536];
static volatile uintptr_t fault_address;

static void overflow(int sig, siginfo_t *info, void *context)
{
	stack_t now;

	(void)sig;
	(void)context;
	sigaltstack(NULL, &now);
	if (!(now.ss_flags & SS_ONSTACK) || sigaltstack(&now, NULL) == 0 || errno != EPERM)
		_exit(2);
	fault_address = (uintptr_t)info->si_addr;
	siglongjmp(out, 1);
}

__attribute__((noipa)) static int deeper(volatile int *n)
{
	volatile char room[1000];

	room[0] = (char)*n;
	++*n;
	return *n < 0 ? 0 : deeper(n) + room[0];
}

static int runs_over(void)
{
	stack_t alt = { .ss_sp = second_stack, .ss_size = sizeof(second_stack) };
	volatile int depth = 0;
	sigset_t mask;

	sigaltstack(&alt, NULL);
	handle(SIGSEGV, overflow, SA_ONSTACK);
	for (volatile int i = 0; i < 3; i++) {
		if (sigsetjmp(out, 1) == 0)
			deeper(&depth);
		if ((uintptr_t)&mask - fault_address > 64 * MIB)
			return 1;
	}
	sigprocmask(SIG_BLOCK, NULL, &mask);
	if (sigismember(&mask, SIGSEGV))
		return 2;
	return depth > 3000 ? 0 : 3;
}

/* Without another stack there is none to run the handler on. */
static int runs_over_alone(void)
{
	volatile int depth = 0;

	handle(SIGSEGV, overflow, 0);
	return deeper(&depth);
}

/* ---- the alternate stack ---- */

static volatile int saw_flags;

static void look(int sig, siginfo_t *info, void *context)
{
	stack_t now;

	(void)sig;
	(void)info;
	(void)context;
	sigaltstack(NULL, &now);
	saw_flags = now.ss_flags;
}

static void alternate_stack(void)
{
	stack_t alt = { .ss_sp = second_stack, .ss_size = 1000 }, old;

	fails_with(sigaltstack(&alt, NULL), ENOMEM);
	alt.ss_size = sizeof(second_stack);
	alt.ss_flags = 4;
	fails_with(sigaltstack(&alt, NULL), EINVAL);
	fails_with(sys(SYS_sigaltstack, 8, 0), EFAULT);
	alt.ss_flags = 0;
	is(sigaltstack(&alt, NULL), 0, "an alternate stack");
	handle(SIGUSR1, look, SA_ONSTACK);
	raise(SIGUSR1);
	is(saw_flags, SS_ONSTACK, "the handler is on it");
	if (on_qemu_user()) {
		skip(2, "qemu-user does not know SS_AUTODISARM");
	} else {
		alt.ss_flags = (int)(1u << 31);	/* SS_AUTODISARM */
		sigaltstack(&alt, NULL);
		raise(SIGUSR1);
		is(saw_flags, SS_DISABLE, "SS_AUTODISARM: there is none in the handler");
		sigaltstack(NULL, &old);
		ok(old.ss_sp == second_stack && old.ss_flags == alt.ss_flags, "and again after it");
	}
	alt.ss_flags = SS_DISABLE;
	sigaltstack(&alt, NULL);
	sigaltstack(NULL, &old);
	is(old.ss_flags, SS_DISABLE, "none again");
}

/* ---- the frame, as Linux lays it on the stack ---- */

#ifdef __riscv
static volatile int bad;

struct frame {
	uint64_t info[16], flags, link, stack[3], mask, unused[15], pad, regs[32], f[32];
	uint32_t fcsr, room[63], reserved[4];
};

static void inspect(int sig, siginfo_t *info, void *context)
{
	struct frame *frame = (struct frame *)info;
	const uint32_t *code = __builtin_return_address(0);

	bad = frame->info[0] != (uint64_t)sig;
	bad |= ((char *)context != (char *)&frame->flags) << 1;
	bad |= (frame->flags || frame->link) << 2;
	bad |= (code[0] != 0x08b00893 || code[1] != 0x73) << 3;	/* what libgcc looks for */
	bad |= (frame->f[18] != 0x123456789abcdefull) << 4;
	bad |= (frame->regs[18] != 0x55aa) << 5;
	bad |= ((uintptr_t)frame % 16 != 0) << 6;
	for (int i = 1; i < 4 && !on_qemu_user(); i++)
		bad |= (frame->reserved[i] != 0) << 7;
	frame->f[18]++;
	frame->regs[18]++;
}

static void frame_layout(void)
{
	long pid = getpid();
	uint64_t s2, fs2;

	handle(SIGUSR1, inspect, 0);
	bad = -1;
	__asm__ volatile("mv a0, %2\n\tli a1, %3\n\tli a7, %4\n\tfmv.d.x fs2, %5\n\t"
			 "li s2, 0x55aa\n\tecall\n\tfmv.x.d %0, fs2\n\tmv %1, s2"
			 : "=&r"(fs2), "=&r"(s2)
			 : "r"(pid), "i"(SIGUSR1), "i"(SYS_kill), "r"(0x123456789abcdefull)
			 : "memory", "fs2", "s2", "a0", "a1", "a7");
	is(bad, 0, "the frame of a handler");
	ok(s2 == 0x55ab && fs2 == 0x123456789abcdf0ull,
	   "what it changes there is what comes back");
}

static int returns_from_nothing(void)
{
	register long a7 __asm__("a7") = SYS_rt_sigreturn;

	__asm__ volatile("li sp, 16\n\tecall" : : "r"(a7) : "memory");
	return 1;
}

static void spoil(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	((struct frame *)info)->reserved[2] = 1;
}

static int returns_to_a_stranger(void)
{
	handle(SIGUSR1, spoil, 0);
	raise(SIGUSR1);
	return 1;
}

static void into_the_kernel(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	((struct frame *)info)->regs[0] = 0xffffffff80200000ull;
}

static int returns_to_the_kernel(void)
{
	handle(SIGUSR1, into_the_kernel, 0);
	raise(SIGUSR1);
	return 1;
}

static int has_no_stack(void)
{
	long pid = getpid();

	handle(SIGUSR1, spoil, 0);
	__asm__ volatile("mv a0, %0\n\tli a1, %1\n\tli a7, %2\n\tli sp, 64\n\tecall"
			 : : "r"(pid), "i"(SIGUSR1), "i"(SYS_kill) : "memory", "a0", "a1", "a7");
	return 1;
}

static void frames(void)
{
	frame_layout();
	dies_of(returns_from_nothing, SIGSEGV);
	if (on_qemu_user())
		skip(1, "qemu-user does not look at the reserved words");
	else
		dies_of(returns_to_a_stranger, SIGSEGV);
	dies_of(returns_to_the_kernel, SIGSEGV);
	dies_of(has_no_stack, SIGSEGV);
}
#endif

int main(void)
{
	write_barrier();
	demand_paging();
	exits_with(runs_over, 0);
	dies_of(runs_over_alone, SIGSEGV);
	alternate_stack();
#ifdef __riscv
	frames();
#else
	skip(6, "this is RISC-V's frame");
#endif
	return done_testing();
}
