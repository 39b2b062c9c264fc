/*
 * sys_mem.c - the memory calls: Linux's checks in Linux's order, then one mm operation each.
 *
 * mmap is in sys_mmap.c, mremap in sys_mremap.c.
 */
#include "kernel/sys_mem.h"

#include "kernel/abi.h"
#include "kernel/limits.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"
#include "kernel/vm.h"
#include "mm/frame.h"

#define PROT_KNOWN	(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM)

bool mem_would_overcommit(size_t size)
{
	return size >> PAGE_SHIFT > frame_total();
}

/* What RLIMIT_DATA counts. */
static bool is_data(unsigned flags, enum aspace_sharing sharing)
{
	return (flags & (AS_WRITE | AS_GROWSDOWN)) == AS_WRITE && sharing == AS_PRIVATE;
}

static size_t data_bytes(const struct vm *vm)
{
	struct area_info info = { .end = USER_BASE };
	size_t bytes = 0;

	while (aspace_next_area(&vm->as, info.end, &info)) {
		if (is_data(info.flags, info.sharing))
			bytes += info.end - info.start;
	}
	return bytes;
}

size_t mem_mapped_in(const struct vm *vm, vaddr_t start, vaddr_t end)
{
	struct area_info info = { .end = start };
	size_t bytes = 0;

	while (aspace_next_area(&vm->as, info.end, &info) && info.start < end)
		bytes += (info.end < end ? info.end : end) -
			(info.start > start ? info.start : start);
	return bytes;
}

bool mem_beyond_limits(const struct vm *vm, size_t more, unsigned flags,
		       enum aspace_sharing sharing)
{
	uint64_t data = limit_get(RLIMIT_DATA), all = limit_get(RLIMIT_AS);

	if (all != RLIM_INFINITY && vm->as.mapped_bytes + more > align_down(all, PAGE_SIZE))
		return true;
	return data != RLIM_INFINITY && is_data(flags, sharing) &&
		data_bytes(vm) + more > align_down(data, PAGE_SIZE);
}

int mem_max_areas = 65530;

bool mem_areas_full(const struct vm *vm)
{
	return vm->as.area_count >= (size_t)__atomic_load_n(&mem_max_areas, __ATOMIC_RELAXED);
}

/* One area, or part of it. */
static int populate_area(struct vm *vm, vaddr_t va, size_t size, unsigned access)
{
	int err = 0;

	while (size > 0 && !err) {
		size_t piece = size < PAGE_SIZE_2M ? size : PAGE_SIZE_2M;

		vm_lock(vm);
		err = aspace_populate_area(&vm->as, va, piece, access);
		vm_unlock(vm);
		va += piece;
		size -= piece;
		if (!err && sched_point())
			err = -EINTR;
	}
	return err;
}

/* access 0: what the area allows. Somebody who changes areas meanwhile gets what there is. */
int mem_populate_for(struct vm *vm, vaddr_t va, size_t size, unsigned access)
{
	vaddr_t end = va + size;
	struct area_info info;
	int err = 0;

	for (; !err && va < end; va = info.end) {
		unsigned use = access;
		bool mapped;

		vm_lock(vm);
		mapped = aspace_next_area(&vm->as, va, &info) && info.start <= va;
		vm_unlock(vm);
		if (!mapped)
			return -ENOMEM;
		if (!use && info.flags & AS_WRITE && info.sharing == AS_PRIVATE)
			use = AS_WRITE;
		else if (!use)
			use = info.flags & AS_READ ? AS_READ : AS_EXEC;
		err = populate_area(vm, va, (info.end < end ? info.end : end) - va, use);
	}
	return err;
}

int mem_populate(struct vm *vm, vaddr_t va, size_t size)
{
	return mem_populate_for(vm, va, size, 0);
}

/* Does an area go on across va, so that changing one side of it needs a second area? */
static bool cuts_an_area(const struct vm *vm, vaddr_t va, struct area_info *info)
{
	return aspace_next_area(&vm->as, va, info) && info->start < va;
}

int mem_unmap(struct vm *vm, vaddr_t addr, size_t size)
{
	struct area_info info;

	if (aspace_cuts_page(&vm->as, addr, addr + size))
		return -EINVAL;
	if (mem_areas_full(vm) && cuts_an_area(vm, addr, &info) && addr + size < info.end)
		return -ENOMEM;
	return aspace_unmap(&vm->as, addr, size);
}

long sys_munmap(vaddr_t addr, size_t len)
{
	struct vm *vm = current->vm;
	size_t size = align_up(len, PAGE_SIZE);
	long err;

	if (!is_aligned(addr, PAGE_SIZE) || len > USER_END || addr > USER_END - len || size == 0)
		return -EINVAL;
	if (addr < USER_BASE) {		/* page zero is a hole */
		size -= size < USER_BASE - addr ? size : USER_BASE - addr;
		addr = USER_BASE;
		if (size == 0)
			return 0;
	}
	vm_lock(vm);
	err = mem_unmap(vm, addr, size);
	vm_unlock(vm);
	return err;
}

