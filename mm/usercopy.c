/*
 * usercopy.c - reading and writing the bytes of a space through the direct map.
 *
 * For spaces that are not the running one (ptrace, exec's new stack, /proc/pid/mem). Each step
 * makes one leaf accessible as a fault would, and copies as far as that leaf goes. Nothing of the
 * space is touched through its own addresses, so no access faults.
 */
#include "mm/mm.h"
#include "mm/port.h"

/* RAM lies in the direct map; devices do not. */
static bool in_direct_map(paddr_t pa)
{
	return (pa >> PAGE_SHIFT) - frame_first < frame_count;
}

/* Where a leaf that permits the access keeps the byte at va; NULL if it cannot be had so. */
static uint8_t *byte_of(pte_t leaf, unsigned level, vaddr_t va, unsigned access)
{
	paddr_t pa = pte_pa(leaf) + (va & (level_size(level) - 1));

	return pte_permits(leaf, access) && in_direct_map(pa) ? frame_va(pa) : NULL;
}

/*
 * A fault may copy the page that is read and give its frame back, but for the table's lock; one that
 * may be written stays where it is. Only what nothing else maps is written: shared memory may be what
 * is read as well, at another address.
 */
static bool copy_part(const struct aspace *to, vaddr_t dst, const struct aspace *from, vaddr_t src,
		      size_t size)
{
	unsigned read_level, write_level;
	pte_t *read = pt_walk(from, src, &read_level), *write = pt_walk(to, dst, &write_level);
	struct frame *table = pt_desc(read);
	uint8_t *in, *out;

	pt_lock(table);
	in = byte_of(pte_load(read), read_level, src, AS_READ);
	out = byte_of(pte_load(write), write_level, dst, AS_WRITE);
	if (out && !frame_is_exclusive(pte_pa(pte_load(write)), write_level))
		out = NULL;
	if (in && out && size == PAGE_SIZE)
		frame_copy(frame_pa(out), frame_pa(in));
	else if (in && out)
		memcpy(out, in, size);
	pt_unlock(table);
	return in && out;
}

size_t aspace_copy_present(const struct aspace *to, vaddr_t dst, const struct aspace *from,
			   vaddr_t src, size_t size)
{
	size_t done, part, high;

	if (!aspace_contains_range(to, dst, size) || !aspace_contains_range(from, src, size))
		return 0;
	for (done = 0; done < size; done += part) {
		high = (dst + done) % PAGE_SIZE;
		if (high < (src + done) % PAGE_SIZE)
			high = (src + done) % PAGE_SIZE;
		part = PAGE_SIZE - high < size - done ? PAGE_SIZE - high : size - done;
		if (!copy_part(to, dst + done, from, src + done, part))
			break;
	}
	return done;
}

/* A piece of the space that lies in one leaf. */
struct piece {
	uint8_t *bytes;		/* in the direct map */
	size_t size;
	bool code;		/* may be executed */
};

static int locate(struct area *area, vaddr_t va, struct piece *piece)
{
	unsigned level;
	pte_t pte = *pt_walk(area->as, va, &level);
	size_t offset = va & (level_size(level) - 1);

	if (!in_direct_map(pte_pa(pte)))
		return -EFAULT;
	piece->bytes = (uint8_t *)frame_va(pte_pa(pte)) + offset;
	piece->size = level_size(level) - offset;
	piece->code = area->flags & AS_EXEC;
	return 0;
}

/* Make the access possible at va and tell where the bytes are. */
static int reach(struct aspace *as, vaddr_t va, unsigned access, struct piece *piece)
{
	int err = aspace_handle_page_fault(as, va, access);

	return err ? err : locate(area_find(as, va), va, piece);
}

/* The same for a write that need not be allowed: the page becomes the space's own. */
static int reach_forced(struct aspace *as, vaddr_t va, struct piece *piece)
{
	struct area *area = area_find(as, va);
	int err;

	if (!area)
		return -EFAULT;
	if (!area_allows(area, AS_WRITE) &&
	    ((area->flags & AREA_SHARED) || !area_is_counted(area)))
		return -EACCES;
	err = fault_page(area, va, AS_WRITE);
	return err ? err : locate(area, va, piece);
}

int aspace_read(struct aspace *as, vaddr_t va, void *buf, size_t len, size_t *done)
{
	struct piece piece;
	int err = 0;

	for (*done = 0; *done < len; *done += piece.size) {
		err = reach(as, va + *done, AS_READ, &piece);
		if (err)
			break;
		if (piece.size > len - *done)
			piece.size = len - *done;
		memcpy((uint8_t *)buf + *done, piece.bytes, piece.size);
	}
	return err;
}

static int write_bytes(struct aspace *as, vaddr_t va, const void *buf, size_t len, size_t *done,
		       bool forced)
{
	struct piece piece;
	bool code = false;
	int err = 0;

	for (*done = 0; *done < len; *done += piece.size) {
		if (forced)
			err = reach_forced(as, va + *done, &piece);
		else
			err = reach(as, va + *done, AS_WRITE, &piece);
		if (err)
			break;
		if (piece.size > len - *done)
			piece.size = len - *done;
		memcpy(piece.bytes, (const uint8_t *)buf + *done, piece.size);
		code = code || piece.code;
	}
	if (code)
		port_sync_icache();
	return err;
}

int aspace_write(struct aspace *as, vaddr_t va, const void *buf, size_t len, size_t *done)
{
	return write_bytes(as, va, buf, len, done, false);
}

int aspace_write_forced(struct aspace *as, vaddr_t va, const void *buf, size_t len)
{
	size_t done;

	return write_bytes(as, va, buf, len, &done, true);
}
