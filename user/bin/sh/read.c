/* sh: the read builtin: a line of the standard input, cut at IFS into variables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/bin/sh/sh.h"

/* Put one line into @out; 1 if a backslash at its end joins it with the next. */
static int put_line(struct buf *out, const char *s, int raw)
{
	for (; *s && *s != '\n'; s++) {
		if (*s == '\\' && raw) {
			buf_putc(out, '\\');
		} else if (*s == '\\') {
			if (s[1] == '\n')
				return 1;
			if (s[1])
				buf_putc(out, *s++);
		}
		buf_putc(out, *s);
	}
	return 0;
}

/*
 * Without -r a backslash joins lines and keeps a character from being a separator; what it
 * keeps stays behind a backslash here. Returns 0 if the input ended before the line did.
 */
static int read_joined(struct buf *out, int raw)
{
	int joined, complete;

	do {
		char *line = read_line(0);

		if (!line)
			return 0;
		complete = strchr(line, '\n') != NULL;
		joined = put_line(out, line, raw);
		free(line);
	} while (joined);
	return complete;
}

static int is_separator(char c, const char *ifs)
{
	return c != '\0' && strchr(ifs, c) != NULL;
}

static int is_space(char c, const char *ifs)
{
	return is_separator(c, ifs) && strchr(" \t\n", c) != NULL;
}

static char *skip_space(char *s, const char *ifs)
{
	while (is_space(*s, ifs))
		s++;
	return s;
}

/* The end of the field at @s: the next separator. */
static char *field_end(char *s, const char *ifs)
{
	while (*s && !is_separator(*s, ifs))
		s += *s == '\\' && s[1] ? 2 : 1;
	return s;
}

/* Cut white space that no backslash keeps off the end of @s. */
static void trim_end(char *s, const char *ifs)
{
	char *end = s;

	while (*s) {
		int space = is_space(*s, ifs);

		s += *s == '\\' && s[1] ? 2 : 1;
		if (!space)
			end = s;
	}
	*end = '\0';
}

/* The last variable takes all that is left, without a separator that only ends it. */
static void set_last(const char *name, char *s, const char *ifs)
{
	char *end = field_end(s, ifs);
	char *after = skip_space(end, ifs);

	if (*after && is_separator(*after, ifs))
		after = skip_space(after + 1, ifs);
	if (*after == '\0')
		*end = '\0';
	trim_end(s, ifs);
	var_set(name, unescape(s));
}

static void assign_fields(char *s, int count, char **names)
{
	const char *ifs = var_get("IFS") ? var_get("IFS") : " \t\n";

	s = skip_space(s, ifs);
	for (int i = 0; i < count - 1; i++) {
		char *end = field_end(s, ifs);
		char *next = skip_space(end, ifs);

		if (is_separator(*next, ifs))
			next = skip_space(next + 1, ifs);
		*end = '\0';
		var_set(names[i], unescape(s));
		s = next;
	}
	set_last(names[count - 1], s, ifs);
}

/* read [-r] name...: 1 at the end of the input */
int run_read(int argc, char **argv)
{
	struct buf line = { .arena = &scratch };
	int raw = argc > 1 && strcmp(argv[1], "-r") == 0;
	int first = 1 + raw;
	int complete;

	if (first >= argc) {
		complain(argv[0], "usage: read [-r] name...");
		return 2;
	}
	for (int i = first; i < argc; i++) {
		if (!is_name(argv[i], strlen(argv[i]))) {
			complain(argv[i], "not a name");
			return 2;
		}
	}
	complete = read_joined(&line, raw);
	assign_fields(buf_text(&line), argc - first, argv + first);
	return !complete;
}
