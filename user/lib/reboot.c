/*
 * reboot with the two magic numbers that keep it from happening by accident.
 */
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

int reboot(int cmd)
{
	return (int)syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, cmd, NULL);
}
