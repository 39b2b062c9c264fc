/*
 * mount [-r] [-t type] [-o options] source directory: hang a file system into the tree; without
 * arguments: what hangs where. Options: ro, remount, nosuid, nodev, noexec, noatime, and what the
 * file system itself knows (size=1M,mode=700).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned long flag;
} words[] = {
	{ "ro", MS_RDONLY },	 { "remount", MS_REMOUNT }, { "nosuid", MS_NOSUID },
	{ "nodev", MS_NODEV },	 { "noexec", MS_NOEXEC },   { "noatime", MS_NOATIME },
	{ "rw", 0 },
};

static unsigned long flags;
static char data[256];

static int take_option(const char *word)
{
	size_t len = strlen(data);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].name, word) == 0) {
			flags |= words[i].flag;
			return 0;
		}
	}
	if (snprintf(data + len, sizeof(data) - len, "%s%s", len ? "," : "", word) <
	    (int)(sizeof(data) - len))
		return 0;
	fprintf(stderr, "mount: the options are too long\n");
	return -1;
}

static int list(void)
{
	FILE *f = fopen("/proc/mounts", "r");
	int c;

	if (!f) {
		fprintf(stderr, "mount: /proc/mounts: %s\n", strerror(errno));
		return 1;
	}
	while ((c = getc(f)) != EOF)
		putchar(c);
	return 0;
}

int main(int argc, char **argv)
{
	const char *type = "tmpfs";
	int opt;

	if (argc == 1)
		return list();
	while ((opt = getopt(argc, argv, "rt:o:")) != -1) {
		if (opt == 'r')
			flags |= MS_RDONLY;
		else if (opt == 't')
			type = optarg;
		else if (opt != 'o')
			goto usage;
		for (char *w = opt == 'o' ? strtok(optarg, ",") : NULL; w; w = strtok(NULL, ","))
			if (take_option(w) < 0)
				return 2;
	}
	if (argc - optind != 2)
		goto usage;
	if (mount(argv[optind], argv[optind + 1], type, flags, data) == 0)
		return 0;
	fprintf(stderr, "mount: %s: %s\n", argv[optind + 1], strerror(errno));
	return 1;
usage:
	fprintf(stderr, "usage: mount [-r] [-t type] [-o options] source directory\n");
	return 2;
}
