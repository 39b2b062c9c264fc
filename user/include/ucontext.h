/* What a signal handler is given to see: all of it is in <signal.h>. */
#ifndef _UCONTEXT_H
#define _UCONTEXT_H

#include <signal.h>

#endif
