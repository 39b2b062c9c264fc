/*
 * Text to integers: one reader of digits, and the ways to limit its result.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

struct number {
	unsigned long magnitude;
	int negative;
	int overflow;
};

static int digit_value(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isalpha((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : 99;
}

/* "0x" is a prefix only if a digit follows; otherwise it is a 0 and an x. */
static int has_hex_prefix(const char *s)
{
	return s[0] == '0' && (s[1] | 32) == 'x' && isxdigit((unsigned char)s[2]);
}

static const char *skip_prefix(const char *s, int *base)
{
	if ((*base == 0 || *base == 16) && has_hex_prefix(s)) {
		*base = 16;
		return s + 2;
	}
	if (*base == 0)
		*base = *s == '0' ? 8 : 10;
	return s;
}

static struct number read_number(const char *text, char **end, int base)
{
	struct number n = { 0 };
	const char *s = text, *first;

	if (end)
		*end = (char *)text;
	if (base < 0 || base == 1 || base > 36) {
		errno = EINVAL;
		return n;
	}
	while (isspace((unsigned char)*s))
		s++;
	if (*s == '-' || *s == '+')
		n.negative = *s++ == '-';
	first = s = skip_prefix(s, &base);
	for (; digit_value(*s) < base; s++) {
		n.overflow |= __builtin_mul_overflow(n.magnitude, base, &n.magnitude);
		n.overflow |= __builtin_add_overflow(n.magnitude, digit_value(*s), &n.magnitude);
	}
	if (s > first && end)
		*end = (char *)s;
	return n;
}

long strtol(const char *restrict text, char **restrict end, int base)
{
	struct number n = read_number(text, end, base);

	if (n.overflow || n.magnitude > (unsigned long)LONG_MAX + (unsigned long)n.negative) {
		errno = ERANGE;
		return n.negative ? LONG_MIN : LONG_MAX;
	}
	return n.negative ? (long)(0 - n.magnitude) : (long)n.magnitude;
}

/* A minus sign is allowed, and negates as unsigned arithmetic does. */
unsigned long strtoul(const char *restrict text, char **restrict end, int base)
{
	struct number n = read_number(text, end, base);

	if (n.overflow) {
		errno = ERANGE;
		return ULONG_MAX;
	}
	return n.negative ? 0 - n.magnitude : n.magnitude;
}

long long strtoll(const char *restrict text, char **restrict end, int base)
{
	return strtol(text, end, base);
}

unsigned long long strtoull(const char *restrict text, char **restrict end, int base)
{
	return strtoul(text, end, base);
}

intmax_t strtoimax(const char *text, char **end, int base)
{
	return strtol(text, end, base);
}

uintmax_t strtoumax(const char *text, char **end, int base)
{
	return strtoul(text, end, base);
}

int atoi(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

long atol(const char *text)
{
	return strtol(text, NULL, 10);
}

long long atoll(const char *text)
{
	return strtol(text, NULL, 10);
}
