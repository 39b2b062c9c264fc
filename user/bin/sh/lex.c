/*
 * sh: characters to tokens. A word is kept as it was written; what its quotes and dollars mean
 * is found out when it is expanded, each time it is. To find where a word ends, $(command) is
 * parsed for real, so that a ")" inside of it cannot mislead; the tree is then thrown away.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "user/bin/sh/sh.h"

#define END (-1)

static int scan_quoted(struct parser *p, int c);

int syntax_error(struct parser *p, const char *problem)
{
	int quiet = p->failed || flow == FLOW_ABANDON;

	if (!quiet && p->src->name)
		fprintf(stderr, "sh: %s:%d: syntax error: %s\n", p->src->name, p->src->line,
			problem);
	else if (!quiet)
		fprintf(stderr, "sh: syntax error: %s\n", problem);
	p->failed = 1;
	p->token = T_END;
	return -1;
}

static int next_char(struct parser *p)
{
	struct source *src = p->src;
	char c;

	while (*src->text == '\0') {
		const char *text = src->more ? src->more(src) : NULL;

		if (!text)
			return END;
		src->text = text;
		src->continued = 1;
	}
	c = *src->text++;
	if (c == '\n')
		src->line++;
	buf_putc(&p->raw, c);
	return (unsigned char)c;
}

/* Take back the last character, which next_char() just returned. */
static void unget_char(struct parser *p, int c)
{
	if (c == END)
		return;
	p->src->text--;
	p->raw.len--;
	if (c == '\n')
		p->src->line--;
}

static int peek_char(struct parser *p)
{
	int c = next_char(p);

	unget_char(p, c);
	return c;
}

/* Read up to the closing @quote, which follows no other rule than that it comes. */
static int scan_until(struct parser *p, int quote, int escapes)
{
	for (;;) {
		int c = next_char(p);

		if (c == quote)
			return 0;
		if (c == '\\' && escapes)
			c = next_char(p);
		if (c == END)
			return syntax_error(p, escapes ? "` is not closed" : "' is not closed");
	}
}

/* Read up to the @close of "..." or ${...}, over what has an end of its own inside of it. */
static int scan_nested(struct parser *p, int close, const char *problem)
{
	if (p->nesting++ >= MAX_NESTING)
		return syntax_error(p, "nested too deeply");
	for (;;) {
		int c = next_char(p);

		if (c == close) {
			p->nesting--;
			return 0;
		}
		if (c == END)
			return syntax_error(p, problem);
		if (c == '\'' && p->in_double)
			continue;
		if (scan_quoted(p, c) < 0)
			return -1;
	}
}

static int scan_double(struct parser *p)
{
	int outer = p->in_double;
	int err;

	p->in_double = 1;
	err = scan_nested(p, '"', "\" is not closed");
	p->in_double = outer;
	return err;
}

/* $((...)): up to the parentheses that close it. */
static int scan_arithmetic(struct parser *p)
{
	int depth = 0;

	for (;;) {
		int c = next_char(p);

		if (c == END)
			return syntax_error(p, "$(( is not closed");
		if (c == '(')
			depth++;
		if (c == ')' && depth-- == 0)
			break;
	}
	if (next_char(p) != ')')
		return syntax_error(p, "$(( is not closed by ))");
	return 0;
}

/* $(...): parse what is inside, with a parser state of its own on the same characters. */
static int scan_command(struct parser *p)
{
	struct parser outer = *p;

	p->heredocs = NULL;
	p->in_double = 0;
	p->depth++;
	lex_next(p);
	while (p->token == T_NEWLINE)
		lex_next(p);
	if (p->token != T_RPAREN)
		parse_list(p);
	if (p->token != T_RPAREN)
		return syntax_error(p, "$( is not closed");
	p->depth = outer.depth;
	p->in_double = outer.in_double;
	p->heredocs = outer.heredocs;
	p->token = outer.token;
	p->word = outer.word;
	return 0;
}

static int scan_dollar(struct parser *p)
{
	int c = peek_char(p);

	if (c == '{') {
		next_char(p);
		return scan_nested(p, '}', "${ is not closed");
	}
	if (c != '(')
		return 0;
	next_char(p);
	if (peek_char(p) != '(')
		return scan_command(p);
	next_char(p);
	return scan_arithmetic(p);
}

/* @c was read: if it begins something with an end of its own, read up to that end. */
static int scan_quoted(struct parser *p, int c)
{
	switch (c) {
	case '\\':
		next_char(p);
		return 0;
	case '\'':
		return scan_until(p, '\'', 0);
	case '"':
		return scan_double(p);
	case '`':
		return scan_until(p, '`', 1);
	case '$':
		return scan_dollar(p);
	}
	return 0;
}

static int is_meta(int c)
{
	return c == END || strchr(" \t\n;&|<>()", c) != NULL;
}

