/*
 * proc_task.c - the files of /proc/<pid> that are about the task; its memory is in proc_vm.c.
 */
#include "kernel/dev/console.h"
#include "kernel/fs/files.h"
#include "kernel/fs/proc.h"
#include "kernel/hart.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "kernel/sched.h"
#include "kernel/time.h"

static const struct {
	char letter;
	const char *word;
} states[] = {
	[TASK_IDLE] = { 'R', "running" },
	[TASK_NEW] = { 'R', "running" },
	[TASK_READY] = { 'R', "running" },
	[TASK_SLEEPING] = { 'S', "sleeping" },
	[TASK_STOPPED] = { 'T', "stopped" },
	[TASK_ZOMBIE] = { 'Z', "zombie" },
};

static uint64_t centiseconds(uint64_t ticks)
{
	return time_to_ns(ticks) / (NSEC_PER_SEC / 100);
}

/* The terminal of a process as its device number, and the foreground group there: 0 and -1 for none. */
static int terminal_of(const struct process *process, int *foreground)
{
	*foreground = console_foreground_of(process);
	return *foreground < 0 ? 0 : (int)MKDEV(5, 1);
}

/* Linux's line of 52 numbers, in groups; what does not exist here is 0. */
static void fill_stat(struct text *text, const struct proc_at *at)
{
	struct task *task = at->task;
	struct process *process = task->process;
	int terminal, foreground;
	struct proc_memory m;

	proc_memory_of(task, &m);
	terminal = terminal_of(process, &foreground);
	text_printf(text, "%d (%s) %c %d %d %d", task->tid, task->name, states[task->state].letter,
		    process->parent_pid, process->pgid, process->sid);
	text_printf(text, " %d %d 0 0 0 0 0", terminal, foreground);	/* .. flags, faults */
	text_printf(text, " %lu 0 %lu 0", centiseconds(sched_run_ticks(task)),
		    centiseconds(process->children_ticks));
	text_printf(text, " 20 0 %u 0 %lu", process->live, centiseconds(task->start_time));
	text_printf(text, " %lu %lu %lu", m.mapped, m.resident / PAGE_SIZE, ~0ul);
	text_printf(text, " 0 0 %lu 0 0", m.stack_start);	/* code, stack, registers */
	text_printf(text, " %lu %lu 0 0", pending_set(&task->pending) | pending_set(&process->pending),
		    task->signal_blocked);
	text_printf(text, " 0 0 0 17 %u", task->hart ? task->hart->id : 0);
	text_printf(text, " 0 0 0 0 0 0 0 %lu %lu %lu %lu %lu %d\n", m.brk_start, m.arg_start,
		    m.arg_end, m.arg_end, m.env_end, process->wait_status);
}

static void print_kib(struct text *text, const char *key, size_t bytes)
{
	text_printf(text, "%s\t%8lu kB\n", key, bytes / 1024);
}

static void fill_status_memory(struct text *text, struct task *task)
{
	struct proc_memory m;

	proc_memory_of(task, &m);
	if (!m.mapped)
		return;
	print_kib(text, "VmPeak:", m.mapped);
	print_kib(text, "VmSize:", m.mapped);
	print_kib(text, "VmLck:", 0);
	print_kib(text, "VmHWM:", m.resident);
	print_kib(text, "VmRSS:", m.resident);
	print_kib(text, "RssAnon:", m.resident - m.file - m.shared);
	print_kib(text, "RssFile:", m.file);
	print_kib(text, "RssShmem:", m.shared);
	print_kib(text, "VmData:", m.data);
	print_kib(text, "VmStk:", m.stack);
	print_kib(text, "VmExe:", m.text);
	print_kib(text, "VmLib:", 0);
	print_kib(text, "VmPTE:", m.tables);
	print_kib(text, "VmSwap:", 0);
}

static void fill_status(struct text *text, const struct proc_at *at)
{
	struct task *task = at->task;
	struct process *process = task->process;

	text_printf(text, "Name:\t%s\nState:\t%c (%s)\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\n",
		    task->name, states[task->state].letter, states[task->state].word, process->pid,
		    task->tid, process->parent_pid);
	text_printf(text, "TracerPid:\t0\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t%d\n",
		    FILES_MAX);
	text_printf(text, "Groups:\t0 \nNSpgid:\t%d\nNSsid:\t%d\n", process->pgid, process->sid);
	fill_status_memory(text, task);
	text_printf(text, "Threads:\t%u\n", process->live);
	text_printf(text, "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n",
		    pending_set(&task->pending), pending_set(&process->pending),
		    task->signal_blocked);
}

static void fill_comm(struct text *text, const struct proc_at *at)
{
	text_printf(text, "%s\n", at->task->name);
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
	PROC_FILE("comm", fill_comm),							\
	{ .name = "cwd", .mode = S_IFLNK | 0777, .target = target_cwd },		\
	PROC_FILE("environ", proc_fill_environ),					\
	{ .name = "exe", .mode = S_IFLNK | 0777, .target = proc_target_exe },		\
	{ .name = "fd", .mode = S_IFDIR | 0500, .numbers = &proc_fd_numbers },		\
	{ .name = "fdinfo", .mode = S_IFDIR | 0555, .numbers = &proc_fdinfo_numbers },	\
	PROC_FILE("maps", proc_fill_maps),						\
	{ .name = "mem", .mode = S_IFREG | 0600, .ops = &proc_mem_ops },		\
	PROC_FILE("mountinfo", proc_fill_mountinfo),					\
	PROC_FILE("mounts", proc_fill_mounts),						\
	{ .name = "pagemap", .mode = S_IFREG | 0400, .ops = &proc_pagemap_ops },	\
	{ .name = "root", .mode = S_IFLNK | 0777, .target = target_root },		\
	PROC_FILE("smaps", proc_fill_smaps),						\
	PROC_FILE("smaps_rollup", proc_fill_smaps_rollup),				\
	PROC_FILE("stat", fill_stat),							\
	PROC_FILE("statm", proc_fill_statm),						\
	PROC_FILE("status", fill_status)

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
