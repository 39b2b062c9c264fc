/* sh: what the two halves of the parser, parse.c and compound.c, share. */
#ifndef USER_BIN_SH_PARSE_H
#define USER_BIN_SH_PARSE_H

#include "user/bin/sh/sh.h"

struct node *parse_node(struct parser *p, enum node_type type);

/* The current token cannot stand here; @wanted, if not NULL, is what could. Returns NULL. */
struct node *parse_unexpected(struct parser *p, const char *wanted);

/* Is the current token this reserved word? accept also takes it, expect insists on it. */
int parse_at(struct parser *p, const char *word);
int parse_accept(struct parser *p, const char *word);
void parse_expect(struct parser *p, const char *word);
void parse_expect_token(struct parser *p, enum token token, const char *text);

void parse_newlines(struct parser *p);
int parse_at_list_end(struct parser *p);

/* Take the current word, or redirections; returns where the next one is to be linked in. */
struct word **parse_word(struct parser *p, struct word **tail);
struct redir **parse_redirs(struct parser *p, struct redir **tail);

/* compound.c */
struct node *parse_compound(struct parser *p);
struct node *parse_function(struct parser *p, const char *name);

#endif
