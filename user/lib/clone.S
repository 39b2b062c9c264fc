/*
 * Children on another stack, or in the parent's memory.
 *
 * clone(fn, stack, flags, arg, parent_tid, tls, child_tid): the child runs
 * fn(arg) on the new stack and ends with its result. The kernel wants flags,
 * stack, parent_tid, tls, child_tid.
 */
#include "kernel/abi_call.h"
#include "kernel/abi_errno.h"

	.text
	.weak	clone
	.type	clone, @function
clone:
	beqz	a0, 2f
	beqz	a1, 2f
	andi	a1, a1, -16
	addi	a1, a1, -16
	sd	a0, 0(a1)		/* fn and arg reach the child on its stack */
	sd	a3, 8(a1)
	mv	a0, a2
	mv	a2, a4
	mv	a3, a5
	mv	a4, a6
	li	a7, SYS_clone
	ecall
	beqz	a0, 1f
	tail	__syscall_answer
1:	ld	a1, 0(sp)
	ld	a0, 8(sp)
	addi	sp, sp, 16
	li	ra, 0
	jalr	a1
	li	a7, SYS_exit
	ecall
2:	li	a0, -EINVAL
	tail	__syscall_answer
	.size	clone, . - clone

/*
 * The child runs in the parent's memory and on its stack, while the parent waits for it to exec or
 * end. It returns first: what it leaves on the stack is below the caller's frame, and the return
 * address is in a register, of which each has its own.
 */
	.weak	vfork
	.type	vfork, @function
vfork:
	li	a0, 0x4100 | 17		/* CLONE_VFORK | CLONE_VM | SIGCHLD */
	li	a1, 0			/* the stack goes on where it is */
	li	a7, SYS_clone
	ecall
	tail	__syscall_answer
	.size	vfork, . - vfork

	.section .note.GNU-stack, "", @progbits
