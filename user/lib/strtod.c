/*
 * Decimal text to doubles, correctly rounded: a first guess in floating point
 * is compared with the exact value, and moved until it is the nearest.
 *
 * Hexadecimal floating-point text is not read.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "user/lib/bignum.h"

#define MAX_DIGITS 780		/* more than any double, or middle of two, has */

/* digits * 10^exponent */
struct decimal {
	int count;
	long exponent;
	char digit[MAX_DIGITS + 1];
};

/* Digits past the limit only matter by being there: they make the last one odd. */
static void add_digit(struct decimal *d, char c)
{
	if (d->count < MAX_DIGITS) {
		if (d->count || c != '0')
			d->digit[d->count++] = c;
		return;
	}
	d->exponent++;
	if (c != '0')
		d->digit[MAX_DIGITS - 1] |= 1;
}

static const char *read_exponent(const char *s, long *exponent)
{
	const char *p = s + 1;
	int negative = *p == '-';
	long n = 0;

	if (*p == '-' || *p == '+')
		p++;
	if (!isdigit((unsigned char)*p))
		return s;
	for (; isdigit((unsigned char)*p); p++)
		if (n < 100000)
			n = n * 10 + *p - '0';
	*exponent += negative ? -n : n;
	return p;
}

/* Returns the end of the number, or NULL when there is none. */
static const char *read_decimal(const char *s, struct decimal *d)
{
	int seen = 0;

	d->count = 0;
	d->exponent = 0;
	for (; isdigit((unsigned char)*s); s++, seen = 1)
		add_digit(d, *s);
	if (*s == '.')
		for (s++; isdigit((unsigned char)*s); s++, seen = 1) {
			d->exponent--;
			add_digit(d, *s);
		}
	if (!seen)
		return NULL;
	return *s == 'e' || *s == 'E' ? read_exponent(s, &d->exponent) : s;
}

static uint64_t bits_of(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

static double double_of(uint64_t bits)
{
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

static uint64_t leading_digits(const struct decimal *d, int n)
{
	uint64_t value = 0;

	for (int i = 0; i < n; i++)
		value = value * 10 + (uint64_t)(d->digit[i] - '0');
	return value;
}

/* Powers of ten up to 22 are exact doubles; larger steps add rounding errors. */
static double scale_by_ten(double x, long exponent)
{
	static const double power[] = {
		1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
		1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
	};

	for (; exponent > 22; exponent -= 22)
		x *= power[22];
	for (; exponent < -22; exponent += 22)
		x /= power[22];
	return exponent < 0 ? x / power[-exponent] : x * power[exponent];
}

/*
 * Compares the decimal with the middle between the double of these bits and
 * the next one up: (2m + 1) * 2^(e-1), when the double is m * 2^e. Factors with
 * negative exponents go to the other side, so both sides are integers.
 */
static int compare_with_middle(const struct decimal *d, uint64_t bits)
{
	uint64_t m = bits & ((1UL << 52) - 1);
	int e = (int)(bits >> 52), x = (int)d->exponent;
	struct bignum left, right;

	if (e)
		m |= 1UL << 52;
	else
		e = 1;
	e -= 1076;
	__bignum_set(&left, leading_digits(d, d->count < 19 ? d->count : 19));
	for (int i = 19; i < d->count; i++)
		__bignum_mul_add(&left, 10, (uint32_t)(d->digit[i] - '0'));
	__bignum_set(&right, 2 * m + 1);
	__bignum_scale(x < 0 ? &right : &left, 10, x < 0 ? -x : x);
	__bignum_scale(e < 0 ? &left : &right, 2, e < 0 ? -e : e);
	return __bignum_compare(&left, &right);
}

/* The bits of positive doubles are ordered as the doubles are. */
static double nearest(const struct decimal *d, double guess)
{
	uint64_t bits = bits_of(guess);

	if (!isfinite(guess))
		bits = bits_of(__DBL_MAX__);
	for (;;) {
		int above = compare_with_middle(d, bits);

		if (above > 0 || (above == 0 && bits % 2)) {
			bits++;
			if (!isfinite(double_of(bits)))
				break;
			continue;
		}
		if (!bits)
			break;
		above = compare_with_middle(d, bits - 1);
		if (above > 0 || (above == 0 && bits % 2 == 0))
			break;
		bits--;
	}
	return double_of(bits);
}

static double convert(const struct decimal *d)
{
	int lead = d->count < 19 ? d->count : 19;
	long magnitude = d->count + d->exponent;	/* value < 10^magnitude */
	double guess, x;

	if (!d->count)
		return 0;
	if (magnitude > 310 || magnitude < -330) {
		errno = ERANGE;
		return magnitude > 0 ? HUGE_VAL : 0;
	}
	guess = scale_by_ten((double)leading_digits(d, lead), d->exponent + d->count - lead);
	if (d->count <= 15 && d->exponent >= -22 && d->exponent <= 22)
		return guess;		/* exact operands, one rounding */
	x = nearest(d, guess);
	if (!isfinite(x) || x < __DBL_MIN__)
		errno = ERANGE;
	return x;
}

/* "inf", "infinity", "nan", in any case. */
static const char *read_special(const char *s, double *value)
{
	if (!strncasecmp(s, "inf", 3)) {
		*value = HUGE_VAL;
		return s + (strncasecmp(s, "infinity", 8) ? 3 : 8);
	}
	if (strncasecmp(s, "nan", 3))
		return NULL;
	*value = NAN;
	return s + 3;
}

double strtod(const char *restrict text, char **restrict end)
{
	const char *s = text, *after;
	struct decimal d;
	double value = 0;
	int negative = 0;

	while (isspace((unsigned char)*s))
		s++;
	if (*s == '-' || *s == '+')
		negative = *s++ == '-';
	after = read_special(s, &value);
	if (!after) {
		after = read_decimal(s, &d);
		value = after ? convert(&d) : 0;
	}
	if (end)
		*end = (char *)(after ? after : text);
	return negative && after ? -value : value;
}

/* Rounded twice, which differs from once only next to the middle of two floats. */
float strtof(const char *restrict text, char **restrict end)
{
	return (float)strtod(text, end);
}

double atof(const char *text)
{
	return strtod(text, NULL);
}
