/*
 * readdir.h - the buffer that directory entries are gathered in.
 */
#pragma once

#include "kernel/fs/inode.h"

struct dir_sink {
	char *buf;		/* aligned to 8 */
	size_t size, used;	/* bytes */
	bool too_small;		/* not even the first entry fitted */
};
