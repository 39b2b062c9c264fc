/*
 * free [-k | -p]: memory in KiB and in page frames, from /proc/meminfo: all, used, free, and
 * whatever the kernel tells about the use. -k only KiB, -p only frames. The counts are exact:
 * what a program has taken is back, to the frame, when it has ended.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int kib = 1, frames = 1;
static long page_kib;

static void print_row(const char *name, long amount)
{
	printf("%-16s", name);
	if (kib)
		printf(" %10ld", amount);
	if (frames)
		printf(" %10ld", amount / page_kib);
	putchar('\n');
}

static void print_head(void)
{
	printf("%-16s", "");
	if (kib)
		printf(" %10s", "KiB");
	if (frames)
		printf(" %10s", "frames");
	putchar('\n');
}

/* MemTotal and MemFree come first in /proc/meminfo; the lines behind them say how it is used. */
static int show(FILE *f)
{
	char line[128], name[64];
	long amount, total = -1, unused = -1;

	print_head();
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63[^:]: %ld", name, &amount) != 2)
			continue;
		if (strcmp(name, "MemTotal") == 0) {
			total = amount;
			print_row("total", total);
		} else if (strcmp(name, "MemFree") == 0) {
			unused = amount;
			print_row("used", total - unused);
			print_row("free", unused);
		} else if (amount > 0 && strstr(line, "kB")) {
			print_row(name, amount);
		}
	}
	return total < 0 || unused < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
	FILE *f;
	int opt, err;

	while ((opt = getopt(argc, argv, "kp")) != -1) {
		if (opt == '?') {
			fprintf(stderr, "usage: free [-k | -p]\n");
			return 2;
		}
		kib = opt == 'k';
		frames = opt == 'p';
	}
	page_kib = sysconf(_SC_PAGESIZE) / 1024;
	f = fopen("/proc/meminfo", "r");
	if (!f) {
		fprintf(stderr, "free: /proc/meminfo: %s\n", strerror(errno));
		return 1;
	}
	err = show(f);
	fclose(f);
	if (err < 0)
		fprintf(stderr, "free: /proc/meminfo: no MemTotal and MemFree\n");
	return err < 0;
}
