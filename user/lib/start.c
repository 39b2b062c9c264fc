/*
 * From the initial stack to main: gives the first thread its variables, finds
 * argv, envp and the auxiliary vector, runs constructors, and ends the program
 * with main's result.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>
#include "user/lib/tls.h"

char **environ;
char *program_invocation_name = "?";

static const unsigned long *auxv;

extern char __main_tls[];
extern void (*__init_array_start[])(int, char **, char **);
extern void (*__init_array_end[])(int, char **, char **);
int main(int argc, char **argv, char **envp);

__attribute__((noreturn))
void __start_main(long *stack);

void __start_main(long *stack)
{
	int argc = (int)stack[0];
	char **argv = (char **)(stack + 1);
	char **p = argv + argc + 1;
	size_t n = (size_t)(__init_array_end - __init_array_start);

	__tls_init(__main_tls);
	__asm__ volatile("mv tp, %0" : : "r"(__main_tls) : "memory");
	environ = p;
	while (*p)
		p++;
	auxv = (const unsigned long *)(p + 1);
	if (argc > 0)
		program_invocation_name = argv[0];
	for (size_t i = 0; i < n; i++)
		__init_array_start[i](argc, argv, environ);
	exit(main(argc, argv, environ));
}

unsigned long getauxval(unsigned long type)
{
	for (const unsigned long *a = auxv; a[0] != AT_NULL; a += 2)
		if (a[0] == type)
			return a[1];
	errno = ENOENT;
	return 0;
}
