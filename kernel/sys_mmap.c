/*
 * sys_mmap.c - mmap: what kind of mapping, where, and may it be.
 */
#include "kernel/sys_mem.h"

#include "kernel/abi.h"
#include "kernel/fs/vfs.h"
#include "kernel/task.h"
#include "kernel/vm.h"

/* One mmap call on its way through the checks. */
struct request {
	vaddr_t addr;
	size_t size;			/* rounded up to whole pages */
	unsigned prot;
	unsigned long flags;
	uint64_t offset;
	size_t page_size;
	struct file *file;		/* NULL: anonymous */
	struct pagecache *pc;		/* NULL: private zeroed pages */
	bool shared;
	unsigned max_prot;
	bool counted;			/* as a mapping through which pc may be written */
};

static int huge_page_size(unsigned long flags, size_t *size)
{
	unsigned log = flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK;

	if (log == 0 || log == 21)
		*size = PAGE_SIZE_2M;
	else if (log == 30)
		*size = PAGE_SIZE_1G;
	else
		return -EINVAL;
	return 0;
}

static int check_sizes(struct request *r, size_t len)
{
	if (len == 0)
		return -EINVAL;
	r->size = align_up(len, r->page_size);
	if (r->size == 0 || r->size > USER_END)
		return -ENOMEM;
	if (r->offset + r->size < r->offset)
		return -EOVERFLOW;
	return 0;
}

static bool is_taken(const struct vm *vm, const struct request *r)
{
	struct area_info info;

	return aspace_next_area(&vm->as, r->addr, &info) && info.start < r->addr + r->size;
}

/* Settle r->addr; the vm lock is held. */
static int choose_address(struct vm *vm, struct request *r)
{
	vaddr_t hint = align_down(r->addr, r->page_size);

	if (r->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (r->addr > USER_END - r->size)
			return -ENOMEM;
		if (!is_aligned(r->addr, r->page_size))
			return -EINVAL;
		if (r->addr < USER_BASE)
			return -EPERM;
		return r->flags & MAP_FIXED_NOREPLACE && is_taken(vm, r) ? -EEXIST : 0;
	}
	if (r->addr && hint < USER_BASE)
		hint = USER_BASE;
	if (hint && r->size <= USER_END - hint &&
	    aspace_find_free_area(&vm->as, hint, r->size, hint, hint + r->size, r->page_size,
				  &r->addr) == 0)
		return 0;
	if (aspace_find_free_area_topdown(&vm->as, r->size, USER_BASE, vm->mmap_top, r->page_size,
					  &r->addr) == 0)
		return 0;
	return aspace_find_free_area(&vm->as, 0, r->size, USER_BASE, USER_END, r->page_size,
				     &r->addr);
}

static int check_type(struct request *r)
{
	unsigned type = r->flags & MAP_TYPE;

	if (r->file && file_pagecache(r->file) && r->offset + r->size > INT64_MAX)
		return -EOVERFLOW;
	if (type != MAP_SHARED && type != MAP_PRIVATE &&
	    (type != MAP_SHARED_VALIDATE || !r->file))
		return -EINVAL;
	if (type == MAP_SHARED_VALIDATE) {
		unsigned long known = MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_GROWSDOWN |
			MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE |
			MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB |
			(unsigned long)MAP_HUGE_MASK << MAP_HUGE_SHIFT;

		if (r->flags & ~known)
			return -EOPNOTSUPP;
	}
	r->shared = type != MAP_PRIVATE;
	r->max_prot = AS_RWX;
	return 0;
}

static int check_file(struct request *r)
{
	unsigned flags = file_flags(r->file);
	unsigned mode = flags & O_ACCMODE;

	if (r->shared && mode != O_RDWR) {
		if (r->prot & PROT_WRITE)
			return -EACCES;
		r->max_prot &= ~AS_WRITE;
	}
	if (mode == O_WRONLY)
		return -EACCES;
	if (file_is_zero_device(r->file))
		return 0;
	if (r->flags & MAP_HUGETLB)
		return -EINVAL;
	r->pc = file_pagecache(r->file);
	if (!r->pc)
		return -ENODEV;
	if (!r->shared || !(r->max_prot & AS_WRITE))
		return 0;
	r->counted = pagecache_allow_writable(r->pc);
	if (r->counted)
		return 0;
	r->max_prot &= ~AS_WRITE;	/* sealed */
	return r->prot & PROT_WRITE ? -EPERM : 0;
}

