/*
 * Files and directories with names nobody else has.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

/* Replaces the six X at the end of path; what was random need not be secret. */
static int fill_in(char *path)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz012345";
	size_t n = strlen(path);
	uint32_t bits;

	if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits))
		return -1;
	for (size_t i = n - 6; i < n; i++, bits >>= 5)
		path[i] = digits[bits % 32];
	return 0;
}

static int make_file(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
}

static int make_directory(const char *path)
{
	return mkdir(path, 0700);
}

static int make_unique(char *path, int (*make)(const char *))
{
	size_t n = strlen(path);
	int result = -1;

	if (n < 6 || strcmp(path + n - 6, "XXXXXX")) {
		errno = EINVAL;
		return -1;
	}
	for (int tries = 0; tries < 100; tries++) {
		if (fill_in(path) < 0)
			return -1;
		result = make(path);
		if (result >= 0 || errno != EEXIST)
			break;
	}
	return result;
}

int mkstemp(char *path)
{
	return make_unique(path, make_file);
}

char *mkdtemp(char *path)
{
	return make_unique(path, make_directory) < 0 ? NULL : path;
}
