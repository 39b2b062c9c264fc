/*
 * sys_mem.c - the memory calls: Linux's checks in Linux's order, then one mm operation each.
 *
 * mmap is in sys_mmap.c, mremap in sys_mremap.c.
 */
#include "kernel/sys_mem.h"

#include "kernel/abi.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"
#include "kernel/vm.h"
#include "mm/frame.h"

#define PROT_KNOWN	(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM)

bool mem_would_overcommit(size_t size)
{
	return size >> PAGE_SHIFT > frame_total();
}

bool mem_areas_full(const struct vm *vm)
{
	return vm->as.area_count >= MAX_AREAS;
}

int mem_populate(struct vm *vm, vaddr_t va, size_t size, unsigned access)
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

/* Does an area go on across va, so that changing one side of it needs a second area? */
static bool cuts_an_area(const struct vm *vm, vaddr_t va, struct area_info *info)
{
	return aspace_next_area(&vm->as, va, info) && info->start < va;
}

/* Huge pages are given back and protected whole: is an end of the range inside one? */
static bool cuts_a_huge_page(const struct vm *vm, vaddr_t start, vaddr_t end)
{
	struct area_info info;

	return (cuts_an_area(vm, start, &info) && !is_aligned(start, info.page_size)) ||
	       (cuts_an_area(vm, end, &info) && !is_aligned(end, info.page_size));
}

static int unmap_locked(struct vm *vm, vaddr_t addr, size_t size)
{
	struct area_info info;

	if (cuts_a_huge_page(vm, addr, addr + size))
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
	err = unmap_locked(vm, addr, size);
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
	if (cuts_a_huge_page(vm, addr, addr + inside))
		return -EINVAL;
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
	vaddr_t found;
	int err = 0;

	if (new < vm->brk_start || new > USER_END - PAGE_SIZE)
		return -ENOMEM;
	if (new_end < old_end)
		err = aspace_unmap(&vm->as, new_end, old_end - new_end);
	if (new_end > old_end) {
		size_t size = new_end - old_end;

		/* One page beyond stays free, so that the heap never touches its neighbour. */
		if (mem_would_overcommit(size) || mem_areas_full(vm) ||
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
	vaddr_t brk;

	vm_lock(vm);
	set_brk(vm, new);
	brk = vm->brk;
	vm_unlock(vm);
	return brk;
}

/* ---- madvise ---- */

static bool is_private_anonymous(const struct area_info *info)
{
	return info->sharing == AS_PRIVATE && !info->pc;
}

/* Does any area in the range keep the advice from being taken? */
static bool refuses(const struct vm *vm, vaddr_t va, vaddr_t end, int advice)
{
	struct area_info info;

	if (advice != MADV_FREE && advice != MADV_WIPEONFORK)
		return false;
	for (; aspace_next_area(&vm->as, va, &info) && info.start < end; va = info.end) {
		if (!is_private_anonymous(&info))
			return true;
	}
	return false;
}

static int advise(struct vm *vm, vaddr_t va, size_t size, int advice)
{
	struct aspace *as = &vm->as;

	if (refuses(vm, va, va + size, advice))
		return -EINVAL;
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
	case MADV_REMOVE:
	case MADV_MERGEABLE:
	case MADV_UNMERGEABLE:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_COLLAPSE:
		return false;		/* as a Linux built without them */
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
		err = mem_populate(vm, addr, size,
				   (int)advice == MADV_POPULATE_READ ? AS_READ : AS_WRITE);
		err = err == -EACCES ? -EINVAL : err;
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

long sys_riscv_flush_icache(void)
{
	harts_sync_icache();
	return 0;
}
