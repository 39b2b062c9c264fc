/*
 * proc_status.c - what /proc/<pid> says of a process: stat, status and limits.
 */
#include "kernel/dev/console.h"
#include "kernel/fs/files.h"
#include "kernel/fs/proc.h"
#include "kernel/hart.h"
#include "kernel/process.h"
#include "kernel/sched.h"
#include "kernel/signal.h"
#include "kernel/time.h"

/* ---- stat ---- */

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

/* The terminal of a process as its device number, and the foreground group there: 0 and -1 for none. */
static int terminal_of(const struct process *process, int *foreground)
{
	*foreground = console_foreground_of(process);
	return *foreground < 0 ? 0 : (int)MKDEV(5, 1);
}

/* Linux's line of 52 numbers, in groups; what does not exist here is 0. */
void proc_fill_stat(struct text *text, const struct proc_at *at)
{
	struct task *task = at->task;
	struct process *process = task->process;
	uint64_t ignored, caught;
	int terminal, foreground;
	struct proc_memory m;

	proc_memory_of(task, &m);
	terminal = terminal_of(process, &foreground);
	text_printf(text, "%d (%s) %c %d %d %d", task->tid, task->name, states[task->state].letter,
		    process->parent_pid, process->pgid, process->sid);
	text_printf(text, " %d %d 0 0 0 0 0", terminal, foreground);	/* .. flags, faults */
	text_printf(text, " %lu 0 %lu 0", time_to_centis(sched_run_ticks(task)),
		    time_to_centis(process->children_ticks));
	text_printf(text, " %d %d %u 0 %lu", 20 + process->nice, process->nice, process->live,
		    time_to_centis(task->start_time));
	text_printf(text, " %lu %lu %lu", m.mapped, m.resident / PAGE_SIZE, ~0ul);
	/* Code 0 0; the stack's start; sp and pc of the last trap, which Linux keeps to itself. */
	text_printf(text, " 0 0 %lu %lu %lu", m.stack_start, task->frame.reg[REG_SP],
		    task->frame.reg[REG_PC]);
	signal_sets(process, &ignored, &caught);
	text_printf(text, " %lu %lu %lu %lu", signal_pending_for(task), task->signal_blocked, ignored,
		    caught);
	text_printf(text, " 0 0 0 17 %u", task->hart ? task->hart->id : 0);
	text_printf(text, " 0 0 0 0 0 0 0 %lu %lu %lu %lu %lu %d\n", m.brk_start, m.arg_start,
		    m.arg_end, m.arg_end, m.env_end, process->wait_status);
}

/* ---- status ---- */

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
	print_kib(text, "VmPeak:", m.peak_mapped);
	print_kib(text, "VmSize:", m.mapped);
	print_kib(text, "VmLck:", 0);
	print_kib(text, "VmHWM:", m.peak_resident);
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

static void fill_status_ids(struct text *text, const struct ids *ids)
{
	const struct id_set *user = &ids->user, *group = &ids->group;

	text_printf(text, "Uid:\t%u\t%u\t%u\t%u\n", user->real, user->effective, user->saved,
		    user->fs);
	text_printf(text, "Gid:\t%u\t%u\t%u\t%u\n", group->real, group->effective, group->saved,
		    group->fs);
	text_printf(text, "FDSize:\t%d\nGroups:\t", FILES_MAX);
	for (unsigned i = 0; i < ids->group_count; i++)
		text_printf(text, "%u ", ids->groups[i]);
	text_printf(text, "\n");
}

static void fill_status_signals(struct text *text, struct task *task)
{
	struct process *process = task->process;
	uint64_t ignored, caught;

	signal_sets(process, &ignored, &caught);
	text_printf(text, "SigQ:\t%u/%lu\n", pending_count(),
		    process->limits.of[RLIMIT_SIGPENDING].rlim_cur);
	text_printf(text, "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n",
		    pending_set(&task->pending), pending_set(&process->pending),
		    task->signal_blocked);
	text_printf(text, "SigIgn:\t%016lx\nSigCgt:\t%016lx\n", ignored, caught);
}

static void fill_status_rights(struct text *text, struct task *task, const struct ids *ids)
{
	text_printf(text, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\n",
		    ids->cap_inheritable, ids->cap_permitted, ids->cap_effective);
	text_printf(text, "NoNewPrivs:\t%d\nCpus_allowed:\t%lx\n", task->process->no_new_privs,
		    task->allowed_harts & harts_mask());
}

void proc_fill_status(struct text *text, const struct proc_at *at)
{
	struct task *task = at->task;
	struct process *process = task->process;
	struct ids ids;

	spin_lock(&task_lock);
	ids = process->ids;
	spin_unlock(&task_lock);
	text_printf(text, "Name:\t%s\nState:\t%c (%s)\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\n",
		    task->name, states[task->state].letter, states[task->state].word, process->pid,
		    task->tid, process->parent_pid);
	text_printf(text, "TracerPid:\t0\n");
	fill_status_ids(text, &ids);
	text_printf(text, "NSpgid:\t%d\nNSsid:\t%d\n", process->pgid, process->sid);
	fill_status_memory(text, task);
	text_printf(text, "Threads:\t%u\n", process->live);
	fill_status_signals(text, task);
	fill_status_rights(text, task, &ids);
}

/* ---- where it is ---- */

static void print_call(struct text *text, const struct trap_frame *frame)
{
	if (frame->cause != CAUSE_ECALL) {
		text_printf(text, "-1");
		return;
	}
	text_printf(text, "%lu %#lx", frame->reg[REG_A7], frame->orig_a0);
	for (int i = REG_A1; i < REG_A1 + 5; i++)
		text_printf(text, " %#lx", frame->reg[i]);
}

/* The call it is in with its arguments, -1 for none; sp and pc. As on Linux only of who does not run,
 * or looks at itself. */
void proc_fill_syscall(struct text *text, const struct proc_at *at)
{
	const struct task *task = at->task;
	const struct trap_frame *frame = &task->frame;

	spin_lock(&task_lock);
	if (task == current ||
	    (task->vm && (task->state == TASK_SLEEPING || task->state == TASK_STOPPED))) {
		print_call(text, frame);
		text_printf(text, " %#lx %#lx\n", frame->reg[REG_SP], frame->reg[REG_PC]);
	} else {
		text_printf(text, "running\n");
	}
	spin_unlock(&task_lock);
}

/* ---- limits ---- */

static void print_limit(struct text *text, uint64_t value)
{
	if (value == RLIM_INFINITY)
		text_printf(text, "%-20s ", "unlimited");
	else
		text_printf(text, "%-20lu ", value);
}

void proc_fill_limits(struct text *text, const struct proc_at *at)
{
	struct limits now;

	spin_lock(&task_lock);
	now = at->task->process->limits;
	spin_unlock(&task_lock);
	text_printf(text, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		text_printf(text, "Max %-21s ", limit_kinds[i].name);
		print_limit(text, now.of[i].rlim_cur);
		print_limit(text, now.of[i].rlim_max);
		text_printf(text, *limit_kinds[i].unit ? "%-10s\n" : "%s\n", limit_kinds[i].unit);
	}
}
