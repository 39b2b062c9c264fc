/*
 * Taking strings apart at sets of characters. A set is 256 bits.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct charset {
	uint64_t bits[4];
};

static struct charset charset_of(const char *s)
{
	struct charset set = { { 0 } };

	for (; *s; s++)
		set.bits[(unsigned char)*s / 64] |= 1UL << ((unsigned char)*s % 64);
	return set;
}

static int charset_has(const struct charset *set, char c)
{
	return (int)(set->bits[(unsigned char)c / 64] >> ((unsigned char)c % 64) & 1);
}

size_t strspn(const char *s, const char *accept)
{
	struct charset set = charset_of(accept);
	const char *p = s;

	while (*p && charset_has(&set, *p))
		p++;
	return (size_t)(p - s);
}

size_t strcspn(const char *s, const char *reject)
{
	struct charset set = charset_of(reject);
	const char *p = s;

	while (*p && !charset_has(&set, *p))
		p++;
	return (size_t)(p - s);
}

char *strpbrk(const char *s, const char *accept)
{
	s += strcspn(s, accept);
	return *s ? (char *)s : NULL;
}

/* Empty fields count: "a::b" has three. */
char *strsep(char **restrict rest, const char *restrict separators)
{
	char *field = *rest, *end;

	if (!field)
		return NULL;
	end = field + strcspn(field, separators);
	*rest = *end ? end + 1 : NULL;
	*end = 0;
	return field;
}

/* Empty fields do not count. */
char *strtok_r(char *restrict s, const char *restrict separators, char **restrict rest)
{
	char *end;

	if (!s)
		s = *rest;
	s += strspn(s, separators);
	end = s + strcspn(s, separators);
	*rest = *end ? end + 1 : end;
	*end = 0;
	return end > s ? s : NULL;
}

char *strtok(char *restrict s, const char *restrict separators)
{
	static char *rest;

	return strtok_r(s, separators, &rest);
}
