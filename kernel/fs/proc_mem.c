/*
 * proc_mem.c - the files of /proc/<pid> that show its memory byte by byte, or page by page.
 */
#include "kernel/fs/proc.h"
#include "kernel/vm.h"
#include "mm/slab.h"

#define PAGEMAP_PRESENT		(1ull << 63)
#define PAGEMAP_OF_FILE		(1ull << 61)
#define PAGEMAP_EXCLUSIVE	(1ull << 56)
#define AUXV_MAX		64	/* words that are looked at: twice what exec.c writes */

/* ---- what was started ---- */

/* Bytes of another's memory, as far as they can be read. */
static void add_memory(struct text *text, struct vm *vm, vaddr_t va, vaddr_t end)
{
	char *piece = kmalloc(PAGE_SIZE);
	int err = piece ? 0 : -ENOMEM;

	if (!piece)
		text->err = -ENOMEM;
	while (va < end && !err) {
		size_t n = end - va < PAGE_SIZE ? end - va : PAGE_SIZE, done = 0;

		vm_lock(vm);
		err = aspace_read(&vm->as, va, piece, n, &done);
		vm_unlock(vm);
		text_add(text, piece, done);
		va += done;
	}
	kfree(piece);
}

void proc_fill_cmdline(struct text *text, const struct proc_at *at)
{
	struct vm *vm = task_vm_get(at->task);

	if (vm)
		add_memory(text, vm, vm->arg_start, vm->arg_end);
	vm_put(vm);
}

void proc_fill_environ(struct text *text, const struct proc_at *at)
{
	struct vm *vm = task_vm_get(at->task);

	if (vm)
		add_memory(text, vm, vm->arg_end, vm->env_end);
	vm_put(vm);
}

/* It lies behind argc, argv and envp; the counts come from memory that the program can change. */
void proc_fill_auxv(struct text *text, const struct proc_at *at)
{
	struct vm *vm = task_vm_get(at->task);
	uint64_t word[2] = { 0, 0 };
	unsigned nulls = 0;
	size_t done;
	vaddr_t va;

	if (!vm)
		return;
	vm_lock(vm);
	va = vm->stack_start + 8;
	for (; nulls < 2 && va < vm->stack_top; va += 8) {
		if (aspace_read(&vm->as, va, word, 8, &done))
			break;
		nulls += word[0] == 0;
	}
	for (int i = 0; nulls == 2 && i < AUXV_MAX; i += 2, va += 16) {
		if (aspace_read(&vm->as, va, word, 16, &done))
			break;
		text_add(text, (char *)word, 16);
		if (word[0] == AT_NULL)
			break;
	}
	vm_unlock(vm);
	vm_put(vm);
}

/* ---- mem ---- */

/* The memory that a file of /proc/<pid> is about, with a reference; NULL: there is none. */
static struct vm *vm_of(struct file *file)
{
	struct vm *vm = NULL;
	struct proc_at at;

	if (proc_at_get(file->inode, &at) == 0)
		vm = task_vm_get(at.task);
	proc_at_put(&at);
	return vm;
}

/* At most a page, within one. */
static size_t piece_at(vaddr_t va, size_t left)
{
	size_t n = PAGE_SIZE - va % PAGE_SIZE;

	return n < left ? n : left;
}

/* One piece of mem. => bytes moved, or -errno; the buffer holds a page. */
static long move_piece(struct vm *vm, struct uio *uio, vaddr_t va, char *buf, bool write)
{
	size_t n = piece_at(va, uio->left), done = 0;
	int err;

	if (write) {
		n = uio_take(uio, buf, n);
		if (n == 0)
			return -EFAULT;
		vm_lock(vm);
		err = aspace_write_forced(&vm->as, va, buf, n);
		vm_unlock(vm);
		return err ? -EIO : (long)n;
	}
	vm_lock(vm);
	aspace_read(&vm->as, va, buf, n, &done);
	vm_unlock(vm);
	if (done == 0)
		return -EIO;
	n = uio_put(uio, buf, done);
	return n ? (long)n : -EFAULT;
}

static long move_memory(struct file *file, struct uio *uio, uint64_t *pos, bool write)
{
	struct vm *vm = vm_of(file);
	char *buf = kmalloc(PAGE_SIZE);
	size_t total = 0;
	long n = 0;

	if (!buf)
		n = -ENOMEM;
	while (vm && n >= 0 && uio->left) {
		n = move_piece(vm, uio, *pos, buf, write);
		if (n > 0) {
			*pos += (size_t)n;
			total += (size_t)n;
		}
		if (sched_point())
			break;
	}
	kfree(buf);
	vm_put(vm);
	return total ? (long)total : n;
}

static long mem_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	return move_memory(file, uio, pos, false);
}

static long mem_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	return move_memory(file, uio, pos, true);
}

const struct inode_ops proc_mem_ops = {
	.destroy = proc_destroy, .read = mem_read, .write = mem_write, .path = proc_path,
	.seekable = true,
};

/* ---- pagemap: 64 bits for each page ---- */

static uint64_t pagemap_entry(struct vm *vm, vaddr_t va)
{
	struct page_state page;
	uint64_t entry;

	if (!aspace_page_state(&vm->as, va, &page))
		return 0;
	entry = PAGEMAP_PRESENT | page.pa >> PAGE_SHIFT;
	if (page.of_file)
		entry |= PAGEMAP_OF_FILE;
	if (page.exclusive)
		entry |= PAGEMAP_EXCLUSIVE;
	return entry;
}

static long pagemap_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct vm *vm;
	uint64_t entries[64];
	size_t total = 0, n = 0, moved = 0;

	if (*pos % 8 || uio->left % 8)
		return -EINVAL;
	vm = vm_of(file);
	while (vm && uio->left && moved == n && *pos / 8 < USER_END / PAGE_SIZE) {
		vaddr_t va = *pos / 8 * PAGE_SIZE;

		vm_lock(vm);
		for (n = 0; n < sizeof(entries) && n < uio->left && va < USER_END; n += 8) {
			entries[n / 8] = pagemap_entry(vm, va);
			va += PAGE_SIZE;
		}
		vm_unlock(vm);
		moved = uio_put(uio, entries, n);
		*pos += moved;
		total += moved;
		if (sched_point())
			break;
	}
	vm_put(vm);
	return moved < n && !total ? -EFAULT : (long)total;
}

const struct inode_ops proc_pagemap_ops = {
	.destroy = proc_destroy, .read = pagemap_read, .path = proc_path, .seekable = true,
};
