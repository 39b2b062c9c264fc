/*
 * initstack.h - the stack of a new program.
 */
#pragma once

#include "mm/types.h"

struct elf_image;
struct ids;
struct strings;
struct vm;

struct initstack {
	const struct strings *args, *envs;
	const char *path;			/* AT_EXECFN */
	const struct ids *ids;
	const struct elf_image *program;
	const struct elf_image *interp;		/* entry 0: there is none */
	uint64_t limit;				/* RLIMIT_STACK */
};

/* Map the stack and the signal return page into vm, fill it, and say where sp starts.
 * => 0, -ENOMEM, -ENOEXEC (a segment lies where the stack must be). */
int initstack_build(struct vm *vm, const struct initstack *stack, vaddr_t *sp);
