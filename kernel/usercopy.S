/*
 * usercopy.S - loads and stores to user memory that may fault.
 *
 * size_t usercopy(void *dst, const void *src, size_t size): one side is a user address, checked to
 * lie in the user half. size_t userclear(void *dst, size_t size). Both return how many bytes at the
 * end were not done.
 *
 * A fault that cannot be mended makes trap.c continue elsewhere: in the blocks at usercopy_bytes,
 * which finds the exact place byte by byte (after shifted words by way of usercopy_shift_end), and
 * in the byte loop at usercopy_fail. sstatus.SUM is on
 * only in here. a0 dst, a1 src, a2 end of dst, t0..t6 a3..a7 scratch.
 */
#define SSTATUS_SUM	(1 << 18)

/* Move 64 bytes that lie `at` bytes behind a1 and a0. */
	.macro MOVE64 at
	ld	t0, \at+0(a1)
	ld	t1, \at+8(a1)
	ld	t2, \at+16(a1)
	ld	t3, \at+24(a1)
	ld	t4, \at+32(a1)
	ld	t5, \at+40(a1)
	ld	a3, \at+48(a1)
	ld	a4, \at+56(a1)
	sd	t0, \at+0(a0)
	sd	t1, \at+8(a0)
	sd	t2, \at+16(a0)
	sd	t3, \at+24(a0)
	sd	t4, \at+32(a0)
	sd	t5, \at+40(a0)
	sd	a3, \at+48(a0)
	sd	a4, \at+56(a0)
	.endm

	.text
	.globl	usercopy, usercopy_blocks_end, usercopy_bytes, usercopy_bytes_end, usercopy_fail
	.globl	usercopy_shift, usercopy_shift_end
usercopy:
	add	a2, a0, a2
	li	t6, SSTATUS_SUM
	csrs	sstatus, t6
	or	t0, a0, a1
	andi	t0, t0, 7
	bnez	t0, 8f
2:	addi	a6, a2, -512
	bltu	a6, a0, 4f
3:	MOVE64	0			/* pages are copied here: few other instructions count */
	MOVE64	64
	MOVE64	128
	MOVE64	192
	MOVE64	256
	MOVE64	320
	MOVE64	384
	MOVE64	448
	addi	a0, a0, 512
	addi	a1, a1, 512
	bgeu	a6, a0, 3b
4:	addi	a6, a2, -64
	bltu	a6, a0, 6f
5:	MOVE64	0
	addi	a0, a0, 64
	addi	a1, a1, 64
	bgeu	a6, a0, 5b
6:	addi	a6, a2, -8
	bltu	a6, a0, usercopy_bytes
7:	ld	t0, 0(a1)
	sd	t0, 0(a0)
	addi	a0, a0, 8
	addi	a1, a1, 8
	bgeu	a6, a0, 7b
	j	usercopy_bytes
8:	addi	a6, a0, 8
	bgeu	a6, a2, usercopy_bytes	/* fewer than 8 bytes, or just 8 */
1:	andi	t0, a0, 7		/* up to a multiple of 8 */
	beqz	t0, 9f
	lbu	t0, 0(a1)
	sb	t0, 0(a0)
	addi	a0, a0, 1
	addi	a1, a1, 1
	j	1b
9:	andi	t0, a1, 7
	beqz	t0, 2b
	j	usercopy_shift
usercopy_blocks_end:

/*
 * The source lies t0 bytes behind a multiple of 8, the destination at one: each word to store is made
 * of two that are loaded. No word is touched that has no byte of the source in it.
 *
 *	a1 (rounded down)  | t2 ....SSSS | t3 SSSSSSSS |	S: of the source; t0 = 4 bytes = 32 bits
 *	a0                      | SSSSSSSS |		= t2 >> 32 | t3 << 32
 */
usercopy_shift:
	addi	a6, a2, -16
	bltu	a6, a0, usercopy_bytes
	sub	a1, a1, t0
	slli	t0, t0, 3
	neg	t1, t0			/* modulo 64: the bits of t3 that are left out of the word */
	ld	t2, 0(a1)
1:	ld	t3, 8(a1)
	srl	t2, t2, t0
	sll	t4, t3, t1
	or	t2, t2, t4
	sd	t2, 0(a0)
	ld	t2, 16(a1)
	srl	t3, t3, t0
	sll	t4, t2, t1
	or	t3, t3, t4
	sd	t3, 8(a0)
	addi	a1, a1, 16
	addi	a0, a0, 16
	bgeu	a6, a0, 1b
usercopy_shift_end:
	srli	t0, t0, 3		/* a1 is where the source goes on */
	add	a1, a1, t0

usercopy_bytes:
	bgeu	a0, a2, usercopy_fail
6:	lbu	t0, 0(a1)
	sb	t0, 0(a0)
	addi	a0, a0, 1
	addi	a1, a1, 1
	bltu	a0, a2, 6b
usercopy_bytes_end:

usercopy_fail:
	li	t6, SSTATUS_SUM
	csrc	sstatus, t6
	sub	a0, a2, a0
	ret

	.globl	userclear, userclear_end
userclear:
	add	a2, a0, a1
	li	t6, SSTATUS_SUM
	csrs	sstatus, t6
1:	bgeu	a0, a2, usercopy_fail
	andi	t0, a0, 7
	beqz	t0, 2f
	sb	zero, 0(a0)
	addi	a0, a0, 1
	j	1b
2:	addi	a6, a2, -8
	bltu	a6, a0, 4f
3:	sd	zero, 0(a0)
	addi	a0, a0, 8
	bgeu	a6, a0, 3b
4:	bgeu	a0, a2, usercopy_fail
	sb	zero, 0(a0)
	addi	a0, a0, 1
	j	4b
userclear_end:

/*
 * long userstring(char *dst, vaddr_t src, size_t size): copy up to and including a NUL. Returns the
 * length, size when no NUL came within size bytes, or -1 for a fault.
 */
	.globl	userstring, userstring_end, userstring_fail
userstring:
	li	t6, SSTATUS_SUM
	csrs	sstatus, t6
	mv	a3, a0
	add	a2, a0, a2
7:	bgeu	a3, a2, 8f
	lbu	t0, 0(a1)
	sb	t0, 0(a3)
	beqz	t0, 8f
	addi	a1, a1, 1
	addi	a3, a3, 1
	j	7b
userstring_end:
8:	csrc	sstatus, t6
	sub	a0, a3, a0
	ret
userstring_fail:
	li	t6, SSTATUS_SUM
	csrc	sstatus, t6
	li	a0, -1
	ret
