/*
 * sh: the rules of the grammar for compound commands and functions; see parse.c for the others.
 *
 *   if       'if' list 'then' list { 'elif' list 'then' list } ['else' list] 'fi'
 *   while    ('while' | 'until') list 'do' list 'done'
 *   for      'for' name ['in' { word }] 'do' list 'done'
 *   case     'case' word 'in' { pattern { '|' pattern } ')' [list] ';;' } 'esac'
 */
#include <string.h>

#include "user/bin/sh/parse.h"

static struct node *parse_if(struct parser *p)
{
	struct node *n = parse_node(p, N_IF);

	n->left = parse_list(p);
	parse_expect(p, "then");
	n->right = parse_list(p);
	if (parse_accept(p, "elif")) {
		n->other = parse_if(p);
		return n;
	}
	if (parse_accept(p, "else"))
		n->other = parse_list(p);
	parse_expect(p, "fi");
	return n;
}

static struct node *parse_do(struct parser *p)
{
	struct node *body;

	parse_expect(p, "do");
	body = parse_list(p);
	parse_expect(p, "done");
	return body;
}

static struct node *parse_while(struct parser *p, enum node_type type)
{
	struct node *n = parse_node(p, type);

	n->left = parse_list(p);
	n->right = parse_do(p);
	return n;
}

static struct node *parse_for(struct parser *p)
{
	struct node *n = parse_node(p, N_FOR);
	struct word **tail = &n->words;

	if (p->token != T_WORD || !is_name(p->word, strlen(p->word)))
		return parse_unexpected(p, NULL);
	n->name = p->word;
	lex_next(p);
	parse_newlines(p);
	if (parse_accept(p, "in")) {
		n->has_words = 1;
		while (p->token == T_WORD)
			tail = parse_word(p, tail);
		if (p->token != T_SEMI && p->token != T_NEWLINE)
			return parse_unexpected(p, "do");
	}
	if (p->token == T_SEMI)
		lex_next(p);
	parse_newlines(p);
	n->right = parse_do(p);
	return n;
}

/* pattern | pattern ) [list] ;; */
static struct node *parse_case_item(struct parser *p)
{
	struct node *item = parse_node(p, N_CASE);
	struct word **tail = &item->words;

	if (p->token == T_LPAREN)
		lex_next(p);
	for (;;) {
		if (p->token != T_WORD)
			return parse_unexpected(p, NULL);
		tail = parse_word(p, tail);
		if (p->token != T_PIPE)
			break;
		lex_next(p);
	}
	parse_expect_token(p, T_RPAREN, ")");
	parse_newlines(p);
	if (!parse_at_list_end(p))
		item->right = parse_list(p);
	return item;
}

static struct node *parse_case(struct parser *p)
{
	struct node *n = parse_node(p, N_CASE);
	struct node **tail = &n->left;

	if (p->token != T_WORD)
		return parse_unexpected(p, NULL);
	parse_word(p, &n->words);
	parse_newlines(p);
	parse_expect(p, "in");
	parse_newlines(p);
	while (!p->failed && !parse_at(p, "esac")) {
		*tail = parse_case_item(p);
		if (p->failed)
			return NULL;
		tail = &(*tail)->next;
		if (p->token != T_DSEMI)
			break;
		lex_next(p);
		parse_newlines(p);
	}
	parse_expect(p, "esac");
	return n;
}

/* A compound command without its redirections, or NULL if none begins here. */
struct node *parse_compound(struct parser *p)
{
	struct node *n;

	if (p->token == T_LPAREN) {
		lex_next(p);
		n = parse_node(p, N_SUBSHELL);
		n->left = parse_list(p);
		parse_expect_token(p, T_RPAREN, ")");
		return n;
	}
	if (parse_accept(p, "{")) {
		n = parse_node(p, N_GROUP);
		n->left = parse_list(p);
		parse_expect(p, "}");
		return n;
	}
	if (parse_accept(p, "if"))
		return parse_if(p);
	if (parse_accept(p, "while"))
		return parse_while(p, N_WHILE);
	if (parse_accept(p, "until"))
		return parse_while(p, N_UNTIL);
	if (parse_accept(p, "for"))
		return parse_for(p);
	if (parse_accept(p, "case"))
		return parse_case(p);
	return NULL;
}

/* name ( ) was just read up to the first parenthesis. */
struct node *parse_function(struct parser *p, const char *name)
{
	struct node *n = parse_node(p, N_FUNCTION);

	lex_next(p);
	parse_expect_token(p, T_RPAREN, ")");
	parse_newlines(p);
	n->name = name;
	n->arena = p->arena;
	n->left = parse_compound(p);
	if (!n->left)
		return parse_unexpected(p, "{");
	parse_redirs(p, &n->left->redirs);
	return n;
}
