/*
 * userword.S - a word of user memory, for futexes: looked at without faulting, and exchanged.
 *
 * The address lies in the user half and is a multiple of 4. sstatus.SUM is on only in here.
 */
#define SSTATUS_SUM	(1 << 18)

	.text

/*
 * bool userpeek(uint32_t *value, vaddr_t word): false when the load faults. That fault is never
 * mended, so this may be called holding a spin lock.
 */
	.globl	userpeek, userpeek_end, userpeek_fail
userpeek:
	li	t6, SSTATUS_SUM
	csrs	sstatus, t6
	lw	t0, 0(a1)
userpeek_end:
	csrc	sstatus, t6
	sw	t0, 0(a0)
	li	a0, 1
	ret
userpeek_fail:
	csrc	sstatus, t6
	li	a0, 0
	ret

/*
 * int userswap(vaddr_t word, uint32_t *expected, uint32_t next): store next if the word is
 * *expected. => 0; 1 when it was not, and is now in *expected; -1 for a fault.
 */
	.globl	userswap, userswap_end, userswap_fail
userswap:
	lw	t1, 0(a1)
	li	t6, SSTATUS_SUM
	csrs	sstatus, t6
1:	lr.w.aqrl t0, (a0)
	bne	t0, t1, 2f
	sc.w.rl	t2, a2, (a0)
	bnez	t2, 1b
userswap_end:
	csrc	sstatus, t6
	li	a0, 0
	ret
2:	csrc	sstatus, t6
	sw	t0, 0(a1)
	li	a0, 1
	ret
userswap_fail:
	csrc	sstatus, t6
	li	a0, -1
	ret
