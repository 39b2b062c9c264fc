/*
 * sh: a word as it was written to the strings it stands for.
 *
 *   "$dir"/a*c  ->  parameters and commands replaced (unquoted results cut at IFS into fields)
 *               ->  each field with wildcards replaced by the names that match
 *               ->  quotes removed
 *
 * All in one pass over the word: characters that were quoted go into the field behind a
 * backslash, which is just how a pattern says that a character stands for itself.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/bin/sh/sh.h"

static const char *ifs(void)
{
	const char *s = var_get("IFS");

	return s ? s : " \t\n";
}

void fields_add(struct fields *f, char *s)
{
	if (f->count + 1 >= f->room) {
		int room = f->room ? f->room * 2 : 16;
		char **v = arena_alloc(&scratch, room * sizeof(*v));

		if (f->count > 0)
			memcpy(v, f->v, f->count * sizeof(*v));
		f->v = v;
		f->room = room;
	}
	f->v[f->count++] = s;
	f->v[f->count] = NULL;
}

/* Put a character in; an @active one may be a wildcard. */
static void put_char(struct expander *e, char c, int active)
{
	if (c == '\\' || (!active && strchr("*?[]-!^", c)))
		buf_putc(&e->text, '\\');
	buf_putc(&e->text, c);
	e->present = 1;
	e->after_space = 0;
}

/* The field at hand is complete: add the files it matches or, if there are none, itself. */
void expand_end_field(struct expander *e)
{
	char *text = buf_text(&e->text);

	if (glob_expand(text, e->out) == 0)
		fields_add(e->out, unescape(text));
	e->text = (struct buf){ .arena = &scratch };
	e->present = 0;
}

/* A separator in an unquoted result. White space counts once however much there is of it. */
static void put_separator(struct expander *e, char c)
{
	int space = c == ' ' || c == '\t' || c == '\n';

	if (space && !e->present)
		return;
	if (space || !e->after_space)
		expand_end_field(e);
	e->after_space = space;
}

/* The value of an expansion: cut into fields unless it was @quoted. */
void expand_value(struct expander *e, const char *value, int quoted)
{
	const char *separators = ifs();

	for (; *value; value++) {
		if (!quoted && e->split && strchr(separators, *value))
			put_separator(e, *value);
		else
			put_char(e, *value, !quoted);
	}
}

/* In the child: run @text and never return. */
static void run_substitution(const char *text, int out)
{
	if (out != 1) {
		dup2(out, 1);
		close(out);
	}
	opt_errexit = 0;
	run_string(text);
	exit(last_status);
}

static void read_all(int fd, struct buf *b)
{
	char chunk[512];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0 || (n < 0 && errno == EINTR)) {
		for (ssize_t i = 0; i < n; i++) {
			if (chunk[i] != '\0')
				buf_putc(b, chunk[i]);
		}
	}
	while (b->len > 0 && b->text[b->len - 1] == '\n')
		b->text[--b->len] = '\0';
}

/* $(text): what the commands write, without the newlines at its end. */
static void expand_command(struct expander *e, const char *text, int quoted)
{
	struct buf output = { .arena = &scratch };
	int ends[2];
	pid_t pid;

	if (pipe(ends) < 0) {
		complain("pipe", strerror(errno));
		e->failed = 1;
		return;
	}
	pid = fork_child(0);
	if (pid == 0) {
		close(ends[0]);
		run_substitution(text, ends[1]);
	}
	close(ends[1]);
	if (pid > 0)
		read_all(ends[0], &output);
	else
		e->failed = 1;
	close(ends[0]);
	if (pid > 0)
		substitution_status = wait_child(pid);
	expand_value(e, buf_text(&output), quoted);
}

/* `text` up to @end: one level of backslashes goes. */
static void expand_backquote(struct expander *e, const char *s, const char *end, int quoted)
{
	struct buf text = { .arena = &scratch };

	for (; s < end; s++) {
		if (*s == '\\' && s + 1 < end && (strchr("$`\\", s[1]) || (quoted && s[1] == '"')))
			s++;
		buf_putc(&text, *s);
	}
	expand_command(e, buf_text(&text), quoted);
}

static void expand_arithmetic(struct expander *e, const char *s, size_t len, int quoted)
{
	struct expander inner = { .text = { .arena = &scratch } };
	char number[24];
	long value;

	expand_range(&inner, s, s + len, 1);
	if (inner.failed || arith_evaluate(unescape(buf_text(&inner.text)), &value) < 0) {
		e->failed = 1;
		return;
	}
	snprintf(number, sizeof(number), "%ld", value);
	expand_value(e, number, quoted);
}

/* @s is at a ${, $( or $((, which ends at @end. */
static void expand_bracketed(struct expander *e, const char *s, const char *end, int quoted)
{
	if (s[1] == '{')
		expand_braces(e, s + 2, end - 1, quoted);
	else if (s[2] == '(')
		expand_arithmetic(e, s + 3, end - 2 - (s + 3), quoted);
	else
		expand_command(e, arena_strndup(&scratch, s + 2, end - 1 - (s + 2)), quoted);
}

