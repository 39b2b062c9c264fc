/* plugin.c - libplugin.so: comes with dlopen, with a thread-local variable, starts afresh each time. */
#include <stdio.h>

static int total;
static __thread int calls;

int plugin_add(int n)
{
	calls++;
	total += n;
	return total * 10 + calls;
}

__attribute__((constructor)) static void come(void)
{
	puts("plugin comes");
}

__attribute__((destructor)) static void go(void)
{
	puts("plugin goes");
}
