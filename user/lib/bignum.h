/*
 * Large natural numbers in base 10^9, for exact conversion between doubles and
 * decimal text; for user/lib alone. Large enough for every product that
 * format_double.c and strtod.c form, of which the longest has 1170 digits.
 */
#ifndef USER_LIB_BIGNUM_H
#define USER_LIB_BIGNUM_H

#include <stdint.h>

#define BIGNUM_LIMBS	132
#define BIGNUM_BASE	1000000000U

struct bignum {
	int n;				/* limbs in use; 0 is the number 0 */
	uint32_t limb[BIGNUM_LIMBS];	/* lowest first */
};

void __bignum_set(struct bignum *b, uint64_t value);

/* b = b * factor + addend */
void __bignum_mul_add(struct bignum *b, uint32_t factor, uint32_t addend);

/* b = b * base^exponent, for base 2, 5 or 10 */
void __bignum_scale(struct bignum *b, uint32_t base, int exponent);

/* Negative, 0 or positive, as a is less than, equal to or greater than b. */
int __bignum_compare(const struct bignum *a, const struct bignum *b);

#endif
