/*
 * poweroff [status]: switch the machine off. The status (0) becomes the exit status of the run:
 * xv39's reboot() takes it as the fourth argument of the power-off command, which Linux ignores.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAGIC1		0xfee1dead
#define MAGIC2		672274793
#define CMD_POWER_OFF	0x4321fedc

int main(int argc, char **argv)
{
	long status = 0;
	char *end = "";

	if (argc > 1)
		status = strtol(argv[1], &end, 10);
	if (argc > 2 || *end != '\0' || status < 0 || status > 255) {
		fprintf(stderr, "usage: poweroff [status 0..255]\n");
		return 2;
	}
	syscall(SYS_reboot, MAGIC1, MAGIC2, CMD_POWER_OFF, status);
	perror("poweroff");
	return 1;
}
