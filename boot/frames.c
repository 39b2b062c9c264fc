/*
 * frames.c - hands the free memory to the frame allocator.
 */
#include "boot/boot.h"
#include "boot/fdt.h"
#include "kernel/poweroff.h"
#include "kernel/print.h"
#include "mm/frame.h"

/* The first piece of RAM at or above `at` that nobody has reserved; false: none. */
static bool next_free(paddr_t at, struct range *free)
{
	for (unsigned i = 0; i < machine.ram_count; i++) {
		paddr_t end = machine.ram[i].end;

		if (at < machine.ram[i].start)
			at = machine.ram[i].start;
		/* The reserved pieces are ascending. */
		for (unsigned j = 0; j < machine.reserved_count && at < end; j++) {
			if (machine.reserved[j].end <= at)
				continue;
			if (machine.reserved[j].start > at) {
				*free = (struct range){at, machine.reserved[j].start};
				if (free->end > end)
					free->end = end;
				return true;
			}
			at = machine.reserved[j].end;
		}
		if (at < end) {
			*free = (struct range){at, end};
			return true;
		}
	}
	return false;
}

/* Room for the table of frames. */
static paddr_t find_room(size_t size)
{
	struct range free = {0, 0};

	while (next_free(free.end, &free))
		if (free.end - free.start >= size)
			return free.start;
	boot_refuse("no %lu KiB of free memory in one piece for the table of frames", size >> 10);
}

void boot_frames(void)
{
	paddr_t start = machine.ram[0].start, end = machine.ram[machine.ram_count - 1].end;
	size_t size = align_up(frame_table_size(start, end), PAGE_SIZE);
	paddr_t table = find_room(size);
	const char *err = machine_reserve(&machine, table, size);
	struct range free = {0, 0};

	if (err)
		boot_refuse("the device tree cannot be used: %s", err);
	frame_init(start, end, frame_va(table));
	while (next_free(free.end, &free))
		frame_free_range(free.start, free.end);
	printk("%lu KiB of memory free, table of frames %lu KiB\n", frame_free_count() << 2,
	       size >> 10);
}
