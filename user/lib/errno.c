/*
 * errno, and the one place where a kernel's answer becomes -1 and errno.
 * Each thread has its own.
 */
#include <errno.h>

#undef errno
__thread int errno;

/* The kernel answers -4095 .. -1 for an error; anything else is a result. */
long __syscall_answer(unsigned long answer);

long __syscall_answer(unsigned long answer)
{
	if (answer <= -4096UL)
		return (long)answer;
	errno = (int)-answer;
	return -1;
}
