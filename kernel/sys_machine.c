/*
 * sys_machine.c - the calls about the machine: its names, its memory, its log, its end.
 */
#include "kernel/abi.h"
#include "kernel/kspace.h"
#include "kernel/lock.h"
#include "kernel/poweroff.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "kernel/time.h"
#include "kernel/uname.h"
#include "kernel/usercopy.h"
#include "mm/frame.h"
#include "mm/slab.h"

static struct spinlock names_lock = SPINLOCK_INIT;
struct utsname kernel_name = {
	.sysname = "Linux", .nodename = "xv39", .release = "6.1.0-xv39",
	.version = VERSION, .machine = "riscv64", .domainname = "(none)",
};

void uname_get(struct utsname *now)
{
	spin_lock(&names_lock);
	*now = kernel_name;
	spin_unlock(&names_lock);
}

void uname_set_node(const char *name)
{
	spin_lock(&names_lock);
	strcopy(kernel_name.nodename, name, sizeof(kernel_name.nodename));
	spin_unlock(&names_lock);
}

long sys_uname(vaddr_t out)
{
	struct utsname now;

	uname_get(&now);
	return copy_to_user(out, &now, sizeof(now));
}

/* `field`, of 65 bytes, is one of the names. */
static long set_name(char *field, vaddr_t from, long len)
{
	char name[sizeof(kernel_name.nodename)] = "";

	if ((int)len < 0 || (size_t)(int)len >= sizeof(name))
		return -EINVAL;
	if (copy_from_user(name, from, (int)len))
		return -EFAULT;
	spin_lock(&names_lock);
	memcpy(field, name, sizeof(name));
	spin_unlock(&names_lock);
	return 0;
}

long sys_sethostname(vaddr_t name, long len)
{
	return set_name(kernel_name.nodename, name, len);
}

long sys_setdomainname(vaddr_t name, long len)
{
	return set_name(kernel_name.domainname, name, len);
}

/* What the kernel prints goes to the console and is not kept: the log is always empty. */
long sys_syslog(long type, vaddr_t buf, long len)
{
	switch ((int)type) {
	case SYSLOG_READ:
	case SYSLOG_READ_ALL:
	case SYSLOG_READ_CLEAR:
		return !buf || (int)len < 0 ? -EINVAL : 0;
	case SYSLOG_CONSOLE_LEVEL:
		return (int)len < 1 || (int)len > 8 ? -EINVAL : 0;
	default:
		return (int)type < 0 || (int)type > SYSLOG_SIZE_BUFFER ? -EINVAL : 0;
	}
}

long sys_sysinfo(vaddr_t out)
{
	struct sysinfo info = { 0 };

	info.uptime = time_to_ns(time_now()) / NSEC_PER_SEC;
	info.totalram = frame_total() * PAGE_SIZE;
	kstack_reclaim();
	slab_reclaim();
	info.freeram = frame_free_count() * PAGE_SIZE;
	info.procs = task_count();
	info.mem_unit = 1;
	return copy_to_user(out, &info, sizeof(info));
}

/* POWER_OFF hands the low byte of `arg` to the host as the exit status of the run. */
long sys_reboot(unsigned long magic1, unsigned long magic2, unsigned long command, uint64_t arg)
{
	uint32_t second = magic2;

	if ((uint32_t)magic1 != LINUX_REBOOT_MAGIC1 ||
	    (second != LINUX_REBOOT_MAGIC2 && second != LINUX_REBOOT_MAGIC2A &&
	     second != LINUX_REBOOT_MAGIC2B && second != LINUX_REBOOT_MAGIC2C))
		return -EINVAL;
	switch ((uint32_t)command) {
	case LINUX_REBOOT_CMD_POWER_OFF:
	case LINUX_REBOOT_CMD_HALT:
		kernel_poweroff(arg & 0xff);
	case LINUX_REBOOT_CMD_RESTART:
		kernel_reboot();
	case LINUX_REBOOT_CMD_CAD_ON:
	case LINUX_REBOOT_CMD_CAD_OFF:
		return 0;		/* there is no such key */
	default:
		return -EINVAL;
	}
}
