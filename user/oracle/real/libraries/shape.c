/* shape.c - libshape.so: needs libcounter.so and libm; tables of pointers to be relocated. */
#include <math.h>
#include <stdio.h>

int counter_next(void);
const char *who_am_i(void);

static const char *const names[] = { "point", "line", "angle", "triangle", "square" };

const char *shape_name(int corners)
{
	return names[corners];
}

double shape_area(double radius)
{
	return radius * radius * acos(-1.0);
}

__attribute__((constructor)) static void come(void)
{
	printf("constructor of libshape, called by %s, count %d\n", who_am_i(), counter_next());
}

__attribute__((destructor)) static void go(void)
{
	puts("destructor of libshape");
}
