/*
 * The program break. The kernel's call answers the break there is afterwards,
 * moved or not, and so does not fail by errno.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

static char *move_break(char *to)
{
	return (char *)syscall(SYS_brk, to);
}

int brk(void *end)
{
	if (move_break(end) == end)
		return 0;
	errno = ENOMEM;
	return -1;
}

void *sbrk(intptr_t by)
{
	char *old = move_break(NULL);

	if (by && move_break(old + by) != old + by) {
		errno = ENOMEM;
		return (void *)-1;
	}
	return old;
}
