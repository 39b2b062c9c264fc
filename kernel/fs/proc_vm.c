/*
 * proc_vm.c - the files of /proc/<pid> that are about its memory.
 *
 * The address space is looked at under its lock, which is held while the text grows: that takes
 * frames, but touches no user memory and sleeps nowhere.
 */
#include "kernel/fs/owner.h"
#include "kernel/fs/proc.h"
#include "kernel/vm.h"
#include "mm/slab.h"

#define PATH_COLUMN	73	/* where the path begins in a line of maps, as on Linux */

static bool is_stack(const struct vm *vm, const struct area_info *area)
{
	return (area->flags & AS_GROWSDOWN) ||
	       (area->start < vm->stack_top && vm->stack_top <= area->end);
}

static bool is_heap(const struct vm *vm, const struct area_info *area)
{
	return vm->brk > vm->brk_start && area->start < vm->brk && area->end > vm->brk_start &&
	       !area->pc;
}

/* ---- maps ---- */

static void describe(struct vm *vm, const struct area_info *area, uint64_t *dev, uint64_t *ino,
		     char *path, size_t size)
{
	*dev = *ino = 0;
	*path = 0;
	if (area->pc && owner_describe(area->pc, dev, ino, path, size))
		return;
	if (area->pc)
		snprintf(path, size, "/dev/zero (deleted)");
	else if (is_stack(vm, area))
		snprintf(path, size, "[stack]");
	else if (area->start == SIGRETURN_PAGE)
		snprintf(path, size, "[sigpage]");
	else if (is_heap(vm, area))
		snprintf(path, size, "[heap]");
}

static void print_area(struct text *text, struct vm *vm, const struct area_info *area, char *path)
{
	unsigned prot = area->flags;
	uint64_t dev, ino;
	char line[128];
	int len;

	describe(vm, area, &dev, &ino, path, PATH_MAX);
	len = snprintf(line, sizeof(line), "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", area->start,
		       area->end, prot & AS_READ ? 'r' : '-', prot & AS_WRITE ? 'w' : '-',
		       prot & AS_EXEC ? 'x' : '-', area->sharing == AS_SHARED ? 's' : 'p',
		       area->pc ? area->offset : 0, 0, (unsigned)dev, ino);
	text_add(text, line, (size_t)len);
	if (*path) {
		for (; len < PATH_COLUMN; len++)
			text_add(text, " ", 1);
		text_add(text, path, strlen(path));
	}
	text_add(text, "\n", 1);
}

/* The lines smaps has behind an area's line; a page is shared when its frame has other users. */
static void print_usage(struct text *text, struct vm *vm, const struct area_info *area)
{
	const char *shared = area->flags & AS_WRITE ? "Shared_Dirty" : "Shared_Clean";
	const char *own = area->flags & AS_WRITE ? "Private_Dirty" : "Private_Clean";
	size_t kib = PAGE_SIZE / 1024;
	struct area_usage usage;

	aspace_area_usage(&vm->as, area->start, area->end, &usage);
	text_printf(text, "Size: %18lu kB\n", (area->end - area->start) / 1024);
	text_printf(text, "KernelPageSize: %8lu kB\n", area->page_size / 1024);
	text_printf(text, "Rss: %19lu kB\n", usage.resident * kib);
	text_printf(text, "%s: %*lu kB\n", shared, 22 - (int)strlen(shared), usage.shared * kib);
	text_printf(text, "%s: %*lu kB\n", own, 22 - (int)strlen(own),
		    (usage.resident - usage.shared) * kib);
}

static void list_areas(struct text *text, struct task *task, bool with_usage)
{
	struct vm *vm = task_vm_get(task);
	char *path = kmalloc(PATH_MAX);
	struct area_info area = { .end = 0 };

	if (!path)
		text->err = -ENOMEM;
	if (vm && path) {
		vm_lock(vm);
		while (!text->err && aspace_next_area(&vm->as, area.end, &area)) {
			print_area(text, vm, &area, path);
			if (with_usage)
				print_usage(text, vm, &area);
		}
		vm_unlock(vm);
	}
	kfree(path);
	vm_put(vm);
}

void proc_fill_maps(struct text *text, struct task *task)
{
	list_areas(text, task, false);
}

void proc_fill_smaps(struct text *text, struct task *task)
{
	list_areas(text, task, true);
}

/* ---- sizes ---- */

void proc_memory_of(struct task *task, struct proc_memory *m)
{
	struct vm *vm = task_vm_get(task);
	struct area_info area = { .end = 0 };
	struct area_usage usage;

	*m = (struct proc_memory){ 0 };
	if (!vm)
		return;
	vm_lock(vm);
	m->mapped = vm->as.mapped_bytes;
	m->resident = vm->as.resident_pages * PAGE_SIZE;
	m->tables = vm->as.table_pages * PAGE_SIZE;
	while (aspace_next_area(&vm->as, area.end, &area)) {
		size_t size = area.end - area.start;

		aspace_area_usage(&vm->as, area.start, area.end, &usage);
		m->shared += usage.shared * PAGE_SIZE;
		if (is_stack(vm, &area))
			m->stack += size;
		else if (area.flags & AS_EXEC)
			m->text += size;
		else if ((area.flags & AS_WRITE) && area.sharing == AS_PRIVATE)
			m->data += size;
	}
	vm_unlock(vm);
	vm_put(vm);
}

void proc_fill_statm(struct text *text, struct task *task)
{
	struct proc_memory m;

	proc_memory_of(task, &m);
	text_printf(text, "%lu %lu %lu %lu 0 %lu 0\n", m.mapped / PAGE_SIZE, m.resident / PAGE_SIZE,
		    m.shared / PAGE_SIZE, m.text / PAGE_SIZE, (m.data + m.stack) / PAGE_SIZE);
}

/* ---- what was started ---- */

void proc_fill_cmdline(struct text *text, struct task *task)
{
	struct vm *vm = task_vm_get(task);
	char *piece = kmalloc(PAGE_SIZE);
	vaddr_t va, end;

	if (!piece)
		text->err = -ENOMEM;
	if (vm && piece) {
		vm_lock(vm);
		end = vm->arg_end;
		for (va = vm->arg_start; va < end; va += PAGE_SIZE) {
			size_t n = end - va < PAGE_SIZE ? end - va : PAGE_SIZE, done = 0;
			int err = aspace_read(&vm->as, va, piece, n, &done);

			text_add(text, piece, done);
			if (err)
				break;
		}
		vm_unlock(vm);
	}
	kfree(piece);
	vm_put(vm);
}

struct inode *proc_target_exe(struct task *task)
{
	struct vm *vm = task_vm_get(task);
	struct inode *inode = NULL;

	if (!vm)
		return NULL;
	vm_lock(vm);
	if (vm->exe)
		inode = inode_ref(vm->exe->inode);
	vm_unlock(vm);
	vm_put(vm);
	return inode;
}
