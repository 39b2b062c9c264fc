/*
 * inode.c - what every inode has: references, times, attributes, a path.
 */
#include "kernel/fs/mount.h"
#include "kernel/fs/tree.h"
#include "kernel/time.h"
#include "mm/slab.h"

static struct slab_cache inode_cache = SLAB_CACHE_INIT(inode_cache, "inode", sizeof(struct inode));
static uint64_t last_ino;

int64_t clock_ns(void)
{
	return (int64_t)time_to_ns(time_now());
}

struct inode *inode_create(const struct inode_ops *ops, unsigned mode, struct mount *mount)
{
	struct inode *inode = slab_alloc(&inode_cache);

	if (!inode)
		return NULL;
	memset(inode, 0, sizeof(*inode));
	inode->ops = ops;
	inode->refs = 1;
	inode->mount = mount_ref(mount);
	inode->ino = __atomic_add_fetch(&last_ino, 1, __ATOMIC_RELAXED);
	inode->mode = mode;
	inode->atime = inode->mtime = inode->ctime = clock_ns();
	list_init(&inode->names);
	list_init(&inode->locks);
	mutex_init(&inode->lock);
	return inode;
}

bool inode_try_ref(struct inode *inode)
{
	uint32_t refs = __atomic_load_n(&inode->refs, __ATOMIC_RELAXED);

	while (refs > 0)
		if (__atomic_compare_exchange_n(&inode->refs, &refs, refs + 1, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return true;
	return false;
}

/*
 * A loop, not a recursion: a name that is gone keeps its directory, so the last reference into a
 * removed tree frees a directory per level.
 */
void inode_free(struct inode *inode)
{
	struct mount *mount;
	struct inode *dir;

	do {
		if (inode->ops->destroy)
			inode->ops->destroy(inode);
		dir = name_free_last(inode);
		mount = inode->mount;
		slab_free(&inode_cache, inode);
		mount_put(mount);
		inode = dir;
	} while (inode && __atomic_sub_fetch(&inode->refs, 1, __ATOMIC_ACQ_REL) == 0);
}

void inode_touch(struct inode *inode)
{
	inode->mtime = inode->ctime = clock_ns();
}

struct pagecache *inode_pages(const struct inode *inode)
{
	return inode->mount->type->ram && inode_is(inode, S_IFREG) ? inode->pages : NULL;
}

uint64_t inode_size(const struct inode *inode)
{
	if (inode_pages(inode))
		return pages_size(inode->pages);
	return inode->mount->type->ram && inode_is(inode, S_IFLNK) ? strlen(inode->target) : 0;
}

static struct timespec timespec_of(int64_t ns)
{
	int64_t sec = ns / (int64_t)NSEC_PER_SEC, rest = ns % (int64_t)NSEC_PER_SEC;

	if (rest < 0) {
		sec--;
		rest += NSEC_PER_SEC;
	}
	return (struct timespec){ .tv_sec = sec, .tv_nsec = rest };
}

void inode_stat(struct inode *inode, struct stat *st)
{
	memset(st, 0, sizeof(*st));
	st->st_dev = inode->mount->dev;
	st->st_ino = inode->ino;
	st->st_mode = inode->mode;
	st->st_nlink = __atomic_load_n(&inode->nlink, __ATOMIC_RELAXED);
	st->st_uid = inode->uid;
	st->st_gid = inode->gid;
	st->st_rdev = inode->rdev;
	st->st_size = (int64_t)inode_size(inode);
	st->st_blksize = PAGE_SIZE;
	if (inode_pages(inode))
		st->st_blocks = (int64_t)(inode->pages->resident * (PAGE_SIZE / 512));
	st->st_atim = timespec_of(inode->atime);
	st->st_mtim = timespec_of(inode->mtime);
	st->st_ctim = timespec_of(inode->ctime);
}

int inode_path(struct inode *inode, char *buf, size_t size)
{
	if (inode->ops->path)
		return inode->ops->path(inode, buf, size);
	return tree_path(inode, buf, size);
}

int inode_use(struct inode *inode, int direction)
{
	int32_t users = __atomic_load_n(&inode->writers, __ATOMIC_RELAXED);

	do {
		if (direction > 0 ? users < 0 : users > 0)
			return -ETXTBSY;
	} while (!__atomic_compare_exchange_n(&inode->writers, &users, users + direction, false,
					      __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	return 0;
}

void inode_end_use(struct inode *inode, int direction)
{
	__atomic_sub_fetch(&inode->writers, direction, __ATOMIC_RELEASE);
}
