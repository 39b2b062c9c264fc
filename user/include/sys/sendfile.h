/* From a file to another descriptor. */
#ifndef _SYS_SENDFILE_H
#define _SYS_SENDFILE_H

#include <sys/types.h>

ssize_t sendfile(int to, int from, off_t *pos, size_t n);

#endif
