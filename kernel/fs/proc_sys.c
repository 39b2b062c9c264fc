/*
 * proc_sys.c - /proc/sys, the settings of the kernel, and /sys. Most cannot be set: they tell programs
 * what they may count on.
 */
#include "kernel/fs/files.h"
#include "kernel/fs/proc.h"
#include "kernel/hart.h"
#include "kernel/sys_mem.h"
#include "kernel/uname.h"
#include "mm/frame.h"

#define SETTING(n, v)	{ .name = n, .mode = S_IFREG | 0444, .value = v }
#define LAST		{ .name = NULL }

static const struct proc_value zero = { .word = "0" };
static const struct proc_value one = { .word = "1" };

/* ---- kernel ---- */

static void fill_hostname(struct text *text, const struct proc_at *at)
{
	struct utsname now;

	(void)at;
	uname_get(&now);
	text_printf(text, "%s\n", now.nodename);
}

/* Up to the end of the line, at most what uname has room for. */
static int store_hostname(const struct proc_at *at, char *s)
{
	char *end = strchr(s, '\n');

	(void)at;
	if (end)
		*end = 0;
	uname_set_node(s);
	return 0;
}

static void fill_threads_max(struct text *text, const struct proc_at *at)
{
	(void)at;
	text_printf(text, "%lu\n", task_limit());
}

static const struct proc_value pid_max_value = { .number = &pid_max, .min = 301, .max = 4194304 };
static const struct proc_value ostype = { .word = kernel_name.sysname };
static const struct proc_value osrelease = { .word = kernel_name.release };
static const struct proc_value version = { .word = kernel_name.version };

static const struct proc_entry kernel_entries[] = {
	{ .name = "hostname", .mode = S_IFREG | 0644, .fill = fill_hostname, .store = store_hostname },
	SETTING("osrelease", &osrelease),
	SETTING("ostype", &ostype),
	{ .name = "pid_max", .mode = S_IFREG | 0644, .value = &pid_max_value },
	SETTING("randomize_va_space", &zero),	/* programs lie where they always do */
	PROC_FILE("threads-max", fill_threads_max),
	SETTING("version", &version),
	LAST,
};

/* ---- vm, fs ---- */

static const struct proc_value max_map_count = { .number = &mem_max_areas, .max = INT32_MAX };

/* Memory is always promised freely: 1. 0 makes no difference, 2 cannot be had. */
static int overcommit_memory = 1;
static const struct proc_value overcommit = { .number = &overcommit_memory, .min = 0, .max = 1 };

static const struct proc_entry vm_entries[] = {
	{ .name = "max_map_count", .mode = S_IFREG | 0644, .value = &max_map_count },
	{ .name = "overcommit_memory", .mode = S_IFREG | 0644, .value = &overcommit },
	LAST,
};

static void fill_file_max(struct text *text, const struct proc_at *at)
{
	(void)at;
	text_printf(text, "%lu\n", frame_total());
}

static void fill_nr_open(struct text *text, const struct proc_at *at)
{
	(void)at;
	text_printf(text, "%d\n", FILES_MAX);
}

static const struct proc_value pipe_max_size = { .word = "65536" };

static const struct proc_entry fs_entries[] = {
	PROC_FILE("file-max", fill_file_max),
	PROC_FILE("nr_open", fill_nr_open),
	SETTING("pipe-max-size", &pipe_max_size),
	LAST,
};

const struct proc_entry proc_sys_entries[] = {
	PROC_DIR("fs", fs_entries),
	PROC_DIR("kernel", kernel_entries),
	PROC_DIR("vm", vm_entries),
	LAST,
};

/* ---- /sys ---- */

/* "0-3", or "0" for one. */
static void fill_harts(struct text *text, const struct proc_at *at)
{
	(void)at;
	if (harts_online > 1)
		text_printf(text, "0-%u\n", harts_online - 1);
	else
		text_printf(text, "0\n");
}

static int next_hart(const struct proc_at *at, int n)
{
	(void)at;
	return n < (int)harts_online ? n : -1;
}

static void fill_core_id(struct text *text, const struct proc_at *at)
{
	text_printf(text, "%d\n", at->number);
}

static const struct proc_entry topology_entries[] = {
	PROC_FILE("core_id", fill_core_id),
	SETTING("physical_package_id", &zero),
	LAST,
};

static const struct proc_entry hart_entries[] = {
	SETTING("online", &one),
	PROC_DIR("topology", topology_entries),
	LAST,
};

static const struct proc_entry hart_dir = PROC_DIR("", hart_entries);
static const struct proc_numbers hart_numbers = {
	.prefix = "cpu", .entry = &hart_dir, .next = next_hart,
};

static const struct proc_entry cpu_entries[] = {
	PROC_FILE("online", fill_harts),
	PROC_FILE("possible", fill_harts),
	PROC_FILE("present", fill_harts),
	LAST,
};

static const struct proc_entry system_entries[] = {
	{ .name = "cpu", .mode = S_IFDIR | 0555, .entries = cpu_entries, .numbers = &hart_numbers },
	LAST,
};

static const struct proc_entry devices_entries[] = { PROC_DIR("system", system_entries), LAST };

/* Huge pages are asked for by name only. */
static const struct proc_value never = { .word = "always madvise [never]" };

static const struct proc_entry huge_entries[] = { SETTING("enabled", &never), LAST };
static const struct proc_entry mm_entries[] = {
	PROC_DIR("transparent_hugepage", huge_entries), LAST,
};
static const struct proc_entry sys_kernel_entries[] = { PROC_DIR("mm", mm_entries), LAST };

const struct proc_entry sys_entries[] = {
	PROC_DIR("devices", devices_entries),
	PROC_DIR("kernel", sys_kernel_entries),
	LAST,
};
