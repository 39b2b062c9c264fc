/*
 * format.c - printf's formats: %d %i %u %x %o %p %c %s, with l or z, a width, a precision, - 0 # *.
 *
 * Needs nothing of the kernel: kernel/test/test_print.c compares it with the C library's.
 */
#include "kernel/format.h"

#include <stdbool.h>
#include <stdint.h>

#include "kernel/print.h"

/* One conversion: %[flags][width][.precision][length]letter */
struct spec {
	bool left, zero, alt;
	size_t width;
	bool has_precision;
	size_t precision;
	int length;		/* bytes of the argument */
	char letter;
};

static size_t emit(struct sink *sink, const char *s, size_t size)
{
	if (size)
		sink->put(sink, s, size);
	return size;
}

static size_t emit_repeated(struct sink *sink, char c, size_t count)
{
	char run[16];

	for (size_t i = 0; i < sizeof(run); i++)
		run[i] = c;
	for (size_t left = count; left;) {
		size_t n = left < sizeof(run) ? left : sizeof(run);

		left -= emit(sink, run, n);
	}
	return count;
}

/* prefix, zeros and body, in a field of the given width. */
static size_t emit_field(struct sink *sink, const struct spec *spec, const char *prefix,
			 size_t prefix_size, size_t zeros, const char *body, size_t size)
{
	size_t used = prefix_size + zeros + size;
	size_t pad = spec->width > used ? spec->width - used : 0;
	size_t done = 0;

	if (!spec->left)
		done += emit_repeated(sink, ' ', pad);
	done += emit(sink, prefix, prefix_size);
	done += emit_repeated(sink, '0', zeros);
	done += emit(sink, body, size);
	if (spec->left)
		done += emit_repeated(sink, ' ', pad);
	return done;
}

static unsigned base_of(char letter)
{
	switch (letter) {
	case 'o':
		return 8;
	case 'x':
		return 16;
	default:
		return 10;
	}
}

static size_t emit_number(struct sink *sink, const struct spec *spec, uint64_t value,
			  bool is_signed)
{
	unsigned base = base_of(spec->letter);
	char body[24], prefix[2];	/* 22 octal digits */
	size_t size = 0, prefix_size = 0, zeros = 0;

	if (is_signed && (int64_t)value < 0) {
		prefix[prefix_size++] = '-';
		value = -value;
	} else if (base == 16 && spec->alt && value) {
		prefix[prefix_size++] = '0';
		prefix[prefix_size++] = spec->letter;
	}
	for (; value; value /= base)
		body[sizeof(body) - ++size] = "0123456789abcdef"[value % base];
	if (spec->has_precision)
		zeros = spec->precision > size ? spec->precision - size : 0;
	else if (spec->zero && !spec->left && spec->width > size + prefix_size)
		zeros = spec->width - size - prefix_size;
	if (!spec->has_precision && size + zeros == 0)
		zeros = 1;	/* 0 has a digit unless the precision is 0 */
	if (base == 8 && spec->alt && zeros == 0)
		zeros = 1;
	return emit_field(sink, spec, prefix, prefix_size, zeros, body + sizeof(body) - size,
			  size);
}

static size_t emit_string(struct sink *sink, const struct spec *spec, const char *s)
{
	size_t size = 0;

	if (!s)
		s = "(null)";
	while ((!spec->has_precision || size < spec->precision) && s[size])
		size++;
	return emit_field(sink, spec, "", 0, 0, s, size);
}

static const char *parse_number(const char *p, size_t *number)
{
	*number = 0;
	while (*p >= '0' && *p <= '9')
		*number = *number * 10 + (*p++ - '0');
	return p;
}

static const char *parse_flags(const char *p, struct spec *spec)
{
	for (;; p++) {
		switch (*p) {
		case '-':
			spec->left = true;
			break;
		case '0':
			spec->zero = true;
			break;
		case '#':
			spec->alt = true;
			break;
		default:
			return p;
		}
	}
}

