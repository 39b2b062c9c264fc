/*
 * elfload.c - put a program's segments into an address space.
 *
 * Everything the file says is checked before it is used. A segment is mapped from the page cache,
 * private: text is shared by all who run it, data is copied when written.
 */
#include "kernel/elfload.h"

#include "kernel/abi.h"
#include "kernel/elf.h"
#include "kernel/fs/vfs.h"
#include "kernel/sys_mem.h"
#include "kernel/vm.h"
#include "mm/slab.h"

#define MAX_SEGMENTS	(65536 / sizeof(struct elf_segment))	/* as Linux */
#define PIE_BASE	0x2aaaaaa000	/* two thirds up the user half, as Linux */
#define INTERP_MAX	4096

/* One file on its way in. */
struct load {
	struct vm *vm;
	struct file *file;
	uint64_t file_size;
	struct elf_header header;
	struct elf_segment *segments;	/* kmalloc'ed */
	vaddr_t low, high;		/* [low, high): all PT_LOADs, before the bias */
	size_t align;			/* the largest that one of them asks for */
};

static int read_exactly(struct file *file, void *buf, size_t size, uint64_t offset)
{
	long n = file_read_kernel(file, buf, size, offset);

	if (n < 0)
		return n;
	return (size_t)n == size ? 0 : -ENOEXEC;
}

static int read_headers(struct load *l)
{
	struct elf_header *h = &l->header;
	int err = read_exactly(l->file, h, sizeof(*h), 0);

	if (err)
		return err;
	if (h->magic != ELF_MAGIC || h->class != ELF_CLASS_64 || h->data != ELF_DATA_LSB ||
	    h->machine != ELF_RISCV || (h->type != ELF_TYPE_EXEC && h->type != ELF_TYPE_DYN) ||
	    h->phentsize != sizeof(struct elf_segment) || h->phnum == 0 || h->phnum > MAX_SEGMENTS)
		return -ENOEXEC;
	l->segments = kmalloc(h->phnum * sizeof(struct elf_segment));
	if (!l->segments)
		return -ENOMEM;
	return read_exactly(l->file, l->segments, h->phnum * sizeof(struct elf_segment), h->phoff);
}

static bool is_loaded(const struct elf_segment *s)
{
	return s->type == ELF_PT_LOAD && s->memsz > 0;
}

/* In the user half; what it takes from the file is there, and congruent modulo the page size. */
static bool is_sound(const struct load *l, const struct elf_segment *s)
{
	if (s->filesz > s->memsz || s->memsz > USER_END || s->vaddr > USER_END - s->memsz)
		return false;
	return s->filesz == 0 || (s->offset <= l->file_size &&
				  s->filesz <= l->file_size - s->offset &&
				  ((s->vaddr ^ s->offset) & (PAGE_SIZE - 1)) == 0);
}

/* In any order; of two that share a page the later one's shows, as with Linux. */
static int check_segments(struct load *l)
{
	l->low = USER_END;
	l->align = PAGE_SIZE;
	for (int i = 0; i < l->header.phnum; i++) {
		const struct elf_segment *s = &l->segments[i];

		if (!is_loaded(s))
			continue;
		if (!is_sound(l, s))
			return -ENOEXEC;
		if (align_down(s->vaddr, PAGE_SIZE) < l->low)
			l->low = align_down(s->vaddr, PAGE_SIZE);
		if (align_up(s->vaddr + s->memsz, PAGE_SIZE) > l->high)
			l->high = align_up(s->vaddr + s->memsz, PAGE_SIZE);
		if ((s->align & (s->align - 1)) == 0 && s->align > l->align)
			l->align = s->align;
	}
	return l->high > l->low ? 0 : -ENOEXEC;
}

/* A position independent program has a place of its own, its interpreter goes where mmap would. */
static int choose_bias(struct load *l, enum elf_role role, vaddr_t *bias)
{
	size_t size = l->high - l->low;
	vaddr_t start;
	int err;

	*bias = 0;
	if (l->header.type == ELF_TYPE_EXEC)
		return l->low < USER_BASE ? -ENOEXEC : 0;
	if (role == ELF_PROGRAM) {
		*bias = align_down(PIE_BASE, l->align) - align_down(l->low, l->align);
		start = l->low + *bias;
		return start >= USER_BASE && start <= USER_END && size <= USER_END - start ?
			0 : -ENOEXEC;
	}
	err = aspace_find_free_area_topdown(&l->vm->as, size, USER_BASE, l->vm->mmap_top,
					    PAGE_SIZE, &start);
	*bias = start - l->low;
	return err;
}

