/*
 * The environment: an array of "NAME=value" that begins as the kernel's own
 * and is copied to the heap when it must grow.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **heap_copy;	/* environ, once it is ours */

/* Where NAME=... lies in environ, or the ending NULL. */
static char **find(const char *name, size_t n)
{
	static char *none;
	char **e = environ ? environ : &none;

	for (; *e; e++)
		if (!strncmp(*e, name, n) && (*e)[n] == '=')
			break;
	return e;
}

char *getenv(const char *name)
{
	size_t n = strlen(name);
	char *entry = *find(name, n);

	return entry ? entry + n + 1 : NULL;
}

/* Moves environ to the heap with room for one more entry. */
static int make_room(void)
{
	size_t count = 0;
	char **bigger;

	while (environ && environ[count])
		count++;
	bigger = realloc(environ == heap_copy ? heap_copy : NULL, (count + 2) * sizeof(*bigger));
	if (!bigger)
		return -1;
	if (environ != heap_copy)
		memcpy(bigger, environ, count * sizeof(*bigger));
	bigger[count] = bigger[count + 1] = NULL;
	environ = heap_copy = bigger;
	return 0;
}

/* The entry itself becomes part of the environment, as putenv promises. */
int putenv(char *assignment)
{
	size_t n = strcspn(assignment, "=");
	char **e;

	if (!assignment[n])
		return unsetenv(assignment);
	e = find(assignment, n);
	if (!*e) {
		if (make_room() < 0)
			return -1;
		e = find(assignment, n);
	}
	*e = assignment;
	return 0;
}

static int bad_name(const char *name)
{
	if (name && *name && !strchr(name, '='))
		return 0;
	errno = EINVAL;
	return 1;
}

/* An entry that is replaced is not freed: somebody may still hold its value. */
int setenv(const char *name, const char *value, int overwrite)
{
	size_t n, len;
	char *entry;

	if (bad_name(name))
		return -1;
	n = strlen(name);
	len = strlen(value);
	if (!overwrite && *find(name, n))
		return 0;
	entry = malloc(n + len + 2);
	if (!entry)
		return -1;
	memcpy(entry, name, n);
	entry[n] = '=';
	memcpy(entry + n + 1, value, len + 1);
	if (putenv(entry) == 0)
		return 0;
	free(entry);
	return -1;
}

int unsetenv(const char *name)
{
	char **e;

	if (bad_name(name))
		return -1;
	for (e = find(name, strlen(name)); *e; e = find(name, strlen(name)))
		do
			e[0] = e[1];
		while (*e++);
	return 0;
}

int clearenv(void)
{
	environ = NULL;
	return 0;
}
