/*
 * The scanf family: d i u o x X p, e f g, s c [ n %, with widths, '*' and the
 * length modifiers. At most one character is pushed back.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "user/lib/stream.h"

#define LONGEST_NUMBER 128

struct scanner {
	FILE *f;
	long count;		/* bytes taken so far */
};

/* One conversion, such as "%*5hd" or "%[^:]". */
struct spec {
	int discard;
	size_t width;		/* SIZE_MAX when not given */
	char length;		/* h, l, z ...; H for hh; 0: int */
	char conv;
	const char *set;	/* of '[': behind the bracket and '^' */
	const char *set_end;
	int inverted;
};

static int take(struct scanner *in)
{
	int c = fgetc(in->f);

	in->count += c != EOF;
	return c;
}

static void give_back(struct scanner *in, int c)
{
	if (c != EOF)
		in->count--;
	ungetc(c, in->f);
}

static void skip_space(struct scanner *in)
{
	int c = take(in);

	while (c != EOF && isspace(c))
		c = take(in);
	give_back(in, c);
}

/* A number as text while it is being read. */
struct token {
	struct scanner *in;
	size_t left;		/* how much more it may have */
	size_t n;
	char text[LONGEST_NUMBER];
};

/* Takes the next character if it is one of these. */
static int accept(struct token *t, const char *any)
{
	int c;

	if (!t->left || t->n == sizeof(t->text) - 1)
		return 0;
	c = take(t->in);
	if (c == EOF || !c || !strchr(any, c)) {
		give_back(t->in, c);
		return 0;
	}
	t->text[t->n++] = (char)c;
	t->left--;
	return 1;
}

static int accept_digits(struct token *t, const char *digits)
{
	int n = 0;

	while (accept(t, digits))
		n++;
	return n;
}

/* Takes the longest text that may be an integer; 0 if that is none. */
static int read_integer(struct token *t, int *base)
{
	char digits[] = "0123456789abcdefABCDEF";
	int zero;

	accept(t, "+-");
	zero = accept(t, "0");
	if (zero && (*base == 0 || *base == 16) && accept(t, "xX"))
		*base = 16;
	else if (*base == 0)
		*base = zero ? 8 : 10;
	if (*base < 16)
		digits[*base] = 0;
	return accept_digits(t, digits) + zero;
}

static int read_float(struct token *t)
{
	static const char digits[] = "0123456789";
	int n;

	accept(t, "+-");
	n = accept_digits(t, digits);
	if (accept(t, "."))
		n += accept_digits(t, digits);
	if (n && accept(t, "eE")) {
		accept(t, "+-");
		n = accept_digits(t, digits);
	}
	return n;
}

static void store_integer(void *to, char length, unsigned long value)
{
	switch (length) {
	case 'H':
		*(unsigned char *)to = (unsigned char)value;
		break;
	case 'h':
		*(unsigned short *)to = (unsigned short)value;
		break;
	case 0:
		*(unsigned *)to = (unsigned)value;
		break;
	default:
		*(unsigned long *)to = value;
	}
}

static int base_of(char conv)
{
	switch (conv) {
	case 'i':
		return 0;
	case 'o':
		return 8;
	case 'x':
	case 'X':
	case 'p':
		return 16;
	default:
		return 10;
	}
}

static int scan_number(struct scanner *in, const struct spec *spec, void *to)
{
	struct token t = { .in = in, .left = spec->width };
	int base = base_of(spec->conv), is_float = strchr("eEfFgG", spec->conv) != NULL;

	if (!(is_float ? read_float(&t) : read_integer(&t, &base)))
		return 0;
	t.text[t.n] = 0;
	if (spec->discard)
		return 1;
	if (!is_float)
		store_integer(to, spec->conv == 'p' ? 'l' : spec->length,
			      spec->conv == 'd' || spec->conv == 'i' ?
			      (unsigned long)strtol(t.text, NULL, base) :
			      strtoul(t.text, NULL, base));
	else if (spec->length == 'l')
		*(double *)to = strtod(t.text, NULL);
	else
		*(float *)to = strtof(t.text, NULL);
	return 1;
}

/* Ranges such as a-z are between two characters of the set. */
static int in_set(const struct spec *spec, int c)
{
	const char *s = spec->set;

	for (; s < spec->set_end; s++) {
		if (s[1] == '-' && s + 2 < spec->set_end) {
			if (c >= (unsigned char)s[0] && c <= (unsigned char)s[2])
				return !spec->inverted;
			s += 2;
		} else if (c == (unsigned char)*s) {
			return !spec->inverted;
		}
	}
	return spec->inverted;
}

