/*
 * poweroff.c - the end of the run, and how its status reaches the host.
 *
 * QEMU's test finisher ends QEMU with a status of our choice; the SBI can only say good or bad.
 */
#include "kernel/poweroff.h"

#include <stdarg.h>

#include "boot/fdt.h"
#include "boot/sbi.h"
#include "kernel/hart.h"
#include "kernel/kspace.h"
#include "kernel/print.h"

#define FINISHER_FAIL	0x3333u		/* with the status in the upper half */
#define FINISHER_PASS	0x5555u

static volatile uint32_t *finisher;

void poweroff_init(void)
{
	if (machine.finisher)
		finisher = kspace_map_device(machine.finisher, sizeof(*finisher));
}

/* Early in boot the direct map still covers everything, devices too. */
static volatile uint32_t *early_finisher(void)
{
	if (!machine.finisher || machine.finisher >= DIRECT_MAP_SIZE || kernel_space.root)
		return NULL;
	return (volatile uint32_t *)(machine.finisher + DIRECT_MAP_BASE);
}

static __attribute__((noreturn)) void halt(void)
{
	print_alert("this machine cannot be switched off by software: halted\n");
	csr_write(sie, 0);
	for (;;)
		__asm__ volatile("wfi");
}

void kernel_poweroff(int status)
{
	volatile uint32_t *reg = finisher ? finisher : early_finisher();

	status &= 255;
	if (!reg && !sbi_has(SBI_EXT_SRST))
		print_alert("no way to switch off is known: trying the firmware's oldest\n");
	if (reg)
		*reg = status ? (uint32_t)status << 16 | FINISHER_FAIL : FINISHER_PASS;
	sbi_shutdown(status != 0);
	halt();
}

void kernel_reboot(void)
{
	sbi_reboot();
	kernel_poweroff(0);
}

void boot_refuse(const char *fmt, ...)
{
	va_list args;

	print_alert("\nboot: ");
	va_start(args, fmt);
	vprint_alert(fmt, args);
	va_end(args);
	print_alert("\n");
	kernel_poweroff(POWEROFF_PANIC);
}
