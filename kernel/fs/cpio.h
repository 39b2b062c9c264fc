/*
 * cpio.h - reading a cpio archive of the "newc" form, one header at a time. Pure: it looks at
 * bytes and touches nothing else, so it is tested on the host.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CPIO_HEADER	110	/* bytes before the name */

struct cpio_entry {
	uint32_t ino, mode, nlink, dev_major, dev_minor, rdev_major, rdev_minor;
	uint32_t size;		/* bytes of contents */
	uint32_t mtime;		/* seconds since 1970 */
	const char *name;	/* ends in NUL inside the archive */
	size_t name_len;
	size_t data;		/* offset of the contents in the archive */
	size_t next;		/* offset of what comes behind them */
};

/*
 * Read the entry at *offset, after any padding of zeros. => 1: there is one, 0: the archive ends
 * here, -1: it is damaged; then *why says how, and *offset where.
 */
int cpio_next(const char *archive, size_t size, size_t *offset, struct cpio_entry *entry,
	      const char **why);

/* Is it the entry that ends an archive? Another may follow. */
int cpio_is_trailer(const struct cpio_entry *entry);
