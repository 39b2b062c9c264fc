/*
 * sys_mlock.c - locking memory. There is no swap: a page that is there stays, so to lock is to fill,
 * and nothing is remembered but that what is mapped later shall be filled too.
 *
 * RLIMIT_MEMLOCK binds nobody, as it does not bind root on Linux.
 */
#include "kernel/sys_mem.h"

#include "kernel/abi.h"
#include "kernel/task.h"
#include "kernel/vm.h"

/* The whole pages around [addr, addr + len); then Linux's checks of what is mapped there. */
static int check_range(vaddr_t *addr, size_t *len)
{
	struct vm *vm = current->vm;
	size_t size = align_up(*len + (*addr & (PAGE_SIZE - 1)), PAGE_SIZE);
	bool mapped;

	*addr = align_down(*addr, PAGE_SIZE);
	*len = size;
	if (*addr + size < *addr)
		return -EINVAL;
	vm_lock(vm);
	mapped = aspace_check_region_access(&vm->as, *addr, size, 0);
	vm_unlock(vm);
	return mapped ? 0 : -ENOMEM;
}

static long lock(vaddr_t addr, size_t len, bool fill)
{
	int err = check_range(&addr, &len);

	if (!err && fill)
		err = mem_populate(current->vm, addr, len);
	if (err == -EFAULT || err == -EACCES)
		return -ENOMEM;
	return fill && err == -ENOMEM && !check_range(&addr, &len) ? -EAGAIN : err;
}

long sys_mlock(vaddr_t addr, size_t len)
{
	return lock(addr, len, true);
}

long sys_mlock2(vaddr_t addr, size_t len, long flags)
{
	if ((int)flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return lock(addr, len, !((int)flags & MLOCK_ONFAULT));
}

long sys_munlock(vaddr_t addr, size_t len)
{
	return lock(addr, len, false);
}

/* Every area; those that cannot be filled stay as they are. */
static long fill_all(struct vm *vm)
{
	struct area_info info = { .end = USER_BASE };
	bool more;

	for (;;) {
		vm_lock(vm);
		more = aspace_next_area(&vm->as, info.end, &info);
		vm_unlock(vm);
		if (!more)
			return 0;
		if (mem_populate(vm, info.start, info.end - info.start) == -EINTR)
			return -EINTR;
	}
}

long sys_mlockall(long flags)
{
	struct vm *vm = current->vm;

	if (!(int)flags || (int)flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) ||
	    (int)flags == MCL_ONFAULT)
		return -EINVAL;
	vm_lock(vm);
	vm->fill_new = (flags & (MCL_FUTURE | MCL_ONFAULT)) == MCL_FUTURE;
	vm_unlock(vm);
	return (flags & (MCL_CURRENT | MCL_ONFAULT)) == MCL_CURRENT ? fill_all(vm) : 0;
}

long sys_munlockall(void)
{
	vm_lock(current->vm);
	current->vm->fill_new = false;
	vm_unlock(current->vm);
	return 0;
}