static int map(struct vm *vm, struct request *r)
{
	unsigned flags = (r->prot & AS_RWX) | AS_MAX(r->max_prot) | AS_USER;
	struct pagecache *memory = NULL;	/* of a shared anonymous mapping */
	size_t replaced;
	int err;

	if (r->flags & MAP_FIXED && !(r->flags & MAP_FIXED_NOREPLACE))
		flags |= AS_REPLACE;
	if (r->flags & MAP_GROWSDOWN && !r->shared && !r->pc && r->page_size == PAGE_SIZE)
		flags |= AS_GROWSDOWN;
	replaced = flags & AS_REPLACE ? mem_mapped_in(vm, r->addr, r->addr + r->size) : 0;
	if (mem_beyond_limits(vm, r->size - replaced, flags, r->shared ? AS_SHARED : AS_PRIVATE))
		return -ENOMEM;
	if (r->flags & MAP_NORESERVE)
		flags |= AS_NORESERVE;
	else if (!r->pc && (r->shared || (r->prot & PROT_WRITE)) && mem_would_overcommit(r->size))
		return -ENOMEM;
	if (!r->pc && !r->shared)
		return aspace_map_alloc(&vm->as, r->addr, r->size, flags, AS_LAZY, r->page_size);
	if (!r->pc) {
		err = pagecache_create(r->size, &memory);
		if (err)
			return err;
		r->pc = memory;
		r->offset = 0;
	}
	err = aspace_map_file(&vm->as, r->addr, r->size, flags, r->pc, r->offset,
			      r->shared ? AS_SHARED : AS_PRIVATE);
	if (memory)
		pagecache_put(memory);
	return err;
}

static long mmap_locked(struct vm *vm, struct request *r)
{
	int err;

	if (mem_areas_full(vm))
		return -ENOMEM;
	err = choose_address(vm, r);
	if (!err)
		err = check_type(r);
	if (!err && r->file)
		err = check_file(r);
	if (!err)
		err = map(vm, r);
	if (r->counted)			/* the area counts by itself now */
		pagecache_end_writable(r->pc);
	return err ? err : (long)r->addr;
}

/* What is asked for now rather than on the first access; errors are no concern of mmap's. */
static void populate(struct vm *vm, const struct request *r)
{
	if ((r->flags & (MAP_POPULATE | MAP_LOCKED) || vm->fill_new) && r->prot)
		mem_populate(vm, r->addr, r->size);
}

long sys_mmap(vaddr_t addr, size_t len, unsigned long prot, unsigned long flags, long fd,
	      uint64_t offset)
{
	struct request r = { .addr = addr, .prot = prot, .flags = flags, .offset = offset,
			     .page_size = PAGE_SIZE };
	long ret = 0;

	if (!is_aligned(offset, PAGE_SIZE))
		return -EINVAL;
	if (!(flags & MAP_ANONYMOUS)) {
		r.file = file_get((int)fd);
		if (!r.file)
			return -EBADF;
	} else if (flags & MAP_HUGETLB) {
		ret = huge_page_size(flags, &r.page_size);
		if (!ret && (flags & MAP_TYPE) != MAP_PRIVATE)
			r.page_size = PAGE_SIZE;	/* shared memory is made of small pages */
	}
	if (!ret)
		ret = check_sizes(&r, len);
	if (!ret) {
		vm_lock(current->vm);
		ret = mmap_locked(current->vm, &r);
		vm_unlock(current->vm);
		if (ret > 0)
			populate(current->vm, &r);
	}
	file_put(r.file);
	return ret;
}
