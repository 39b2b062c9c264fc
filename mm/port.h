/*
 * port.h - all that mm asks of the outside. The kernel answers in kernel/mm_port.c, the host tests
 * in mm/test/port.c. Nothing else is called: `nm -u` of mm lists port_*, memcpy and memset only.
 */
#pragma once

#include "mm/types.h"

struct aspace;

/* The running hart, 0 .. MM_MAX_HARTS-1: a logical number. The caller cannot be moved meanwhile
 * (kernel code is not preempted). */
unsigned port_hart(void);

/* Spin locks. Never held across anything that sleeps or touches user memory. */
void port_lock(struct mm_lock *lock);
void port_unlock(struct mm_lock *lock);

/*
 * TLB (privileged specification, "Supervisor Memory-Management Fence Instruction").
 * port_flush_page: this hart, leaf entries for one page: sfence.vma va, x0.
 * port_flush_all:  this hart, everything incl. non-leaf and global entries: sfence.vma x0, x0.
 * port_flush_harts: the other harts in the mask (bit = logical hart; own bit ignored), complete on
 *   return. size <= PAGE_SIZE flushes that page's leaf entries, anything else flushes all.
 * port_sync_icache: instruction fetch on every hart sees all stores made before the call.
 */
void port_flush_page(vaddr_t va);
void port_flush_all(void);
void port_flush_harts(uint64_t harts, vaddr_t va, size_t size);
void port_sync_icache(void);

/* The lock that guards an address space (a sleeping lock of its owner); for page-cache truncation.
 * port_aspace_get pins a space that is still alive, false if it is already being destroyed; it does
 * not sleep. port_aspace_put drops the pin. */
bool port_aspace_get(struct aspace *as);
void port_aspace_put(struct aspace *as);
void port_aspace_lock(struct aspace *as);
void port_aspace_unlock(struct aspace *as);

/* Between two steps of work that can be long: the space's lock is held, and no spin lock that mm has
 * taken. Others may run, who find the space locked. */
void port_pause(struct aspace *as);

/* One formatted line for dumps: %s %d %u %x %lx %lu %p only. */
__attribute__((format(printf, 1, 2))) void port_print(const char *fmt, ...);

/* A broken invariant of ours: never returns. */
__attribute__((format(printf, 1, 2), noreturn)) void port_panic(const char *fmt, ...);
