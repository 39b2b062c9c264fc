/*
 * start.c - the first C code: paging is on, there is one hart, no allocator and no console driver.
 *
 * Finds out about the machine and refuses, in words, what the kernel cannot run on.
 */
#include "boot/boot.h"
#include "boot/fdt.h"
#include "boot/sbi.h"
#include "kernel/poweroff.h"
#include "kernel/print.h"
#include "kernel/time.h"

extern char image_start[], image_end[];

static bool overlap(struct range a, struct range b)
{
	return a.start < b.end && b.start < a.end;
}

static void reserve(struct range r)
{
	const char *err = machine_reserve(&machine, r.start, r.end - r.start);

	if (err)
		boot_refuse("the device tree cannot be used: %s", err);
}

static void read_device_tree(unsigned long hartid, paddr_t dtb)
{
	const void *tree = (const void *)(DIRECT_MAP_BASE + dtb);
	const char *err;

	if (!dtb || !is_aligned(dtb, 4) || dtb >= DIRECT_MAP_SIZE)
		boot_refuse("the firmware gave no device tree but the address %#lx", dtb);
	err = fdt_read(tree, DIRECT_MAP_SIZE - dtb, hartid, &machine);
	if (err)
		boot_refuse("the device tree at %#lx cannot be used: %s", dtb, err);
	machine.dtb.start = dtb;
	machine.dtb.end = dtb + fdt_size(tree);
}

static void check_memory(void)
{
	const struct range *image = &machine.image, *initrd = &machine.initrd;

	if (!machine_is_ram(&machine, image->start, image->end))
		boot_refuse("the device tree names no memory where the kernel is, %#lx to %#lx",
			    image->start, image->end);
	if (overlap(machine.dtb, *image))
		boot_refuse("the device tree, at %#lx, lies in the kernel, %#lx to %#lx",
			    machine.dtb.start, image->start, image->end);
	if (overlap(*initrd, *image))
		boot_refuse("the initrd, %#lx to %#lx, lies over the kernel, %#lx to %#lx",
			    initrd->start, initrd->end, image->start, image->end);
	if (overlap(*initrd, machine.dtb))
		boot_refuse("the initrd, %#lx to %#lx, lies over the device tree, %#lx to %#lx",
			    initrd->start, initrd->end, machine.dtb.start, machine.dtb.end);
}

/* A tree that is in ROM, or in what the firmware keeps, is not ours to free. */
static void reserve_device_tree(void)
{
	struct range dtb = {align_down(machine.dtb.start, PAGE_SIZE),
			    align_up(machine.dtb.end, PAGE_SIZE)};
	bool ours = machine_is_ram(&machine, dtb.start, dtb.end);

	for (unsigned i = 0; i < machine.reserved_count; i++)
		ours &= !overlap(machine.reserved[i], dtb);
	reserve(dtb);
	machine.dtb = ours ? dtb : (struct range){0, 0};
}

/*
 * OpenSBI says in the tree which memory it keeps; firmware that says nothing is taken to lie below
 * the kernel in the same piece of memory.
 */
static void reserve_firmware(void)
{
	for (unsigned i = 0; i < machine.ram_count && !machine.reserves; i++) {
		struct range below = {machine.ram[i].start, machine.image.start};

		if (below.start < below.end && below.end < machine.ram[i].end)
			reserve(below);
	}
}

/*
 * Sstc in the device tree means that the hart has stimecmp, not that the firmware lets us use it
 * (menvcfg.STCE). A trap on the way goes to the end.
 */
static bool stimecmp_works(void)
{
	uint64_t works, vector;

	__asm__ volatile("	la	%1, 1f\n"
			 "	csrrw	%1, stvec, %1\n"
			 "	li	%0, 0\n"
			 "	csrw	%2, %3\n"
			 "	li	%0, 1\n"
			 "	.balign	4\n"
			 "1:	csrw	stvec, %1"
			 : "=&r"(works), "=&r"(vector)
			 : "i"(CSR_STIMECMP), "r"(UINT64_MAX));
	return works;
}

static void report(void)
{
	for (unsigned i = 0; i < machine.ram_count; i++)
		printk("memory %#lx to %#lx, %lu MiB\n", machine.ram[i].start, machine.ram[i].end,
		       (machine.ram[i].end - machine.ram[i].start) >> 20);
	if (machine.initrd.end)
		printk("initrd %#lx to %#lx, %lu KiB\n", machine.initrd.start, machine.initrd.end,
		       (machine.initrd.end - machine.initrd.start) >> 10);
	printk("clock %lu Hz, timer by %s\n", machine.timebase, machine.sstc ? "Sstc" : "SBI");
	for (unsigned i = 0; i < machine.note_count; i++)
		print_alert("boot: %s\n", machine.note[i]);
	if (machine.harts_seen > machine.hart_count)
		print_alert("boot: the machine has %u harts, %u are used\n", machine.harts_seen,
			    machine.hart_count);
	machine.note_count = 0;		/* the texts go with boot */
}

/* From entry.S, on the boot stack, with boot_root as page table. image: physical. */
__attribute__((noreturn)) void boot_start(unsigned long hartid, paddr_t dtb, paddr_t image)
{
	machine.image.start = image;
	machine.image.end = image + (image_end - image_start);
	sbi_init();
	read_device_tree(hartid, dtb);
	print_set_quiet(machine_has_bootarg("quiet"));
	check_memory();
	reserve_firmware();
	reserve_device_tree();
	reserve(machine.image);
	machine.sstc = machine.sstc && stimecmp_works();
	printk("xv39 on hart %lu of %u, kernel at %#lx\n", hartid, machine.harts_seen, image);
	report();
	kernel_main();
}
