/*
 * uio.c - the buffers of one read or write.
 */
#include "kernel/fs/uio.h"
#include "kernel/string.h"
#include "kernel/usercopy.h"

enum direction { PUT, PUT_ZEROS, TAKE };

void uio_kernel(struct uio *uio, void *buf, size_t size)
{
	*uio = (struct uio){ .left = size, .base = (vaddr_t)buf, .len = size, .kernel = true };
}

void uio_next_buffer(struct uio *uio)
{
	while (uio->len == 0) {
		uio->base = (vaddr_t)uio->more->iov_base;
		uio->len = uio->more->iov_len;
		uio->more++;
	}
	if (uio->len > uio->left)
		uio->len = uio->left;
}

/* => bytes not moved */
static size_t uio_copy(struct uio *uio, char *mem, size_t n, enum direction way)
{
	if (uio->kernel) {
		if (way == TAKE)
			memcpy(mem, (void *)uio->base, n);
		else if (way == PUT)
			memcpy((void *)uio->base, mem, n);
		else
			memset((void *)uio->base, 0, n);
		return 0;
	}
	if (way == TAKE)
		return copy_from_user_partial(mem, uio->base, n);
	if (way == PUT)
		return copy_to_user_partial(uio->base, mem, n);
	return clear_user_partial(uio->base, n);
}

static size_t uio_move(struct uio *uio, char *mem, size_t size, enum direction way)
{
	size_t done = 0, n, missed;

	if (size > uio->left)
		size = uio->left;
	while (done < size) {
		uio_next_buffer(uio);
		n = size - done;
		if (n > uio->len)
			n = uio->len;
		missed = uio_copy(uio, mem + (way == PUT_ZEROS ? 0 : done), n, way);
		uio_skip(uio, n - missed);
		done += n - missed;
		if (missed)
			break;
	}
	return done;
}

/* The common case, one user buffer that has room, goes straight to the copy. */
static bool is_simple(const struct uio *uio, size_t size)
{
	return size <= uio->len && !uio->kernel;
}

size_t uio_put(struct uio *uio, const void *src, size_t size)
{
	if (!is_simple(uio, size))
		return uio_move(uio, (char *)src, size, PUT);
	size -= copy_to_user_partial(uio->base, src, size);
	uio_skip(uio, size);
	return size;
}

size_t uio_put_zeros(struct uio *uio, size_t size)
{
	return uio_move(uio, NULL, size, PUT_ZEROS);
}

size_t uio_take(struct uio *uio, void *dst, size_t size)
{
	if (!is_simple(uio, size))
		return uio_move(uio, dst, size, TAKE);
	size -= copy_from_user_partial(dst, uio->base, size);
	uio_skip(uio, size);
	return size;
}
