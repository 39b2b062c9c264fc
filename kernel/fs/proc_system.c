/*
 * proc_system.c - the files of /proc that are about the whole machine.
 */
#include "boot/fdt.h"
#include "kernel/fs/proc.h"
#include "kernel/hart.h"
#include "kernel/kspace.h"
#include "kernel/process.h"
#include "kernel/sched.h"
#include "kernel/time.h"
#include "kernel/uname.h"
#include "mm/frame.h"
#include "mm/slab.h"

#define KIB_PER_FRAME	(PAGE_SIZE / 1024)

static void fill_meminfo(struct text *text, const struct proc_at *at)
{
	size_t total = frame_total() * KIB_PER_FRAME, free;

	(void)at;
	kstack_reclaim();
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
	uint64_t centis = time_to_centis(ticks);

	text_printf(text, "%lu.%02lu", centis / 100, centis % 100);
}

static uint64_t idle_ticks(void)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < harts_online; i++)
		sum += sched_run_ticks(harts[i].idle);
	return sum;
}

static void fill_uptime(struct text *text, const struct proc_at *at)
{
	(void)at;
	print_seconds(text, time_now());
	text_add(text, " ", 1);
	print_seconds(text, idle_ticks());
	text_add(text, "\n", 1);
}

static void fill_version(struct text *text, const struct proc_at *at)
{
	(void)at;
	text_printf(text, "%s version %s (gcc %s) %s\n", kernel_name.sysname, kernel_name.release,
		    __VERSION__, kernel_name.version);
}

/* In hundredths of a second: user (all that is not idle), nice, system, idle. */
static void fill_stat(struct text *text, const struct proc_at *at)
{
	uint64_t all = time_to_centis(time_now()) * harts_online, idle = time_to_centis(idle_ticks());

	(void)at;
	text_printf(text, "cpu  %lu 0 0 %lu 0 0 0 0 0 0\n", all > idle ? all - idle : 0, idle);
	for (unsigned i = 0; i < harts_online; i++) {
		all = time_to_centis(time_now());
		idle = time_to_centis(sched_run_ticks(harts[i].idle));
		text_printf(text, "cpu%u %lu 0 0 %lu 0 0 0 0 0 0\n", i,
			    all > idle ? all - idle : 0, idle);
	}
	text_printf(text, "btime 0\n");
}

static void fill_loadavg(struct text *text, const struct proc_at *at)
{
	(void)at;
	text_printf(text, "0.00 0.00 0.00 1/%lu %d\n", task_count(), current->tid);
}

static void fill_cpuinfo(struct text *text, const struct proc_at *at)
{
	(void)at;
	for (unsigned i = 0; i < harts_online; i++)
		text_printf(text, "processor\t: %u\nhart\t\t: %lu\nisa\t\t: %s\nmmu\t\t: %s\n\n", i,
			    harts[i].hartid, "rv64imafdc", "sv39");
}

static int self_link(char *buf, size_t size)
{
	return snprintf(buf, size, "%d", current->process->pid);
}

static int thread_self_link(char *buf, size_t size)
{
	return snprintf(buf, size, "%d/task/%d", current->process->pid, current->tid);
}

static int mounts_link(char *buf, size_t size)
{
	return snprintf(buf, size, "self/mounts");
}

static void fill_cmdline(struct text *text, const struct proc_at *at)
{
	(void)at;
	text_printf(text, "%s\n", machine.bootargs);
}

const struct proc_entry proc_system_entries[] = {
	PROC_FILE("cmdline", fill_cmdline),
	PROC_FILE("cpuinfo", fill_cpuinfo),
	PROC_FILE("filesystems", proc_fill_filesystems),
	PROC_FILE("loadavg", fill_loadavg),
	PROC_FILE("meminfo", fill_meminfo),
	{ .name = "mounts", .mode = S_IFLNK | 0777, .link = mounts_link },
	{ .name = "self", .mode = S_IFLNK | 0777, .link = self_link },
	PROC_FILE("stat", fill_stat),
	PROC_DIR("sys", proc_sys_entries),
	{ .name = "thread-self", .mode = S_IFLNK | 0777, .link = thread_self_link },
	PROC_FILE("uptime", fill_uptime),
	PROC_FILE("version", fill_version),
	{ .name = NULL },
};