static void scan_word(struct parser *p, size_t start)
{
	int c;

	while (!is_meta(c = next_char(p))) {
		if (scan_quoted(p, c) < 0)
			return;
	}
	unget_char(p, c);
	p->token = T_WORD;
	p->word = arena_strndup(p->arena, p->raw.text + start, p->raw.len - start);
}

/* Spaces, joined lines and comments before a token; returns the token's first character. */
static int skip_blanks(struct parser *p)
{
	for (;;) {
		int c = next_char(p);

		if (c == '\\' && peek_char(p) == '\n') {
			next_char(p);
		} else if (c == '#') {
			while (c != '\n' && c != END)
				c = next_char(p);
			return c;
		} else if (c != ' ' && c != '\t') {
			return c;
		}
	}
}

/* If the next character is @c, take it. */
static int accept_char(struct parser *p, int c)
{
	if (peek_char(p) != c)
		return 0;
	next_char(p);
	return 1;
}

static void lex_redir(struct parser *p, int c, int fd)
{
	p->token = T_REDIR;
	p->fd = fd >= 0 ? fd : c == '>';
	if (c == '>') {
		p->op = R_OUT;
		if (accept_char(p, '>'))
			p->op = R_APPEND;
		else if (accept_char(p, '&'))
			p->op = R_DUP;
		else
			accept_char(p, '|');
		return;
	}
	p->op = R_IN;
	if (accept_char(p, '>'))
		p->op = R_RDWR;
	else if (accept_char(p, '&'))
		p->op = R_DUP;
	else if (accept_char(p, '<'))
		p->op = accept_char(p, '-') ? R_HERE_TABS : R_HERE;
}

/* A digit alone in front of < or > says which descriptor. */
static int lex_fd(struct parser *p, int c)
{
	int op;

	if (!isdigit(c))
		return 0;
	op = peek_char(p);
	if (op != '<' && op != '>')
		return 0;
	lex_redir(p, next_char(p), c - '0');
	return 1;
}

/* Make the next token the current one. */
void lex_next(struct parser *p)
{
	size_t start;
	int c;

	if (p->failed)
		return;
	if (p->depth == 0)
		p->raw.len = 0;
	c = skip_blanks(p);
	start = p->raw.len - 1;
	switch (c) {
	case END:
		p->token = T_END;
		return;
	case '\n':
		p->token = T_NEWLINE;
		lex_read_heredocs(p);
		return;
	case ';':
		p->token = accept_char(p, ';') ? T_DSEMI : T_SEMI;
		return;
	case '&':
		p->token = accept_char(p, '&') ? T_AND : T_AMP;
		return;
	case '|':
		p->token = accept_char(p, '|') ? T_OR : T_PIPE;
		return;
	case '(':
		p->token = T_LPAREN;
		return;
	case ')':
		p->token = T_RPAREN;
		return;
	case '<':
	case '>':
		lex_redir(p, c, -1);
		return;
	}
	if (lex_fd(p, c))
		return;
	unget_char(p, c);
	scan_word(p, start);
}

/* Read one line without its newline into @line; 0 at the end of the source. */
static int read_line_raw(struct parser *p, struct buf *line)
{
	int c = next_char(p);

	*line = (struct buf){ .arena = p->arena };
	if (c == END)
		return 0;
	for (; c != '\n' && c != END; c = next_char(p))
		buf_putc(line, c);
	return 1;
}

static void read_heredoc(struct parser *p, struct redir *r)
{
	struct buf body = { .arena = p->arena };
	const char *delimiter = lex_unquote(p, r->word, &r->literal);
	struct buf line;

	while (read_line_raw(p, &line)) {
		const char *s = buf_text(&line);

		while (r->op == R_HERE_TABS && *s == '\t')
			s++;
		if (strcmp(s, delimiter) == 0)
			break;
		buf_puts(&body, s);
		buf_putc(&body, '\n');
	}
	r->word = buf_text(&body);
}

/* The line ended: the texts of its here-documents follow, in order. */
void lex_read_heredocs(struct parser *p)
{
	struct redir *r = p->heredocs;

	p->heredocs = NULL;
	while (r) {
		read_heredoc(p, r);
		r = r->next_heredoc;
	}
}

/* A here-document's delimiter: quotes removed, nothing expanded. */
const char *lex_unquote(struct parser *p, const char *word, int *quoted)
{
	struct buf b = { .arena = p->arena };

	*quoted = 0;
	for (; *word; word++) {
		if (strchr("'\"\\", *word))
			*quoted = 1;
		else
			buf_putc(&b, *word);
	}
	return buf_text(&b);
}

/*
 * The end of the quoted part, ${}, $() or `` that begins at @s, a piece of a word. Words have
 * passed the lexer before, but here-documents have not: NULL after an error, which is reported.
 */
const char *lex_skip(const char *s, int in_double)
{
	struct source src = { .text = s };
	struct parser p = { .src = &src, .arena = &scratch, .raw = { .arena = &scratch } };

	p.depth = 1;
	p.in_double = in_double;
	return scan_quoted(&p, next_char(&p)) < 0 ? NULL : src.text;
}
