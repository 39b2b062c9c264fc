/*
 * The format engine of printf: reads a format, converts arguments, and puts
 * the text into a stream. Doubles are in format_double.c. There is no %n, and
 * no long double.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include "user/lib/format.h"

void __format_text(struct printer *p, const char *s, size_t n)
{
	__stream_put(p->f, s, n);
	p->count += n;
}

void __format_fill(struct printer *p, char c, long n)
{
	char run[32];

	memset(run, c, sizeof(run));
	for (; n > 0; n -= (long)sizeof(run))
		__format_text(p, run, n < (long)sizeof(run) ? (size_t)n : sizeof(run));
}

void __format_field(struct printer *p, const struct spec *spec, const char *prefix, long zeros,
		    const char *body, size_t n)
{
	size_t plen = strlen(prefix);
	long blank;

	if (zeros < 0)
		zeros = 0;
	blank = spec->width - (long)plen - zeros - (long)n;
	if (blank > 0 && spec->flags & FORMAT_ZERO && !(spec->flags & FORMAT_LEFT)) {
		zeros += blank;
		blank = 0;
	}
	if (!(spec->flags & FORMAT_LEFT))
		__format_fill(p, ' ', blank);
	__format_text(p, prefix, plen);
	__format_fill(p, '0', zeros);
	__format_text(p, body, n);
	if (spec->flags & FORMAT_LEFT)
		__format_fill(p, ' ', blank);
}

const char *__format_sign(const struct spec *spec, int negative)
{
	if (negative)
		return "-";
	if (spec->flags & FORMAT_PLUS)
		return "+";
	return spec->flags & FORMAT_SPACE ? " " : "";
}

/* The digits of n, before `end`; 0 has none. Returns where they begin. */
static char *digits_before(char *end, uintmax_t n, unsigned base, int upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	for (; n; n /= base)
		*--end = digits[n % base];
	return end;
}

/* A precision is the least number of digits, and then '0' does not fill the width. */
static void print_number(struct printer *p, struct spec spec, const char *prefix, uintmax_t n,
			 unsigned base)
{
	char buf[CHAR_BIT * sizeof(n)], *end = buf + sizeof(buf);
	char *first = digits_before(end, n, base, spec.conv == 'X');
	long count = end - first, least = spec.precision < 0 ? 1 : spec.precision;

	if (spec.precision >= 0)
		spec.flags &= ~(unsigned)FORMAT_ZERO;
	if (base == 8 && spec.flags & FORMAT_ALT && least <= count)
		least = count + 1;
	__format_field(p, &spec, prefix, least - count, first, (size_t)count);
}

static intmax_t signed_argument(char length, va_list *ap)
{
	switch (length) {
	case 'H':
		return (signed char)va_arg(*ap, int);
	case 'h':
		return (short)va_arg(*ap, int);
	case 0:
		return va_arg(*ap, int);
	default:
		return va_arg(*ap, long);
	}
}

static uintmax_t unsigned_argument(char length, va_list *ap)
{
	switch (length) {
	case 'H':
		return (unsigned char)va_arg(*ap, int);
	case 'h':
		return (unsigned short)va_arg(*ap, int);
	case 0:
		return va_arg(*ap, unsigned);
	default:
		return va_arg(*ap, unsigned long);
	}
}

static void print_signed(struct printer *p, const struct spec *spec, intmax_t n)
{
	uintmax_t magnitude = n < 0 ? 0 - (uintmax_t)n : (uintmax_t)n;

	print_number(p, *spec, __format_sign(spec, n < 0), magnitude, 10);
}

static void print_unsigned(struct printer *p, const struct spec *spec, uintmax_t n)
{
	int alt = spec->flags & FORMAT_ALT && n;

	switch (spec->conv) {
	case 'o':
		print_number(p, *spec, "", n, 8);
		break;
	case 'x':
		print_number(p, *spec, alt ? "0x" : "", n, 16);
		break;
	case 'X':
		print_number(p, *spec, alt ? "0X" : "", n, 16);
		break;
	default:
		print_number(p, *spec, "", n, 10);
	}
}

