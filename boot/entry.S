/*
 * entry.S - the first instructions of the boot hart and of every other hart.
 *
 * The boot hart arrives by OpenSBI at the image's first byte, the others by the SBI call
 * hart_start at boot_secondary: S-mode, paging off, a0 = the machine's number of the hart. The
 * image may be anywhere that is a multiple of 2 MiB; lla finds things by their distance from the
 * pc, so it gives physical addresses before the jump to the high half and virtual ones after.
 */
#include "kernel/layout.h"

#define PTE_V		0x01
#define PTE_RW		0xe7		/* D A G - W R V */
#define PTE_RWX		0xef		/* D A G X W R V: only until kspace_activate */
#define SATP_SV39	8

/* SBI: extension, and function where there are several */
#define SBI_DBCN	0x4442434E
#define SBI_DBCN_BYTE	2
#define SBI_SRST	0x53525354
#define SBI_PUTCHAR	1
#define SBI_SHUTDOWN	8

.if KERNEL_IMAGE_BASE + KERNEL_LOAD_OFFSET - 0xffffffff80200000
.error "boot/kernel.ld and kernel/layout.h disagree about where the image is linked"
.endif

	.section .text.entry, "ax"
	.globl _start
_start:
	/* Whatever goes wrong from here on says so. */
	lla	t0, boot_trap
	csrw	stvec, t0
	csrw	sie, zero

	/*
	 * Who comes second is no boot hart: OpenSBI before 1.2 may let a hart that smp.c starts run
	 * before it has noted where to. It is the one whose record is pending.
	 */
	lla	t0, boot_taken
	li	t1, 1
	amoswap.w.aq t1, t1, (t0)
	ld	a2, boot_pending
	beqz	t1, 1f
	mv	a1, a2
	j	boot_secondary
1:
	mv	s2, a0			# hart
	mv	s3, a1			# device tree
	mv	tp, zero
	mv	gp, zero

	/* Where are we, and can 2 MiB pages map us from there? */
	lla	s4, _start
	li	t0, 0x1fffff
	and	t0, t0, s4
	lla	a0, text_unaligned
	mv	a1, s4
	bnez	t0, refuse
	lla	t0, image_end
	li	t1, DIRECT_MAP_SIZE
	lla	a0, text_too_high
	bgtu	t0, t1, refuse

	/* Who loads a flat file does not clear it. */
	lla	t0, bss_start
	lla	t1, bss_end
1:	sd	zero, (t0)
	addi	t0, t0, 8
	bltu	t0, t1, 1b

	/* The direct map: 128 pages of 1 GiB, root entries 256 to 383. */
	lla	s5, boot_root
	li	t0, PTE_RW
	li	t1, 1 << 28		# a gigabyte, as a PTE counts
	li	t2, 2048
	add	t2, t2, s5
	addi	t3, t2, 128 * 8
1:	sd	t0, (t2)
	add	t0, t0, t1
	addi	t2, t2, 8
	bltu	t2, t3, 1b

	/* The image: in its gigabyte, pages of 2 MiB. */
	lla	t0, boot_table
	srli	t1, t0, 2
	ori	t1, t1, PTE_V
	li	t2, ((KERNEL_IMAGE_BASE >> 30) & 511) * 8
	add	t2, t2, s5
	sd	t1, (t2)
	addi	t0, t0, ((KERNEL_LOAD_OFFSET >> 21) & 511) * 8
	lla	t3, image_end
	mv	t1, s4
	li	t4, 1 << 21
1:	srli	t2, t1, 2
	ori	t2, t2, PTE_RWX
	sd	t2, (t0)
	addi	t0, t0, 8
	add	t1, t1, t4
	bltu	t1, t3, 1b

	srli	t0, s5, 12
	li	t1, SATP_SV39
	slli	t1, t1, 60
	or	t1, t1, t0
	ld	t0, boot_high_address

/*
 * Paging on: t1 = satp, t0 = where to go on. Nothing maps the page we run on, so the fetch after
 * the write faults and the trap vector takes us there. No fault, no Sv39.
 */
paging_on:
	csrw	stvec, t0
	sfence.vma
	csrw	satp, t1
	lla	a0, text_no_sv39
	mv	a1, t1
	j	refuse

	.balign 4
