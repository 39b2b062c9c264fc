/*
 * proc_vm.c - the files of /proc/<pid> that are about its memory.
 *
 * The address space is looked at under its lock, which is held while the text grows: that takes
 * frames, but touches no user memory and sleeps nowhere.
 */
#include "kernel/fs/owner.h"
#include "kernel/fs/proc.h"
#include "kernel/sched.h"
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

/* ---- smaps ---- */

static void add_usage(struct area_usage *sum, const struct area_usage *u)
{
	sum->resident += u->resident;
	sum->of_file += u->of_file;
	sum->exclusive += u->exclusive;
	sum->share += u->share;
}

static void print_kib(struct text *text, const char *key, size_t bytes)
{
	text_printf(text, "%-16s%8lu kB\n", key, bytes / 1024);
}

/* Nothing is ever clean or dirty here; what can be written counts as dirty. */
static void print_usage(struct text *text, const struct area_usage *u, bool dirty)
{
	size_t exclusive = u->exclusive * PAGE_SIZE;
	size_t shared = (u->resident - u->exclusive) * PAGE_SIZE;

	print_kib(text, "Rss:", u->resident * PAGE_SIZE);
	print_kib(text, "Pss:", u->share);
	print_kib(text, "Shared_Clean:", dirty ? 0 : shared);
	print_kib(text, "Shared_Dirty:", dirty ? shared : 0);
	print_kib(text, "Private_Clean:", dirty ? 0 : exclusive);
	print_kib(text, "Private_Dirty:", dirty ? exclusive : 0);
	print_kib(text, "Referenced:", u->resident * PAGE_SIZE);
	print_kib(text, "Anonymous:", (u->resident - u->of_file) * PAGE_SIZE);
	print_kib(text, "AnonHugePages:", 0);
	print_kib(text, "Swap:", 0);
	print_kib(text, "SwapPss:", 0);
	print_kib(text, "Locked:", 0);
}

static void print_flags(struct text *text, const struct area_info *area)
{
	static const struct {
		unsigned flag;
		const char *word;
	} words[] = {
		{ AS_READ, "rd " }, { AS_WRITE, "wr " }, { AS_EXEC, "ex " },
		{ AS_MAX(AS_READ), "mr " }, { AS_MAX(AS_WRITE), "mw " }, { AS_MAX(AS_EXEC), "me " },
		{ AS_GROWSDOWN, "gd " }, { AS_DONTFORK, "dc " }, { AS_NORESERVE, "nr " },
		{ AS_WIPEONFORK, "wf " },
	};

	text_printf(text, "VmFlags: ");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (area->flags & words[i].flag)
			text_printf(text, "%s", words[i].word);
	text_printf(text, "%s\n", area->sharing == AS_SHARED ? "sh " : "");
}

static void print_smaps(struct text *text, struct vm *vm, const struct area_info *area)
{
	struct area_usage usage;

	aspace_area_usage(&vm->as, area->start, area->end, &usage);
	print_kib(text, "Size:", area->end - area->start);
	print_kib(text, "KernelPageSize:", area->page_size);
	print_kib(text, "MMUPageSize:", area->page_size);
	print_usage(text, &usage, area->flags & AS_WRITE);
	text_printf(text, "THPeligible:    %8d\n", 0);
	print_flags(text, area);
}

enum listing { LIST_MAPS, LIST_SMAPS };

static void list_areas(struct text *text, struct task *task, enum listing listing)
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
			if (listing == LIST_SMAPS)
				print_smaps(text, vm, &area);
			sched_point();
		}
		vm_unlock(vm);
	}
	kfree(path);
	vm_put(vm);
}

void proc_fill_maps(struct text *text, const struct proc_at *at)
{
	list_areas(text, at->task, LIST_MAPS);
}

void proc_fill_smaps(struct text *text, const struct proc_at *at)
{
	list_areas(text, at->task, LIST_SMAPS);
}

void proc_fill_smaps_rollup(struct text *text, const struct proc_at *at)
{
	struct area_usage sum = { 0 }, usage;
	struct vm *vm = task_vm_get(at->task);
	struct area_info area = { .end = 0 };
	vaddr_t start = 0;

	if (!vm) {
		text->err = -ESRCH;
		return;
	}
	vm_lock(vm);
	while (aspace_next_area(&vm->as, area.end, &area)) {
		start = start ? start : area.start;
		aspace_area_usage(&vm->as, area.start, area.end, &usage);
		add_usage(&sum, &usage);
		sched_point();
	}
	vm_unlock(vm);
	text_printf(text, "%08lx-%08lx ---p 00000000 00:00 0%*s[rollup]\n", start, area.end, 26, "");
	print_usage(text, &sum, true);
	vm_put(vm);
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
	m->peak_mapped = vm->peak_mapped;	/* vm_lock has just brought them up to date */
	m->peak_resident = vm->peak_resident * PAGE_SIZE;
	m->tables = vm->as.table_pages * PAGE_SIZE;
	m->stack_start = vm->stack_start;
	m->brk_start = vm->brk_start;
	m->arg_start = vm->arg_start;
	m->arg_end = vm->arg_end;
	m->env_end = vm->env_end;
	while (aspace_next_area(&vm->as, area.end, &area)) {
		size_t size = area.end - area.start;

		if (area.pc) {
			aspace_area_usage(&vm->as, area.start, area.end, &usage);
			/* Shared anonymous memory is nobody's. */
			*(area.pc->owner ? &m->file : &m->shared) += usage.of_file * PAGE_SIZE;
		}
		if (is_stack(vm, &area))
			m->stack += size;
		else if ((area.flags & AS_EXEC) && !(area.flags & AS_WRITE))
			m->text += size;
		else if ((area.flags & AS_WRITE) && area.sharing == AS_PRIVATE)
			m->data += size;
		sched_point();
	}
	vm_unlock(vm);
	vm_put(vm);
}

void proc_fill_statm(struct text *text, const struct proc_at *at)
{
	struct proc_memory m;

	proc_memory_of(at->task, &m);
	text_printf(text, "%lu %lu %lu %lu 0 %lu 0\n", m.mapped / PAGE_SIZE, m.resident / PAGE_SIZE,
		    (m.file + m.shared) / PAGE_SIZE, m.text / PAGE_SIZE,
		    (m.data + m.stack) / PAGE_SIZE);
}

struct inode *proc_target_exe(const struct proc_at *at)
{
	struct vm *vm = task_vm_get(at->task);
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
