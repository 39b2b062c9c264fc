/*
 * chmod MODE FILE...: set permissions; MODE is octal, or +, - or = with letters of rwx for all.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The mode that `text` makes of `old`; -1: it is no mode. */
static int new_mode(const char *text, int old)
{
	char *end;
	int bits = 0;

	if (*text >= '0' && *text <= '7') {
		long mode = strtol(text, &end, 8);

		return *end || mode > 07777 ? -1 : (int)mode;
	}
	if (!strchr("+-=", *text) || !*text)
		return -1;
	for (const char *p = text + 1; *p; p++) {
		if (!strchr("rwx", *p))
			return -1;
		bits |= *p == 'r' ? 0444 : *p == 'w' ? 0222 : 0111;
	}
	if (*text == '+')
		return old | bits;
	return *text == '-' ? old & ~bits : (old & ~0777) | bits;
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc < 3 || new_mode(argv[1], 0) < 0) {
		fprintf(stderr, "usage: chmod MODE FILE...\n");
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		struct stat st;

		if (stat(argv[i], &st) < 0 ||
		    chmod(argv[i], (mode_t)new_mode(argv[1], (int)(st.st_mode & 07777))) < 0) {
			fprintf(stderr, "chmod: %s: %s\n", argv[i], strerror(errno));
			failed = 1;
		}
	}
	return failed;
}
