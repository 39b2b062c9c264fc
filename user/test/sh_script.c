/*
 * The shell, case by case from sh_cases.txt: status and standard output. Would catch a rule of
 * the shell's grammar or expansion that is broken, and in the kernel whatever a shell leans on:
 * fork, exec, pipes, dup, wait, directories.
 *
 *   sh_script [shell]    runs /bin/sh, which on Linux may be dash, or the shell named
 */
#include "user/test/script.h"

static const struct script scripts[] = {
#include "user/test/sh_cases.txt"
};

int main(int argc, char **argv)
{
	script_check_all(argc > 1 ? argv[1] : NULL, scripts, COUNT_OF(scripts));
	return done_testing();
}
