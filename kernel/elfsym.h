/*
 * elfsym.h - names for addresses in user programs.
 */
#pragma once

#include "mm/types.h"

struct vm;

/* "function+0x12" from the symbol table of the program's file, or "?" when it has none. */
void elfsym_name(struct vm *vm, vaddr_t pc, char *buf, size_t size);