static const char *parse_length(const char *p, struct spec *spec)
{
	spec->length = sizeof(int);
	for (; *p == 'l' || *p == 'z'; p++)
		spec->length = sizeof(long);
	return p;
}

/* The structure is what va_list needs to be handed down on every ABI. */
struct arguments {
	va_list list;
};

static size_t argument_size(struct arguments *args, bool *negative)
{
	int n = va_arg(args->list, int);

	*negative = n < 0;
	return n < 0 ? -(size_t)n : (size_t)n;
}

/* p is behind the %. => behind the letter. */
static const char *parse_spec(const char *p, struct spec *spec, struct arguments *args)
{
	bool negative;

	*spec = (struct spec){0};
	p = parse_flags(p, spec);
	if (*p == '*') {
		spec->width = argument_size(args, &negative);
		spec->left |= negative;
		p++;
	} else {
		p = parse_number(p, &spec->width);
	}
	if (*p == '.') {
		spec->has_precision = true;
		if (p[1] == '*') {
			spec->precision = argument_size(args, &negative);
			spec->has_precision = !negative;
			p += 2;
		} else {
			p = parse_number(p + 1, &spec->precision);
		}
	}
	p = parse_length(p, spec);
	spec->letter = *p;
	return *p ? p + 1 : p;
}

/* The argument, cut to its size: %x of an int never shows a sign that spread to 64 bits. */
static uint64_t integer_argument(const struct spec *spec, struct arguments *args, bool is_signed)
{
	uint64_t value = spec->length == sizeof(long) ? va_arg(args->list, unsigned long)
						      : va_arg(args->list, unsigned int);
	unsigned unused = 64 - 8 * spec->length;

	value <<= unused;
	return is_signed ? (uint64_t)((int64_t)value >> unused) : value >> unused;
}

static size_t emit_spec(struct sink *sink, struct spec *spec, struct arguments *args)
{
	char c;

	switch (spec->letter) {
	case 'd':
	case 'i':
		spec->letter = 'd';
		return emit_number(sink, spec, integer_argument(spec, args, true), true);
	case 'u':
	case 'x':
	case 'o':
		return emit_number(sink, spec, integer_argument(spec, args, false), false);
	case 'p':
		spec->letter = 'x';
		spec->length = sizeof(void *);
		spec->alt = true;
		return emit_number(sink, spec, integer_argument(spec, args, false), false);
	case 'c':
		c = va_arg(args->list, int);
		return emit_field(sink, spec, "", 0, 0, &c, 1);
	case 's':
		return emit_string(sink, spec, va_arg(args->list, const char *));
	case '%':
		return emit(sink, "%", 1);
	default:	/* not ours: show that something is wrong with the format */
		return emit(sink, "%?", 2);
	}
}

size_t format_to(struct sink *sink, const char *fmt, va_list list)
{
	struct arguments args;
	struct spec spec;
	size_t done = 0;

	va_copy(args.list, list);
	while (*fmt) {
		size_t plain = 0;

		while (fmt[plain] && fmt[plain] != '%')
			plain++;
		done += emit(sink, fmt, plain);
		fmt += plain;
		if (*fmt) {
			fmt = parse_spec(fmt + 1, &spec, &args);
			done += emit_spec(sink, &spec, &args);
		}
	}
	va_end(args.list);
	return done;
}

struct buffer_sink {
	struct sink sink;
	char *buf;
	size_t left;		/* bytes that still fit, the NUL not counted */
};

static void buffer_put(struct sink *sink, const char *s, size_t size)
{
	struct buffer_sink *b = (struct buffer_sink *)sink;

	if (size > b->left)
		size = b->left;
	for (size_t i = 0; i < size; i++)
		*b->buf++ = s[i];
	b->left -= size;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct buffer_sink b = {{buffer_put}, buf, size ? size - 1 : 0};
	size_t length = format_to(&b.sink, fmt, args);

	if (size)
		*b.buf = '\0';
	return (int)length;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int length;

	va_start(args, fmt);
	length = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return length;
}
