/*
 * vm.c - the life of a process's memory, and which hart uses it.
 */
#include "kernel/vm.h"

#include "kernel/fs/vfs.h"
#include "kernel/hart.h"
#include "kernel/kspace.h"
#include "kernel/limits.h"
#include "kernel/print.h"
#include "kernel/task.h"
#include "mm/frame.h"
#include "mm/slab.h"

#define SATP_SV39	(8ull << 60)
#define STACK_GAP	(256 * PAGE_SIZE)	/* kept free below a stack */

static struct slab_cache vm_cache = SLAB_CACHE_INIT(vm_cache, "vm", sizeof(struct vm));

static struct vm *vm_alloc(void)
{
	struct vm *vm = slab_alloc(&vm_cache);

	if (!vm)
		return NULL;
	*vm = (struct vm){ .refs = 1, .stack_top = USER_STACK_TOP };
	rwlock_init(&vm->lock);
	return vm;
}

/* As Linux: room for a stack as large as its limit and the gap below it, within bounds. */
static vaddr_t mmap_top_for(size_t stack_limit)
{
	const size_t least = 128ul << 20, most = align_down(USER_STACK_TOP / 6 * 5, PAGE_SIZE);
	size_t gap = align_up(stack_limit < most ? stack_limit : most, PAGE_SIZE) + STACK_GAP;

	if (gap < least)
		gap = least;
	return USER_STACK_TOP - (gap < most ? gap : most);
}

int vm_create(size_t stack_limit, struct vm **out)
{
	struct vm *vm = vm_alloc();
	int err;

	if (!vm)
		return -ENOMEM;
	err = aspace_create(&vm->as, USER_BASE, USER_END - USER_BASE);
	if (err)
		goto free_vm;
	err = aspace_copy_mappings_from(&vm->as, &kernel_space);
	if (err)
		goto destroy_space;
	vm->as.stack_limit = stack_limit;
	vm->mmap_top = mmap_top_for(stack_limit);
	*out = vm;
	return 0;

destroy_space:
	aspace_destroy(&vm->as);
free_vm:
	slab_free(&vm_cache, vm);
	return err;
}

/* The copy's lock is held too: once a file is mapped there, a truncation may come for it. */
int vm_clone(struct vm *from, struct vm **out)
{
	struct vm *vm = vm_alloc();
	int err;

	if (!vm)
		return -ENOMEM;
	vm_lock(from);
	vm_lock(vm);
	err = aspace_try_clone(&from->as, &vm->as);
	if (!err) {
		vm->brk_start = from->brk_start;
		vm->brk = from->brk;
		vm->data_size = from->data_size;
		vm->mmap_top = from->mmap_top;
		vm->arg_start = from->arg_start;
		vm->arg_end = from->arg_end;
		vm->env_end = from->env_end;
		vm->stack_start = from->stack_start;
		vm->stack_top = from->stack_top;
		vm->exe_bias = from->exe_bias;
		if (from->exe)
			vm_set_exe(vm, from->exe);
	}
	rwlock_write_unlock(&vm->lock);
	vm_unlock(from);
	if (err)
		vm_put(vm);
	else
		*out = vm;
	return err;
}

int vm_set_exe(struct vm *vm, struct file *file)
{
	int err = file_run(file);

	if (!err)
		vm->exe = file_ref(file);
	return err;
}

struct vm *vm_get(struct vm *vm)
{
	__atomic_fetch_add(&vm->refs, 1, __ATOMIC_RELAXED);
	return vm;
}

void vm_put(struct vm *vm)
{
	if (!vm || __atomic_sub_fetch(&vm->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	DEBUG_ASSERT(this_hart()->vm != vm);
	if (vm->as.root)		/* 0: a copy that failed, and is destroyed already */
		aspace_destroy(&vm->as);
	if (vm->exe) {
		file_end_run(vm->exe);
		file_put(vm->exe);
	}
	slab_free(&vm_cache, vm);
}

/* Whoever takes something away holds the lock, so there was never more than is seen here, or now. */
static void note_peaks(struct vm *vm)
{
	if (vm->as.mapped_bytes > vm->peak_mapped)
		vm->peak_mapped = vm->as.mapped_bytes;
	if (vm->as.resident_pages > vm->peak_resident)
		vm->peak_resident = vm->as.resident_pages;
}

void vm_lock(struct vm *vm)
{
	rwlock_write_lock(&vm->lock);
	note_peaks(vm);
}

void vm_unlock(struct vm *vm)
{
#ifdef DEBUG
	if (vm->as.root)		/* 0: a copy that failed while a truncation waited for it */
		aspace_check(&vm->as);
#endif
	rwlock_write_unlock(&vm->lock);
}

size_t vm_copy_present(struct vm *to, vaddr_t dst, struct vm *from, vaddr_t src, size_t size)
{
	size_t done = 0;

	if (!rwlock_try_read_lock(&to->lock))
		return 0;
	if (rwlock_try_read_lock(&from->lock)) {
		done = aspace_copy_present(&to->as, dst, &from->as, src, size);
		rwlock_read_unlock(&from->lock);
	}
	rwlock_read_unlock(&to->lock);
	return done;
}

/*
 * The space is told first that this hart may cache its translations, and last that it no longer
 * does. With address-space identifier 0 throughout, the fence drops all but global entries
 * (privileged specification, SFENCE.VMA: rs2 holds 0, which is not x0).
 */
void vm_switch(struct vm *vm)
{
	struct hart *hart = this_hart();
	struct vm *old = hart->vm;
	struct aspace *as = vm ? &vm->as : &kernel_space;

	if (vm == old)
		return;
	if (vm)
		aspace_enter(as);
	csr_write(satp, SATP_SV39 | aspace_page_table_root(as) >> PAGE_SHIFT);
	__asm__ volatile("sfence.vma x0, %0" : : "r"(0ul) : "memory");
	hart_enter_vm(vm);
	if (old)
		aspace_leave(&old->as);
}

/* Would a stack that grows down to va be more memory than the process may have? */
static bool grows_too_far(const struct vm *vm, vaddr_t va)
{
	struct area_info stack;
	uint64_t limit = limit_get(RLIMIT_AS);

	return limit != RLIM_INFINITY && aspace_next_area(&vm->as, va, &stack) &&
		va < stack.start &&
		vm->as.mapped_bytes + (stack.start - align_down(va, PAGE_SIZE)) > limit;
}

int vm_fault(vaddr_t va, unsigned access)
{
	struct vm *vm = current->vm;
	int err;

	vm_lock(vm);
	err = grows_too_far(vm, va) ? -EFAULT :
		 aspace_handle_page_fault(&vm->as, va, access);
	vm_unlock(vm);
	return err;
}
