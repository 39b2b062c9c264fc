/*
 * proc_task.c - /proc/<pid> and /proc/<pid>/task/<tid>: what is there. What most of it says is in
 * proc_status.c and, about memory, in proc_vm.c and proc_mem.c.
 */
#include "kernel/fs/files.h"
#include "kernel/fs/proc.h"
#include "kernel/hart.h"
#include "kernel/process.h"

static void fill_comm(struct text *text, const struct proc_at *at)
{
	text_printf(text, "%s\n", at->task->name);
}

/* A thread is named by its own process only. As on Linux a line end becomes part of the name. */
static int store_comm(const struct proc_at *at, char *s)
{
	if (at->task->process != current->process)
		return -EINVAL;
	spin_lock(&task_lock);
	strcopy(at->task->name, s, sizeof(at->task->name));
	spin_unlock(&task_lock);
	return 0;
}

static struct inode *target_cwd(const struct proc_at *at)
{
	struct fs_context *fs;
	struct inode *cwd;

	spin_lock(&task_lock);
	fs = at->task->fs ? fs_context_ref(at->task->fs) : NULL;
	spin_unlock(&task_lock);
	if (!fs)
		return NULL;
	cwd = fs_context_cwd_of(fs);
	fs_context_put(fs);
	return cwd;
}

static struct inode *target_root(const struct proc_at *at)
{
	(void)at;
	return inode_ref(fs_root);
}

/* ---- the directories ---- */

/* What a process and each of its threads have. */
#define COMMON_ENTRIES									\
	PROC_FILE("auxv", proc_fill_auxv),						\
	PROC_FILE("cmdline", proc_fill_cmdline),					\
	{ .name = "comm", .mode = S_IFREG | 0644, .fill = fill_comm, .store = store_comm }, \
	{ .name = "cwd", .mode = S_IFLNK | 0777, .target = target_cwd },		\
	PROC_FILE("environ", proc_fill_environ),					\
	{ .name = "exe", .mode = S_IFLNK | 0777, .target = proc_target_exe },		\
	{ .name = "fd", .mode = S_IFDIR | 0500, .numbers = &proc_fd_numbers },		\
	{ .name = "fdinfo", .mode = S_IFDIR | 0555, .numbers = &proc_fdinfo_numbers },	\
	PROC_FILE("limits", proc_fill_limits),						\
	PROC_FILE("maps", proc_fill_maps),						\
	{ .name = "mem", .mode = S_IFREG | 0600, .ops = &proc_mem_ops },		\
	PROC_FILE("mountinfo", proc_fill_mountinfo),					\
	PROC_FILE("mounts", proc_fill_mounts),						\
	{ .name = "pagemap", .mode = S_IFREG | 0400, .ops = &proc_pagemap_ops },	\
	{ .name = "root", .mode = S_IFLNK | 0777, .target = target_root },		\
	PROC_FILE("smaps", proc_fill_smaps),						\
	PROC_FILE("smaps_rollup", proc_fill_smaps_rollup),				\
	PROC_FILE("stat", proc_fill_stat),							\
	PROC_FILE("statm", proc_fill_statm),						\
	PROC_FILE("status", proc_fill_status),						\
	PROC_FILE("syscall", proc_fill_syscall)

static const struct proc_entry thread_entries[] = { COMMON_ENTRIES, { .name = NULL } };

static int next_thread(const struct proc_at *at, int n)
{
	struct task *task;
	int best = -1;

	spin_lock(&task_lock);
	list_for_each(task, &at->task->process->threads, thread_link) {
		if (task->tid >= n && (best < 0 || task->tid < best))
			best = task->tid;
	}
	spin_unlock(&task_lock);
	return best;
}

static const struct proc_entry thread_dir = PROC_DIR("", thread_entries);

static const struct proc_numbers threads = {
	.prefix = "", .entry = &thread_dir, .is_task = true, .next = next_thread,
};

static const struct proc_entry process_entries[] = {
	COMMON_ENTRIES,
	{ .name = "task", .mode = S_IFDIR | 0555, .numbers = &threads },
	{ .name = NULL },
};

const struct proc_entry proc_process_dir = PROC_DIR("", process_entries);
