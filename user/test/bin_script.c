/*
 * The programs of user/bin, case by case from bin_cases.txt: status and standard output. Would
 * catch a program that does the wrong thing, forgets a file after an error or hides the error.
 */
#include "user/test/script.h"

static const struct script scripts[] = {
#include "user/test/bin_cases.txt"
};

int main(void)
{
	script_check_all(NULL, scripts, COUNT_OF(scripts));
	return done_testing();
}
