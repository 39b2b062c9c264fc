/*
 * df [-hk] [path...]: the room on the file systems that the paths are on, in KiB; without paths, on all
 * that are mounted and have room at all.
 *   -h sizes for people: 4.0K, 12M     -k in KiB, as always
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

static int for_people;

/* Blanks in /proc/mounts are written in octal, "\040": back to what they are. */
static void unescape(char *s)
{
	char *out = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] && s[2] && s[3]) {
			*out++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 3;
		} else {
			*out++ = *s;
		}
	}
	*out = '\0';
}

static void print_size(unsigned long kib)
{
	const char *unit = "KMGTPE";
	unsigned long tenths = kib * 10;

	if (!for_people) {
		printf("%10lu ", kib);
		return;
	}
	for (; tenths >= 10240; tenths = (tenths + 1023) / 1024)
		unit++;
	if (tenths < 100 && tenths)
		printf("%7lu.%lu%c ", tenths / 10, tenths % 10, *unit);
	else
		printf("%9lu%c ", (tenths + 9) / 10, *unit);
}

static int show(const char *path, int with_empty)
{
	struct statfs st;
	unsigned long size, used, free;

	if (statfs(path, &st) < 0) {
		fprintf(stderr, "df: %s: %s\n", path, strerror(errno));
		return 1;
	}
	size = (unsigned long)st.f_blocks * (unsigned long)st.f_bsize / 1024;
	free = (unsigned long)st.f_bavail * (unsigned long)st.f_bsize / 1024;
	used = size - (unsigned long)st.f_bfree * (unsigned long)st.f_bsize / 1024;
	if (!size && !with_empty)
		return 0;
	print_size(size);
	print_size(used);
	print_size(free);
	printf("%3lu%% %s\n", size ? (used * 100 + size - 1) / size : 0, path);
	return 0;
}

static int show_all(void)
{
	char line[1024], path[512];
	FILE *f = fopen("/proc/mounts", "r");
	int status = 0;

	if (!f) {
		fprintf(stderr, "df: /proc/mounts: %s\n", strerror(errno));
		return 1;
	}
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %511s", path) != 1)
			continue;
		unescape(path);
		status |= show(path, 0);
	}
	return status;
}

int main(int argc, char **argv)
{
	int status = 0, opt;

	while ((opt = getopt(argc, argv, "hk")) != -1) {
		if (opt == '?') {
			fprintf(stderr, "usage: df [-hk] [path...]\n");
			return 2;
		}
		for_people = opt == 'h';
	}
	printf("%10s %10s %10s %4s %s\n", for_people ? "size" : "KiB", "used", "free", "use", "on");
	if (optind == argc)
		return show_all();
	for (int i = optind; i < argc; i++)
		status |= show(argv[i], 1);
	return status;
}