boot_high:
	lla	t0, boot_trap
	csrw	stvec, t0
	lla	sp, boot_stack_top
	lla	tp, boot_task
	mv	s0, zero		# backtraces end here
	mv	ra, zero
	mv	a0, s2
	mv	a1, s3
	mv	a2, s4			# where the image is
	call	boot_start

/* The other harts: a1 = physical address of struct start_record (smp.c). */
	.globl boot_secondary
	.balign 4
boot_secondary:
	lla	t0, boot_trap
	csrw	stvec, t0
	csrw	sie, zero
	mv	gp, zero
	ld	t1, 0(a1)		# satp
	ld	sp, 8(a1)		# stack
	ld	tp, 16(a1)		# idle task
	ld	s2, 24(a1)		# the record's own virtual address
	ld	t0, secondary_high_address
	j	paging_on

	.balign 4
secondary_high:
	lla	t0, boot_trap
	csrw	stvec, t0
	mv	s0, zero
	mv	ra, zero
	mv	a0, s2
	call	smp_hart_started

	.balign 8
boot_high_address:
	.dword	boot_high
secondary_high_address:
	.dword	secondary_high

/* ---- what can be said without a stack, without C, at any address ---- */

/* Say "boot: " a0 (a string) and a1 (in hex), and power off. */
refuse:
	mv	s2, a0
	mv	s3, a1
	lla	s6, text_boot
	jal	s11, say
	mv	s6, s2
	jal	s11, say
	mv	s7, s3
	jal	s11, say_hex
	lla	s6, text_newline
	jal	s11, say
power_off:
	li	a7, SBI_SRST
	li	a6, 0
	li	a0, 0			# shut down
	li	a1, 1			# because of a failure
	ecall
	li	a7, SBI_SHUTDOWN
	ecall
1:	wfi
	j	1b

	.balign 4
boot_trap:
	lla	s6, text_trap
	jal	s11, say
	csrr	s7, scause
	jal	s11, say_hex
	lla	s6, text_sepc
	jal	s11, say
	csrr	s7, sepc
	jal	s11, say_hex
	lla	s6, text_stval
	jal	s11, say
	csrr	s7, stval
	jal	s11, say_hex
	lla	s6, text_newline
	jal	s11, say
	j	power_off

/* The string at s6, returning to s11. Uses s10. */
say:
	lbu	s8, (s6)
	beqz	s8, 1f
	addi	s6, s6, 1
	jal	s10, say_letter
	j	say
1:	jr	s11

/* s7 as 16 hex digits, returning to s11. */
say_hex:
	li	s9, 60
1:	srl	s8, s7, s9
	andi	s8, s8, 15
	addi	s8, s8, '0'
	li	t0, '9'
	ble	s8, t0, 2f
	addi	s8, s8, 'a' - '9' - 1
2:	jal	s10, say_letter
	addi	s9, s9, -4
	bgez	s9, 1b
	jr	s11

/* s8, returning to s10: by the debug console, else by the legacy call. */
say_letter:
	li	a7, SBI_DBCN
	li	a6, SBI_DBCN_BYTE
	mv	a0, s8
	ecall
	beqz	a0, 1f
	li	a7, SBI_PUTCHAR
	mv	a0, s8
	ecall
1:	jr	s10

text_boot:	.asciz	"\nboot: "
text_unaligned:	.asciz	"the kernel was loaded at an address that is no multiple of 2 MiB: 0x"
text_too_high:	.asciz	"the kernel was loaded beyond the 128 GiB that can be mapped: 0x"
text_no_sv39:	.asciz	"the processor has no Sv39 paging: it does not take satp = 0x"
text_trap:	.asciz	"\nboot: trap, scause 0x"
text_sepc:	.asciz	", sepc 0x"
text_stval:	.asciz	", stval 0x"
text_newline:	.asciz	"\n"

/* ---- data ---- */

	.data
	.balign 8
	.globl boot_pending
boot_pending:	.dword	0	# physical address of the start_record of the hart being started
boot_taken:	.word	0	# 1: a hart has come through _start

	.section .bss.boot_tables, "aw", @nobits
	.balign 4096
boot_root:	.skip	4096
boot_table:	.skip	4096

/* A slot as in kernel/layout.h; the label is the top of its upper half. */
	.section .boot_stack, "aw", @nobits
	.balign 2 * KSTACK_SIZE
	.skip	2 * KSTACK_SIZE
	.globl boot_stack_top
boot_stack_top:

	.section .note.GNU-stack, "", @progbits