/* @s is at a dollar; returns what comes after the expansion. */
static const char *expand_dollar(struct expander *e, const char *s, int quoted)
{
	size_t len;

	if (s[1] == '{' || s[1] == '(') {
		const char *end = lex_skip(s, quoted != 0);

		if (end)
			expand_bracketed(e, s, end, quoted);
		else
			e->failed = 1;
		return end;
	}
	len = name_length(s + 1);
	if (len == 0 && s[1] && strchr("?$!#*@-0123456789", s[1]))
		len = 1;
	if (len == 0)
		put_char(e, '$', 0);
	else
		expand_parameter(e, s + 1, len, quoted);
	return s + 1 + len;
}

/*
 * "..." from behind the opening quote up to @end. An empty pair of quotes is a field, but "$@"
 * without any parameter is none.
 */
static void expand_double(struct expander *e, const char *s, const char *end)
{
	size_t before = e->text.len;
	int was_present = e->present;
	int fields_before = e->out ? e->out->count : 0;
	int is_all = end - s >= 2 && (strncmp(s, "$@", 2) == 0 ||
				      (end - s >= 4 && strncmp(s, "${@}", 4) == 0));

	e->present = 1;
	expand_range(e, s, end, 1);
	if (is_all && params.count == 0 && e->text.len == before &&
	    (!e->out || e->out->count == fields_before))
		e->present = was_present;
}

/* A backslash at @s; returns what comes after it and what it quotes. */
static const char *expand_backslash(struct expander *e, const char *s, const char *end, int quoted)
{
	if (s + 1 == end) {
		put_char(e, '\\', 0);
		return s + 1;
	}
	if (s[1] == '\n')
		return s + 2;
	if (quoted && !strchr(quoted == 2 ? "$`\\" : "$`\\\"", s[1])) {
		put_char(e, '\\', 0);
		return s + 1;
	}
	put_char(e, s[1], 0);
	return s + 2;
}

/* ~ or ~/ in front of a word: the home directory. */
static const char *expand_tilde(struct expander *e, const char *s, const char *end)
{
	const char *home = var_get("HOME");

	if (s == end || *s != '~' || (s + 1 < end && s[1] != '/') || !home)
		return s;
	expand_value(e, home, 1);
	return s + 1;
}

/*
 * Expand the part of a word from @s to @end into @e. @quoted: 0 as it stands in a command,
 * 1 inside double quotes, 2 in a here-document, where double quotes are plain characters.
 */
void expand_range(struct expander *e, const char *s, const char *end, int quoted)
{
	const char *close;

	while (s < end && !e->failed) {
		switch (*s) {
		case '\\':
			s = expand_backslash(e, s, end, quoted);
			continue;
		case '$':
			s = expand_dollar(e, s, quoted);
			continue;
		case '`':
			close = lex_skip(s, 0);
			if (close)
				expand_backquote(e, s + 1, close - 1, quoted);
			else
				e->failed = 1;
			s = close;
			continue;
		case '"':
			if (quoted == 2)
				break;
			close = lex_skip(s, 0);
			expand_double(e, s + 1, close - 1);
			s = close;
			continue;
		case '\'':
			if (quoted)
				break;
			e->present = 1;
			for (s++; *s != '\''; s++)
				put_char(e, *s, 0);
			s++;
			continue;
		}
		if (e->in_default && !quoted && e->split && strchr(ifs(), *s))
			put_separator(e, *s++);
		else
			put_char(e, *s++, !quoted);
	}
}

/* The words of a command to fields; -1 after an error, which was reported. */
int expand_words(struct word *words, struct fields *out)
{
	*out = (struct fields){ 0 };
	for (; words; words = words->next) {
		struct expander e = { .text = { .arena = &scratch }, .split = 1, .out = out };
		const char *end = words->text + strlen(words->text);

		expand_range(&e, expand_tilde(&e, words->text, end), end, 0);
		if (e.failed)
			return -1;
		if (e.present)
			expand_end_field(&e);
	}
	return 0;
}

/* A word that is one string whatever is in it; wildcards stay escaped. NULL after an error. */
char *expand_pattern(const char *word)
{
	struct expander e = { .text = { .arena = &scratch } };
	const char *end = word + strlen(word);

	expand_range(&e, expand_tilde(&e, word, end), end, 0);
	return e.failed ? NULL : buf_text(&e.text);
}

char *expand_string(const char *word)
{
	char *s = expand_pattern(word);

	return s ? unescape(s) : NULL;
}

char *expand_heredoc(const char *text)
{
	struct expander e = { .text = { .arena = &scratch } };

	expand_range(&e, text, text + strlen(text), 2);
	return e.failed ? NULL : unescape(buf_text(&e.text));
}
