/*
 * elf.h - the ELF-64 file format, as far as loading and naming need it (System V gABI, chapter 4).
 */
#pragma once

#include <stdint.h>

#define ELF_MAGIC	0x464c457f	/* 7f 'E' 'L' 'F', little endian */
#define ELF_CLASS_64	2
#define ELF_DATA_LSB	1
#define ELF_TYPE_EXEC	2
#define ELF_TYPE_DYN	3
#define ELF_RISCV	243

struct elf_header {
	uint32_t magic;
	uint8_t class, data, version, abi;
	uint8_t pad[8];
	uint16_t type;
	uint16_t machine;
	uint32_t format;
	uint64_t entry;
	uint64_t phoff;
	uint64_t shoff;
	uint32_t flags;
	uint16_t ehsize;
	uint16_t phentsize;
	uint16_t phnum;
	uint16_t shentsize;
	uint16_t shnum;
	uint16_t shstrndx;
};

#define ELF_PT_LOAD	1
#define ELF_PT_INTERP	3
#define ELF_PT_GNU_STACK 0x6474e551
#define ELF_PF_X	1
#define ELF_PF_W	2
#define ELF_PF_R	4

struct elf_segment {		/* a program header */
	uint32_t type;
	uint32_t flags;
	uint64_t offset;
	uint64_t vaddr;
	uint64_t paddr;
	uint64_t filesz;
	uint64_t memsz;
	uint64_t align;
};

#define ELF_SHT_SYMTAB	2

struct elf_section {
	uint32_t name;
	uint32_t type;
	uint64_t flags;
	uint64_t addr;
	uint64_t offset;
	uint64_t size;
	uint32_t link;
	uint32_t info;
	uint64_t align;
	uint64_t entsize;
};

#define ELF_STT_FUNC	2

struct elf_symbol {
	uint32_t name;
	uint8_t info;		/* low 4 bits: type */
	uint8_t other;
	uint16_t section;
	uint64_t value;
	uint64_t size;
};
