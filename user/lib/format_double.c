/*
 * %e, %f and %g. A double is m * 2^e with integers m and e, and so has a finite
 * decimal expansion: its digits are computed exactly and then rounded, half to
 * even, to what the format asks for.
 */
#include <limits.h>
#include <math.h>
#include <string.h>
#include "user/lib/bignum.h"
#include "user/lib/format.h"

#define MAX_DIGITS 800		/* the longest double has 767 */

/* 0.d0 d1 d2 ... * 10^point; digits beyond the last are zeros. */
struct decimal {
	int count;
	int point;
	char digit[MAX_DIGITS];	/* as characters */
};

static void append_limb(struct decimal *d, uint32_t limb)
{
	for (uint32_t unit = BIGNUM_BASE / 10; unit; unit /= 10) {
		char c = (char)('0' + limb / unit % 10);

		if (d->count || c != '0')
			d->digit[d->count++] = c;
	}
}

/* 5^k / 10^k is 2^-k: a negative exponent makes digits behind the point. */
static void expand(struct decimal *d, double value)
{
	struct bignum b;
	uint64_t bits, m;
	int e;

	memcpy(&bits, &value, sizeof(bits));
	m = bits & ((1UL << 52) - 1);
	e = (int)(bits >> 52 & 0x7ff);
	if (e)
		m |= 1UL << 52;
	else
		e = 1;
	for (e -= 1075; m && !(m & 1); e++)
		m >>= 1;
	__bignum_set(&b, m);
	__bignum_scale(&b, e < 0 ? 5 : 2, e < 0 ? -e : e);
	d->count = 0;
	for (int i = b.n - 1; i >= 0; i--)
		append_limb(d, b.limb[i]);
	d->point = e < 0 && m ? d->count + e : d->count;
	if (!m)
		d->point = 1;		/* so that 0 is 0.0 * 10^1, printed "0" */
}

/* Whether what follows the first `keep` digits is over half a unit of the last. */
static int rounds_up(const struct decimal *d, int keep)
{
	if (keep < 0 || keep >= d->count || d->digit[keep] < '5')
		return 0;
	if (d->digit[keep] > '5' || keep + 1 < d->count)
		return 1;
	return keep && (d->digit[keep - 1] - '0') % 2;
}

/* Trailing zeros never are in digit[], so any digit behind a 5 is more than half. */
static void round_to(struct decimal *d, int keep)
{
	int up = rounds_up(d, keep);

	if (keep < d->count)
		d->count = keep < 0 ? 0 : keep;
	while (up && d->count && d->digit[d->count - 1] == '9')
		d->count--;
	if (!up)
		return;
	if (d->count) {
		d->digit[d->count - 1]++;
	} else {
		d->digit[d->count++] = '1';
		d->point++;
	}
}

static void strip_zeros(struct decimal *d)
{
	while (d->count && d->digit[d->count - 1] == '0')
		d->count--;
}

/* n digits from number `from` on; those before the first and after the last are 0. */
static void print_digits(struct printer *p, const struct decimal *d, long from, long n)
{
	long before = from < 0 ? -from : 0, have;

	if (before > n)
		before = n;
	__format_fill(p, '0', before);
	from += before;
	n -= before;
	have = d->count - from;
	if (have > n)
		have = n;
	if (have > 0)
		__format_text(p, d->digit + from, (size_t)have);
	__format_fill(p, '0', have > 0 ? n - have : n);
}

/* Whole digits, fraction digits and a tail ("e+05") inside the field's width. */
static void print_parts(struct printer *p, const struct spec *spec, const char *sign,
			const struct decimal *d, long point, long fraction, const char *tail)
{
	long whole = point > 0 ? point : 1, first = point > 0 ? 0 : point - 1;
	int dot = fraction > 0 || spec->flags & FORMAT_ALT;
	long blank = spec->width - (long)(strlen(sign) + strlen(tail)) - whole - dot - fraction;
	int left = spec->flags & FORMAT_LEFT, zero = spec->flags & FORMAT_ZERO && !left;

	if (!left && !zero)
		__format_fill(p, ' ', blank);
	__format_text(p, sign, strlen(sign));
	if (zero)
		__format_fill(p, '0', blank);
	print_digits(p, d, first, whole);
	if (dot)
		__format_text(p, ".", 1);
	print_digits(p, d, first + whole, fraction);
	__format_text(p, tail, strlen(tail));
	if (left)
		__format_fill(p, ' ', blank);
}

/* "e+05": at least two digits. */
static void write_exponent(char *buf, char letter, int exponent)
{
	unsigned n = exponent < 0 ? (unsigned)-exponent : (unsigned)exponent;

	*buf++ = letter;
	*buf++ = exponent < 0 ? '-' : '+';
	if (n >= 100)
		*buf++ = (char)('0' + n / 100);
	*buf++ = (char)('0' + n / 10 % 10);
	*buf++ = (char)('0' + n % 10);
	*buf = 0;
}

static void print_scientific(struct printer *p, const struct spec *spec, const char *sign,
			     const struct decimal *d, long fraction)
{
	char tail[8];

	write_exponent(tail, spec->conv & 32 ? 'e' : 'E', d->count ? d->point - 1 : 0);
	print_parts(p, spec, sign, d, 1, fraction, tail);
}

static int clamp(long n)
{
	return n > INT_MAX ? INT_MAX : (int)n;
}

/* %g: the shorter of both, with `digits` significant digits and no zeros at the end. */
static void print_shorter(struct printer *p, const struct spec *spec, const char *sign,
			  struct decimal *d, long digits)
{
	long exponent, shown;

	round_to(d, clamp(digits));
	exponent = d->count ? d->point - 1 : 0;
	strip_zeros(d);
	shown = spec->flags & FORMAT_ALT ? digits : d->count;
	if (exponent < -4 || exponent >= digits)
		print_scientific(p, spec, sign, d, shown > 1 ? shown - 1 : 0);
	else
		print_parts(p, spec, sign, d, d->point,
			    shown > exponent + 1 ? shown - exponent - 1 : 0, "");
}

static void print_special(struct printer *p, const struct spec *spec, const char *sign,
			  double value)
{
	const char *lower = isnan(value) ? "nan" : "inf", *upper = isnan(value) ? "NAN" : "INF";
	struct spec plain = *spec;

	plain.flags &= ~(unsigned)FORMAT_ZERO;
	__format_field(p, &plain, sign, 0, spec->conv & 32 ? lower : upper, 3);
}

void __format_double(struct printer *p, const struct spec *spec, double value)
{
	const char *sign = __format_sign(spec, signbit(value) != 0);
	long precision = spec->precision < 0 ? 6 : spec->precision;
	struct decimal d;

	if (!isfinite(value)) {
		print_special(p, spec, sign, value);
		return;
	}
	expand(&d, value);
	strip_zeros(&d);
	switch (spec->conv | 32) {
	case 'e':
		round_to(&d, clamp(precision + 1));
		print_scientific(p, spec, sign, &d, precision);
		break;
	case 'f':
		round_to(&d, clamp(d.point + precision));
		print_parts(p, spec, sign, &d, d.point, precision, "");
		break;
	default:
		print_shorter(p, spec, sign, &d, precision ? precision : 1);
	}
}
