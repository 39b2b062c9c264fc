/*
 * Large natural numbers: see bignum.h.
 */
#include "user/lib/bignum.h"

void __bignum_set(struct bignum *b, uint64_t value)
{
	for (b->n = 0; value; value /= BIGNUM_BASE)
		b->limb[b->n++] = (uint32_t)(value % BIGNUM_BASE);
}

void __bignum_mul_add(struct bignum *b, uint32_t factor, uint32_t addend)
{
	uint64_t carry = addend;

	for (int i = 0; i < b->n; i++) {
		carry += (uint64_t)b->limb[i] * factor;
		b->limb[i] = (uint32_t)(carry % BIGNUM_BASE);
		carry /= BIGNUM_BASE;
	}
	for (; carry; carry /= BIGNUM_BASE)
		b->limb[b->n++] = (uint32_t)(carry % BIGNUM_BASE);
}

/* In steps of the largest power that fits a factor. */
void __bignum_scale(struct bignum *b, uint32_t base, int exponent)
{
	uint32_t step = 1;
	int in_step = 0;

	while (in_step < exponent && step <= UINT32_MAX / base) {
		step *= base;
		in_step++;
	}
	for (; exponent >= in_step && in_step; exponent -= in_step)
		__bignum_mul_add(b, step, 0);
	while (exponent-- > 0)
		__bignum_mul_add(b, base, 0);
}

int __bignum_compare(const struct bignum *a, const struct bignum *b)
{
	if (a->n != b->n)
		return a->n - b->n;
	for (int i = a->n - 1; i >= 0; i--)
		if (a->limb[i] != b->limb[i])
			return a->limb[i] < b->limb[i] ? -1 : 1;
	return 0;
}
