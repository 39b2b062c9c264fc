/*
 * hart.c - the harts, and what one asks of the others.
 */
#include "kernel/hart.h"

#include "boot/sbi.h"
#include "kernel/task.h"
#include "mm/bits.h"

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

/*
 * A hart that runs no user program now need not be woken for this: it is only told, and does the
 * fence before it runs one. It stores its vm before it looks at the note, we write the note before
 * we look at its vm, so one of the two sees the other.
 */
void harts_sync_icache(void)
{
	__asm__ volatile("fence rw, rw; fence.i" : : : "memory");
	for (unsigned i = 0; i < harts_online; i++) {
		if (i == this_hart()->id)
			continue;
		__atomic_store_n(&harts[i].icache_stale, true, __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&harts[i].vm, __ATOMIC_SEQ_CST))
			sbi_remote_fence_i(1, harts[i].hartid);
	}
}

/* There is no remote fence for data alone; one for instructions comes with an interrupt, and the
 * firmware's way in and out of that orders what the hart was doing. */
void harts_fence(struct vm *vm)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (unsigned i = 0; i < harts_online; i++) {
		struct vm *runs = __atomic_load_n(&harts[i].vm, __ATOMIC_SEQ_CST);

		if (i != this_hart()->id && runs && (!vm || runs == vm))
			sbi_remote_fence_i(1, harts[i].hartid);
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void hart_enter_vm(struct vm *vm)
{
	struct hart *hart = this_hart();

	__atomic_store_n(&hart->vm, vm, __ATOMIC_SEQ_CST);
	if (vm && __atomic_load_n(&hart->icache_stale, __ATOMIC_SEQ_CST)) {
		__atomic_store_n(&hart->icache_stale, false, __ATOMIC_SEQ_CST);
		__asm__ volatile("fence.i" : : : "memory");
	}
}
