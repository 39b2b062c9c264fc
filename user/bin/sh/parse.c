/*
 * sh: tokens to a tree, one function for each rule of the grammar, which calls the functions of
 * the rules inside of it (recursive descent):
 *
 *   list      and_or { (';' | '&' | newline) and_or }
 *   and_or    pipeline { ('&&' | '||') pipeline }
 *   pipeline  ['!'] command { '|' command }
 *   command   simple | compound { redirection } | name '(' ')' compound
 *   compound  '(' list ')' | '{' list '}' | if | while | until | for | case
 *
 * After a syntax error every token is T_END, so all rules come to their end by themselves.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "user/bin/sh/parse.h"

struct node *parse_node(struct parser *p, enum node_type type)
{
	struct node *n = arena_alloc(p->arena, sizeof(*n));

	memset(n, 0, sizeof(*n));
	n->type = type;
	return n;
}

static const char *token_text(struct parser *p)
{
	static const char *const text[] = {
		[T_END] = "end of file", [T_NEWLINE] = "newline", [T_SEMI] = "\";\"",
		[T_DSEMI] = "\";;\"", [T_AMP] = "\"&\"", [T_AND] = "\"&&\"", [T_OR] = "\"||\"",
		[T_PIPE] = "\"|\"", [T_LPAREN] = "\"(\"", [T_RPAREN] = "\")\"",
		[T_REDIR] = "redirection",
	};

	return text[p->token];
}

/* The current token cannot stand here; @wanted, if known, is what could. */
struct node *parse_unexpected(struct parser *p, const char *wanted)
{
	struct buf b = { .arena = p->arena };

	buf_puts(&b, "unexpected ");
	if (p->token == T_WORD) {
		buf_putc(&b, '"');
		buf_puts(&b, p->word);
		buf_putc(&b, '"');
	} else {
		buf_puts(&b, token_text(p));
	}
	if (wanted) {
		buf_puts(&b, ", expected \"");
		buf_puts(&b, wanted);
		buf_putc(&b, '"');
	}
	syntax_error(p, buf_text(&b));
	return NULL;
}

int parse_at(struct parser *p, const char *word)
{
	return p->token == T_WORD && strcmp(p->word, word) == 0;
}

int parse_accept(struct parser *p, const char *word)
{
	if (!parse_at(p, word))
		return 0;
	lex_next(p);
	return 1;
}

void parse_expect(struct parser *p, const char *word)
{
	if (!parse_accept(p, word))
		parse_unexpected(p, word);
}

void parse_expect_token(struct parser *p, enum token token, const char *text)
{
	if (p->token == token)
		lex_next(p);
	else
		parse_unexpected(p, text);
}

void parse_newlines(struct parser *p)
{
	while (p->token == T_NEWLINE)
		lex_next(p);
}

/* A word that ends a list: it belongs to the construct around it. */
static int at_closing_word(struct parser *p)
{
	static const char *const words[] = {
		"then", "elif", "else", "fi", "do", "done", "esac", "}",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (parse_at(p, words[i]))
			return 1;
	}
	return 0;
}

int parse_at_list_end(struct parser *p)
{
	return p->token == T_END || p->token == T_RPAREN || p->token == T_DSEMI ||
	       at_closing_word(p);
}

struct word **parse_word(struct parser *p, struct word **tail)
{
	struct word *w = arena_alloc(p->arena, sizeof(*w));

	w->next = NULL;
	w->text = p->word;
	*tail = w;
	lex_next(p);
	return &w->next;
}

static void add_heredoc(struct parser *p, struct redir *r)
{
	struct redir **tail = &p->heredocs;

	while (*tail)
		tail = &(*tail)->next_heredoc;
	*tail = r;
}

/* The current token is a redirection operator: take it and its word. */
static struct redir **parse_redir(struct parser *p, struct redir **tail)
{
	struct redir *r = arena_alloc(p->arena, sizeof(*r));

	*r = (struct redir){ .op = p->op, .fd = p->fd };
	lex_next(p);
	if (p->token != T_WORD) {
		parse_unexpected(p, NULL);
		return tail;
	}
	r->word = p->word;
	if (r->op == R_HERE || r->op == R_HERE_TABS)
		add_heredoc(p, r);
	lex_next(p);
	*tail = r;
	return &r->next;
}

struct redir **parse_redirs(struct parser *p, struct redir **tail)
{
	while (p->token == T_REDIR)
		tail = parse_redir(p, tail);
	return tail;
}

