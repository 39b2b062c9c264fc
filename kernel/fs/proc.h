/*
 * proc.h - /proc and /sys: what their parts share.
 *
 * Both are tables. An entry is a directory, a file or a link; a directory has a table of entries, or
 * numbered ones (processes, threads, descriptors, harts), or both.
 */
#pragma once

#include "kernel/fs/inode.h"
#include "kernel/fs/text.h"
#include "kernel/task.h"

struct mount;
struct proc_entry;

/* What a file or link is about, as far as its place in the tree says. */
struct proc_at {
	struct task *task;	/* below /proc/<pid>, with a reference; else NULL */
	int number;		/* of the innermost numbered directory or entry; -1: none */
};

/* The entries of a directory that are numbers, all of one kind. */
struct proc_numbers {
	const char *prefix;	/* before the number: "cpu" */
	const struct proc_entry *entry;
	bool is_task;		/* a number is a task, which is what is below is about */
	/* The smallest number of this directory that is at least n; -1 when there is none. */
	int (*next)(const struct proc_at *at, int n);
};

/* A file that is one number or one word. It can be set if its mode has a w. */
struct proc_value {
	const char *word;
	int *number;
	int min, max;
};

struct proc_entry {
	const char *name;
	unsigned mode;			/* with the type */

	/* A file: one of these. */
	void (*fill)(struct text *text, const struct proc_at *at);	/* what it says now */
	const struct proc_value *value;
	const struct inode_ops *ops;	/* it is read and written some other way */
	/* With fill: what is written to it, at most 127 bytes and terminated; 0 or -errno. */
	int (*store)(const struct proc_at *at, char *s);

	/* A link: to an inode, with a reference; or a text, as snprintf. */
	struct inode *(*target)(const struct proc_at *at);
	int (*link)(char *buf, size_t size);

	/* A directory: either may be NULL. */
	const struct proc_entry *entries;	/* ended by a NULL name */
	const struct proc_numbers *numbers;
};

#define PROC_FILE(n, f)	{ .name = n, .mode = S_IFREG | 0444, .fill = f }
#define PROC_DIR(n, e)	{ .name = n, .mode = S_IFDIR | 0555, .entries = e }

extern const struct proc_entry proc_system_entries[];
extern const struct proc_entry proc_sys_entries[];	/* /proc/sys */
extern const struct proc_entry proc_process_dir;
extern const struct proc_entry sys_entries[];		/* /sys */

/* What inode is about; proc_at_put gives it back. -ESRCH: that process is gone. */
int proc_at_get(const struct inode *inode, struct proc_at *at);
void proc_at_put(struct proc_at *at);

void proc_destroy(struct inode *inode);		/* for inode_ops */
int proc_path(struct inode *inode, char *buf, size_t size);

/* proc_file.c */
extern const struct inode_ops proc_file_ops;

/* proc_mounts.c */
void proc_fill_mounts(struct text *text, const struct proc_at *at);
void proc_fill_mountinfo(struct text *text, const struct proc_at *at);
void proc_fill_filesystems(struct text *text, const struct proc_at *at);

/* proc_fd.c: /proc/<pid>/fd and fdinfo */
extern const struct proc_numbers proc_fd_numbers, proc_fdinfo_numbers;

/* proc_status.c */
void proc_fill_stat(struct text *text, const struct proc_at *at);
void proc_fill_status(struct text *text, const struct proc_at *at);
void proc_fill_syscall(struct text *text, const struct proc_at *at);
void proc_fill_limits(struct text *text, const struct proc_at *at);

/* proc_vm.c */
void proc_fill_maps(struct text *text, const struct proc_at *at);
void proc_fill_smaps(struct text *text, const struct proc_at *at);
void proc_fill_smaps_rollup(struct text *text, const struct proc_at *at);
void proc_fill_statm(struct text *text, const struct proc_at *at);
struct inode *proc_target_exe(const struct proc_at *at);

/* proc_mem.c */
void proc_fill_cmdline(struct text *text, const struct proc_at *at);
void proc_fill_environ(struct text *text, const struct proc_at *at);
void proc_fill_auxv(struct text *text, const struct proc_at *at);
extern const struct inode_ops proc_mem_ops, proc_pagemap_ops;

/* Sizes of a task's memory, all 0 when it has none. */
struct proc_memory {
	size_t mapped, resident;	/* bytes */
	size_t peak_mapped, peak_resident;	/* the most of these so far */
	size_t file, shared;		/* of resident: files'; shared anonymous memory */
	size_t text, data, stack;		/* of mapped: executable; writable private; stack */
	size_t tables;				/* page tables */
	vaddr_t stack_start, brk_start, arg_start, arg_end, env_end;	/* as in struct vm */
};
void proc_memory_of(struct task *task, struct proc_memory *m);
