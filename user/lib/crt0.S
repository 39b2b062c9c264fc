/*
 * Where every program starts. The kernel leaves argc at sp, then argv, envp
 * and the auxiliary vector; all that is left to do here is to have a global
 * pointer and to hand that block to C.
 */
	.section .text.start, "ax", @progbits
	.globl _start
	.type _start, @function
_start:
	.cfi_startproc
	.cfi_undefined ra		/* nobody called this */
	.option push
	.option norelax
	la	gp, __global_pointer$
	.option pop
	li	s0, 0			/* backtraces end here */
	mv	a0, sp
	andi	sp, sp, -16
	call	__start_main
	.cfi_endproc
	.size _start, . - _start

	.section .note.GNU-stack, "", @progbits
