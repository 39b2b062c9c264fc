/*
 * Writes a line and then to an address that no program has. Needs no C library; the tests of
 * scripts/run look at what is printed, and where.
 */
static long call(long number, long a, const void *b, long c)
{
	register long a0 __asm__("a0") = a;
	register const void *a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a7 __asm__("a7") = number;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
	return a0;
}

void _start(void)
{
	call(64, 1, "before\n", 7);
	*(volatile int *)8 = 1;
	call(94, 0, 0, 0);
}
