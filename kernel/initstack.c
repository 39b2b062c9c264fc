/*
 * initstack.c - what a new program finds on its stack, laid out as Linux does:
 *
 *	sp	argc | argv... NULL | envp... NULL | auxv... AT_NULL	16-aligned
 *		16 random bytes
 *		argv strings, envp strings, path
 *	top	8 bytes of zero
 */
#include "kernel/initstack.h"

#include "kernel/abi.h"
#include "kernel/elf.h"
#include "kernel/elfload.h"
#include "kernel/ids.h"
#include "kernel/random.h"
#include "kernel/sigframe.h"
#include "kernel/string.h"
#include "kernel/strings.h"
#include "kernel/vm.h"
#include "mm/slab.h"

#define STACK_SPARE	(128ul << 10)	/* mapped below the arguments from the start */
#define AUX_ENTRIES	20
#define HWCAP		0x112d	/* bit per letter: I, M, A, F, D, C */

static uint64_t *put_pointers(uint64_t *p, const struct strings *s, vaddr_t va)
{
	const char *string = s->buf;

	for (size_t i = 0; i < s->count; i++) {
		*p++ = va + (string - s->buf);
		string += strlen(string) + 1;
	}
	*p++ = 0;
	return p;
}

static uint64_t *put_auxv(uint64_t *p, const struct initstack *s, vaddr_t random, vaddr_t path)
{
	const uint64_t aux[][2] = {
		{ AT_HWCAP, HWCAP },
		{ AT_PAGESZ, PAGE_SIZE },
		{ AT_CLKTCK, 100 },
		{ AT_PHDR, s->program->phdr },
		{ AT_PHENT, sizeof(struct elf_segment) },
		{ AT_PHNUM, s->program->phnum },
		{ AT_BASE, s->interp->bias },
		{ AT_FLAGS, 0 },
		{ AT_ENTRY, s->program->entry },
		{ AT_UID, s->ids->user.real },
		{ AT_EUID, s->ids->user.effective },
		{ AT_GID, s->ids->group.real },
		{ AT_EGID, s->ids->group.effective },
		{ AT_SECURE, 0 },
		{ AT_RANDOM, random },
		{ AT_EXECFN, path },
		{ AT_NULL, 0 },
	};

	_Static_assert(sizeof(aux) / sizeof(aux[0]) <= AUX_ENTRIES, "AUX_ENTRIES");
	memcpy(p, aux, sizeof(aux));
	return p + sizeof(aux) / sizeof(uint64_t);
}

static int write_strings(struct vm *vm, const struct initstack *s, vaddr_t va, vaddr_t random)
{
	struct aspace *as = &vm->as;
	uint8_t bytes[16];
	size_t done;
	int err;

	random_bytes(bytes, sizeof(bytes));
	err = aspace_write(as, random, bytes, sizeof(bytes), &done);
	if (!err)
		err = aspace_write(as, va, s->args->buf, s->args->used, &done);
	if (!err)
		err = aspace_write(as, va + s->args->used, s->envs->buf, s->envs->used, &done);
	if (!err)
		err = aspace_write(as, va + s->args->used + s->envs->used, s->path,
				   strlen(s->path) + 1, &done);
	return err;
}

/* Map the stack: what is in use from sp on, and some more as far as the limit goes. */
static int map_stack(struct vm *vm, const struct initstack *s, vaddr_t sp)
{
	unsigned flags = AS_READ | AS_WRITE | AS_USER | AS_GROWSDOWN;
	vaddr_t start = align_down(sp, PAGE_SIZE), most = align_down(s->limit, PAGE_SIZE);
	size_t size = USER_STACK_TOP - start;
	int err;

	if (size < most)
		size = most - size < STACK_SPARE ? most : size + STACK_SPARE;
	if (s->program->exec_stack)
		flags |= AS_EXEC;
	err = aspace_map_alloc(&vm->as, USER_STACK_TOP - size, size, flags, AS_LAZY, PAGE_SIZE);
	return err == -EEXIST ? -ENOEXEC : err;	/* a segment where the stack must be */
}

int initstack_build(struct vm *vm, const struct initstack *s, vaddr_t *sp_out)
{
	size_t strings = s->args->used + s->envs->used;
	size_t words = 1 + s->args->count + 1 + s->envs->count + 1 + 2 * AUX_ENTRIES;
	vaddr_t va = USER_STACK_TOP - 8 - (strlen(s->path) + 1) - strings;
	vaddr_t random = align_down(va - 16, 16);
	vaddr_t sp = align_down(random - words * 8, 16);
	uint64_t *table, *p;
	size_t done;
	int err;

	table = kmalloc(words * 8);
	if (!table)
		return -ENOMEM;
	p = table;
	*p++ = s->args->count;
	p = put_pointers(p, s->args, va);
	p = put_pointers(p, s->envs, va + s->args->used);
	p = put_auxv(p, s, random, va + strings);

	vm_lock(vm);
	err = map_stack(vm, s, sp);
	if (!err)
		err = sigframe_map(&vm->as);
	if (!err)
		err = write_strings(vm, s, va, random);
	if (!err)
		err = aspace_write(&vm->as, sp, table, (p - table) * 8, &done);
	vm_unlock(vm);
	kfree(table);
	*sp_out = sp;
	vm->arg_start = va;
	vm->arg_end = va + s->args->used;
	vm->env_end = va + strings;
	vm->stack_start = sp;
	return err;
}
