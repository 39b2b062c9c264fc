/*
 * large.c - what the row exec_static_glibc executes: a program of some 600 KiB when it is linked
 * statically with glibc, that does nothing.
 */
#include <stdio.h>

int main(void)
{
	return fflush(stdout);
}
