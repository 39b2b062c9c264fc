/* Only what the compiler does by itself: there is no mathematical library. */
#ifndef _MATH_H
#define _MATH_H

#define NAN		__builtin_nanf("")
#define INFINITY	__builtin_inff()
#define HUGE_VAL	__builtin_huge_val()

#define isnan(x)	__builtin_isnan(x)
#define isinf(x)	__builtin_isinf_sign(x)
#define isfinite(x)	__builtin_isfinite(x)
#define isnormal(x)	__builtin_isnormal(x)
#define signbit(x)	__builtin_signbit(x)

static inline double fabs(double x)
{
	return __builtin_fabs(x);
}

#endif
