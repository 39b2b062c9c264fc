/* sh: variables, the environment made of the exported ones, and the positional parameters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/bin/sh/sh.h"

struct var {
	struct var *next;
	char *name;
	char *value; /* NULL: exported before it was ever set */
	int exported;
};

static struct var *vars;

struct params params;
const char *script_name = "sh";

static struct var *find(const char *name)
{
	struct var *v = vars;

	while (v && strcmp(v->name, name) != 0)
		v = v->next;
	return v;
}

static struct var *find_or_make(const char *name)
{
	struct var *v = find(name);

	if (v)
		return v;
	v = must_alloc(sizeof(*v));
	*v = (struct var){ .next = vars, .name = must_strdup(name) };
	vars = v;
	return v;
}

/* The value, or NULL if the variable is not set. */
const char *var_get(const char *name)
{
	struct var *v = find(name);

	return v ? v->value : NULL;
}

void var_set(const char *name, const char *value)
{
	struct var *v = find_or_make(name);
	char *copy = must_strdup(value);

	free(v->value);
	v->value = copy;
}

/* @assignment is name=value, ready to be set. */
void var_assign(const char *assignment)
{
	size_t len = strcspn(assignment, "=");
	char *name = must_strdup(assignment);

	name[len] = '\0';
	var_set(name, assignment + len + 1);
	free(name);
}

void var_export(const char *name)
{
	find_or_make(name)->exported = 1;
}

int var_exported(const char *name)
{
	struct var *v = find(name);

	return v && v->exported;
}

void var_unset(const char *name)
{
	for (struct var **link = &vars; *link; link = &(*link)->next) {
		struct var *v = *link;

		if (strcmp(v->name, name) != 0)
			continue;
		*link = v->next;
		free(v->name);
		free(v->value);
		free(v);
		return;
	}
}

/* A value as the shell would read it back: in single quotes, a quote inside written '"'"'. */
static void print_quoted(const char *s)
{
	putchar('\'');
	for (; *s; s++) {
		if (*s == '\'')
			fputs("'\"'\"'", stdout);
		else
			putchar(*s);
	}
	putchar('\'');
}

static int by_name(const void *a, const void *b)
{
	const struct var *const *v = a, *const *w = b;

	return strcmp((*v)->name, (*w)->name);
}

/* Print the variables in order, each behind @prefix; only exported ones if @exports. */
static void print(const char *prefix, int exports)
{
	size_t count = 0;
	struct var **sorted;

	for (struct var *v = vars; v; v = v->next)
		count++;
	sorted = arena_alloc(&scratch, (count + 1) * sizeof(*sorted));
	count = 0;
	for (struct var *v = vars; v; v = v->next) {
		if (exports ? v->exported : v->value != NULL)
			sorted[count++] = v;
	}
	qsort(sorted, count, sizeof(*sorted), by_name);
	for (size_t i = 0; i < count; i++) {
		printf("%s%s", prefix, sorted[i]->name);
		if (sorted[i]->value) {
			putchar('=');
			print_quoted(sorted[i]->value);
		}
		putchar('\n');
	}
}

void var_print_exports(void)
{
	print("export ", 1);
}

void var_print_all(void)
{
	print("", 0);
}

/* Take over the environment that the shell was started with. */
void var_init(char **envp)
{
	for (; envp && *envp; envp++) {
		size_t len = strcspn(*envp, "=");
		char *name;

		if ((*envp)[len] != '=' || !is_name(*envp, len))
			continue;
		name = arena_strndup(&scratch, *envp, len);
		var_set(name, *envp + len + 1);
		var_export(name);
	}
}

/* The exported variables as execve() wants them, on scratch. */
char **var_environment(void)
{
	size_t count = 0;
	char **env;

	for (struct var *v = vars; v; v = v->next)
		count++;
	env = arena_alloc(&scratch, (count + 1) * sizeof(*env));
	count = 0;
	for (struct var *v = vars; v; v = v->next) {
		struct buf b = { .arena = &scratch };

		if (!v->exported || !v->value)
			continue;
		buf_puts(&b, v->name);
		buf_putc(&b, '=');
		buf_puts(&b, v->value);
		env[count++] = b.text;
	}
	env[count] = NULL;
	return env;
}

/* Make @p a copy of @v; what it was before is not freed. */
void params_set(struct params *p, int count, char **v)
{
	p->block = must_alloc((count + 1) * sizeof(*p->block));
	for (int i = 0; i < count; i++)
		p->block[i] = must_strdup(v[i]);
	p->block[count] = NULL;
	p->v = p->block;
	p->count = count;
}

void params_free(struct params *p)
{
	for (char **s = p->block; s && *s; s++)
		free(*s);
	free(p->block);
	*p = (struct params){ 0 };
}
