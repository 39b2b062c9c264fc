/*
 * file.c - open files, and what the rest of the kernel may ask of them.
 */
#include "kernel/fs/lockf.h"
#include "kernel/fs/mount.h"
#include "mm/slab.h"

static struct slab_cache file_cache = SLAB_CACHE_INIT(file_cache, "file", sizeof(struct file));

/* What F_GETFL tells: not the flags that only say how to open. */
#define OPEN_ONLY (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)

/* Does having the file open keep it from being run as a program? */
static bool holds_for_writing(const struct inode *inode, unsigned flags)
{
	return inode_is(inode, S_IFREG) && !(flags & O_PATH) && (flags & O_ACCMODE) != O_RDONLY;
}

struct file *file_alloc(void)
{
	struct file *file = slab_alloc(&file_cache);

	if (!file)
		return NULL;
	memset(file, 0, sizeof(*file));
	file->refs = 1;
	mutex_init(&file->pos_lock);
	return file;
}

/* An open file counts where its file system goes away, becomes read-only or runs it as a program. */
static int start_use(struct inode *inode, unsigned flags)
{
	int err = 0;

	if (holds_for_writing(inode, flags)) {
		err = mount_start_write(inode->mount);
		if (err)
			return err;
		err = inode_use(inode, 1);
		if (err)
			mount_end_write(inode->mount);
	}
	if (!err)
		mount_use(inode->mount);
	return err;
}

static void end_use(struct inode *inode, unsigned flags)
{
	if (holds_for_writing(inode, flags)) {
		inode_end_use(inode, 1);
		mount_end_write(inode->mount);
	}
	mount_end_use(inode->mount);
}

int file_start(struct file *file, struct inode *inode, unsigned flags)
{
	int err = start_use(inode, flags);

	if (err)
		return err;
	file->flags = flags;
	file->inode = inode_ref(inode);
	if (!(flags & O_PATH) && inode->ops->open)
		err = inode->ops->open(file);
	file->flags &= ~OPEN_ONLY;
	if (err) {
		end_use(inode, flags);
		file->inode = NULL;
		inode_put(inode);
	}
	return err;
}

int file_create(struct inode *inode, unsigned flags, struct file **out)
{
	struct file *file = file_alloc();
	int err = file ? file_start(file, inode, flags) : -ENOMEM;

	if (err)
		file_put(file);
	else
		*out = file;
	return err;
}

/* The end of what file_start did. */
static void finish(struct file *file)
{
	lockf_release(file->inode, file);
	if (!(file->flags & O_PATH) && file->inode->ops->release)
		file->inode->ops->release(file);
	end_use(file->inode, file->flags);
	inode_put(file->inode);
}

struct file *file_ref(struct file *file)
{
	__atomic_fetch_add(&file->refs, 1, __ATOMIC_RELAXED);
	return file;
}

void file_put(struct file *file)
{
	if (!file || __atomic_sub_fetch(&file->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	if (file->inode)
		finish(file);
	if (file->text)
		pagecache_put(file->text);
	slab_free(&file_cache, file);
}

unsigned file_flags(const struct file *file)
{
	return file->flags;
}

bool file_is_zero_device(const struct file *file)
{
	return inode_is(file->inode, S_IFCHR) && file->inode->rdev == MKDEV(1, 5);
}

struct pagecache *file_pagecache(struct file *file)
{
	return file->flags & O_PATH ? NULL : inode_pages(file->inode);
}

uint64_t file_size(struct file *file)
{
	return inode_size(file->inode);
}

int file_run(struct file *file)
{
	int err = inode_use(file->inode, -1);

	if (!err && pagecache_is_written(file->inode->pages)) {
		inode_end_use(file->inode, -1);
		err = -ETXTBSY;		/* through a mapping that has outlived its descriptor */
	}
	return err;
}

void file_end_run(struct file *file)
{
	inode_end_use(file->inode, -1);
}

long file_read_kernel(struct file *file, void *buf, size_t size, uint64_t offset)
{
	struct uio uio;

	if (!file_can_read(file))
		return -EBADF;
	if (!file_pagecache(file))
		return -EINVAL;
	uio_kernel(&uio, buf, size);
	return pages_read(file->inode->pages, &uio, &offset);
}
