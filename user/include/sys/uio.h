/* Reading into and writing from several buffers. */
#ifndef _SYS_UIO_H
#define _SYS_UIO_H

#include <sys/types.h>
#include "kernel/abi_file.h"

ssize_t readv(int fd, const struct iovec *iov, int n);
ssize_t writev(int fd, const struct iovec *iov, int n);
ssize_t preadv(int fd, const struct iovec *iov, int n, off_t pos);
ssize_t pwritev(int fd, const struct iovec *iov, int n, off_t pos);
ssize_t preadv2(int fd, const struct iovec *iov, int n, off_t pos, int flags);
ssize_t pwritev2(int fd, const struct iovec *iov, int n, off_t pos, int flags);

#endif
