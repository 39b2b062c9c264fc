/*
 * strings.h - a growing block of NUL-ended strings: argv or envp on their way through exec.
 */
#pragma once

#include "mm/types.h"

struct strings {
	char *buf;		/* kmalloc'ed; the strings one after another */
	size_t used;		/* bytes */
	size_t room;
	size_t count;		/* strings */
	size_t limit;		/* the most that strings_cost may be */
};

#define STRING_MAX	131072		/* one argument, NUL included (Linux MAX_ARG_STRLEN) */

/* => 0, -E2BIG, -ENOMEM; from user space also -EFAULT. */
int strings_append(struct strings *s, const char *string);
int strings_prepend(struct strings *s, const char *string);
int strings_append_user(struct strings *s, vaddr_t array);	/* pointers up to NULL; 0 is empty */
size_t strings_cost(const struct strings *s);	/* their bytes, and a pointer to each */
void strings_drop_first(struct strings *s);
void strings_free(struct strings *s);
