/*
 * owner.c - from a page cache back to the file.
 */
#include "kernel/fs/mount.h"
#include "kernel/fs/owner.h"
#include "mm/slab.h"

struct owner {
	struct inode *inode;	/* NULL: gone */
	uint64_t dev, ino;
	char path[];		/* when gone */
};

/* Guards pagecache.owner and owner.inode. */
static struct spinlock owner_lock = SPINLOCK_INIT;

static struct owner *owner_create(struct inode *inode, size_t path_size)
{
	struct owner *owner = kzalloc(sizeof(*owner) + path_size);

	if (owner)
		*owner = (struct owner){ .inode = inode, .dev = inode->mount->dev, .ino = inode->ino };
	return owner;
}

int owner_attach(struct inode *inode)
{
	struct owner *owner = owner_create(inode, 1);

	if (!owner)
		return -ENOMEM;
	if (pagecache_create(0, &inode->pages)) {
		kfree(owner);
		return -ENOMEM;
	}
	inode->pages->owner = owner;
	inode->pages->spare = fs_spare();
	pagecache_set_quota(inode->pages, &inode->mount->pages);
	return 0;
}

void owner_detach(struct inode *inode)
{
	struct pagecache *pc = inode->pages;
	struct owner *last = NULL, *old = pc->owner;
	int len;

	if (__atomic_load_n(&pc->refs, __ATOMIC_ACQUIRE) > 1) {
		len = inode_path(inode, NULL, 0);
		last = owner_create(inode, (size_t)len + 1);
		if (last)
			inode_path(inode, last->path, (size_t)len + 1);
	}
	spin_lock(&owner_lock);
	old->inode = NULL;
	if (last) {
		last->inode = NULL;
		pc->owner = last;
	}
	spin_unlock(&owner_lock);
	if (last)
		kfree(old);
	pagecache_set_quota(pc, NULL);	/* the file system may go before a mapping does */
	pagecache_put(pc);
}

bool owner_describe(struct pagecache *pc, uint64_t *dev, uint64_t *ino, char *buf, size_t size)
{
	struct inode *inode = NULL;
	struct owner *owner;

	spin_lock(&owner_lock);
	owner = pc->owner;
	if (owner) {
		*dev = owner->dev;
		*ino = owner->ino;
		if (owner->inode && inode_try_ref(owner->inode))
			inode = owner->inode;
		else
			snprintf(buf, size, "%s", owner->path);
	}
	spin_unlock(&owner_lock);
	if (inode) {
		inode_path(inode, buf, size);
		inode_put(inode);
	}
	return owner != NULL;
}
