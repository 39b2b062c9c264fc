/*
 * readdir.c - directory entries on their way to getdents64.
 *
 * Directories write into kernel memory first, because they do it under their own lock.
 */
#include "kernel/fs/inode.h"

bool dir_emit(struct dir_sink *sink, const char *name, size_t len, uint64_t ino, unsigned mode,
	      uint64_t next)
{
	struct linux_dirent64 *entry = (struct linux_dirent64 *)(sink->buf + sink->used);
	size_t size = offsetof(struct linux_dirent64, d_name) + len + 1;
	size_t padded = align_up(size, 8);

	if (padded > sink->size - sink->used) {
		sink->too_small = sink->used == 0;
		return false;
	}
	entry->d_ino = ino;
	entry->d_off = (int64_t)next;
	entry->d_reclen = (uint16_t)padded;
	entry->d_type = (uint8_t)((mode & S_IFMT) >> 12);
	memcpy(entry->d_name, name, len);
	memset(entry->d_name + len, 0, padded - size + 1);
	sink->used += padded;
	return true;
}
