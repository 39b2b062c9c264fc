/*
 * ksyms.c - looks an address up in the table that scripts/ksyms.py makes and the second link adds.
 */
#include "kernel/ksyms.h"

#include <stddef.h>

/* In .rodata.ksyms. */
extern const uint64_t ksym_count;
extern const uint64_t ksym_addrs[];	/* ascending */
extern const uint32_t ksym_names[];	/* offsets into ksym_strings */
extern const char ksym_strings[];

extern char image_start[], text_end[];

const char *ksym_find(uintptr_t addr, uintptr_t *offset)
{
	size_t low = 0, high = ksym_count;

	if (addr < (uintptr_t)image_start || addr >= (uintptr_t)text_end)
		return NULL;
	/* The answer is the last symbol not above addr: below `high`, not below `low`. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ksym_addrs[middle] <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	*offset = addr - ksym_addrs[low - 1];
	return ksym_strings + ksym_names[low - 1];
}