static unsigned segment_flags(const struct elf_segment *s)
{
	return AS_USER | (s->flags & ELF_PF_R ? AS_READ : 0) | (s->flags & ELF_PF_W ? AS_WRITE : 0) |
	       (s->flags & ELF_PF_X ? AS_EXEC : 0);
}

/*
 *	vaddr        vaddr+filesz        vaddr+memsz
 *	|-- file -------|-- zero --|--------|
 *	[ page ][ page ][ page     ][ page  ]	the third page is a private copy with a cleared tail
 */
static int map_segment(struct load *l, const struct elf_segment *s, vaddr_t bias)
{
	static const uint8_t zeros[512];
	struct aspace *as = &l->vm->as;
	unsigned flags = segment_flags(s) | AS_REPLACE;
	vaddr_t start = align_down(s->vaddr + bias, PAGE_SIZE);
	vaddr_t file_end = s->vaddr + bias + s->filesz;
	vaddr_t end = align_up(s->vaddr + bias + s->memsz, PAGE_SIZE);
	vaddr_t split = s->filesz ? align_up(file_end, PAGE_SIZE) : start;
	int err = 0;

	if (split > start)
		err = aspace_map_file(as, start, split - start, flags, file_pagecache(l->file),
				      align_down(s->offset, PAGE_SIZE), AS_PRIVATE);
	for (vaddr_t va = file_end; !err && s->memsz > s->filesz && va < split;) {
		size_t n = split - va < sizeof(zeros) ? split - va : sizeof(zeros);

		err = aspace_write_forced(as, va, zeros, n);
		va += n;
	}
	if (!err && end > split) {
		if (mem_would_overcommit(end - split))
			return -ENOMEM;
		err = aspace_map_alloc(as, split, end - split, flags, AS_LAZY, PAGE_SIZE);
	}
	return err;
}

/* Where the program headers are, the end of all, and the size of the data: the last segment's. */
static void note_segment(const struct load *l, const struct elf_segment *s,
			 struct elf_image *image)
{
	vaddr_t end = image->bias + s->vaddr + s->memsz;

	if (l->header.phoff >= s->offset && l->header.phoff - s->offset < s->filesz)
		image->phdr = image->bias + s->vaddr + (l->header.phoff - s->offset);
	if (end > image->end)
		image->end = end;
	image->data_size = s->filesz;
}

static int map_segments(struct load *l, struct elf_image *image)
{
	int err = 0;

	for (int i = 0; !err && i < l->header.phnum; i++) {
		const struct elf_segment *s = &l->segments[i];

		if (s->type == ELF_PT_GNU_STACK)
			image->exec_stack = s->flags & ELF_PF_X;
		if (!is_loaded(s))
			continue;
		err = map_segment(l, s, image->bias);
		note_segment(l, s, image);
	}
	return err;
}

static int read_interp(struct load *l, char **interp)
{
	int err;

	for (int i = 0; i < l->header.phnum; i++) {
		const struct elf_segment *s = &l->segments[i];

		if (s->type != ELF_PT_INTERP)
			continue;
		if (s->filesz < 2 || s->filesz > INTERP_MAX)
			return -ENOEXEC;
		*interp = kmalloc(s->filesz);
		if (!*interp)
			return -ENOMEM;
		err = read_exactly(l->file, *interp, s->filesz, s->offset);
		if (!err && (*interp)[s->filesz - 1] != '\0')
			err = -ENOEXEC;
		if (err) {
			kfree(*interp);
			*interp = NULL;
		}
		return err;
	}
	return 0;
}

int elf_load(struct vm *vm, struct file *file, enum elf_role role, struct elf_image *image)
{
	struct load l = { .vm = vm, .file = file, .file_size = file_size(file) };
	int err;

	*image = (struct elf_image){ 0 };
	err = read_headers(&l);
	if (!err)
		err = check_segments(&l);
	if (!err && role == ELF_PROGRAM)
		err = read_interp(&l, &image->interp);
	if (!err) {
		vm_lock(vm);
		err = choose_bias(&l, role, &image->bias);
		if (!err)
			err = map_segments(&l, image);
		vm_unlock(vm);
	}
	image->entry = l.header.entry + image->bias;
	image->phnum = l.header.phnum;
	kfree(l.segments);
	if (!err)
		return 0;
	kfree(image->interp);
	image->interp = NULL;
	if (err == -ENOMEM)
		return err;
	return role == ELF_INTERPRETER ? -ELIBBAD : -ENOEXEC;
}