static int wanted(const struct spec *spec, int c)
{
	switch (spec->conv) {
	case 'c':
		return 1;
	case 's':
		return !isspace(c);
	default:
		return in_set(spec, c);
	}
}

/* 'c' takes its width, or what there is, and adds no null byte. */
static int scan_text(struct scanner *in, const struct spec *spec, char *to)
{
	size_t width = spec->conv == 'c' && spec->width == SIZE_MAX ? 1 : spec->width, n = 0;

	while (n < width) {
		int c = take(in);

		if (c == EOF || !wanted(spec, c)) {
			give_back(in, c);
			break;
		}
		if (!spec->discard)
			to[n] = (char)c;
		n++;
	}
	if (!n)
		return 0;
	if (!spec->discard && spec->conv != 'c')
		to[n] = 0;
	return 1;
}

/* From behind the '['; a ']' that comes first belongs to the set. */
static const char *read_set(const char *s, struct spec *spec)
{
	spec->inverted = *s == '^';
	s += spec->inverted;
	spec->set = s;
	if (*s == ']')
		s++;
	while (*s && *s != ']')
		s++;
	spec->set_end = s;
	return *s ? s + 1 : s;
}

/* From behind the '%'; returns the end of the conversion. */
static const char *read_spec(const char *s, struct spec *spec)
{
	*spec = (struct spec){ .width = SIZE_MAX };
	if (*s == '*') {
		spec->discard = 1;
		s++;
	}
	if (isdigit((unsigned char)*s))
		for (spec->width = 0; isdigit((unsigned char)*s); s++)
			spec->width = spec->width * 10 + (size_t)(*s - '0');
	if (*s && strchr("hljztq", *s)) {
		spec->length = *s++;
		if (*s == spec->length)
			spec->length = *s++ == 'h' ? 'H' : 'q';
	}
	spec->conv = *s;
	if (!*s)
		return s;
	return *s == '[' ? read_set(s + 1, spec) : s + 1;
}

static int match(struct scanner *in, char c)
{
	int got = take(in);

	if (got == (unsigned char)c)
		return 1;
	give_back(in, got);
	return 0;
}

/* One conversion; 0 ends the scan. A %n neither takes nor counts. */
static int convert(struct scanner *in, const struct spec *spec, void *to)
{
	if (!strchr("c[n", spec->conv))
		skip_space(in);
	switch (spec->conv) {
	case '%':
		return match(in, '%');
	case 'n':
		if (!spec->discard)
			store_integer(to, spec->length, (unsigned long)in->count);
		return 1;
	case 'c':
	case 's':
	case '[':
		return scan_text(in, spec, to);
	case 0:
		return 0;
	default:
		return strchr("diuoxXpeEfFgG", spec->conv) && scan_number(in, spec, to);
	}
}

/* Whether nothing more can come, as opposed to: something else came. */
static int at_end(struct scanner *in)
{
	int c = take(in);

	give_back(in, c);
	return c == EOF;
}

int vfscanf(FILE *restrict f, const char *restrict fmt, va_list ap)
{
	struct scanner in = { f, 0 };
	int done = 0;
	HOLD_STREAM(f);

	while (*fmt) {
		struct spec spec;
		void *to = NULL;

		if (isspace((unsigned char)*fmt)) {
			skip_space(&in);
			fmt++;
			continue;
		}
		if (*fmt != '%') {
			if (!match(&in, *fmt++))
				return !done && at_end(&in) ? EOF : done;
			continue;
		}
		fmt = read_spec(fmt + 1, &spec);
		if (!spec.discard && spec.conv != '%')
			to = va_arg(ap, void *);
		if (!convert(&in, &spec, to))
			return !done && at_end(&in) ? EOF : done;
		done += !spec.discard && spec.conv != '%' && spec.conv != 'n';
	}
	return done;
}

int vsscanf(const char *restrict text, const char *restrict fmt, va_list ap)
{
	FILE f = {
		.fd = -1,
		.flags = STREAM_READABLE | STREAM_READING,
		.buf = (unsigned char *)text,
		.end = strlen(text),
	};

	return vfscanf(&f, fmt, ap);
}

int vscanf(const char *restrict fmt, va_list ap)
{
	return vfscanf(stdin, fmt, ap);
}

int scanf(const char *restrict fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vfscanf(stdin, fmt, ap);
	va_end(ap);
	return n;
}

int fscanf(FILE *restrict f, const char *restrict fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vfscanf(f, fmt, ap);
	va_end(ap);
	return n;
}

int sscanf(const char *restrict text, const char *restrict fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsscanf(text, fmt, ap);
	va_end(ap);
	return n;
}
