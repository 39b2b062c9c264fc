/*
 * release.c - the end of boot: its memory is given back.
 *
 * Stays, because it runs while boot goes.
 */
#include "boot/boot.h"
#include "boot/fdt.h"
#include "kernel/kspace.h"
#include "kernel/print.h"
#include "mm/frame.h"

extern char image_start[], boot_end[], boot_stack_guard[];

static bool some_lost;

void smp_hart_lost(void)
{
	some_lost = true;
}

void boot_release(void)
{
	size_t before = frame_free_count();

	if (some_lost) {
		printk("boot's memory is kept: a hart may still come and need it\n");
		return;
	}
	kspace_release_image((vaddr_t)image_start, (vaddr_t)boot_end);
	kspace_release_image((vaddr_t)boot_stack_guard, (vaddr_t)boot_stack_guard + KSTACK_SIZE);
	frame_free_range(machine.dtb.start, machine.dtb.end);
	machine.dtb = (struct range){0, 0};
	printk("boot gave back %lu KiB\n", (frame_free_count() - before) << 2);
}
