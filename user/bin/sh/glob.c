/*
 * sh: patterns. * any string, ? any character, [a-z] one of a set, [!a-z] one not of it;
 * a backslash makes the next character stand for itself. Matching names and listing files.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "user/bin/sh/sh.h"

/*
 * Does @c match the set that begins behind a '[' at *@pp? 1 or 0, and *@pp moves behind the
 * ']'; -1 if there is no ']', so that the '[' stands for itself.
 */
static int match_set(const char **pp, unsigned char c)
{
	const char *p = *pp;
	const char *first;
	int negated = *p == '!' || *p == '^';
	int found = 0;

	if (negated)
		p++;
	for (first = p; *p && (*p != ']' || p == first); p++) {
		unsigned char low, high;

		if (*p == '\\' && p[1])
			p++;
		low = high = *p;
		if (p[1] == '-' && p[2] && p[2] != ']') {
			p += 2;
			if (*p == '\\' && p[1])
				p++;
			high = *p;
		}
		if (c >= low && c <= high)
			found = 1;
	}
	if (*p != ']')
		return -1;
	*pp = p + 1;
	return found != negated;
}

/* One character of the pattern, not a star, against @c; *@pp moves on if it matches. */
static int match_one(const char **pp, char c)
{
	const char *p = *pp;
	int found;

	if (c == '\0')
		return 0;
	if (*p == '?') {
		*pp = p + 1;
		return 1;
	}
	if (*p == '[') {
		p++;
		found = match_set(&p, c);
		if (found >= 0) {
			*pp = p;
			return found;
		}
		p--;
	} else if (*p == '\\' && p[1]) {
		p++;
	}
	if (*p != c)
		return 0;
	*pp = p + 1;
	return 1;
}

/*
 * A star takes nothing at first; when the rest does not match, the last star takes one more.
 * Earlier stars never need to be tried again, so this is at worst length times length.
 */
int pattern_match(const char *pattern, const char *s)
{
	const char *star = NULL, *star_s = NULL;

	for (;;) {
		const char *p = pattern;

		if (*p == '*') {
			star = pattern = p + 1;
			star_s = s;
		} else if (*p == '\0' && *s == '\0') {
			return 1;
		} else if (match_one(&p, *s)) {
			pattern = p;
			s++;
		} else if (star && *star_s) {
			pattern = star;
			s = ++star_s;
		} else {
			return 0;
		}
	}
}

/* A '[' that nothing closes, as in the command of that name, is no wildcard. */
static int has_wildcard(const char *s, const char *end)
{
	int open = 0;

	for (; s < end && *s; s++) {
		if (*s == '\\' && s[1])
			s++;
		else if (*s == '*' || *s == '?' || (*s == ']' && open))
			return 1;
		else if (*s == '[')
			open = 1;
	}
	return 0;
}

/* Take the backslashes out of @s, in place. */
char *unescape(char *s)
{
	char *to = s;

	for (char *from = s; *from; from++) {
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from;
	}
	*to = '\0';
	return s;
}

static char *join(const char *dir, const char *name, const char *slashes, size_t nslashes)
{
	struct buf b = { .arena = &scratch };

	buf_puts(&b, dir);
	buf_puts(&b, name);
	buf_put(&b, slashes, nslashes);
	return buf_text(&b);
}

static void glob_from(const char *dir, const char *pattern, struct fields *out);

/* The first component of a pattern is a plain name: go on if it is there. */
static void glob_plain(const char *dir, const char *pattern, const char *end, const char *rest,
		       struct fields *out)
{
	char *name = unescape(arena_strndup(&scratch, pattern, end - pattern));
	char *path = join(dir, name, end, rest - end);
	struct stat st;

	if (*rest)
		glob_from(path, rest, out);
	else if (lstat(path, &st) == 0)
		fields_add(out, path);
}

/* The first component of a pattern has wildcards: try every name in @dir. */
static void glob_names(const char *dir, const char *pattern, const char *end, const char *rest,
		       struct fields *out)
{
	char *component = arena_strndup(&scratch, pattern, end - pattern);
	struct dirent *d;
	DIR *list = opendir(*dir ? dir : ".");

	if (!list)
		return;
	while ((d = readdir(list)) != NULL) {
		char *path;
		struct stat st;

		if (d->d_name[0] == '.' && component[0] != '.')
			continue;
		if (!pattern_match(component, d->d_name))
			continue;
		path = join(dir, d->d_name, end, rest - end);
		if (*rest)
			glob_from(path, rest, out);
		else if (end == rest || stat(path, &st) == 0)
			fields_add(out, path);
	}
	closedir(list);
}

/* Add the paths that begin with @dir (empty or ending in a slash) and go on like @pattern. */
static void glob_from(const char *dir, const char *pattern, struct fields *out)
{
	const char *end = pattern + strcspn(pattern, "/");
	const char *rest = end + strspn(end, "/");

	if (has_wildcard(pattern, end))
		glob_names(dir, pattern, end, rest, out);
	else
		glob_plain(dir, pattern, end, rest, out);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Add the files that match, in order; returns how many. */
int glob_expand(const char *pattern, struct fields *out)
{
	int before = out->count;

	if (!has_wildcard(pattern, pattern + strlen(pattern)))
		return 0;
	glob_from("", pattern, out);
	if (out->count > before)
		qsort(out->v + before, out->count - before, sizeof(*out->v), by_text);
	return out->count - before;
}
