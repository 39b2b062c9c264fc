/*
 * The two halves of a path: "/usr/bin/" has the directory "/usr" and the name
 * "bin".
 */
#include <libgen.h>
#include <string.h>

/* The length of the first n bytes of path without slashes at their end. */
static size_t without_slashes(const char *path, size_t n)
{
	while (n > 1 && path[n - 1] == '/')
		n--;
	return n;
}

char *basename(char *path)
{
	char *slash;

	if (!path || !*path)
		return ".";
	path[without_slashes(path, strlen(path))] = 0;
	slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

char *dirname(char *path)
{
	size_t n;

	if (!path || !*path)
		return ".";
	n = without_slashes(path, strlen(path));
	while (n && path[n - 1] != '/')
		n--;
	if (!n)
		return ".";
	path[without_slashes(path, n)] = 0;
	return path;
}
