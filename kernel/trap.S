/*
 * trap.S - the way into the kernel and back.
 *
 * sscratch tells where a trap came from: in user mode it holds the task, in the kernel it is 0.
 * In the kernel tp holds the task.
 */
#include "kernel/abi_errno.h"
#include "kernel/layout.h"
#include "kernel/trap.h"

#define SSTATUS_SUM	(1 << 18)
#define REG(n)		(FRAME_PC + 8 * (n))	/* where a frame holds x n */

/* What C may have changed, s0, which the way in changes, and gp; op is sd or ld. The frame lies `at`
 * bytes behind base. */
.macro caller_registers op, base, at
	\op	ra, \at+REG(1)(\base)
	\op	gp, \at+REG(3)(\base)
	\op	t0, \at+REG(5)(\base)
	\op	t1, \at+REG(6)(\base)
	\op	t2, \at+REG(7)(\base)
	\op	s0, \at+REG(8)(\base)
	\op	a0, \at+REG(10)(\base)
	\op	a1, \at+REG(11)(\base)
	\op	a2, \at+REG(12)(\base)
	\op	a3, \at+REG(13)(\base)
	\op	a4, \at+REG(14)(\base)
	\op	a5, \at+REG(15)(\base)
	\op	a6, \at+REG(16)(\base)
	\op	a7, \at+REG(17)(\base)
	\op	t3, \at+REG(28)(\base)
	\op	t4, \at+REG(29)(\base)
	\op	t5, \at+REG(30)(\base)
	\op	t6, \at+REG(31)(\base)
.endm

/* Every register but sp and tp. */
.macro most_registers op, base, at
	caller_registers \op, \base, \at
	\op	s1, \at+REG(9)(\base)
	\op	s2, \at+REG(18)(\base)
	\op	s3, \at+REG(19)(\base)
	\op	s4, \at+REG(20)(\base)
	\op	s5, \at+REG(21)(\base)
	\op	s6, \at+REG(22)(\base)
	\op	s7, \at+REG(23)(\base)
	\op	s8, \at+REG(24)(\base)
	\op	s9, \at+REG(25)(\base)
	\op	s10, \at+REG(26)(\base)
	\op	s11, \at+REG(27)(\base)
.endm

/* What the hart says about the trap. */
.macro save_trap_csrs
	csrr	t0, sepc
	csrr	t1, sstatus
	csrr	t2, scause
	csrr	t3, stval
	sd	t0, FRAME_PC(sp)
	sd	t1, FRAME_STATUS(sp)
	sd	t2, FRAME_CAUSE(sp)
	sd	t3, FRAME_VALUE(sp)
.endm

.macro restore_trap_csrs base, at
	ld	t0, \at+FRAME_PC(\base)
	ld	t1, \at+FRAME_STATUS(\base)
	csrw	sepc, t0
	csrw	sstatus, t1
.endm

	.text
	.globl	trap_entry
	.balign	4
trap_entry:
	csrrw	tp, sscratch, tp
	beqz	tp, from_kernel

	most_registers sd, tp, TASK_FRAME
	csrrw	t0, sscratch, zero
	csrr	t1, sepc
	csrr	t2, sstatus
	csrr	t3, scause
	sd	sp, TASK_FRAME+REG(2)(tp)
	sd	t0, TASK_FRAME+REG(4)(tp)
	sd	t2, TASK_FRAME+FRAME_STATUS(tp)
	sd	t3, TASK_FRAME+FRAME_CAUSE(tp)
	ld	sp, TASK_KERNEL_STACK_TOP(tp)
	mv	s0, zero		/* backtraces end here */
	li	t0, CAUSE_ECALL
	beq	t3, t0, system_call
	csrr	t3, stval
	sd	t1, TASK_FRAME+FRAME_PC(tp)
	sd	t3, TASK_FRAME+FRAME_VALUE(tp)
	addi	a0, tp, TASK_FRAME
	call	trap_user

/*
 * The callee-saved registers come back from C as the user left them, unless there is work: then the
 * frame may have been given new contents (exec, rt_sigreturn, a handler).
 */
back_to_user:
	ld	t0, TASK_WORK(tp)
	bnez	t0, do_work
	csrw	sscratch, tp
	restore_trap_csrs tp, TASK_FRAME
	caller_registers ld, tp, TASK_FRAME
	ld	sp, TASK_FRAME+REG(2)(tp)
	ld	tp, TASK_FRAME+REG(4)(tp)
	sret

do_work:
	addi	a0, tp, TASK_FRAME
	call	trap_do_work

	.globl	trap_return
trap_return:
	csrw	sscratch, tp
	restore_trap_csrs tp, TASK_FRAME
	most_registers ld, tp, TASK_FRAME
	ld	sp, TASK_FRAME+REG(2)(tp)
	ld	tp, TASK_FRAME+REG(4)(tp)
	sret

/* A system call: a7 says which (syscall.c has the table), a0 to a5 are its arguments already. */
system_call:
	addi	t1, t1, 4		/* past the ecall */
	sd	t1, TASK_FRAME+FRAME_PC(tp)
	sd	a0, TASK_FRAME+FRAME_ORIG_A0(tp)
	srli	t0, a7, SYSCALL_BITS
	bnez	t0, unknown_call
	lla	t0, syscall_table
	slli	t1, a7, 3
	add	t0, t0, t1
	ld	t0, 0(t0)
	beqz	t0, unknown_call
	jalr	t0
