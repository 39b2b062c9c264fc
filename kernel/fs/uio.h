/*
 * uio.h - where the bytes of a read go, or those of a write come from.
 *
 * A list of buffers of the current task, or one of the kernel's, and how far the transfer has got.
 * No spin lock may be held while bytes move: user memory may have to be faulted in.
 */
#pragma once

#include "kernel/abi.h"
#include "kernel/layout.h"
#include "mm/types.h"

/* As on Linux: one call moves no more. */
#define UIO_MAX		0x7ffff000ul

struct uio {
	size_t left;		/* bytes still to move, over all buffers */
	vaddr_t base;		/* the rest of the current buffer */
	size_t len;
	const struct iovec *more;	/* buffers behind it; kernel memory */
	bool kernel;		/* base is the kernel's own memory */
	bool append;		/* RWF_APPEND */
	bool nowait;		/* RWF_NOWAIT: as if O_NONBLOCK were set */
};

/* One user buffer: -EFAULT when it leaves the user half, which a negative size does anywhere. */
static inline int uio_user(struct uio *uio, vaddr_t buf, size_t size)
{
	if (size > USER_END || buf > USER_END - size)
		return -EFAULT;
	if (size > UIO_MAX)
		size = UIO_MAX;
	*uio = (struct uio){ .left = size, .base = buf, .len = size };
	return 0;
}

/* A list of user buffers, copied in and checked. *list is kfree'd by the caller. */
int uio_user_list(struct uio *uio, vaddr_t user, long count, struct iovec **list);

void uio_kernel(struct uio *uio, void *buf, size_t size);

/*
 * Move up to size bytes (at most uio->left): put into the buffers, take from them, put zeros.
 * => bytes moved; fewer than asked for means a bad address.
 */
size_t uio_put(struct uio *uio, const void *src, size_t size);
size_t uio_put_zeros(struct uio *uio, size_t size);
size_t uio_take(struct uio *uio, void *dst, size_t size);

/* For what moves bytes itself: make [base, base + len) not empty (left is not 0), then pass over
 * what was moved, at most len. */
void uio_next_buffer(struct uio *uio);
static inline void uio_skip(struct uio *uio, size_t size)
{
	uio->base += size;
	uio->len -= size;
	uio->left -= size;
}
