/*
 * types.h - the words every mm header uses: addresses, page sizes, error numbers, the lock.
 *
 * mm depends on nothing but the three freestanding headers below and on port.h. The error numbers
 * are Linux's, spelled exactly as kernel/abi.h and the host's <errno.h> spell them, so a second
 * definition is harmless.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uintptr_t vaddr_t;	/* virtual address */
typedef uintptr_t paddr_t;	/* physical address */

#define PAGE_SHIFT	12
#define PAGE_SIZE	4096UL
#define PAGE_SIZE_2M	(1UL << 21)
#define PAGE_SIZE_1G	(1UL << 30)

#define MM_MAX_HARTS	8

#define EIO		5
#define ENXIO		6
#define EAGAIN		11
#define ENOMEM		12
#define EACCES		13
#define EFAULT		14
#define EEXIST		17
#define EINVAL		22
#define ENOSPC		28

/* Rounding to a power of two; align_up wraps to 0 past the top, callers check first. */
static inline uintptr_t align_down(uintptr_t x, uintptr_t to) { return x & ~(to - 1); }
static inline uintptr_t align_up(uintptr_t x, uintptr_t to) { return (x + to - 1) & ~(to - 1); }
static inline bool is_aligned(uintptr_t x, uintptr_t to) { return (x & (to - 1)) == 0; }

/*
 * Stores that other harts may see at any moment; the second one shows them all that was stored before.
 * On RISC-V an aligned store is all it takes, where gcc makes an AMO, which locks, of __atomic_store_n.
 */
#ifdef __riscv
#define store_shared(at, value) \
	((void)(*(volatile __typeof__(*(at)) *)(at) = (value)))
#define store_release(at, value) \
	(__atomic_thread_fence(__ATOMIC_RELEASE), store_shared(at, value))
#else
#define store_shared(at, value)		__atomic_store_n(at, value, __ATOMIC_RELAXED)
#define store_release(at, value)	__atomic_store_n(at, value, __ATOMIC_RELEASE)
#endif

/* A spin lock; the port implements it (port_lock). All zero is unlocked. */
struct mm_lock {
	uint32_t held;		/* 1 while held */
	uint32_t owner;		/* hart + 1 of the holder, 0 when free; for checks only */
};
