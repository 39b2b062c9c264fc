/*
 * hart.c - the harts, and what one asks of the others.
 */
#include "kernel/hart.h"

#include "boot/sbi.h"
#include "kernel/bits.h"
#include "kernel/task.h"

struct hart harts[MAX_HARTS];
unsigned harts_online;

struct hart *this_hart(void)
{
	return current->hart;
}

/* SBI calls name harts by the machine's numbers, which need not be small or dense. */
void harts_flush_tlb(uint64_t mask, vaddr_t va, size_t size)
{
	mask &= ~(1ull << this_hart()->id);
	for (; mask; mask &= mask - 1)
		sbi_remote_sfence(1, harts[lowest_bit(mask)].hartid, va, size);
}

void harts_sync_icache(void)
{
	__asm__ volatile("fence rw, rw; fence.i" : : : "memory");
	for (unsigned i = 0; i < harts_online; i++) {
		if (i != this_hart()->id)
			sbi_remote_fence_i(1, harts[i].hartid);
	}
}
