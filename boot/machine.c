/*
 * machine.c - the description of the machine; stays when boot is gone.
 */
#include "boot/fdt.h"

struct machine machine;

bool machine_is_ram(const struct machine *m, paddr_t start, paddr_t end)
{
	for (unsigned i = 0; i < m->ram_count; i++)
		if (start >= m->ram[i].start && start <= end && end <= m->ram[i].end)
			return true;
	return false;
}

const char *machine_bootarg(const char *name, size_t *size)
{
	const char *p = machine.bootargs, *found = NULL;

	while (*p) {
		size_t i = 0;

		while (*p == ' ')
			p++;
		while (name[i] && p[i] == name[i])
			i++;
		if (!name[i] && (p[i] == '=' || p[i] == ' ' || !p[i])) {
			found = p + i + (p[i] == '=');
			for (*size = 0; found[*size] && found[*size] != ' ' && p[i] == '=';)
				++*size;
		}
		while (*p && *p != ' ')
			p++;
	}
	return found;
}
