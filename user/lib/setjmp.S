/*
 * setjmp and longjmp: the registers that a function must keep, stored in the
 * order of <setjmp.h>: ra, sp, s0-s11, fs0-fs11, then has_mask and mask.
 */
	.macro EACH_REGISTER sx, fx
	\sx	ra, 0*8(a0)
	\sx	sp, 1*8(a0)
	\sx	s0, 2*8(a0)
	\sx	s1, 3*8(a0)
	\sx	s2, 4*8(a0)
	\sx	s3, 5*8(a0)
	\sx	s4, 6*8(a0)
	\sx	s5, 7*8(a0)
	\sx	s6, 8*8(a0)
	\sx	s7, 9*8(a0)
	\sx	s8, 10*8(a0)
	\sx	s9, 11*8(a0)
	\sx	s10, 12*8(a0)
	\sx	s11, 13*8(a0)
	\fx	fs0, 14*8(a0)
	\fx	fs1, 15*8(a0)
	\fx	fs2, 16*8(a0)
	\fx	fs3, 17*8(a0)
	\fx	fs4, 18*8(a0)
	\fx	fs5, 19*8(a0)
	\fx	fs6, 20*8(a0)
	\fx	fs7, 21*8(a0)
	\fx	fs8, 22*8(a0)
	\fx	fs9, 23*8(a0)
	\fx	fs10, 24*8(a0)
	\fx	fs11, 25*8(a0)
	.endm

	.text

	.globl	setjmp, _setjmp
	.type	setjmp, @function
	.type	_setjmp, @function
setjmp:
_setjmp:
	EACH_REGISTER sd, fsd
	li	a0, 0
	ret
	.size	setjmp, . - setjmp

	.globl	longjmp, _longjmp
	.type	longjmp, @function
	.type	_longjmp, @function
longjmp:
_longjmp:
	EACH_REGISTER ld, fld
	seqz	a0, a1			/* a value of 0 arrives as 1 */
	add	a0, a0, a1
	ret
	.size	longjmp, . - longjmp

/* Like setjmp; whether to keep the signal mask too is decided in C. */
	.globl	sigsetjmp
	.type	sigsetjmp, @function
sigsetjmp:
	EACH_REGISTER sd, fsd
	tail	__sigsetjmp_mask
	.size	sigsetjmp, . - sigsetjmp

	.section .note.GNU-stack, "", @progbits
