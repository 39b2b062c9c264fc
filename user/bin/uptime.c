/* uptime: how long the machine has been up, from /proc/uptime. */
#include <stdio.h>

int main(void)
{
	FILE *f = fopen("/proc/uptime", "r");
	unsigned long seconds, hundredths;

	if (!f || fscanf(f, "%lu.%lu", &seconds, &hundredths) != 2) {
		perror("uptime: /proc/uptime");
		return 1;
	}
	fclose(f);
	printf("up %lu:%02lu:%02lu.%02lu\n", seconds / 3600, seconds / 60 % 60, seconds % 60,
	       hundredths);
	return 0;
}
