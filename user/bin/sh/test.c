/*
 * sh: test and [. The expression's grammar, the loosest binding first:
 *
 *   or       and { -o and }
 *   and      not { -a not }
 *   not      ! not | primary
 *   primary  ( or ) | word operator word | -letter word | word
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/bin/sh/sh.h"

struct test {
	char **v; /* what is left */
	int count;
	int failed;
};

static int parse_or(struct test *t);

static int fail(struct test *t, const char *what, const char *why)
{
	if (!t->failed)
		fprintf(stderr, "sh: test: %s: %s\n", what, why);
	t->failed = 1;
	return 0;
}

static const char *take(struct test *t)
{
	t->count--;
	return *t->v++;
}

static int accept(struct test *t, const char *word)
{
	if (t->count == 0 || strcmp(t->v[0], word) != 0)
		return 0;
	take(t);
	return 1;
}

static int is_unary(const char *s)
{
	return s[0] == '-' && s[1] && s[2] == '\0' && strchr("bcdefhLnprstwxz", s[1]) != NULL;
}

static int test_unary(struct test *t, char op, const char *word)
{
	struct stat st;
	long fd;

	switch (op) {
	case 'n':
		return word[0] != '\0';
	case 'z':
		return word[0] == '\0';
	case 'r':
		return access(word, R_OK) == 0;
	case 'w':
		return access(word, W_OK) == 0;
	case 'x':
		return access(word, X_OK) == 0;
	case 't':
		if (parse_int(word, &fd) < 0)
			return fail(t, word, "not a number");
		return isatty((int)fd);
	case 'h':
	case 'L':
		return lstat(word, &st) == 0 && S_ISLNK(st.st_mode);
	}
	if (stat(word, &st) < 0)
		return 0;
	switch (op) {
	case 'b':
		return S_ISBLK(st.st_mode);
	case 'c':
		return S_ISCHR(st.st_mode);
	case 'd':
		return S_ISDIR(st.st_mode);
	case 'f':
		return S_ISREG(st.st_mode);
	case 'p':
		return S_ISFIFO(st.st_mode);
	case 's':
		return st.st_size > 0;
	}
	return 1;
}

enum comparison { EQ, NE, LT, LE, GT, GE, SAME, DIFFER, BEFORE, AFTER, SAME_FILE, NONE };

static enum comparison find_comparison(const char *s)
{
	static const char *const names[] = {
		[EQ] = "-eq", [NE] = "-ne", [LT] = "-lt", [LE] = "-le", [GT] = "-gt", [GE] = "-ge",
		[SAME] = "=", [DIFFER] = "!=", [BEFORE] = "<", [AFTER] = ">", [SAME_FILE] = "-ef",
	};

	for (int i = 0; i < NONE; i++) {
		if (strcmp(s, names[i]) == 0)
			return i;
	}
	return NONE;
}

static int same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	return stat(a, &sa) == 0 && stat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
	       sa.st_ino == sb.st_ino;
}

static int compare_numbers(struct test *t, const char *a, enum comparison op, const char *b)
{
	long x, y;

	if (parse_int(a, &x) < 0)
		return fail(t, a, "not a number");
	if (parse_int(b, &y) < 0)
		return fail(t, b, "not a number");
	switch (op) {
	case EQ:
		return x == y;
	case NE:
		return x != y;
	case LT:
		return x < y;
	case LE:
		return x <= y;
	case GT:
		return x > y;
	default:
		return x >= y;
	}
}

static int compare(struct test *t, const char *a, enum comparison op, const char *b)
{
	switch (op) {
	case SAME:
		return strcmp(a, b) == 0;
	case DIFFER:
		return strcmp(a, b) != 0;
	case BEFORE:
		return strcmp(a, b) < 0;
	case AFTER:
		return strcmp(a, b) > 0;
	case SAME_FILE:
		return same_file(a, b);
	default:
		return compare_numbers(t, a, op, b);
	}
}

static int parse_primary(struct test *t)
{
	const char *word;
	int value;

	if (t->count == 0)
		return fail(t, "expression", "incomplete");
	if (t->count >= 3 && find_comparison(t->v[1]) != NONE) {
		word = take(t);
		value = find_comparison(take(t));
		return compare(t, word, value, take(t));
	}
	if (t->count > 1 && accept(t, "(")) {
		value = parse_or(t);
		if (!accept(t, ")"))
			fail(t, "(", "is not closed");
		return value;
	}
	word = take(t);
	if (t->count > 0 && is_unary(word))
		return test_unary(t, word[1], take(t));
	return word[0] != '\0';
}

static int parse_not(struct test *t)
{
	if (t->count > 1 && !(t->count == 3 && find_comparison(t->v[1]) != NONE) && accept(t, "!"))
		return !parse_not(t);
	return parse_primary(t);
}

static int parse_and(struct test *t)
{
	int value = parse_not(t);

	while (accept(t, "-a"))
		value &= parse_not(t);
	return value;
}

static int parse_or(struct test *t)
{
	int value = parse_and(t);

	while (accept(t, "-o"))
		value |= parse_and(t);
	return value;
}

/* 0: true, 1: false, 2: not an expression */
int run_test(int argc, char **argv)
{
	struct test t = { .v = argv + 1, .count = argc - 1 };
	int value;

	if (strcmp(argv[0], "[") == 0) {
		if (argc < 2 || strcmp(argv[argc - 1], "]") != 0) {
			complain("[", "missing ]");
			return 2;
		}
		t.count--;
	}
	if (t.count == 0)
		return 1;
	value = parse_or(&t);
	if (t.count > 0)
		fail(&t, t.v[0], "unexpected");
	return t.failed ? 2 : !value;
}
