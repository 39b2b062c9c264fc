/*
 * panic_registers.S - panic() begins here: before C changes them, the registers of its caller go to
 * panic_frame; then panic_report, with the same arguments, does the rest.
 *
 * t0 is lost. A second hart or a second panic finds the place taken and leaves it alone.
 */
#include "kernel/trap.h"

	.text
	.globl	panic
panic:
	addi	sp, sp, -16
	sd	t1, 8(sp)
	la	t0, panic_frame_taken
	li	t1, 1
	amoswap.w t1, t1, (t0)
	mv	t0, t1
	ld	t1, 8(sp)
	addi	sp, sp, 16
	bnez	t0, 1f

	la	t0, panic_frame
	sd	ra, FRAME_PC(t0)
	.set	number, 1
	.irp	reg, ra, sp, gp, tp, t0, t1, t2, s0, s1, a0, a1, a2, a3, a4, a5, a6, a7, s2, s3, \
		     s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6
	sd	\reg, FRAME_PC + 8 * number(t0)
	.set	number, number + 1
	.endr
	sd	zero, FRAME_PC + 8 * 5(t0)
1:	tail	panic_report

	.section .note.GNU-stack, "", @progbits
