/*
 * kspace.h - the kernel's own address space (layout.h has the map).
 */
#pragma once

#include "kernel/layout.h"
#include "kernel/lock.h"
#include "mm/aspace.h"

/* The kernel areas: device registers below, stacks above. */
#define KSTACK_AREAS_BASE	(KERNEL_AREAS_BASE + PAGE_SIZE_1G)

/* User spaces take in its root entries (aspace_copy_mappings_from); they never change: what is mapped
 * after boot lies in the kernel areas. */
extern struct aspace kernel_space;
extern struct spinlock kspace_lock;	/* guards it once there are several harts */

/* Boot: build it. Text RX, rodata R, data and stacks RW, all RAM RW; no page W and X. */
void kspace_init(void);

/* On each hart: make it what this hart translates by; the hart stays in kernel_space.harts. */
void kspace_activate(void);

/* What satp is while no user space is in use. */
uint64_t kspace_satp(void);

/* Device registers, read and write; size and address of any alignment. NULL: no memory. */
void *kspace_map_device(paddr_t pa, size_t size);

/*
 * Kernel stacks: KSTACK_SIZE bytes that end at *top, with an unmapped guard of the same size
 * below. => 0, -ENOMEM. May not be called from interrupt handlers.
 */
void kstack_init(void);			/* called by kspace_init */
int kstack_alloc(vaddr_t *top);
void kstack_free(vaddr_t top);

/* Unmap what has been freed, so that its frames are free too. */
void kstack_reclaim(void);

/* The kernel stack that sp is in, or in whose guard it is: its lowest address; 0 for none such.
 * For backtraces; takes no lock, and does not look whether the stack is in use. */
vaddr_t kstack_bottom(vaddr_t sp);

/* Unmap a part of the kernel's image and give its frames to the allocator. Page aligned. */
void kspace_release_image(vaddr_t start, vaddr_t end);
