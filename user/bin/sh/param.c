/*
 * sh: parameters. $name and ${name}, $1, $#, $?, ... and the forms that do something with the
 * value: ${#x} ${x:-word} ${x:=word} ${x:?word} ${x:+word} ${x#pattern} ${x%pattern}.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/bin/sh/sh.h"

static char *number_text(long n)
{
	char *s = arena_alloc(&scratch, 24);

	snprintf(s, 24, "%ld", n);
	return s;
}

static const char *positional(const char *digits)
{
	long n = strtol(digits, NULL, 10);

	if (n == 0)
		return script_name;
	return n <= params.count ? params.v[n - 1] : NULL;
}

static const char *option_letters(void)
{
	struct buf b = { .arena = &scratch };

	buf_puts(&b, opt_errexit ? "e" : "");
	buf_puts(&b, interactive ? "i" : "");
	buf_puts(&b, opt_xtrace ? "x" : "");
	return buf_text(&b);
}

/* $*: all parameters in one string, the first character of IFS between them. */
static const char *all_joined(void)
{
	struct buf b = { .arena = &scratch };
	const char *separators = var_get("IFS");

	for (int i = 0; i < params.count; i++) {
		if (i > 0 && !separators)
			buf_putc(&b, ' ');
		else if (i > 0 && *separators)
			buf_putc(&b, *separators);
		buf_puts(&b, params.v[i]);
	}
	return buf_text(&b);
}

/* The value of any parameter, or NULL if it is not set. */
static const char *value_of(const char *name)
{
	if (isdigit((unsigned char)*name))
		return positional(name);
	switch (*name) {
	case '?':
		return number_text(last_status);
	case '$':
		return number_text(shell_pid);
	case '!':
		return last_background ? number_text(last_background) : NULL;
	case '#':
		return number_text(params.count);
	case '-':
		return option_letters();
	case '*':
	case '@':
		return params.count > 0 ? all_joined() : NULL;
	}
	return var_get(name);
}

/* $@, and $* without quotes: each parameter begins a new field. */
static void expand_all(struct expander *e, int quoted)
{
	for (int i = 0; i < params.count; i++) {
		if (i > 0 && (e->present || quoted))
			expand_end_field(e);
		if (quoted)
			e->present = 1;
		expand_value(e, params.v[i], quoted);
	}
}

static void put_value(struct expander *e, const char *name, const char *value, int quoted)
{
	if (e->out && (*name == '@' || (*name == '*' && !quoted)))
		expand_all(e, quoted);
	else if (value)
		expand_value(e, value, quoted);
}

void expand_parameter(struct expander *e, const char *name, size_t len, int quoted)
{
	const char *copy = arena_strndup(&scratch, name, len);

	put_value(e, copy, value_of(copy), quoted);
}

/* A word inside of braces, as a string; wildcards stay escaped. NULL after an error. */
static char *word_string(const char *s, const char *end, int quoted)
{
	struct expander e = { .text = { .arena = &scratch } };

	expand_range(&e, s, end, quoted);
	return e.failed ? NULL : buf_text(&e.text);
}

/* ${x:=word} */
static void assign_default(struct expander *e, const char *name, const char *s, const char *end,
			   int quoted)
{
	char *word = word_string(s, end, quoted);

	if (!is_name(name, strlen(name))) {
		complain(name, "cannot be assigned to");
		word = NULL;
	}
	if (!word) {
		e->failed = 1;
		return;
	}
	var_set(name, unescape(word));
	expand_value(e, var_get(name), quoted);
}

/* ${x:?word} */
static void fail_unset(struct expander *e, const char *name, const char *s, const char *end)
{
	char *word = word_string(s, end, 0);

	if (word)
		complain(name, *word ? unescape(word) : "parameter not set");
	e->failed = 1;
}

/* The - = ? + forms; @value is NULL when the parameter counts as not set. */
static void expand_default(struct expander *e, const char *name, const char *value, char op,
			   const char *s, const char *end, int quoted)
{
	int use_word = op == '+' ? value != NULL : value == NULL && op == '-';
	int outer = e->in_default;

	if (use_word) {
		e->in_default = 1;
		expand_range(e, s, end, quoted);
		e->in_default = outer;
	} else if (value && op != '+') {
		put_value(e, name, value, quoted);
	} else if (op == '=') {
		assign_default(e, name, s, end, quoted);
	} else if (op == '?') {
		fail_unset(e, name, s, end);
	}
}

/* Cut what matches @pattern off the front of @value: the shortest such part or the longest. */
static const char *cut_front(char *value, const char *pattern, int longest)
{
	size_t len = strlen(value);

	for (size_t i = 0; i <= len; i++) {
		size_t cut = longest ? len - i : i;
		char c = value[cut];
		int match;

		value[cut] = '\0';
		match = pattern_match(pattern, value);
		value[cut] = c;
		if (match)
			return value + cut;
	}
	return value;
}

static const char *cut_back(char *value, const char *pattern, int longest)
{
	size_t len = strlen(value);

	for (size_t i = 0; i <= len; i++) {
		size_t keep = longest ? i : len - i;

		if (pattern_match(pattern, value + keep)) {
			value[keep] = '\0';
			break;
		}
	}
	return value;
}

/* ${x#pattern} ${x##pattern} ${x%pattern} ${x%%pattern}; @s is at the operator. */
static void expand_cut(struct expander *e, const char *value, const char *s, const char *end,
		       int quoted)
{
	int longest = s + 1 < end && s[1] == s[0];
	char *pattern = word_string(s + 1 + longest, end, 0);
	char *copy;

	if (!pattern) {
		e->failed = 1;
		return;
	}
	if (!value)
		return;
	copy = arena_strndup(&scratch, value, strlen(value));
	expand_value(e, *s == '#' ? cut_front(copy, pattern, longest) :
				    cut_back(copy, pattern, longest), quoted);
}

/* The length of the parameter's name at @s: a name, a number or one special character. */
static size_t parameter_length(const char *s, const char *end)
{
	size_t len = name_length(s);

	if (len == 0) {
		while (s + len < end && isdigit((unsigned char)s[len]))
			len++;
	}
	if (len == 0 && s < end && strchr("?$!#*@-", *s))
		len = 1;
	return len;
}

static void bad_substitution(struct expander *e, const char *s, const char *end)
{
	struct buf b = { .arena = &scratch };

	buf_puts(&b, "${");
	buf_put(&b, s, end - s);
	buf_puts(&b, "}");
	complain(buf_text(&b), "bad substitution");
	e->failed = 1;
}

/* ${...}, from behind the opening brace up to the closing one at @end. */
void expand_braces(struct expander *e, const char *s, const char *end, int quoted)
{
	int want_length = s + 1 < end && *s == '#' && parameter_length(s + 1, end) > 0;
	const char *from = s + want_length;
	size_t len = parameter_length(from, end);
	const char *name = arena_strndup(&scratch, from, len);
	const char *value = value_of(name);
	const char *op = from + len;
	int colon = op + 1 < end && *op == ':';

	if (len == 0 || (want_length && op != end)) {
		bad_substitution(e, s, end);
	} else if (want_length) {
		expand_value(e, number_text(value ? strlen(value) : 0), quoted);
	} else if (op == end) {
		put_value(e, name, value, quoted);
	} else if (strchr("-=?+", op[colon])) {
		if (colon && value && *value == '\0')
			value = NULL;
		expand_default(e, name, value, op[colon], op + 1 + colon, end, quoted);
	} else if (*op == '#' || *op == '%') {
		expand_cut(e, value, op, end, quoted);
	} else {
		bad_substitution(e, s, end);
	}
}
