/*
 * sys_mem.h - what the files of the memory calls share.
 */
#pragma once

#include "mm/aspace.h"

struct vm;

/* More than all of RAM at once is refused (Linux's heuristic overcommit). */
bool mem_would_overcommit(size_t size);
/* Would `more` bytes go beyond RLIMIT_AS, or RLIMIT_DATA if they are private, writable and no
 * stack? `flags` as for mapping them. */
bool mem_beyond_limits(const struct vm *vm, size_t more, unsigned flags,
		       enum aspace_sharing sharing);
/* Bytes mapped in a range. */
size_t mem_mapped_in(const struct vm *vm, vaddr_t start, vaddr_t end);
extern int mem_max_areas;	/* of a space, vm.max_map_count; atomic */
bool mem_areas_full(const struct vm *vm);
/* munmap; the vm lock is held. -EINVAL: part of a huge page; -ENOMEM: one more area than may be. */
int mem_unmap(struct vm *vm, vaddr_t va, size_t size);

/*
 * Make every page of the range resident, and the process's own where it may be written: piece by
 * piece, so that others run in between and a fatal signal ends it (-EINTR). The vm lock is not held.
 * -ENOMEM: a hole, or no memory; -EACCES: an area that may not be touched so; -EFAULT: a page beyond
 * its file. mem_populate_for does it for one kind of access.
 */
int mem_populate(struct vm *vm, vaddr_t va, size_t size);
int mem_populate_for(struct vm *vm, vaddr_t va, size_t size, unsigned access);
