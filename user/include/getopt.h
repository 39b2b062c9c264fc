/* Options of a command: getopt() alone, which <unistd.h> declares. */
#ifndef _GETOPT_H
#define _GETOPT_H

#include <unistd.h>

#endif
