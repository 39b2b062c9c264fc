/*
 * pages_space.c - the holes of regular files: making them, filling them, finding them.
 */
#include "kernel/fs/inode.h"
#include "kernel/sched.h"
#include "mm/frame.h"

/* Zero a piece of one page, if there is that page. */
static void zero_piece(struct pagecache *pc, uint64_t pos, size_t n)
{
	paddr_t pa;

	if (!n || pagecache_get(pc, pos / PAGE_SIZE, PAGECACHE_PEEK_BEYOND, &pa) || !pa)
		return;
	memset((char *)frame_va(pa) + pos % PAGE_SIZE, 0, n);
	frame_dec_ref(pa);
}

int pages_zero(struct pagecache *pc, uint64_t pos, uint64_t end)
{
	uint64_t first = align_up(pos, PAGE_SIZE), last = align_down(end, PAGE_SIZE), index;

	if (first > last) {		/* within one page */
		zero_piece(pc, pos, end - pos);
		return 0;
	}
	zero_piece(pc, pos, first - pos);
	zero_piece(pc, last, end - last);
	index = first / PAGE_SIZE;
	while (pagecache_next(pc, index, &index) && index < last / PAGE_SIZE) {
		pagecache_punch(pc, index++);
		if (sched_point())
			return -EINTR;
	}
	return 0;
}

/* One page that is there afterwards. */
static int fill_page(struct pagecache *pc, uint64_t index)
{
	paddr_t pa;
	int err = pagecache_get(pc, index, PAGECACHE_PEEK_BEYOND, &pa);

	if (err)
		return err;
	if (pa) {
		frame_dec_ref(pa);
		return 0;
	}
	if (!fs_has_room() || frame_alloc(0, FRAME_ZERO, &pa))
		return -ENOSPC;
	err = pagecache_insert(pc, index, pa);
	if (err)
		frame_dec_ref(pa);
	return err && err != -EEXIST ? -ENOSPC : 0;
}

int pages_fill(struct pagecache *pc, uint64_t pos, uint64_t end)
{
	uint64_t index = pos / PAGE_SIZE, last = (end - 1) / PAGE_SIZE;
	size_t resident = pagecache_resident(pc), room = frame_free_count();
	int err = 0;

	/* What can never fit is refused before memory is filled with it. */
	room = room > fs_spare() ? room - fs_spare() : 0;
	if (last - index >= room + resident)
		return -ENOSPC;
	for (; index <= last && !err; index++) {
		err = fill_page(pc, index);
		if (!err && sched_point())
			err = -EINTR;
	}
	if (err)			/* beyond the size nobody has seen them */
		pagecache_truncate(pc, pages_size(pc));
	return err;
}

static bool is_data(struct pagecache *pc, uint64_t index)
{
	paddr_t pa;

	if (pagecache_get(pc, index, PAGECACHE_PEEK, &pa) || !pa)
		return false;
	frame_dec_ref(pa);
	return true;
}

int64_t pages_seek(struct pagecache *pc, uint64_t pos, bool data)
{
	uint64_t size = pages_size(pc), index = pos / PAGE_SIZE, found = index;

	if (data && (!pagecache_next(pc, index, &found) || found * PAGE_SIZE >= size))
		return -ENXIO;
	while (!data && found * PAGE_SIZE < size && is_data(pc, found) && !sched_point())
		found++;
	if (found == index)
		return (int64_t)pos;
	return (int64_t)(found * PAGE_SIZE < size ? found * PAGE_SIZE : size);
}
