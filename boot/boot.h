/*
 * boot.h - what boot does for kernel_main, and what it calls there.
 *
 * entry.S and start.c run first: early page table, SBI, the device tree read into `machine`; then
 * kernel_main on the boot hart, on its idle task's future stack, interrupts off, stvec at a vector
 * that prints and stops. All of boot but sbi.c and machine.c is gone after boot_release.
 */
#pragma once

#include "mm/types.h"

struct hart;
struct task;

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
 * hart->id and hart->hartid are set. It counts itself in by calling smp_hart_ready. */
__attribute__((noreturn)) void hart_main(struct hart *hart);

/* The idle task of a hart to be started, with its kernel stack; NULL: no memory. */
struct task *task_create_idle(struct hart *hart);

/* Called by hart_main when the hart can take interrupts and tasks. */
void smp_hart_ready(struct hart *hart);
