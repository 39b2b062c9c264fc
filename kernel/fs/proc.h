/*
 * proc.h - /proc: what its parts share.
 */
#pragma once

#include "kernel/fs/inode.h"
#include "kernel/fs/text.h"
#include "kernel/task.h"

/* A name in /proc (task is NULL) or in /proc/<pid>: a file has fill, a link target; the link that
 * has neither is /proc/self. */
struct proc_entry {
	const char *name;
	unsigned mode;		/* with the type */
	void (*fill)(struct text *text, struct task *task);	/* a file: what it says now */
	struct inode *(*target)(struct task *task);	/* a link: where to, with a reference */
};

extern const struct proc_entry proc_system_entries[];	/* ended by a NULL name */
extern const struct proc_entry proc_task_entries[];

void proc_fill_mounts(struct text *text, struct task *task);	/* the same for all */
long proc_write(struct file *file, struct uio *uio, uint64_t *pos);	/* refuses, like Linux */

/* proc_vm.c */
void proc_fill_maps(struct text *text, struct task *task);
void proc_fill_smaps(struct text *text, struct task *task);
void proc_fill_statm(struct text *text, struct task *task);
void proc_fill_cmdline(struct text *text, struct task *task);
struct inode *proc_target_exe(struct task *task);

/* Sizes of a task's memory, all 0 when it has none. */
struct proc_memory {
	size_t mapped, resident, shared;	/* bytes; shared: frames that others hold too */
	size_t text, data, stack;		/* of mapped: executable; writable private; stack */
	size_t tables;				/* page tables */
};
void proc_memory_of(struct task *task, struct proc_memory *m);
