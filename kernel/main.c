/*
 * main.c - the boot, as a list.
 */
#include "boot/boot.h"
#include "boot/fdt.h"
#include "kernel/dev/console.h"
#include "kernel/dev/plic.h"
#include "kernel/dev/uart.h"
#include "kernel/exec.h"
#include "kernel/fs/vfs.h"
#include "kernel/futex.h"
#include "kernel/kspace.h"
#include "kernel/poweroff.h"
#include "kernel/print.h"
#include "kernel/random.h"
#include "kernel/sigframe.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "mm/frame.h"

#define INIT_ARGS	16

/* A boot that cannot go on: say why, and let the host see that it failed. */
__attribute__((noreturn)) static void refuse(const char *why)
{
	print_alert("boot: %s\n", why);
	kernel_poweroff(POWEROFF_PANIC);
}

/* Make of this hart's first thread of control its idle task. */
static void become_boot_task(void)
{
	boot_task.kernel_stack_top = (uint64_t)boot_stack_top;
	boot_task.hart = &harts[0];
	harts[0].hartid = machine.hartid[0];
	current = &boot_task;
	list_init(&boot_task.wait_link);
	list_init(&boot_task.run_link);
	harts[0].idle = &boot_task;
	harts_online = 1;
}

/* "... -- a b c" on the command line: the words after -- are init's arguments. */
static void init_arguments(char *words, const char **argv)
{
	int argc = 1;

	while (argc < INIT_ARGS) {
		while (*words == ' ')
			*words++ = '\0';
		if (!*words)
			break;
		argv[argc++] = words;
		while (*words && *words != ' ')
			words++;
	}
	argv[argc] = NULL;
}

static char *after_dashes(char *bootargs)
{
	for (char *p = bootargs; (p = strchr(p, '-')) != NULL; p++) {
		if (p[1] == '-' && (p[2] == ' ' || p[2] == '\0') && (p == bootargs || p[-1] == ' '))
			return p + 2;
	}
	return NULL;
}

/* The first thing process 1 does: become /init, or /bin/init. */
static void start_init(void)
{
	static const char *const paths[] = { "/init", "/bin/init" };
	static const char *const env[] = { "PATH=/bin:/test", "HOME=/", "TERM=vt100", NULL };
	const char *argv[INIT_ARGS + 1] = { NULL };
	char *words = after_dashes(machine.bootargs);
	int err = 0;

	if (words)
		init_arguments(words, argv);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		argv[0] = paths[i];
		err = exec_kernel(paths[i], argv, env);
		if (!err)
			return;
		if (err != -ENOENT)
			break;
	}
	if (err == -ENOENT)
		refuse("there is neither /init nor /bin/init: is there an initrd?");
	print_alert("boot: cannot run init: error %d\n", -err);
	kernel_poweroff(POWEROFF_PANIC);
}

static void unpack_initrd(void)
{
	const char *why;

	if (fs_init())
		refuse("no memory for the file system");
	if (machine.initrd.start == machine.initrd.end)
		return;
	why = fs_unpack_initrd(machine.initrd.start, machine.initrd.end);
	if (why)
		refuse(why);
}

void kernel_main(void)
{
	become_boot_task();
	boot_frames();			/* physical memory */
	random_seed(machine.rng_seed);
	kspace_init();			/* the kernel's own address space, W^X */
	kspace_activate();
	trap_init_hart();		/* from here on traps are understood */
	poweroff_init();
	uart_init();
	if (plic_init() == 0)
		plic_init_hart();
	smp_start();			/* the other harts come up and idle */
	boot_release();			/* boot is gone */
	console_init();
	futex_init();
	unpack_initrd();
	printk("xv39: %u hart%s, %lu of %lu MiB free\n", harts_online, harts_online > 1 ? "s" : "",
	       frame_free_count() >> 8, frame_total() >> 8);
	if (sigframe_init() || task_create_init(start_init))
		refuse("no memory for process 1");
	sched_idle();
}

/* Where a hart that smp_start has started goes on, on its idle task's stack. */
void hart_main(struct hart *hart)
{
	current->hart = hart;
	trap_init_hart();
	plic_init_hart();
	__atomic_store_n(&hart->ready, true, __ATOMIC_RELEASE);
	sched_idle();
}
