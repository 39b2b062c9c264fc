/*
 * sys_mem.h - what the files of the memory calls share.
 */
#pragma once

#include "mm/types.h"

struct vm;

#define MAX_AREAS	65530	/* per address space, as Linux's vm.max_map_count */

/* More than all of RAM at once is refused (Linux's heuristic overcommit). */
bool mem_would_overcommit(size_t size);
bool mem_areas_full(const struct vm *vm);

/* aspace_populate_area piece by piece, so that others run in between and a fatal signal ends it
 * (-EINTR). The vm lock is not held. */
int mem_populate(struct vm *vm, vaddr_t va, size_t size, unsigned access);
