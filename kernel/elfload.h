/*
 * elfload.h - put a program's segments into an address space.
 */
#pragma once

#include "mm/types.h"

struct file;
struct vm;

struct elf_image {
	vaddr_t bias;		/* added to the file's addresses; 0 for ET_EXEC */
	vaddr_t entry;
	vaddr_t phdr;		/* where the program headers lie in memory, 0 if they do not */
	uint16_t phnum;
	vaddr_t end;		/* one past the last byte of the highest segment */
	size_t data_size;	/* bytes of data in the file, for RLIMIT_DATA */
	bool exec_stack;	/* it asks for a stack that can be executed */
	char *interp;		/* kmalloc'ed path of the interpreter, or NULL; the caller frees it */
};

enum elf_role { ELF_PROGRAM, ELF_INTERPRETER };

/*
 * Map the segments of `file` into vm (nobody runs on it yet): text and data straight from the file
 * on demand, bss zeroed. => 0; -ENOEXEC (of an interpreter -ELIBBAD) for anything that is not a
 * sound RISC-V ELF-64 program; -ENOMEM. On error vm may hold some of it: throw it away.
 */
int elf_load(struct vm *vm, struct file *file, enum elf_role role, struct elf_image *image);
