/*
 * hart.h - what each hart (hardware thread) has for itself, and the CSRs.
 */
#pragma once

#include "kernel/layout.h"
#include "mm/types.h"

struct task;
struct vm;

struct hart {
	uint64_t emergency_sp;		/* where to report a kernel stack overflow; trap.S knows it */
	unsigned id;			/* logical: 0 .. harts_online - 1 */
	unsigned long hartid;		/* the machine's number, for SBI calls */
	struct task *idle;		/* runs when nothing else can */
	struct vm *vm;			/* the user space satp names; NULL = the kernel's own; atomic */
	bool icache_stale;		/* fence.i before user code runs again; atomic */
	struct task *fp_owner;		/* whose floating-point registers are loaded; NULL = zeros */
	unsigned spin_depth;		/* spin locks held here */
	bool idling;			/* waits in wfi: wants an IPI */
	bool ready;			/* has come up: takes interrupts and tasks; atomic */
	uint64_t slice_end;		/* when the running task should let others run */
} __attribute__((aligned(64)));		/* no cache line is two harts' */

extern struct hart harts[MAX_HARTS];
extern unsigned harts_online;

/* All of them, bit n: harts[n]. */
static inline uint64_t harts_mask(void)
{
	return (1ull << harts_online) - 1;
}

/* In the kernel tp holds the current task; task.hart is where it runs. */
register struct task *current_task __asm__("tp");
#define current current_task

struct hart *this_hart(void);

/* On the other harts of the mask (bit n = harts[n]), complete on return: sfence.vma for a page
 * (size <= 4096) or all; on all harts including this one: instruction fetch sees all stores. */
void harts_flush_tlb(uint64_t mask, vaddr_t va, size_t size);
void harts_sync_icache(void);
/* The other harts that run user programs of vm (NULL: any) have their memory accesses ordered. */
void harts_fence(struct vm *vm);

/* This hart runs user programs of vm from now on; NULL: none. Part of vm_switch. */
void hart_enter_vm(struct vm *vm);

#define csr_read(csr) ({ uint64_t v_; __asm__ volatile("csrr %0, " #csr : "=r"(v_) : : "memory"); v_; })
#define csr_write(csr, v) __asm__ volatile("csrw " #csr ", %0" : : "rK"((uint64_t)(v)) : "memory")
#define csr_set(csr, v) __asm__ volatile("csrs " #csr ", %0" : : "rK"((uint64_t)(v)) : "memory")
#define csr_clear(csr, v) __asm__ volatile("csrc " #csr ", %0" : : "rK"((uint64_t)(v)) : "memory")

#define SSTATUS_SIE	(1ul << 1)
#define SSTATUS_SPIE	(1ul << 5)
#define SSTATUS_SPP	(1ul << 8)
#define SSTATUS_FS	(3ul << 13)	/* 0 off, 1 initial, 2 clean, 3 dirty */
#define SSTATUS_FS_INITIAL (1ul << 13)
#define SSTATUS_FS_CLEAN (2ul << 13)
#define SSTATUS_SUM	(1ul << 18)
#define SIE_SSIE	(1ul << 1)	/* inter-processor */
#define SIE_STIE	(1ul << 5)	/* timer */
#define SIE_SEIE	(1ul << 9)	/* external: PLIC */
