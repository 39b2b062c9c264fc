/*
 * Finding characters and strings in strings.
 */
#include <string.h>
#include <strings.h>

char *strchrnul(const char *s, int c)
{
	while (*s && *s != (char)c)
		s++;
	return (char *)s;
}

/* The null byte may be looked for too. */
char *strchr(const char *s, int c)
{
	s = strchrnul(s, c);
	return *s == (char)c ? (char *)s : NULL;
}

char *strrchr(const char *s, int c)
{
	return memrchr(s, c, strlen(s) + 1);
}

char *index(const char *s, int c)
{
	return strchr(s, c);
}

char *rindex(const char *s, int c)
{
	return strrchr(s, c);
}

char *strstr(const char *s, const char *part)
{
	size_t n = strlen(part);

	if (!n)
		return (char *)s;
	for (s = strchr(s, *part); s; s = strchr(s + 1, *part))
		if (!strncmp(s, part, n))
			return (char *)s;
	return NULL;
}

char *strcasestr(const char *s, const char *part)
{
	size_t n = strlen(part);

	for (;; s++) {
		if (!strncasecmp(s, part, n))
			return (char *)s;
		if (!*s)
			return NULL;
	}
}