/* PROT_GROWSDOWN: the change reaches down to the start of a stack-like area. */
static int reach_down(struct vm *vm, vaddr_t *addr, size_t *size)
{
	struct area_info info;

	if (!aspace_next_area(&vm->as, *addr, &info) || info.start >= *addr + *size)
		return -ENOMEM;
	if (!(info.flags & AS_GROWSDOWN))
		return -EINVAL;
	if (info.start < *addr) {
		*size += *addr - info.start;
		*addr = info.start;
	}
	return 0;
}

/* RLIMIT_DATA counts what can be written: would all of the range be too much? */
static bool becomes_too_much_data(const struct vm *vm, vaddr_t start, vaddr_t end)
{
	struct area_info info = { .end = start };
	size_t more = 0;

	if (limit_get(RLIMIT_DATA) == RLIM_INFINITY)
		return false;
	while (aspace_next_area(&vm->as, info.end, &info) && info.start < end) {
		if (!is_data(info.flags, info.sharing) && is_data(info.flags | AS_WRITE, info.sharing))
			more += (info.end < end ? info.end : end) -
				(info.start > start ? info.start : start);
	}
	return more && data_bytes(vm) + more > align_down(limit_get(RLIMIT_DATA), PAGE_SIZE);
}

static int protect_locked(struct vm *vm, vaddr_t addr, size_t size, unsigned long prot)
{
	struct area_info info;
	size_t inside = size;
	int err;

	if (prot & PROT_GROWSDOWN) {
		err = reach_down(vm, &addr, &inside);
		if (err)
			return err;
		size = inside;
	}
	if (addr < USER_BASE || addr >= USER_END)
		return -ENOMEM;
	if (inside > USER_END - addr)
		inside = USER_END - addr;
	if (aspace_cuts_page(&vm->as, addr, addr + inside))
		return -EINVAL;
	if (prot & PROT_WRITE && becomes_too_much_data(vm, addr, addr + inside))
		return -ENOMEM;
	if (mem_areas_full(vm) && (cuts_an_area(vm, addr, &info) ||
				   cuts_an_area(vm, addr + inside, &info)))
		return -ENOMEM;
	err = aspace_protect(&vm->as, addr, inside, prot & AS_RWX);
	return !err && inside < size ? -ENOMEM : err;
}

long sys_mprotect(vaddr_t addr, size_t len, unsigned long prot)
{
	unsigned long grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
	struct vm *vm = current->vm;
	size_t size = align_up(len, PAGE_SIZE);
	long err;

	if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || !is_aligned(addr, PAGE_SIZE))
		return -EINVAL;
	if (len == 0)
		return 0;
	if (addr + size <= addr)
		return -ENOMEM;
	if (prot & ~grows & ~(unsigned long)PROT_KNOWN)
		return -EINVAL;
	if (grows & PROT_GROWSUP)
		return -EINVAL;		/* there are no such areas */
	vm_lock(vm);
	err = protect_locked(vm, addr, size, prot);
	vm_unlock(vm);
	return err;
}

/* The heap is one private area that grows and shrinks at its end. */
static int set_brk(struct vm *vm, vaddr_t new)
{
	vaddr_t old_end = align_up(vm->brk, PAGE_SIZE);
	vaddr_t new_end = align_up(new, PAGE_SIZE);
	struct area_info info;
	vaddr_t found;
	int err = 0;

	if (new < vm->brk_start || new > USER_END - PAGE_SIZE ||
	    new - vm->brk_start + vm->data_size > limit_get(RLIMIT_DATA))
		return -ENOMEM;
	if (new_end < old_end) {
		/* Linux does not give back what the program has unmapped by itself. */
		if (!aspace_next_area(&vm->as, new_end, &info) || info.start >= old_end)
			return -ENOMEM;
		err = aspace_unmap(&vm->as, new_end, old_end - new_end);
	}
	if (new_end > old_end) {
		size_t size = new_end - old_end;

		/* One page beyond stays free, so that the heap never touches its neighbour. */
		if (mem_would_overcommit(size) || mem_areas_full(vm) ||
		    mem_beyond_limits(vm, size, AS_WRITE, AS_PRIVATE) ||
		    aspace_find_free_area(&vm->as, old_end, size + PAGE_SIZE, old_end,
					  new_end + PAGE_SIZE, PAGE_SIZE, &found))
			return -ENOMEM;
		err = aspace_map_alloc(&vm->as, old_end, size, AS_READ | AS_WRITE | AS_USER,
				       AS_LAZY, PAGE_SIZE);
	}
	if (!err)
		vm->brk = new;
	return err;
}

/* Never an error: the break as it is afterwards. */
long sys_brk(vaddr_t new)
{
	struct vm *vm = current->vm;
	vaddr_t old, brk;

	vm_lock(vm);
	old = align_up(vm->brk, PAGE_SIZE);
	set_brk(vm, new);
	brk = vm->brk;
	vm_unlock(vm);
	if (vm->fill_new && brk > old)
		mem_populate(vm, old, align_up(brk, PAGE_SIZE) - old);
	return brk;
}

long sys_riscv_flush_icache(void)
{
	harts_sync_icache();
	return 0;
}
