/*
 * text.h - a growing text, on frames of its own: what a file of /proc says.
 */
#pragma once

#include "mm/pagecache.h"

struct text {
	struct pagecache *pc;	/* the bytes */
	int err;		/* the first failure; later additions do nothing */
};

int text_create(struct text *text);
void text_add(struct text *text, const char *s, size_t len);
__attribute__((format(printf, 2, 3))) void text_printf(struct text *text, const char *fmt, ...);
