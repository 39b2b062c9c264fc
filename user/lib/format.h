/*
 * What the parts of the format engine share, for user/lib alone.
 */
#ifndef USER_LIB_FORMAT_H
#define USER_LIB_FORMAT_H

#include "user/lib/stream.h"

enum {
	FORMAT_LEFT = 1,	/* '-' */
	FORMAT_PLUS = 2,	/* '+' */
	FORMAT_SPACE = 4,	/* ' ' */
	FORMAT_ALT = 8,		/* '#' */
	FORMAT_ZERO = 16,	/* '0' */
};

/* One conversion, such as "%-8.3lx". */
struct spec {
	unsigned flags;
	int width;		/* 0 when not given */
	int precision;		/* -1 when not given */
	char length;		/* h, l, z ...; H for hh, q for ll; 0: int */
	char conv;
};

struct printer {
	FILE *f;
	size_t count;		/* bytes printed so far */
};

void __format_text(struct printer *p, const char *s, size_t n);
void __format_fill(struct printer *p, char c, long n);

/* Spaces, prefix, zeros, body, spaces; the zeros also fill the width for "%05d". */
void __format_field(struct printer *p, const struct spec *spec, const char *prefix, long zeros,
		    const char *body, size_t n);

/* "-", "+", " " or "", as sign and flags want it. */
const char *__format_sign(const struct spec *spec, int negative);

void __format_double(struct printer *p, const struct spec *spec, double value);

#endif
