/* sh: a tree back to text, in one line, to name a job by what it runs. */
#include "user/bin/sh/sh.h"

static void put_node(struct buf *b, struct node *n);

static void put_words(struct buf *b, struct word *w)
{
	for (; w; w = w->next) {
		if (b->len > 0 && b->text[b->len - 1] != ' ')
			buf_putc(b, ' ');
		buf_puts(b, w->text);
	}
}

static void put_redirs(struct buf *b, struct redir *r)
{
	static const char *const signs[] = {
		[R_IN] = "<", [R_OUT] = ">", [R_APPEND] = ">>", [R_RDWR] = "<>",
		[R_DUP] = ">&", [R_HERE] = "<<", [R_HERE_TABS] = "<<-",
	};

	for (; r; r = r->next) {
		int reads = r->op == R_IN || r->op == R_RDWR || r->op >= R_HERE;

		buf_putc(b, ' ');
		if (r->fd != (reads ? 0 : 1))
			buf_putc(b, (char)('0' + r->fd % 10));
		buf_puts(b, signs[r->op]);
		if (r->op < R_HERE)
			buf_puts(b, r->word);
	}
}

static void put_list(struct buf *b, struct node *item, const char *between)
{
	for (; item; item = item->next) {
		put_node(b, item);
		if (item->next)
			buf_puts(b, item->type == N_BACKGROUND ? " " : between);
	}
}

static void put_three(struct buf *b, struct node *n, const char *const words[3])
{
	buf_puts(b, words[0]);
	put_node(b, n->left);
	buf_puts(b, words[1]);
	put_node(b, n->right);
	buf_puts(b, words[2]);
}

/* What begins with a word of the language and ends with one. */
static void put_compound(struct buf *b, struct node *n)
{
	switch (n->type) {
	case N_SUBSHELL:
		buf_putc(b, '(');
		put_node(b, n->left);
		buf_putc(b, ')');
		break;
	case N_GROUP:
		buf_puts(b, "{ ");
		put_node(b, n->left);
		buf_puts(b, "; }");
		break;
	case N_IF:
		put_three(b, n, (const char *[]){ "if ", "; then ", n->other ? "; else ..." : "" });
		buf_puts(b, "; fi");
		break;
	case N_WHILE:
	case N_UNTIL:
		put_three(b, n, (const char *[]){ n->type == N_WHILE ? "while " : "until ",
						  "; do ", "; done" });
		break;
	case N_FOR:
		buf_puts(b, "for ");
		buf_puts(b, n->name);
		buf_puts(b, n->has_words ? " in " : "");
		put_words(b, n->words);
		buf_puts(b, "; do ");
		put_node(b, n->right);
		buf_puts(b, "; done");
		break;
	case N_CASE:
		buf_puts(b, "case ");
		put_words(b, n->words);
		buf_puts(b, " in ... esac");
		break;
	default:
		buf_puts(b, n->name);
		buf_puts(b, "()");
	}
}

static void put_node(struct buf *b, struct node *n)
{
	switch (n->type) {
	case N_SIMPLE:
		put_words(b, n->assigns);
		put_words(b, n->words);
		break;
	case N_PIPE:
		put_list(b, n->left, " | ");
		break;
	case N_AND:
	case N_OR:
		put_three(b, n, (const char *[]){ "", n->type == N_AND ? " && " : " || ", "" });
		break;
	case N_NOT:
		buf_puts(b, "! ");
		put_node(b, n->left);
		break;
	case N_SEQ:
		put_list(b, n->left, "; ");
		break;
	case N_BACKGROUND:
		put_node(b, n->left);
		buf_puts(b, " &");
		break;
	default:
		put_compound(b, n);
	}
	put_redirs(b, n->redirs);
}

/* In memory from malloc(). */
char *node_text(struct node *n)
{
	struct mark m = scratch_mark();
	struct buf b = { .arena = &scratch };
	char *text;

	put_node(&b, n);
	text = must_strdup(buf_text(&b));
	scratch_release(m);
	return text;
}
