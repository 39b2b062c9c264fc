/*
 * layout.h - the address map, for C, assembly and the linker script. See README.md for the picture.
 */
#pragma once

/* User half: page zero is never mapped; one past the last usable byte is USER_END. */
#define USER_BASE		0x1000
#define USER_END		0x4000000000

/* At its top: the page signal handlers return to, a guard, and the stack, growing down. */
#define SIGRETURN_PAGE		(USER_END - 0x1000)
#define USER_STACK_TOP		(USER_END - 0x2000)

/* The kernel half of Sv39, [KERNEL_BASE, 2^64 - 4096). */
#define KERNEL_BASE		0xffffffc000000000
#define DIRECT_MAP_BASE		0xffffffc000000000	/* + physical address; below 128 GiB */
#define DIRECT_MAP_SIZE		0x2000000000
#define KERNEL_AREAS_BASE	0xffffffe000000000	/* stacks with guard pages, device registers */
#define KERNEL_AREAS_END	0xffffffe080000000
#define KERNEL_IMAGE_BASE	0xffffffff80000000	/* text RX, rodata R, data RW */

/* Where OpenSBI enters, and so where the image is linked to within its gigabyte. */
#define KERNEL_LOAD_OFFSET	0x200000

/*
 * Kernel stacks: one slot of two times KSTACK_SIZE, aligned to itself; the lower half is never
 * mapped. So a stack pointer with the KSTACK_SIZE bit clear has overflowed (trap.S tests that).
 */
#define KSTACK_SIZE		0x2000
#define KSTACK_BIT		13

#define MAX_HARTS		8