call_done:
	sd	a0, TASK_FRAME+REG(10)(tp)
	addi	a0, a0, EINTR		/* an interrupted call may have to begin anew */
	bnez	a0, back_to_user
	j	do_work

unknown_call:
	mv	a0, a7
	call	syscall_unknown
	j	call_done

/*
 * From the kernel: an interrupt of the idle loop, a fault of a user copy, or a bug. The stack may
 * have overflowed into its guard page: test before it is touched (layout.h).
 */
from_kernel:
	csrrw	tp, sscratch, tp
	addi	sp, sp, -FRAME_SIZE
	csrw	sscratch, t0
	slli	t0, sp, 63 - KSTACK_BIT
	bgez	t0, stack_overflow
	csrrw	t0, sscratch, zero
	most_registers sd, sp, 0
	sd	tp, REG(4)(sp)
	addi	t0, sp, FRAME_SIZE
	sd	t0, REG(2)(sp)
	save_trap_csrs
	li	t0, SSTATUS_SUM
	csrc	sstatus, t0
	mv	a0, sp
	call	trap_kernel
	restore_trap_csrs sp, 0
	most_registers ld, sp, 0
	addi	sp, sp, FRAME_SIZE
	sret

stack_overflow:
	mv	t0, sp
	ld	sp, TASK_HART(tp)
	ld	sp, HART_EMERGENCY_SP(sp)
	addi	sp, sp, -FRAME_SIZE
	most_registers sd, sp, 0
	addi	t0, t0, FRAME_SIZE
	sd	t0, REG(2)(sp)
	csrrw	t0, sscratch, zero
	sd	t0, REG(5)(sp)
	sd	tp, REG(4)(sp)
	save_trap_csrs
	mv	a0, sp
	call	kstack_overflow

/*
 * struct task *switch_to(struct task *prev, struct task *next): save what a C function may expect
 * to survive a call, continue where `next` once called this; returns the task that ran before.
 */
	.globl	switch_to
switch_to:
	addi	sp, sp, -112
	sd	ra, 0(sp)
	sd	s0, 8(sp)
	sd	s1, 16(sp)
	sd	s2, 24(sp)
	sd	s3, 32(sp)
	sd	s4, 40(sp)
	sd	s5, 48(sp)
	sd	s6, 56(sp)
	sd	s7, 64(sp)
	sd	s8, 72(sp)
	sd	s9, 80(sp)
	sd	s10, 88(sp)
	sd	s11, 96(sp)
	sd	sp, TASK_KERNEL_SP(a0)
	ld	sp, TASK_KERNEL_SP(a1)
	mv	tp, a1
	ld	ra, 0(sp)
	ld	s0, 8(sp)
	ld	s1, 16(sp)
	ld	s2, 24(sp)
	ld	s3, 32(sp)
	ld	s4, 40(sp)
	ld	s5, 48(sp)
	ld	s6, 56(sp)
	ld	s7, 64(sp)
	ld	s8, 72(sp)
	ld	s9, 80(sp)
	ld	s10, 88(sp)
	ld	s11, 96(sp)
	addi	sp, sp, 112
	ret

/* A new task's first switch_to returns here, with s1 = its start function. */
	.globl	task_first_run
task_first_run:
	mv	s0, zero
	call	sched_finish_switch	/* a0: the task that ran before */
	jalr	s1
	j	trap_return

/* The floating-point registers of a task (sstatus.FS is not off). a0: uint64_t[33]. */
	.option	push
	.option	arch, +d
.macro all_fp op
	\op	f0, 8*0(a0)
	\op	f1, 8*1(a0)
	\op	f2, 8*2(a0)
	\op	f3, 8*3(a0)
	\op	f4, 8*4(a0)
	\op	f5, 8*5(a0)
	\op	f6, 8*6(a0)
	\op	f7, 8*7(a0)
	\op	f8, 8*8(a0)
	\op	f9, 8*9(a0)
	\op	f10, 8*10(a0)
	\op	f11, 8*11(a0)
	\op	f12, 8*12(a0)
	\op	f13, 8*13(a0)
	\op	f14, 8*14(a0)
	\op	f15, 8*15(a0)
	\op	f16, 8*16(a0)
	\op	f17, 8*17(a0)
	\op	f18, 8*18(a0)
	\op	f19, 8*19(a0)
	\op	f20, 8*20(a0)
	\op	f21, 8*21(a0)
	\op	f22, 8*22(a0)
	\op	f23, 8*23(a0)
	\op	f24, 8*24(a0)
	\op	f25, 8*25(a0)
	\op	f26, 8*26(a0)
	\op	f27, 8*27(a0)
	\op	f28, 8*28(a0)
	\op	f29, 8*29(a0)
	\op	f30, 8*30(a0)
	\op	f31, 8*31(a0)
.endm

	.globl	fp_save
fp_save:
	all_fp	fsd
	frcsr	t0
	sd	t0, 8*32(a0)
	ret

	.globl	fp_restore
fp_restore:
	all_fp	fld
	ld	t0, 8*32(a0)
	fscsr	t0
	ret
	.option	pop
