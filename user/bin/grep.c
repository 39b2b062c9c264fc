/*
 * grep [-chilnqv] pattern [file...]: print the lines that match. 0: some did, 1: none, 2: error.
 *   -i upper and lower case are the same   -v the lines that do not match   -n with numbers
 *   -c only how many  -l only the files' names  -q nothing, just the status  -h without names
 *
 * Patterns are basic regular expressions without groups: c  \c  .  [a-z]  [^a-z], each maybe
 * followed by * (any number of it) or \+ (one or more) or \? (none or one); ^ at the start; $ at
 * the end. [:classes:] are not known.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int ignore_case, invert, numbers, count_only, names_only, quiet;
static int show_names;
static int status = 1;

static void complain(const char *what, const char *why)
{
	fflush(stdout);
	fprintf(stderr, "grep: %s: %s\n", what, why);
	status = 2;
}

static int same(char a, char b)
{
	if (ignore_case)
		return tolower((unsigned char)a) == tolower((unsigned char)b);
	return a == b;
}

/* The end of the element (a character, \c, . or a set) at @p. */
static const char *element_end(const char *p)
{
	if (*p == '\\')
		return p + 2;
	if (*p != '[')
		return p + 1;
	p += p[1] == '^' ? 2 : 1;
	if (*p == ']')
		p++;
	return strchr(p, ']') + 1;
}

static int in_range(char c, char low, char high)
{
	unsigned char u = c, l = low, h = high;

	if (u >= l && u <= h)
		return 1;
	if (!ignore_case)
		return 0;
	return (tolower(u) >= l && tolower(u) <= h) || (toupper(u) >= l && toupper(u) <= h);
}

/* Is @c in the set from behind '[' up to the ']' at @end? */
static int in_set(const char *p, const char *end, char c)
{
	int negated = *p == '^';
	int found = 0;

	p += negated;
	while (p < end) {
		int is_range = p + 2 < end && p[1] == '-';

		found |= in_range(c, p[0], is_range ? p[2] : p[0]);
		p += is_range ? 3 : 1;
	}
	return found != negated;
}

/* Does the element at @p match the character at @s? */
static int match_one(const char *p, const char *s)
{
	if (*s == '\0')
		return 0;
	if (*p == '.')
		return 1;
	if (*p == '[')
		return in_set(p + 1, element_end(p) - 1, *s);
	return same(*p == '\\' ? p[1] : *p, *s);
}

/* How often the element before @p may come; returns where the pattern goes on. */
static const char *repetition(const char *p, size_t *min, size_t *max)
{
	*min = *max = 1;
	if (*p == '*') {
		*min = 0;
		*max = (size_t)-1;
		return p + 1;
	}
	if (p[0] == '\\' && (p[1] == '+' || p[1] == '?')) {
		*min = p[1] == '+';
		*max = p[1] == '+' ? (size_t)-1 : 1;
		return p + 2;
	}
	return p;
}

/* Does the pattern match the text at @s? A repeated element takes all it can, then less. */
static int match_here(const char *p, const char *s)
{
	while (*p) {
		size_t min, max;
		size_t n = 0;
		const char *rest;

		if (p[0] == '$' && p[1] == '\0')
			return *s == '\0';
		rest = repetition(element_end(p), &min, &max);
		while (n < max && match_one(p, s + n))
			n++;
		if (n < min)
			return 0;
		if (min == max) {
			s += n;
			p = rest;
			continue;
		}
		for (;; n--) {
			if (match_here(rest, s + n))
				return 1;
			if (n == min)
				return 0;
		}
	}
	return 1;
}

static int match(const char *pattern, const char *line)
{
	if (*pattern == '^')
		return match_here(pattern + 1, line);
	for (;; line++) {
		if (match_here(pattern, line))
			return 1;
		if (*line == '\0')
			return 0;
	}
}

/* What cannot be matched with: a set or an escape without its end, a group. */
static const char *find_mistake(const char *p)
{
	while (*p) {
		if (*p == '\\' && p[1] == '\0')
			return "ends in a backslash";
		if (*p == '\\' && strchr("(){}|", p[1]))
			return "groups are not known";
		if (*p == '[') {
			const char *first = p + 1 + (p[1] == '^');

			if (!*first || !strchr(first + 1, ']'))
				return "[ is not closed";
		}
		p = element_end(p);
	}
	return NULL;
}

static void print_match(const char *name, long number, const char *line)
{
	if (show_names)
		printf("%s:", name);
	if (numbers)
		printf("%ld:", number);
	puts(line);
}

static void search(FILE *f, const char *name, const char *pattern)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	long number = 0, found = 0;

	while ((len = getline(&line, &room, f)) >= 0) {
		number++;
		if (len > 0 && line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (match(pattern, line) == invert)
			continue;
		found++;
		if (quiet || names_only)
			break;
		if (!count_only)
			print_match(name, number, line);
	}
	free(line);
	if (found > 0 && status == 1)
		status = 0;
	if (names_only && found > 0)
		puts(name);
	else if (count_only && !quiet)
		printf("%s%s%ld\n", show_names ? name : "", show_names ? ":" : "", found);
}

static void search_file(const char *name, const char *pattern)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

	if (!f) {
		complain(name, strerror(errno));
		return;
	}
	search(f, f == stdin ? "standard input" : name, pattern);
	if (ferror(f))
		complain(name, strerror(errno));
	if (f != stdin)
		fclose(f);
}

static int parse_options(int argc, char **argv)
{
	int opt;
	int with_names = 1;

	while ((opt = getopt(argc, argv, "chilnqv")) != -1) {
		switch (opt) {
		case 'c':
			count_only = 1;
			break;
		case 'h':
			with_names = 0;
			break;
		case 'i':
			ignore_case = 1;
			break;
		case 'l':
			names_only = 1;
			break;
		case 'n':
			numbers = 1;
			break;
		case 'q':
			quiet = 1;
			break;
		case 'v':
			invert = 1;
			break;
		default:
			return -1;
		}
	}
	show_names = with_names && argc - optind > 2;
	return optind < argc ? 0 : -1;
}

int main(int argc, char **argv)
{
	const char *pattern, *mistake;

	if (parse_options(argc, argv) < 0) {
		fprintf(stderr, "usage: grep [-chilnqv] pattern [file...]\n");
		return 2;
	}
	pattern = argv[optind++];
	mistake = find_mistake(pattern);
	if (mistake) {
		complain(pattern, mistake);
		return 2;
	}
	if (optind == argc)
		search_file("-", pattern);
	for (; optind < argc; optind++)
		search_file(argv[optind], pattern);
	if (fflush(stdout) == EOF)
		complain("write", strerror(errno));
	return status;
}
