/*
 * start.S - the first instruction of the benchmark, and the one call that C cannot make.
 */
#include "kernel/abi_call.h"

	.globl	_start
_start:
	.option	push
	.option	norelax
	lla	gp, __global_pointer$
	.option	pop
	mv	a0, sp
	andi	sp, sp, -16
	call	bench_main

/* long bench_clone(flags, top, tid, entry, arg): the new thread finds entry and arg on its stack. */
	.globl	bench_clone
bench_clone:
	addi	a1, a1, -16
	sd	a3, 0(a1)
	sd	a4, 8(a1)
	mv	a4, a2		/* the word to clear */
	li	a3, 0
	li	a7, SYS_clone
	ecall
	beqz	a0, 1f
	ret
1:	ld	t0, 0(sp)
	ld	a0, 8(sp)
	addi	sp, sp, 16
	jalr	t0
	li	a0, 0
	li	a7, SYS_exit
	ecall
