/* counter.c - libcounter.so: a thread-local variable, and a name that the program takes over. */
#include <stdio.h>

static __thread int value = 100;
__thread char room[20000];	/* more than a static block would hold in reserve */

const char *who_am_i(void)
{
	return "libcounter";
}

int counter_next(void)
{
	room[value % sizeof(room)]++;
	return value++;
}

__attribute__((constructor)) static void come(void)
{
	printf("constructor of libcounter, called by %s\n", who_am_i());
}

__attribute__((destructor)) static void go(void)
{
	puts("destructor of libcounter");
}
