/*
 * proc_task.c - the files of /proc/<pid> that are about the task; its memory is in proc_vm.c.
 */
#include "kernel/fs/files.h"
#include "kernel/fs/proc.h"
#include "kernel/hart.h"
#include "kernel/process.h"
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

/* Linux's line of 52 numbers, in groups; what does not exist here is 0. */
static void fill_stat(struct text *text, struct task *task)
{
	struct process *process = task->process;
	struct proc_memory m;

	proc_memory_of(task, &m);
	text_printf(text, "%d (%s) %c %d %d %d", task->tid, task->name, states[task->state].letter,
		    process->parent_pid, process->pgid, process->sid);
	text_printf(text, " 0 -1 0 0 0 0 0");		/* terminal .. faults */
	text_printf(text, " %lu 0 %lu 0", centiseconds(sched_run_ticks(task)),
		    centiseconds(process->children_ticks));
	text_printf(text, " 20 0 1 0 %lu", centiseconds(task->start_time));
	text_printf(text, " %lu %lu %lu", m.mapped, m.resident / PAGE_SIZE, ~0ul);
	text_printf(text, " 0 0 0 0 0");		/* code, stack, registers */
	text_printf(text, " %lu %lu 0 0", pending_set(&task->pending), task->signal_blocked);
	text_printf(text, " 0 0 0 17 %u", task->hart ? task->hart->id : 0);
	text_printf(text, " 0 0 0 0 0 0 0 0 0 0 0 0 %d\n", process->wait_status);
}

static void fill_status(struct text *text, struct task *task)
{
	struct proc_memory m;

	proc_memory_of(task, &m);
	text_printf(text, "Name:\t%s\nState:\t%c (%s)\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\n",
		    task->name, states[task->state].letter, states[task->state].word,
		    task->process->pid, task->tid, task->process->parent_pid);
	text_printf(text, "TracerPid:\t0\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t%d\n",
		    FILES_MAX);
	if (m.mapped) {
		text_printf(text, "VmSize:\t%8lu kB\nVmRSS:\t%8lu kB\n", m.mapped / 1024,
			    m.resident / 1024);
		text_printf(text, "RssShared:\t%8lu kB\n", m.shared / 1024);
		text_printf(text, "VmData:\t%8lu kB\nVmStk:\t%8lu kB\nVmExe:\t%8lu kB\n",
			    m.data / 1024, m.stack / 1024, m.text / 1024);
		text_printf(text, "VmPTE:\t%8lu kB\n", m.tables / 1024);
	}
	text_printf(text, "Threads:\t1\nSigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n",
		    pending_set(&task->pending), pending_set(&task->process->pending),
		    task->signal_blocked);
}

static void fill_comm(struct text *text, struct task *task)
{
	text_printf(text, "%s\n", task->name);
}

static struct inode *target_cwd(struct task *task)
{
	struct fs_context *fs;
	struct inode *cwd;

	spin_lock(&task_lock);
	fs = task->fs ? fs_context_ref(task->fs) : NULL;
	spin_unlock(&task_lock);
	if (!fs)
		return NULL;
	cwd = fs_context_cwd_of(fs);
	fs_context_put(fs);
	return cwd;
}

static struct inode *target_root(struct task *task)
{
	(void)task;
	return inode_ref(fs_root);
}

const struct proc_entry proc_task_entries[] = {
	{ "cmdline", S_IFREG | 0444, proc_fill_cmdline, NULL },
	{ "comm",    S_IFREG | 0444, fill_comm, NULL },
	{ "cwd",     S_IFLNK | 0777, NULL, target_cwd },
	{ "exe",     S_IFLNK | 0777, NULL, proc_target_exe },
	{ "maps",    S_IFREG | 0444, proc_fill_maps, NULL },
	{ "smaps",   S_IFREG | 0444, proc_fill_smaps, NULL },
	{ "mounts",  S_IFREG | 0444, proc_fill_mounts, NULL },
	{ "root",    S_IFLNK | 0777, NULL, target_root },
	{ "stat",    S_IFREG | 0444, fill_stat, NULL },
	{ "statm",   S_IFREG | 0444, proc_fill_statm, NULL },
	{ "status",  S_IFREG | 0444, fill_status, NULL },
	{ NULL, 0, NULL, NULL },
};
