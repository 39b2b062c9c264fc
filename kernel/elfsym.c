/*
 * elfsym.c - names for addresses in user programs, read from the program's own symbol table each
 * time: it serves fault records, not hot paths.
 */
#include "kernel/elfsym.h"

#include "kernel/elf.h"
#include "kernel/fs/vfs.h"
#include "kernel/print.h"
#include "kernel/string.h"
#include "kernel/vm.h"

#define BATCH	16
#define TABLE_MAX	(1ul << 20)	/* bytes of a symbol table that are looked at */

static bool read_at(struct file *file, void *buf, size_t size, uint64_t offset)
{
	return file_read_kernel(file, buf, size, offset) == (long)size;
}

static bool find_symtab(struct file *file, struct elf_section *symtab, struct elf_section *strtab)
{
	struct elf_header h;

	if (!read_at(file, &h, sizeof(h), 0) || h.shentsize != sizeof(struct elf_section))
		return false;
	for (unsigned i = 0; i < h.shnum; i++) {
		if (!read_at(file, symtab, sizeof(*symtab), h.shoff + i * sizeof(*symtab)))
			return false;
		if (symtab->type == ELF_SHT_SYMTAB)
			return symtab->link < h.shnum &&
			       read_at(file, strtab, sizeof(*strtab),
				       h.shoff + symtab->link * sizeof(*strtab));
	}
	return false;
}

/* The function with the highest start at or below pc. */
static bool find_function(struct file *file, const struct elf_section *symtab, vaddr_t pc,
			  struct elf_symbol *best)
{
	struct elf_symbol batch[BATCH];
	uint64_t table_size = symtab->size < TABLE_MAX ? symtab->size : TABLE_MAX;
	bool found = false;

	for (uint64_t at = 0; at < table_size; at += sizeof(batch)) {
		long n = file_read_kernel(file, batch, sizeof(batch), symtab->offset + at);

		if (n <= 0)
			break;
		if ((uint64_t)n > table_size - at)
			n = table_size - at;
		for (size_t i = 0; i < n / sizeof(batch[0]); i++) {
			const struct elf_symbol *s = &batch[i];

			if ((s->info & 15) != ELF_STT_FUNC || s->value > pc)
				continue;
			if (!found || s->value > best->value)
				*best = *s;
			found = true;
		}
	}
	return found;
}

void elfsym_name(struct vm *vm, vaddr_t pc, char *buf, size_t size)
{
	struct elf_section symtab, strtab;
	struct elf_symbol symbol;
	char name[40];
	long n;

	strcopy(buf, "?", size);
	if (!vm->exe || !find_symtab(vm->exe, &symtab, &strtab) ||
	    !find_function(vm->exe, &symtab, pc - vm->exe_bias, &symbol))
		return;
	n = file_read_kernel(vm->exe, name, sizeof(name) - 1, strtab.offset + symbol.name);
	if (n <= 0 || pc - vm->exe_bias - symbol.value > symbol.size)
		return;
	name[n] = '\0';
	snprintf(buf, size, "%s+%#lx", name, pc - vm->exe_bias - symbol.value);
}
