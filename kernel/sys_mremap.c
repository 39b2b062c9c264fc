/*
 * sys_mremap.c - mremap: shrink, grow in place, or move.
 */
#include "kernel/sys_mem.h"

#include "kernel/abi.h"
#include "kernel/task.h"
#include "kernel/vm.h"

#define KNOWN	(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)

struct move {
	vaddr_t old;
	size_t old_size;
	size_t new_size;
	unsigned long flags;
	vaddr_t new;			/* for MREMAP_FIXED, and the answer */
};

static int check(const struct move *m)
{
	if (m->flags & ~(unsigned long)KNOWN || !is_aligned(m->old, PAGE_SIZE) ||
	    m->new_size == 0 || m->new_size > USER_END)
		return -EINVAL;
	if ((m->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && !(m->flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if ((m->flags & MREMAP_DONTUNMAP) && m->old_size != m->new_size)
		return -EINVAL;
	if (!(m->flags & MREMAP_FIXED))
		return 0;
	if (!is_aligned(m->new, PAGE_SIZE) || m->new > USER_END - m->new_size)
		return -EINVAL;
	if (m->old < m->new + m->new_size && m->new < m->old + m->old_size)
		return -EINVAL;
	return m->new < USER_BASE ? -EPERM : 0;
}

/* The area of the old range, and may it be resized or moved so? */
static int check_area(struct vm *vm, const struct move *m, struct area_info *info)
{
	if (!aspace_next_area(&vm->as, m->old, info) || info->start > m->old)
		return -EFAULT;
	if (m->old_size == 0 && (info->sharing != AS_SHARED))
		return -EINVAL;
	if (m->old_size > info->end - m->old)
		return -EFAULT;
	if (info->page_size != PAGE_SIZE && !(is_aligned(m->old, info->page_size) &&
	    is_aligned(m->old_size, info->page_size) && is_aligned(m->new_size, info->page_size)))
		return -EINVAL;
	if (m->flags & MREMAP_DONTUNMAP && mem_beyond_limits(vm, m->old_size, info->flags,
							     info->sharing))
		return -ENOMEM;
	if (m->new_size > m->old_size &&
	    mem_beyond_limits(vm, m->new_size - m->old_size, info->flags, info->sharing))
		return -ENOMEM;
	if (m->new_size > m->old_size && mem_would_overcommit(m->new_size - m->old_size) &&
	    !(info->flags & AS_NORESERVE) && (info->flags & AS_WRITE))
		return -ENOMEM;
	return 0;
}

/* Is there room to grow behind the old range, which must be the end of its area? */
static bool can_grow(struct vm *vm, const struct move *m, const struct area_info *info)
{
	vaddr_t end = m->old + m->old_size;
	size_t more = m->new_size - m->old_size;
	vaddr_t found;

	return m->old_size > 0 && end == info->end && more <= USER_END - end &&
	       aspace_find_free_area(&vm->as, end, more, end, end + more, PAGE_SIZE, &found) == 0;
}

static int remap_locked(struct vm *vm, struct move *m)
{
	enum aspace_move how = m->flags & MREMAP_DONTUNMAP ? AS_MOVE_KEEP_OLD : AS_MOVE;
	struct area_info info;
	int err;

	if (!(m->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && m->new_size <= m->old_size &&
	    m->old_size > 0) {
		m->new = m->old;	/* Linux does this before it looks for one whole area */
		if (!aspace_next_area(&vm->as, m->old, &info) || info.start > m->old)
			return -EFAULT;
		if (!is_aligned(m->old | m->new_size | m->old_size, info.page_size))
			return -EINVAL;
		return m->new_size == m->old_size ? 0 :
			mem_unmap(vm, m->old + m->new_size, m->old_size - m->new_size);
	}
	err = check_area(vm, m, &info);
	if (err)
		return err;
	if (mem_areas_full(vm))
		return -ENOMEM;
	if (!(m->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && can_grow(vm, m, &info)) {
		m->new = m->old;
	} else if (!(m->flags & MREMAP_MAYMOVE)) {
		return -ENOMEM;
	} else if (!(m->flags & MREMAP_FIXED)) {
		err = aspace_find_free_area_topdown(&vm->as, m->new_size, USER_BASE, vm->mmap_top,
						    info.page_size, &m->new);
		if (err)
			return err;
	}
	return aspace_remap(&vm->as, m->old, m->old_size, m->new, m->new_size, how);
}

long sys_mremap(vaddr_t old, size_t old_len, size_t new_len, unsigned long flags, vaddr_t new)
{
	struct move m = { .old = old, .old_size = align_up(old_len, PAGE_SIZE),
			  .new_size = align_up(new_len, PAGE_SIZE), .flags = flags, .new = new };
	int err = check(&m);

	if (err)
		return err;
	vm_lock(current->vm);
	err = remap_locked(current->vm, &m);
	vm_unlock(current->vm);
	return err ? err : (long)m.new;
}
