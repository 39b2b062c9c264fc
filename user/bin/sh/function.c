/* sh: functions. A function keeps the arena of the line that defined it for as long as it may run. */
#include <stdlib.h>
#include <string.h>

#include "user/bin/sh/sh.h"

#define MAX_DEPTH 1000 /* of calls, so that endless recursion ends in a message */

struct function {
	struct function *next;
	struct node *node; /* N_FUNCTION, in node->arena, to which this holds a reference */
};

static struct function *functions;

int function_unset(const char *name)
{
	for (struct function **link = &functions; *link; link = &(*link)->next) {
		struct function *f = *link;

		if (strcmp(f->node->name, name) != 0)
			continue;
		*link = f->next;
		arena_put(f->node->arena);
		free(f);
		return 1;
	}
	return 0;
}

void function_define(struct node *n)
{
	struct function *f = must_alloc(sizeof(*f));

	arena_get(n->arena);
	function_unset(n->name);
	*f = (struct function){ functions, n };
	functions = f;
}

struct node *function_find(const char *name)
{
	for (struct function *f = functions; f; f = f->next) {
		if (strcmp(f->node->name, name) == 0)
			return f->node;
	}
	return NULL;
}

/* Run the function @n with its own $1...; it may be defined anew while it runs. */
int function_call(struct node *n, int argc, char **argv)
{
	struct params outer = params;
	int outer_loops = loop_depth;
	int status;

	if (function_depth >= MAX_DEPTH) {
		complain(n->name, "called too deeply");
		return abandon(2);
	}
	arena_get(n->arena);
	params_set(&params, argc - 1, argv + 1);
	loop_depth = 0;
	function_depth++;
	status = exec_node(n->left, 0);
	function_depth--;
	loop_depth = outer_loops;
	params_free(&params);
	params = outer;
	arena_put(n->arena);
	if (flow == FLOW_RETURN) {
		flow = FLOW_NONE;
		status = flow_status;
	}
	return status;
}
