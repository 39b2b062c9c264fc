/*
 * sys_madvise.c - advice about memory, and what of it is resident: madvise, mincore, msync.
 */
#include "kernel/sys_mem.h"

#include "kernel/abi.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"
#include "kernel/vm.h"

static bool is_private_anonymous(const struct area_info *info)
{
	return info->sharing == AS_PRIVATE && !info->pc;
}

/* Where the first area begins that does not take the advice; end if all do. */
static vaddr_t refused_at(const struct vm *vm, vaddr_t va, vaddr_t end, int advice)
{
	struct area_info info;

	if (advice != MADV_FREE && advice != MADV_WIPEONFORK)
		return end;
	for (; aspace_next_area(&vm->as, va, &info) && info.start < end; va = info.end) {
		if (!is_private_anonymous(&info))
			return info.start > va ? info.start : va;
	}
	return end;
}

static int advise(struct vm *vm, vaddr_t va, size_t size, int advice)
{
	struct aspace *as = &vm->as;
	vaddr_t stop = refused_at(vm, va, va + size, advice);

	if (stop < va + size) {		/* Linux goes area by area: those before have taken it */
		if (stop > va)
			advise(vm, va, stop - va, advice);
		return -EINVAL;
	}
	switch (advice) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:
		return aspace_discard(as, va, size);
	case MADV_DONTFORK:
		return aspace_set_fork_flags(as, va, size, AS_DONTFORK, 0);
	case MADV_DOFORK:
		return aspace_set_fork_flags(as, va, size, 0, AS_DONTFORK);
	case MADV_WIPEONFORK:
		return aspace_set_fork_flags(as, va, size, AS_WIPEONFORK, 0);
	case MADV_KEEPONFORK:
		return aspace_set_fork_flags(as, va, size, 0, AS_WIPEONFORK);
	default:			/* advice that needs nothing done, but no holes */
		return aspace_check_region_access(as, va, size, 0) ? 0 : -ENOMEM;
	}
}

static bool is_known_advice(int advice)
{
	switch (advice) {
	case MADV_REMOVE:		/* no file can have a hole punched into it */
		return false;
	default:
		return (advice >= MADV_NORMAL && advice <= MADV_DONTNEED) ||
		       (advice >= MADV_FREE && advice <= MADV_DONTNEED_LOCKED);
	}
}

long sys_madvise(vaddr_t addr, size_t len, long advice)
{
	struct vm *vm = current->vm;
	size_t size = align_up(len, PAGE_SIZE);
	bool cut = false;
	long err;

	if (!is_known_advice((int)advice) || !is_aligned(addr, PAGE_SIZE) || (len && !size) ||
	    addr + size < addr)
		return -EINVAL;
	if (size == 0)
		return 0;
	if (addr >= USER_END || addr + size <= USER_BASE)
		return -ENOMEM;
	if (addr < USER_BASE) {
		size -= USER_BASE - addr;
		addr = USER_BASE;
		cut = true;
	}
	if (size > USER_END - addr) {
		size = USER_END - addr;
		cut = true;
	}
	if ((int)advice == MADV_POPULATE_READ || (int)advice == MADV_POPULATE_WRITE) {
		err = mem_populate_for(vm, addr, size,
				       (int)advice == MADV_POPULATE_READ ? AS_READ : AS_WRITE);
		if (err == -EACCES)
			err = -EINVAL;
	} else {
		vm_lock(vm);
		err = advise(vm, addr, size, (int)advice);
		vm_unlock(vm);
	}
	return !err && cut ? -ENOMEM : err;
}

/* ---- mincore, msync ---- */

#define MINCORE_CHUNK	256

long sys_mincore(vaddr_t addr, size_t len, vaddr_t vec)
{
	uint8_t resident[MINCORE_CHUNK];
	struct vm *vm = current->vm;
	size_t pages = align_up(len, PAGE_SIZE) >> PAGE_SHIFT;

	if (!is_aligned(addr, PAGE_SIZE))
		return -EINVAL;
	if (len > USER_END || addr > USER_END - len)
		return -ENOMEM;
	if (vec > USER_END || pages > USER_END - vec)
		return -EFAULT;
	while (pages > 0) {
		size_t n = pages < MINCORE_CHUNK ? pages : MINCORE_CHUNK;
		int err = -ENOMEM;

		vm_lock(vm);
		if (addr >= USER_BASE)
			err = aspace_resident(&vm->as, addr, n << PAGE_SHIFT, resident);
		vm_unlock(vm);
		if (err)
			return err;
		if (copy_to_user(vec, resident, n))
			return -EFAULT;
		addr += n << PAGE_SHIFT;
		vec += n;
		pages -= n;
		if (sched_point())
			return -EINTR;
	}
	return 0;
}

/* Shared file pages are the file's own pages: there is nothing to write back. */
long sys_msync(vaddr_t addr, size_t len, unsigned long flags)
{
	struct vm *vm = current->vm;
	size_t size = align_up(len, PAGE_SIZE);
	bool mapped;

	if ((flags & ~(unsigned long)(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) ||
	    !is_aligned(addr, PAGE_SIZE) || (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return -EINVAL;
	if (addr + size < addr)
		return -ENOMEM;
	if (size == 0)
		return 0;
	vm_lock(vm);
	mapped = aspace_check_region_access(&vm->as, addr, size, 0);
	vm_unlock(vm);
	return mapped ? 0 : -ENOMEM;
}
