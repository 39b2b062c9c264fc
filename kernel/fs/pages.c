/*
 * pages.c - reading and writing the page cache of a regular file.
 *
 * A page is held by a reference while its bytes move, so no lock is held then: the user's buffer
 * may be a mapping of this very file, or lie on a page that has to be read in first.
 *
 * A page that the file does not have yet is filled outside the cache and then put in, and the size
 * rises last: a reader sees neither a page that is half written nor zeros in its place.
 */
#include "kernel/fs/inode.h"
#include "kernel/sched.h"
#include "mm/frame.h"

/* Files leave one frame in so many free. */
#define SPARE_PART	64

size_t fs_spare(void)
{
	return frame_total() / SPARE_PART;
}

bool fs_has_room(void)
{
	return frame_leaves_free(fs_spare());
}

long pages_read(struct pagecache *pc, struct uio *uio, uint64_t *pos)
{
	size_t done = 0;
	int err = 0;

	while (uio->left) {
		uint64_t size = pages_size(pc);
		size_t offset = *pos % PAGE_SIZE, n = PAGE_SIZE - offset, moved;
		paddr_t pa;

		if (*pos >= size)
			break;
		if (n > uio->left)
			n = uio->left;
		if (n > size - *pos)
			n = size - *pos;
		err = pagecache_get(pc, *pos / PAGE_SIZE, PAGECACHE_PEEK, &pa);
		if (err)
			break;
		if (pa) {
			moved = uio_put(uio, (char *)frame_va(pa) + offset, n);
			frame_dec_ref(pa);
		} else {
			moved = uio_put_zeros(uio, n);
		}
		*pos += moved;
		done += moved;
		if (moved < n)
			err = -EFAULT;
		else if (uio->left && sched_point())
			err = -EINTR;
		if (err)
			break;
	}
	if (done || err == -ENXIO)	/* truncated meanwhile: the end */
		return (long)done;
	return err;
}

/* A place at or behind the end becomes part of the file: what a mapping may have stored before it,
 * in the page of the end, goes. */
static void clear_tail(struct pagecache *pc, uint64_t pos)
{
	uint64_t size = pages_size(pc), end = align_up(size, PAGE_SIZE);
	paddr_t pa;

	if (pos <= size || size == end)
		return;
	if (pos < end)
		end = pos;
	if (pagecache_get(pc, size / PAGE_SIZE, PAGECACHE_PEEK, &pa) || !pa)
		return;
	memset((char *)frame_va(pa) + size % PAGE_SIZE, 0, end - size);
	frame_dec_ref(pa);
}

void pages_grow(struct pagecache *pc, uint64_t size)
{
	clear_tail(pc, size);
	pagecache_extend(pc, size);
}

/* Fill a fresh frame from uio and give it to the hole at index. *moved bytes came. */
static int write_hole(struct pagecache *pc, struct uio *uio, uint64_t index, size_t offset,
		      size_t n, size_t *moved)
{
	paddr_t pa, other;
	char *page;
	int err;

	if (!fs_has_room() || frame_alloc(0, 0, &pa))
		return -ENOSPC;
	page = frame_va(pa);
	*moved = uio_take(uio, page + offset, n);
	if (*moved == 0) {
		frame_dec_ref(pa);
		return 0;
	}
	memset(page, 0, offset);
	memset(page + offset + *moved, 0, PAGE_SIZE - offset - *moved);
	err = pagecache_insert(pc, index, pa);
	if (!err)
		return 0;
	if (err == -EEXIST && !pagecache_get(pc, index, PAGECACHE_PEEK_BEYOND, &other)) {
		/* A page fault has filled the hole meanwhile. */
		memcpy((char *)frame_va(other) + offset, page + offset, *moved);
		frame_dec_ref(other);
		err = 0;
	}
	frame_dec_ref(pa);
	if (err)
		*moved = 0;
	return err ? -ENOSPC : 0;
}

/* The piece of a write that lies in one page. */
static int write_page(struct pagecache *pc, struct uio *uio, uint64_t pos, size_t n, size_t *moved)
{
	size_t offset = pos % PAGE_SIZE;
	paddr_t pa = 0;
	int err = pagecache_get(pc, pos / PAGE_SIZE, PAGECACHE_PEEK_BEYOND, &pa);

	*moved = 0;
	if (err)
		return err;
	if (pa) {
		*moved = uio_take(uio, (char *)frame_va(pa) + offset, n);
		frame_dec_ref(pa);
	} else {
		err = write_hole(pc, uio, pos / PAGE_SIZE, offset, n, moved);
		if (err)
			return err;
	}
	if (*moved)
		pagecache_extend(pc, pos + *moved);
	return *moved < n ? -EFAULT : 0;
}

long pages_write(struct pagecache *pc, struct uio *uio, uint64_t *pos, uint64_t end_max)
{
	size_t done = 0;
	int err = 0;

	if (uio->left == 0)
		return 0;
	if (*pos >= FILE_SIZE_MAX)
		return -EFBIG;
	if (uio->left > FILE_SIZE_MAX - *pos)
		uio->left = FILE_SIZE_MAX - *pos;
	clear_tail(pc, *pos);
	while (uio->left && !err) {
		size_t n = PAGE_SIZE - *pos % PAGE_SIZE, moved;

		if (n > uio->left)
			n = uio->left;
		if (*pos + n > end_max) {
			err = -EPERM;
			break;
		}
		err = write_page(pc, uio, *pos, n, &moved);
		*pos += moved;
		done += moved;
		if (!err && uio->left && sched_point())
			err = -EINTR;
	}
	return done ? (long)done : err;
}