size_t name_length(const char *s)
{
	size_t len = 0;

	if (!isalpha((unsigned char)s[0]) && s[0] != '_')
		return 0;
	while (isalnum((unsigned char)s[len]) || s[len] == '_')
		len++;
	return len;
}

int is_name(const char *s, size_t len)
{
	return len > 0 && name_length(s) == len;
}

static int is_assignment(const char *word)
{
	size_t len = name_length(word);

	return len > 0 && word[len] == '=';
}

/* name=value... word... with redirections anywhere between. */
static struct node *parse_simple(struct parser *p)
{
	struct node *n = parse_node(p, N_SIMPLE);
	struct word **assigns = &n->assigns;
	struct word **words = &n->words;
	struct redir **redirs = &n->redirs;

	for (;;) {
		if (p->token == T_REDIR)
			redirs = parse_redir(p, redirs);
		else if (p->token != T_WORD)
			break;
		else if (!n->words && is_assignment(p->word))
			assigns = parse_word(p, assigns);
		else
			words = parse_word(p, words);
	}
	if (!n->words && !n->assigns && !n->redirs)
		return parse_unexpected(p, NULL);
	return n;
}

static struct node *parse_command(struct parser *p)
{
	struct node *n;

	if (at_closing_word(p))
		return parse_unexpected(p, NULL);
	n = parse_compound(p);
	if (n) {
		parse_redirs(p, &n->redirs);
		if (p->token == T_WORD && !at_closing_word(p))
			return parse_unexpected(p, NULL);
		return n;
	}
	n = parse_simple(p);
	if (n && p->token == T_LPAREN) {
		struct word *w = n->words;

		if (!w || w->next || n->assigns || n->redirs || !is_name(w->text, strlen(w->text)))
			return parse_unexpected(p, NULL);
		return parse_function(p, w->text);
	}
	return n;
}

static struct node *parse_pipeline(struct parser *p)
{
	int negated = 0;
	struct node *n, **tail;

	while (parse_accept(p, "!"))
		negated = !negated;
	n = parse_command(p);
	if (p->token == T_PIPE) {
		struct node *pipe = parse_node(p, N_PIPE);

		pipe->left = n;
		n = pipe;
		tail = pipe->left ? &pipe->left->next : &pipe->left;
		while (p->token == T_PIPE && !p->failed) {
			lex_next(p);
			parse_newlines(p);
			*tail = parse_command(p);
			if (*tail)
				tail = &(*tail)->next;
		}
	}
	if (negated) {
		struct node *not = parse_node(p, N_NOT);

		not->left = n;
		n = not;
	}
	return n;
}

static struct node *parse_and_or(struct parser *p)
{
	struct node *n = parse_pipeline(p);

	while (p->token == T_AND || p->token == T_OR) {
		struct node *both = parse_node(p, p->token == T_AND ? N_AND : N_OR);

		lex_next(p);
		parse_newlines(p);
		both->left = n;
		both->right = parse_pipeline(p);
		n = both;
	}
	return n;
}

/* One and_or with the ; or & behind it. */
static struct node *parse_item(struct parser *p)
{
	struct node *n = parse_and_or(p);

	if (p->token == T_AMP) {
		struct node *background = parse_node(p, N_BACKGROUND);

		background->left = n;
		n = background;
	}
	if (p->token == T_AMP || p->token == T_SEMI)
		lex_next(p);
	else if (p->token == T_LPAREN)
		return parse_unexpected(p, NULL);
	return n;
}

/* A list inside a construct: over any number of lines, up to what closes it; never empty. */
struct node *parse_list(struct parser *p)
{
	struct node *list = parse_node(p, N_SEQ);
	struct node **tail = &list->left;

	if (p->nesting++ >= MAX_NESTING)
		syntax_error(p, "nested too deeply");
	parse_newlines(p);
	do {
		*tail = parse_item(p);
		if (p->failed)
			return NULL;
		tail = &(*tail)->next;
		parse_newlines(p);
	} while (!parse_at_list_end(p));
	p->nesting--;
	return list;
}

/* A line of the source: NULL if it is empty, at the end of the source, or not well-formed. */
struct node *parse_line(struct parser *p)
{
	struct node *list = parse_node(p, N_SEQ);
	struct node **tail = &list->left;

	lex_next(p);
	while (p->token != T_NEWLINE && p->token != T_END) {
		*tail = parse_item(p);
		if (p->token == T_RPAREN || p->token == T_DSEMI)
			parse_unexpected(p, NULL);
		if (p->failed)
			return NULL;
		tail = &(*tail)->next;
	}
	return p->failed || !list->left ? NULL : list;
}
