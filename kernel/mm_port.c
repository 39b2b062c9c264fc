/*
 * mm_port.c - what mm asks of the kernel; the only file here that includes mm/port.h.
 */
/* Every fault calls several of these, and most are two instructions long: they do without a frame,
 * and a backtrace shows who called them. */
#pragma GCC optimize("omit-frame-pointer")

#include "mm/port.h"

#include <stdarg.h>

#include "kernel/hart.h"
#include "kernel/kspace.h"
#include "kernel/lock.h"
#include "kernel/print.h"
#include "kernel/sched.h"
#include "kernel/task.h"
#include "kernel/vm.h"
#include "mm/frame.h"

uintptr_t port_direct_map = DIRECT_MAP_BASE;

_Static_assert(sizeof(struct mm_lock) == sizeof(struct spinlock), "mm_lock is a spinlock");

unsigned port_hart(void)
{
	return current->hart->id;
}

void port_lock(struct mm_lock *lock)
{
	spin_lock((struct spinlock *)lock);
}

void port_unlock(struct mm_lock *lock)
{
	spin_unlock((struct spinlock *)lock);
}

void port_flush_page(vaddr_t va)
{
	__asm__ volatile("sfence.vma %0, x0" : : "r"(va) : "memory");
}

void port_flush_all(void)
{
	__asm__ volatile("sfence.vma x0, x0" : : : "memory");
}

void port_flush_harts(uint64_t mask, vaddr_t va, size_t size)
{
	harts_flush_tlb(mask, va, size);
}

void port_sync_icache(void)
{
	harts_sync_icache();
}

bool port_aspace_get(struct aspace *as)
{
	struct vm *vm = container_of(as, struct vm, as);
	uint32_t refs = __atomic_load_n(&vm->refs, __ATOMIC_RELAXED);

	while (refs > 0) {
		if (__atomic_compare_exchange_n(&vm->refs, &refs, refs + 1, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return true;
	}
	return false;
}

void port_aspace_put(struct aspace *as)
{
	vm_put(container_of(as, struct vm, as));
}

void port_aspace_lock(struct aspace *as)
{
	vm_lock(container_of(as, struct vm, as));
}

void port_aspace_unlock(struct aspace *as)
{
	vm_unlock(container_of(as, struct vm, as));
}

/* The kernel's own space is guarded by a spin lock: nobody may run meanwhile. */
void port_pause(struct aspace *as)
{
	if (as != &kernel_space)
		sched_point();
}

void port_print(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprint_alert(fmt, args);
	va_end(args);
}

void port_panic(const char *fmt, ...)
{
	char why[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	panic("mm: %s", why);
}