/* Text knows no zeros before it. */
static void print_text(struct printer *p, struct spec spec, const char *s, size_t n)
{
	spec.flags &= ~(unsigned)FORMAT_ZERO;
	__format_field(p, &spec, "", 0, s, n);
}

static void print_string(struct printer *p, const struct spec *spec, const char *s)
{
	if (!s)
		s = spec->precision >= 0 && spec->precision < 6 ? "" : "(null)";
	print_text(p, *spec, s, spec->precision < 0 ? strlen(s) :
		   strnlen(s, (size_t)spec->precision));
}

static void print_pointer(struct printer *p, const struct spec *spec, const void *ptr)
{
	if (ptr)
		print_number(p, *spec, "0x", (uintptr_t)ptr, 16);
	else
		print_text(p, *spec, "(nil)", 5);
}

static void convert(struct printer *p, const struct spec *spec, va_list *ap, int err)
{
	char c;

	switch (spec->conv) {
	case 'd':
	case 'i':
		print_signed(p, spec, signed_argument(spec->length, ap));
		break;
	case 'u':
	case 'o':
	case 'x':
	case 'X':
		print_unsigned(p, spec, unsigned_argument(spec->length, ap));
		break;
	case 'c':
		c = (char)va_arg(*ap, int);
		print_text(p, *spec, &c, 1);
		break;
	case 's':
		print_string(p, spec, va_arg(*ap, const char *));
		break;
	case 'm':
		print_string(p, spec, strerror(err));
		break;
	case 'p':
		print_pointer(p, spec, va_arg(*ap, void *));
		break;
	case '%':
		__format_text(p, "%", 1);
		break;
	default:
		__format_double(p, spec, va_arg(*ap, double));
	}
}

static unsigned flag_bit(char c)
{
	switch (c) {
	case '-':
		return FORMAT_LEFT;
	case '+':
		return FORMAT_PLUS;
	case ' ':
		return FORMAT_SPACE;
	case '#':
		return FORMAT_ALT;
	case '0':
		return FORMAT_ZERO;
	default:
		return 0;
	}
}

/* Digits or '*'; numbers too large to be meant end at INT_MAX / 2. */
static const char *read_int(const char *s, int *value, va_list *ap)
{
	if (*s == '*') {
		*value = va_arg(*ap, int);
		return s + 1;
	}
	for (*value = 0; *s >= '0' && *s <= '9'; s++)
		if (*value < INT_MAX / 20)
			*value = *value * 10 + *s - '0';
	return s;
}

static const char *read_length(const char *s, char *length)
{
	*length = 0;
	if (*s && strchr("hljztq", *s)) {
		*length = *s++;
		if (*s == *length && (*s == 'h' || *s == 'l'))
			*length = *s++ == 'h' ? 'H' : 'q';
	}
	return s;
}

/* Returns the end of the conversion that begins after a '%'; NULL if it is none. */
static const char *read_spec(const char *s, struct spec *spec, va_list *ap)
{
	*spec = (struct spec){ .precision = -1 };
	for (; flag_bit(*s); s++)
		spec->flags |= flag_bit(*s);
	s = read_int(s, &spec->width, ap);
	if (spec->width < 0) {
		spec->flags |= FORMAT_LEFT;
		spec->width = -spec->width;
	}
	if (*s == '.')
		s = read_int(s + 1, &spec->precision, ap);
	s = read_length(s, &spec->length);
	spec->conv = *s;
	return *s && strchr("diuoxXcsmp%eEfFgG", *s) ? s + 1 : NULL;
}

int __format(FILE *f, const char *fmt, va_list args)
{
	struct printer p = { f, 0 };
	int err = errno;
	va_list ap;

	va_copy(ap, args);
	for (;;) {
		const char *percent = strchrnul(fmt, '%'), *after;
		struct spec spec;

		__format_text(&p, fmt, (size_t)(percent - fmt));
		if (!*percent)
			break;
		after = read_spec(percent + 1, &spec, &ap);
		if (after)
			convert(&p, &spec, &ap, err);
		else
			__format_text(&p, percent, 1);
		fmt = after ? after : percent + 1;
	}
	va_end(ap);
	if (p.count <= INT_MAX)
		return (int)p.count;
	errno = EOVERFLOW;
	return -1;
}
