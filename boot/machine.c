/*
 * machine.c - the description of the machine; stays when boot is gone.
 */
#include "boot/fdt.h"
#include "kernel/string.h"

struct machine machine;

bool machine_is_ram(const struct machine *m, paddr_t start, paddr_t end)
{
	for (unsigned i = 0; i < m->ram_count; i++)
		if (start >= m->ram[i].start && start <= end && end <= m->ram[i].end)
			return true;
	return false;
}

bool machine_has_bootarg(const char *word)
{
	size_t len = strlen(word);

	for (const char *p = machine.bootargs; *p; p++) {
		bool starts = p == machine.bootargs || p[-1] == ' ';

		if (starts && !strncmp(p, word, len) && (p[len] == ' ' || !p[len]))
			return true;
	}
	return false;
}
