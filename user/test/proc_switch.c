/*
 * A process's registers are its own: integer and floating-point registers and the floating-point
 * control register survive being interrupted, yielding, calls and faults, and a child starts with
 * its parent's. Catches a register that is not saved, floating-point state that is kept only when
 * it looks unused, and state of one process that another gets.
 */
#include "user/test/util.h"

#ifdef __riscv

#define ROUNDS 300

#define EACH_F(op)							\
	op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) op(8) op(9) op(10) op(11) op(12) op(13)	\
	op(14) op(15) op(16) op(17) op(18) op(19) op(20) op(21) op(22) op(23) op(24) op(25)	\
	op(26) op(27) op(28) op(29) op(30) op(31)
#define LOAD(n) "fld f" #n ", " #n "*8(%[from])\n\t"
#define STORE(n) "fsd f" #n ", " #n "*8(%[to])\n\t"
#define ALL_F								\
	"f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12", "f13",	\
	"f14", "f15", "f16", "f17", "f18", "f19", "f20", "f21", "f22", "f23", "f24", "f25",	\
	"f26", "f27", "f28", "f29", "f30", "f31"

/* Fill every floating-point register, spin or make a call, and store them all again. */
static void through(const uint64_t *from, uint64_t *to, long spins, long call)
{
	register long nr __asm__("a7") = call;
	register long a0 __asm__("a0") = 0;

	__asm__ volatile(
		EACH_F(LOAD)
		"bnez %[nr], 2f\n"
		"1:	addi %[spins], %[spins], -1\n\t"
		"bgtz %[spins], 1b\n\t"
		"j 3f\n"
		"2:	ecall\n"
		"3:\n\t"
		EACH_F(STORE)
		: [spins] "+r"(spins), "+r"(a0)
		: [from] "r"(from), [to] "r"(to), [nr] "r"(nr)
		: "memory", ALL_F);
}

/* Every integer register that a program may use, over a spin and over a call. */
static long integers(uint64_t seed, long spins)
{
	uint64_t bad;

	__asm__ volatile(
		"mv t0, %[seed]\n\t"
		"addi t1, t0, 1\n\taddi t2, t0, 2\n\taddi t3, t0, 3\n\taddi t4, t0, 4\n\t"
		"addi t5, t0, 5\n\taddi s2, t0, 6\n\taddi s3, t0, 7\n\taddi s4, t0, 8\n\t"
		"addi s5, t0, 9\n\taddi s6, t0, 10\n\taddi s7, t0, 11\n\taddi s8, t0, 12\n\t"
		"addi s9, t0, 13\n\taddi s10, t0, 14\n\taddi s11, t0, 15\n\taddi a1, t0, 16\n\t"
		"addi a2, t0, 17\n\taddi a3, t0, 18\n\taddi a4, t0, 19\n\taddi a5, t0, 20\n\t"
		"addi a6, t0, 21\n\t"
		"1:	addi %[spins], %[spins], -1\n\t"
		"bgtz %[spins], 1b\n\t"
		"li a7, 124\n\t"		/* sched_yield */
		"ecall\n\t"
		"mv %[bad], a0\n\t"
		"sub t1, t1, t0\n\taddi t1, t1, -1\n\tor %[bad], %[bad], t1\n\t"
		"sub t2, t2, t0\n\taddi t2, t2, -2\n\tor %[bad], %[bad], t2\n\t"
		"sub t3, t3, t0\n\taddi t3, t3, -3\n\tor %[bad], %[bad], t3\n\t"
		"sub t4, t4, t0\n\taddi t4, t4, -4\n\tor %[bad], %[bad], t4\n\t"
		"sub t5, t5, t0\n\taddi t5, t5, -5\n\tor %[bad], %[bad], t5\n\t"
		"sub s2, s2, t0\n\taddi s2, s2, -6\n\tor %[bad], %[bad], s2\n\t"
		"sub s3, s3, t0\n\taddi s3, s3, -7\n\tor %[bad], %[bad], s3\n\t"
		"sub s4, s4, t0\n\taddi s4, s4, -8\n\tor %[bad], %[bad], s4\n\t"
		"sub s5, s5, t0\n\taddi s5, s5, -9\n\tor %[bad], %[bad], s5\n\t"
		"sub s6, s6, t0\n\taddi s6, s6, -10\n\tor %[bad], %[bad], s6\n\t"
		"sub s7, s7, t0\n\taddi s7, s7, -11\n\tor %[bad], %[bad], s7\n\t"
		"sub s8, s8, t0\n\taddi s8, s8, -12\n\tor %[bad], %[bad], s8\n\t"
		"sub s9, s9, t0\n\taddi s9, s9, -13\n\tor %[bad], %[bad], s9\n\t"
		"sub s10, s10, t0\n\taddi s10, s10, -14\n\tor %[bad], %[bad], s10\n\t"
		"sub s11, s11, t0\n\taddi s11, s11, -15\n\tor %[bad], %[bad], s11\n\t"
		"sub a1, a1, t0\n\taddi a1, a1, -16\n\tor %[bad], %[bad], a1\n\t"
		"sub a2, a2, t0\n\taddi a2, a2, -17\n\tor %[bad], %[bad], a2\n\t"
		"sub a3, a3, t0\n\taddi a3, a3, -18\n\tor %[bad], %[bad], a3\n\t"
		"sub a4, a4, t0\n\taddi a4, a4, -19\n\tor %[bad], %[bad], a4\n\t"
		"sub a5, a5, t0\n\taddi a5, a5, -20\n\tor %[bad], %[bad], a5\n\t"
		"sub a6, a6, t0\n\taddi a6, a6, -21\n\tor %[bad], %[bad], a6\n\t"
		: [bad] "=&r"(bad), [spins] "+r"(spins)
		: [seed] "r"(seed)
		: "t0", "t1", "t2", "t3", "t4", "t5", "s2", "s3", "s4", "s5", "s6", "s7", "s8",
		  "s9", "s10", "s11", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "memory");
	return (long)bad;
}

