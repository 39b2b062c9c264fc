/*
 * trap.h - what is saved when user code or the kernel is interrupted, and who is told.
 *
 * Included by assembly too: the offsets below are checked against the structures in trap.c.
 */
#pragma once

#define FRAME_STATUS	0
#define FRAME_CAUSE	8
#define FRAME_VALUE	16
#define FRAME_ORIG_A0	24
#define FRAME_PC	32	/* then x1 .. x31 at 8 * number */
#define FRAME_SIZE	288	/* a multiple of 16: sp stays aligned */

#define TASK_KERNEL_SP		0
#define TASK_KERNEL_STACK_TOP	8
#define TASK_HART		16
#define TASK_WORK		24
#define TASK_FRAME		32

#define HART_EMERGENCY_SP	0

#define SYSCALL_BITS	9	/* of a system call's number; syscall_table has an entry for each */
#define CAUSE_ECALL	8

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/* Integer registers as Linux's user_regs_struct has them: pc in the place of x0. */
enum { REG_PC = 0, REG_RA = 1, REG_SP = 2, REG_GP = 3, REG_TP = 4, REG_FP = 8, REG_A0 = 10,
       REG_A1 = 11, REG_A2 = 12, REG_A7 = 17 };

struct trap_frame {
	uint64_t status;	/* sstatus */
	uint64_t cause;		/* scause */
	uint64_t value;		/* stval */
	uint64_t orig_a0;	/* a0 when a system call began, to restart it */
	uint64_t reg[32];	/* [0] is the pc */
};

#define CAUSE_INTERRUPT		(1ull << 63)
#define IRQ_SOFTWARE		1
#define IRQ_TIMER		5
#define IRQ_EXTERNAL		9
#define CAUSE_FETCH_MISALIGNED	0
#define CAUSE_FETCH_ACCESS	1
#define CAUSE_ILLEGAL		2
#define CAUSE_BREAKPOINT	3
#define CAUSE_LOAD_MISALIGNED	4
#define CAUSE_LOAD_ACCESS	5
#define CAUSE_STORE_MISALIGNED	6
#define CAUSE_STORE_ACCESS	7
#define CAUSE_FETCH_PAGE	12
#define CAUSE_LOAD_PAGE		13
#define CAUSE_STORE_PAGE	15

/* This hart takes its traps through trap.S from now on. */
void trap_init_hart(void);

/*
 * Why a task may not go straight back to user mode: a byte for each reason, which is stored by
 * itself and needs no atomic operation; trap.S looks at all of them at once.
 */
union trap_work {
	uint64_t any;
	struct {
		bool resched;	/* others are to run: guarded by sched_lock */
		bool signals;	/* perhaps there are some to act on: guarded by task_lock */
		bool registers;	/* the frame has been given new contents: load all of it */
	};
};

/* Called by trap.S: do that work. Also when a call was interrupted: it may have to begin anew. */
void trap_do_work(struct trap_frame *frame);
void trap_user(struct trap_frame *frame);
void trap_kernel(struct trap_frame *frame);

/* trap.S: back to user mode from the frame of the current task. */
void trap_return(void) __attribute__((noreturn));

#endif
