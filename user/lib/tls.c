/*
 * Fresh copies of the thread-local variables. The symbols are user.ld's.
 */
#include <string.h>
#include "user/lib/tls.h"

extern char __tls_start[], __tls_data_end[], __tls_end[];

size_t __tls_size(void)
{
	return (size_t)(__tls_end - __tls_start);
}

void __tls_init(void *copy)
{
	memcpy(copy, __tls_start, (size_t)(__tls_data_end - __tls_start));
}
