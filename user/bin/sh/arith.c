/*
 * sh: arithmetic, for $((...)): long integers, C's operators and precedence, variables by name
 * with or without a dollar, and assignment. Unset or empty variables are 0. The operands of
 * && || and ?: that do not matter are parsed, but change nothing and divide nothing.
 */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/bin/sh/sh.h"

struct arith {
	const char *text; /* all of it, for messages */
	const char *s;	  /* what is left */
	int failed;
	int skip;	  /* inside an operand that is not evaluated */
	int nesting;
};

/* Operators by precedence, the loosest first; longer ones before those that they begin with. */
static const struct {
	const char *text;
	int level;
} operators[] = {
	{ "||", 1 }, { "&&", 2 }, { "==", 6 }, { "!=", 6 }, { "<<", 8 }, { ">>", 8 },
	{ "<=", 7 }, { ">=", 7 }, { "<", 7 },  { ">", 7 },  { "|", 3 },  { "^", 4 },
	{ "&", 5 },  { "+", 9 },  { "-", 9 },  { "*", 10 }, { "/", 10 }, { "%", 10 },
};

static long expression(struct arith *a);

static long fail(struct arith *a, const char *why)
{
	if (!a->failed)
		complain(a->text, why);
	a->failed = 1;
	return 0;
}

static void skip_space(struct arith *a)
{
	while (isspace((unsigned char)*a->s))
		a->s++;
}

static int accept(struct arith *a, const char *text)
{
	size_t len = strlen(text);

	skip_space(a);
	if (strncmp(a->s, text, len) != 0)
		return 0;
	a->s += len;
	return 1;
}

/* The binary operator at hand, if it binds at least as tightly as @level. */
static int find_operator(struct arith *a, int level)
{
	skip_space(a);
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		size_t len = strlen(operators[i].text);

		if (strncmp(a->s, operators[i].text, len) == 0)
			return operators[i].level >= level ? (int)i : -1;
	}
	return -1;
}

/* Signed arithmetic that wraps around, as the machine's does. */
static long apply(struct arith *a, const char *op, long x, long y)
{
	unsigned long ux = x, uy = y;

	switch (op[0]) {
	case '+': return ux + uy;
	case '-': return ux - uy;
	case '*': return ux * uy;
	case '|': return op[1] ? x || y : x | y;
	case '&': return op[1] ? x && y : x & y;
	case '^': return x ^ y;
	case '=': return x == y;
	case '!': return x != y;
	case '<': return op[1] == '<' ? (long)(ux << (uy & 63)) : op[1] == '=' ? x <= y : x < y;
	case '>': return op[1] == '>' ? x >> (uy & 63) : op[1] == '=' ? x >= y : x > y;
	}
	if (a->skip)
		return 0;
	if (y == 0)
		return fail(a, "division by zero");
	if (y == -1)
		return op[0] == '/' ? (long)(0 - ux) : 0;
	return op[0] == '/' ? x / y : x % y;
}

static long number_of(struct arith *a, const char *s)
{
	char *end;
	long value = strtol(s, &end, 0);

	while (isspace((unsigned char)*end))
		end++;
	return *end ? fail(a, "not a number in arithmetic") : value;
}

/* name, name = value, name += value, ... */
static long variable(struct arith *a)
{
	size_t len = name_length(a->s);
	char *name = arena_strndup(&scratch, a->s, len);
	const char *text = var_get(name);
	long value;
	size_t oplen;
	const char *op;

	a->s += len;
	skip_space(a);
	op = a->s;
	oplen = strspn(op, "+-*/%&|^<>");
	if (op[oplen] != '=' || op[oplen + 1] == '=' || (oplen == 1 && strchr("<>", *op)))
		return text && *text && !a->skip ? number_of(a, text) : 0;
	a->s += oplen + 1;
	value = expression(a);
	if (oplen > 0)
		value = apply(a, op, text && *text ? number_of(a, text) : 0, value);
	if (!a->failed && !a->skip) {
		char digits[24];

		snprintf(digits, sizeof(digits), "%ld", value);
		var_set(name, digits);
	}
	return value;
}

static long primary(struct arith *a)
{
	long value;

	if (a->nesting++ > MAX_NESTING)
		return fail(a, "nested too deeply");
	if (accept(a, "(")) {
		value = expression(a);
		if (!accept(a, ")"))
			fail(a, "missing )");
	} else if (accept(a, "-")) {
		value = 0 - (unsigned long)primary(a);
	} else if (accept(a, "+")) {
		value = primary(a);
	} else if (accept(a, "!")) {
		value = !primary(a);
	} else if (accept(a, "~")) {
		value = ~primary(a);
	} else if (isdigit((unsigned char)*a->s)) {
		char *end;

		value = strtol(a->s, &end, 0);
		a->s = end;
	} else if (name_length(a->s) > 0) {
		value = variable(a);
	} else {
		value = fail(a, "number or name expected");
	}
	a->nesting--;
	return value;
}

/* Operands joined by operators that bind at least as tightly as @level. */
static long binary(struct arith *a, int level)
{
	long x = primary(a);
	int i;

	while (!a->failed && (i = find_operator(a, level)) >= 0) {
		const char *op = operators[i].text;
		int decided = operators[i].level == 1 ? x != 0 : operators[i].level == 2 && x == 0;
		long y;

		a->s += strlen(op);
		a->skip += decided;
		y = binary(a, operators[i].level + 1);
		a->skip -= decided;
		x = apply(a, op, x, y);
	}
	return x;
}

static long expression(struct arith *a)
{
	long x = binary(a, 1);
	long yes, no;

	if (!accept(a, "?"))
		return x;
	a->skip += x == 0;
	yes = expression(a);
	a->skip -= x == 0;
	if (!accept(a, ":"))
		return fail(a, "missing :");
	a->skip += x != 0;
	no = expression(a);
	a->skip -= x != 0;
	return x ? yes : no;
}

/* @text has been expanded already; 0, or -1 after an error, which was reported. */
int arith_evaluate(const char *text, long *result)
{
	struct arith a = { .text = text, .s = text };

	skip_space(&a);
	*result = *a.s ? expression(&a) : 0;
	skip_space(&a);
	if (*a.s)
		fail(&a, "cannot be understood as arithmetic");
	return a.failed ? -1 : 0;
}
