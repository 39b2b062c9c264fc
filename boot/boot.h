/*
 * boot.h - what boot does for kernel_main, and what it calls there.
 *
 * entry.S and start.c run first: early page table, SBI, the device tree read into `machine`; then
 * kernel_main on the boot hart, on its idle task's future stack, interrupts off, stvec at a vector
 * that prints and stops. All of boot but sbi.c, machine.c and release.c is gone after boot_release.
 */
#pragma once

#include "mm/types.h"

struct hart;

/*
 * The order in which kernel_main needs to call what lives here and in kernel/:
 *
 *	boot_task.hart (tp is boot_task already), port_direct_map
 *	boot_frames  kspace_init  kspace_activate
 *	trap_init_hart  poweroff_init  uart_init  plic_init  plic_init_hart
 *	smp_start  boot_release  console_init
 */

/* The boot hart's stack: becomes its idle task's kernel stack. */
extern char boot_stack_top[];

/* Give all free RAM to the frame allocator. port_direct_map is set. Says it and stops when the
 * RAM is too little. */
void boot_frames(void);

/* Start the other harts (machine.hartid[1..]) and wait for each; harts_online counts. Those that do
 * not come up are reported and left out. */
void smp_start(void);

/* After smp_start: unmap boot's code and data and free its frames and the device tree's. */
void boot_release(void);

/* ---- what boot needs of the kernel ---- */

__attribute__((noreturn)) void kernel_main(void);

/* A started hart: on its idle task's stack, tp = that task, kernel_space active, interrupts off.
 * hart->id and hart->hartid are set. It sets hart->ready. */
__attribute__((noreturn)) void hart_main(struct hart *hart);

/* ---- release.c, which stays ---- */

/* A hart was told to start and did not come: boot's memory must stay. */
void smp_hart_lost(void);
