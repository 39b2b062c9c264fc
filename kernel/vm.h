/*
 * vm.h - a process's memory: its address space, the lock that guards it, and the break.
 */
#pragma once

#include "kernel/layout.h"
#include "kernel/lock.h"
#include "mm/aspace.h"

struct file;

struct vm {
	struct aspace as;
	struct rwlock lock;		/* guards as and what follows, but for refs */
	uint32_t refs;			/* atomic: tasks that share it, and passers-by */
	vaddr_t brk_start;		/* the heap is [brk_start, brk) */
	vaddr_t brk;
	size_t data_size;		/* of the program's data beside the heap, for RLIMIT_DATA */
	size_t peak_mapped, peak_resident;	/* bytes, pages: the most when vm_lock was taken */
	bool fill_new;			/* what is mapped is filled at once (mlockall) */
	vaddr_t mmap_top;		/* mmap searches down from here */
	vaddr_t arg_start, arg_end;	/* argument strings, for /proc/pid/cmdline */
	vaddr_t env_end;		/* the environment's are behind them */
	vaddr_t stack_start;		/* what sp was at first: argc, pointers, auxv */
	vaddr_t stack_top;
	bool wants_barriers;		/* membarrier has been told of this space; atomic */
	struct file *exe;		/* the program, for /proc/pid/exe and symbols */
	vaddr_t exe_bias;		/* where it was loaded, less where it was linked */
};

/* An empty one with the kernel half shared, for a stack of at most stack_limit bytes; or a
 * copy-on-write copy. 0 or -ENOMEM. */
int vm_create(size_t stack_limit, struct vm **vm);
int vm_clone(struct vm *from, struct vm **vm);
struct vm *vm_get(struct vm *vm);
void vm_put(struct vm *vm);		/* may sleep; NULL is fine */

/* file is the program that runs in vm. 0, or -ETXTBSY. */
int vm_set_exe(struct vm *vm, struct file *file);

/* To change it, or to look at more than a fault does. */
void vm_lock(struct vm *vm);
void vm_unlock(struct vm *vm);

/* aspace_copy_present between two that are not locked; 0 too when a lock is not free just now. A
 * spin lock may be held. */
size_t vm_copy_present(struct vm *to, vaddr_t dst, struct vm *from, vaddr_t src, size_t size);

/* This hart's satp names vm from now on (NULL: the kernel's own space). */
void vm_switch(struct vm *vm);

/* A page fault of the current task at any address; access as in aspace.h. 0 or why not. (trap.c
 * tries first what can be done side by side with other faults.) */
int vm_fault(vaddr_t va, unsigned access);
