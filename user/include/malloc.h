/* What glibc declares here; the rest is in <stdlib.h>. */
#ifndef _MALLOC_H
#define _MALLOC_H

#include <stdlib.h>

#endif
