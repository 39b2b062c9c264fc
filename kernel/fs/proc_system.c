/*
 * proc_system.c - the files of /proc that are about the whole machine.
 */
#include "kernel/fs/proc.h"
#include "kernel/hart.h"
#include "kernel/sched.h"
#include "kernel/time.h"
#include "mm/frame.h"
#include "mm/slab.h"

#define KIB_PER_FRAME	(PAGE_SIZE / 1024)

static void fill_meminfo(struct text *text, struct task *task)
{
	size_t total = frame_total() * KIB_PER_FRAME, free;

	(void)task;
	slab_reclaim();		/* what no object lies on counts as free */
	free = frame_free_count() * KIB_PER_FRAME;
	text_printf(text, "MemTotal:       %8lu kB\n", total);
	text_printf(text, "MemFree:        %8lu kB\n", free);
	text_printf(text, "MemAvailable:   %8lu kB\n", free);
	text_printf(text, "Buffers:        %8lu kB\n", 0ul);
	text_printf(text, "Cached:         %8lu kB\n", 0ul);
	text_printf(text, "SwapTotal:      %8lu kB\n", 0ul);
	text_printf(text, "SwapFree:       %8lu kB\n", 0ul);
}

static void print_seconds(struct text *text, uint64_t ticks)
{
	uint64_t centis = time_to_ns(ticks) / (NSEC_PER_SEC / 100);

	text_printf(text, "%lu.%02lu", centis / 100, centis % 100);
}

static uint64_t idle_ticks(void)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < harts_online; i++)
		sum += sched_run_ticks(harts[i].idle);
	return sum;
}

static void fill_uptime(struct text *text, struct task *task)
{
	(void)task;
	print_seconds(text, time_now());
	text_add(text, " ", 1);
	print_seconds(text, idle_ticks());
	text_add(text, "\n", 1);
}

static void fill_version(struct text *text, struct task *task)
{
	(void)task;
	text_printf(text, "xv39, a teaching kernel with Linux's riscv64 system calls\n");
}

/* In hundredths of a second: user (all that is not idle), nice, system, idle. */
static void fill_stat(struct text *text, struct task *task)
{
	uint64_t centi = NSEC_PER_SEC / 100, all = 0, idle = 0;

	(void)task;
	all = time_to_ns(time_now()) / centi * harts_online;
	idle = time_to_ns(idle_ticks()) / centi;
	text_printf(text, "cpu  %lu 0 0 %lu 0 0 0 0 0 0\n", all > idle ? all - idle : 0, idle);
	for (unsigned i = 0; i < harts_online; i++) {
		all = time_to_ns(time_now()) / centi;
		idle = time_to_ns(sched_run_ticks(harts[i].idle)) / centi;
		text_printf(text, "cpu%u %lu 0 0 %lu 0 0 0 0 0 0\n", i,
			    all > idle ? all - idle : 0, idle);
	}
	text_printf(text, "btime 0\n");
}

static void fill_loadavg(struct text *text, struct task *task)
{
	(void)task;
	text_printf(text, "0.00 0.00 0.00 1/%lu %d\n", task_count(), current->tid);
}

static void fill_cpuinfo(struct text *text, struct task *task)
{
	(void)task;
	for (unsigned i = 0; i < harts_online; i++)
		text_printf(text, "processor\t: %u\nhart\t\t: %lu\nisa\t\t: %s\nmmu\t\t: %s\n\n", i,
			    harts[i].hartid, "rv64imafdc", "sv39");
}

void proc_fill_mounts(struct text *text, struct task *task)
{
	(void)task;
	text_printf(text, "none / tmpfs rw 0 0\nproc /proc proc rw 0 0\n");
}

static void fill_filesystems(struct text *text, struct task *task)
{
	(void)task;
	text_printf(text, "nodev\ttmpfs\nnodev\tproc\n");
}

/* As on Linux: the system's files answer by EIO. */
long proc_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	(void)uio, (void)pos;
	return file->inode->proc.pid ? -EINVAL : -EIO;
}

const struct proc_entry proc_system_entries[] = {
	{ "cpuinfo",	 S_IFREG | 0444, fill_cpuinfo, NULL },
	{ "filesystems", S_IFREG | 0444, fill_filesystems, NULL },
	{ "loadavg",	 S_IFREG | 0444, fill_loadavg, NULL },
	{ "meminfo",	 S_IFREG | 0444, fill_meminfo, NULL },
	{ "mounts",	 S_IFREG | 0444, proc_fill_mounts, NULL },
	{ "self",	 S_IFLNK | 0777, NULL, NULL },
	{ "stat",	 S_IFREG | 0444, fill_stat, NULL },
	{ "uptime",	 S_IFREG | 0444, fill_uptime, NULL },
	{ "version",	 S_IFREG | 0444, fill_version, NULL },
	{ NULL, 0, NULL, NULL },
};
