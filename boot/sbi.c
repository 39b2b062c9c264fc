/*
 * sbi.c - calls to the firmware. Stays when the rest of boot is gone.
 *
 * Each service has an extension (SBI specification 1.0, chapters 4 to 10) and, but for starting
 * harts, a legacy call (chapter 5) that old firmware has instead.
 */
#include "boot/sbi.h"

enum {
	LEGACY_SET_TIMER,
	LEGACY_PUTCHAR,
	LEGACY_SEND_IPI = 4,
	LEGACY_REMOTE_FENCE_I,
	LEGACY_REMOTE_SFENCE,
	LEGACY_SHUTDOWN = 8,
};

static const long extension[] = {
	SBI_EXT_TIME, SBI_EXT_IPI, SBI_EXT_RFENCE, SBI_EXT_HSM, SBI_EXT_SRST, SBI_EXT_DBCN,
};

#define EXTENSIONS (sizeof(extension) / sizeof(extension[0]))

static bool present[EXTENSIONS];

struct sbi_ret {
	long error;		/* 0 or SBI_ERR_* (negative) */
	long value;
};

static struct sbi_ret sbi_call(long ext, long func, long a0, long a1, long a2, long a3, long a4)
{
	register long r0 __asm__("a0") = a0;
	register long r1 __asm__("a1") = a1;
	register long r2 __asm__("a2") = a2;
	register long r3 __asm__("a3") = a3;
	register long r4 __asm__("a4") = a4;
	register long r6 __asm__("a6") = func;
	register long r7 __asm__("a7") = ext;

	__asm__ volatile("ecall"
			 : "+r"(r0), "+r"(r1)
			 : "r"(r2), "r"(r3), "r"(r4), "r"(r6), "r"(r7)
			 : "memory");
	return (struct sbi_ret){r0, r1};
}

/* A legacy call: the number of the function is that of the extension. */
static long legacy_call(long number, long a0, long a1, long a2)
{
	return sbi_call(number, 0, a0, a1, a2, 0, 0).error;
}

void sbi_init(void)
{
	/* Firmware without the base extension answers "not supported" here: all legacy then. */
	struct sbi_ret ret = sbi_call(SBI_EXT_BASE, 0, 0, 0, 0, 0, 0);

	if (ret.error)
		return;
	for (unsigned i = 0; i < EXTENSIONS; i++) {
		ret = sbi_call(SBI_EXT_BASE, 3, extension[i], 0, 0, 0, 0);
		present[i] = !ret.error && ret.value;
	}
}

bool sbi_has(long ext)
{
	for (unsigned i = 0; i < EXTENSIONS; i++)
		if (extension[i] == ext)
			return present[i];
	return false;
}

void sbi_putchar(char c)
{
	/* A failed write of the debug console must not lose the letter: fall through. */
	if (sbi_has(SBI_EXT_DBCN) && !sbi_call(SBI_EXT_DBCN, 2, (uint8_t)c, 0, 0, 0, 0).error)
		return;
	legacy_call(LEGACY_PUTCHAR, (uint8_t)c, 0, 0);
}

void sbi_set_timer(uint64_t when)
{
	if (sbi_has(SBI_EXT_TIME))
		sbi_call(SBI_EXT_TIME, 0, when, 0, 0, 0, 0);
	else
		legacy_call(LEGACY_SET_TIMER, when, 0, 0);
}

/*
 * Legacy calls take the address of a mask whose bit n is hart n, as a virtual address of ours:
 * the mask lies on this stack. Firmware that old numbers its harts from 0, below 64.
 */
static uint64_t legacy_mask(uint64_t hartids, unsigned long base)
{
	return base < 64 ? hartids << base : 0;
}

void sbi_send_ipi(uint64_t hartids, unsigned long base)
{
	uint64_t mask = legacy_mask(hartids, base);

	if (sbi_has(SBI_EXT_IPI))
		sbi_call(SBI_EXT_IPI, 0, hartids, base, 0, 0, 0);
	else
		legacy_call(LEGACY_SEND_IPI, (long)&mask, 0, 0);
}

void sbi_remote_fence_i(uint64_t hartids, unsigned long base)
{
	uint64_t mask = legacy_mask(hartids, base);

	if (sbi_has(SBI_EXT_RFENCE))
		sbi_call(SBI_EXT_RFENCE, 0, hartids, base, 0, 0, 0);
	else
		legacy_call(LEGACY_REMOTE_FENCE_I, (long)&mask, 0, 0);
}

void sbi_remote_sfence(uint64_t hartids, unsigned long base, vaddr_t va, size_t size)
{
	uint64_t mask = legacy_mask(hartids, base);

	if (sbi_has(SBI_EXT_RFENCE))
		sbi_call(SBI_EXT_RFENCE, 1, hartids, base, va, size, 0);
	else
		legacy_call(LEGACY_REMOTE_SFENCE, (long)&mask, va, size);
}

int sbi_hart_start(unsigned long hartid, paddr_t entry, unsigned long opaque)
{
	if (!sbi_has(SBI_EXT_HSM))
		return SBI_ERR_NOT_SUPPORTED;
	return sbi_call(SBI_EXT_HSM, 0, hartid, entry, opaque, 0, 0).error;
}

void sbi_shutdown(bool failed)
{
	if (sbi_has(SBI_EXT_SRST))
		sbi_call(SBI_EXT_SRST, 0, 0, failed, 0, 0, 0);
	legacy_call(LEGACY_SHUTDOWN, 0, 0, 0);
}

void sbi_reboot(void)
{
	if (sbi_has(SBI_EXT_SRST))
		sbi_call(SBI_EXT_SRST, 0, 1, 0, 0, 0, 0);
}
