/*
 * kspace.c - the kernel's own address space: made of linear and alloc areas like any other.
 *
 *	direct map	all RAM, read and write; where the image's text and constants lie, read only
 *	kernel areas	device registers from the bottom, then stacks (kstack.c)
 *	image		text R X, rodata R, data R W
 *
 * Built by one hart at boot; later changes are device mappings, stacks, and the end of boot.
 */
#include "kernel/kspace.h"

#include "boot/fdt.h"
#include "kernel/hart.h"
#include "kernel/lock.h"
#include "kernel/poweroff.h"
#include "mm/frame.h"

#define SATP_SV39	(8ul << 60)

/* kernel.ld; all page aligned. */
extern char image_start[], boot_text_end[], boot_end[], text_start[], text_end[], rodata_start[],
	rodata_end[], data_start[], boot_stack_guard[], image_end[];

struct aspace kernel_space;
struct spinlock kspace_lock;

static vaddr_t next_device = KERNEL_AREAS_BASE;

/* ---- boot ---- */

static void map(vaddr_t va, paddr_t pa, size_t size, unsigned flags, size_t page_size)
{
	int err = aspace_map_linear(&kernel_space, va, pa, size, flags, page_size);

	if (err)
		boot_refuse("the kernel's page %#lx cannot be mapped: %s", va,
			    err == -ENOMEM ? "no memory" : "its place is taken");
}

/* Bytes at pa, at most up to end, that pages of this size can map. */
static size_t fitting(paddr_t pa, paddr_t end, size_t page_size)
{
	return is_aligned(pa, page_size) ? align_down(end - pa, page_size) : 0;
}

/* The largest pages that fit: small ones up to a boundary, large ones, small ones. */
static void map_direct(paddr_t start, paddr_t end, unsigned flags)
{
	static const size_t page_sizes[] = {PAGE_SIZE_1G, PAGE_SIZE_2M, PAGE_SIZE};

	while (start < end) {
		for (unsigned i = 0; i < 3; i++) {
			size_t size = fitting(start, end, page_sizes[i]);
			paddr_t boundary;

			if (!size)
				continue;
			/* Stop where larger pages can begin, if any will. */
			boundary = i ? align_up(start + 1, page_sizes[i - 1]) : end;
			if (start + size > boundary && fitting(boundary, end, page_sizes[i - 1]))
				size = boundary - start;
			map((vaddr_t)frame_va(start), start, size, flags, page_sizes[i]);
			start += size;
			break;
		}
	}
}

static paddr_t image_physical(const char *p)
{
	return machine.image.start + (p - image_start);
}

static void map_image(const char *start, const char *end, unsigned flags)
{
	map((vaddr_t)start, image_physical(start), end - start, flags | AS_MAX(flags), PAGE_SIZE);
}

/* RAM, but for [hole_start, hole_end), which nobody may write. */
static void map_ram(paddr_t hole_start, paddr_t hole_end)
{
	for (unsigned i = 0; i < machine.ram_count; i++) {
		paddr_t start = machine.ram[i].start, end = machine.ram[i].end;

		if (hole_start < start || hole_start >= end) {
			map_direct(start, end, AS_READ | AS_WRITE);
			continue;
		}
		map_direct(start, hole_start, AS_READ | AS_WRITE);
		map_direct(hole_start, hole_end, AS_READ);
		map_direct(hole_end, end, AS_READ | AS_WRITE);
	}
}

void kspace_init(void)
{
	const char *stack_bottom = boot_stack_guard + KSTACK_SIZE;

	if (aspace_create(&kernel_space, KERNEL_BASE, -KERNEL_BASE - PAGE_SIZE))
		boot_refuse("no memory for the kernel's page tables");
	map_ram(image_physical(text_start), image_physical(rodata_end));
	map_image(image_start, boot_text_end, AS_READ | AS_EXEC);
	map_image(boot_text_end, boot_end, AS_READ | AS_WRITE);
	map_image(text_start, text_end, AS_READ | AS_EXEC);
	map_image(rodata_start, rodata_end, AS_READ);
	map_image(data_start, boot_stack_guard, AS_READ | AS_WRITE);
	map_image(stack_bottom, image_end, AS_READ | AS_WRITE);
	if (aspace_prealloc_root(&kernel_space, KERNEL_AREAS_BASE,
				 KERNEL_AREAS_END - KERNEL_AREAS_BASE))
		boot_refuse("no memory for the kernel's page tables");
	kstack_init();
}

uint64_t kspace_satp(void)
{
	return SATP_SV39 | aspace_page_table_root(&kernel_space) >> PAGE_SHIFT;
}

void kspace_activate(void)
{
	aspace_enter(&kernel_space);
	csr_write(satp, kspace_satp());
	__asm__ volatile("sfence.vma" : : : "memory");
}

/* ---- later ---- */

void *kspace_map_device(paddr_t pa, size_t size)
{
	paddr_t start = align_down(pa, PAGE_SIZE);
	size_t mapped = align_up(pa + size, PAGE_SIZE) - start;
	size_t page_size = is_aligned(start | mapped, PAGE_SIZE_2M) ? PAGE_SIZE_2M : PAGE_SIZE;
	vaddr_t va;
	int err = -ENOMEM;

	spin_lock(&kspace_lock);
	va = align_up(next_device, page_size);
	if (va <= KSTACK_AREAS_BASE && mapped <= KSTACK_AREAS_BASE - va)
		err = aspace_map_linear(&kernel_space, va, start, mapped, AS_READ | AS_WRITE,
					page_size);
	if (!err)
		next_device += mapped + PAGE_SIZE;	/* an overrun meets nothing */
	spin_unlock(&kspace_lock);
	return err ? NULL : (void *)(va + (pa - start));
}

void kspace_release_image(vaddr_t start, vaddr_t end)
{
	paddr_t pa = image_physical((const char *)start);

	spin_lock(&kspace_lock);
	if (!aspace_unmap(&kernel_space, start, end - start))
		frame_free_range(pa, pa + (end - start));
	spin_unlock(&kspace_lock);
}