static unsigned long fcsr_swap(unsigned long v)
{
	unsigned long old;

	__asm__ volatile("csrrw %0, fcsr, %1" : "=r"(old) : "r"(v));
	return old;
}

/* spins and calls alternate, so that the state is saved clean and dirty, by choice and by force */
static int keeps_registers(void *arg)
{
	uint64_t seed = *(uint64_t *)arg << 40, from[32], to[32];
	unsigned long rounding = *(uint64_t *)arg % 5 << 5;
	int bad = 0;

	fcsr_swap(rounding);
	for (int r = 0; r < ROUNDS; r++) {
		for (int i = 0; i < 32; i++)
			from[i] = seed + (uint64_t)r * 32 + i;
		through(from, to, 10000, r % 3 ? 0 : SYS_sched_yield);
		bad += memcmp(from, to, sizeof(to)) != 0;
		bad += integers(seed + (uint64_t)r, 5000) != 0;
		bad += fcsr_swap(rounding) != rounding;
	}
	return bad != 0;
}

/* A fault in between, and a child that inherits. */
static int faults_between(void)
{
	uint64_t from[32], to[32];
	char *p = map_anon(64 * PAGE, RW);

	for (int i = 0; i < 32; i++)
		from[i] = 0x4000000000000000 + i;
	for (int i = 0; i < 64; i++) {
		register double f __asm__("fs3") = 1.5 + i;

		__asm__ volatile("" : "+f"(f));
		p[i * PAGE] = 1;
		__asm__ volatile("" : "+f"(f));
		if (f != 1.5 + i)
			return 1;
	}
	through(from, to, 0, SYS_getpid);
	return memcmp(from, to, sizeof(to)) != 0;
}

static int inherits(void)
{
	register double f __asm__("fs4") = 2.25;
	register long pid __asm__("s5");

	__asm__ volatile("" : "+f"(f));
	pid = sys(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	__asm__ volatile("" : "+f"(f));
	if (pid == 0)
		_exit(f == 2.25 ? 7 : 8);
	return tap_wait((pid_t)pid) == 7 << 8 && f == 2.25 ? 0 : 1;
}

int main(void)
{
	pid_t pid[8];
	int bad = 0;

	for (uint64_t i = 0; i < 8; i++) {
		pid[i] = tap_fork();
		if (pid[i] == 0)
			tap_child_exit(keeps_registers(&i));
	}
	for (int i = 0; i < 8; i++)
		bad += tap_wait(pid[i]) != 0;
	is(bad, 0, "eight processes keep their registers");
	exits_with(faults_between, 0);
	exits_with(inherits, 0);
	return done_testing();
}

#else

int main(void)
{
	skip_all("these are RISC-V's registers");
}

#endif
