/*
 * mount.c - file systems: made, hung into the tree, taken down.
 *
 *	dir  --- mounted -->  mount  --- root -->  the root's inode
 *	     <-- covered ---         <-- mount --  and every other inode of it
 *
 * A mount that is in use (users) cannot be taken down. A walk under way is no use: it holds inodes,
 * which hold the mount, so it ends in a tree that is no longer there, as in a directory that is removed.
 */
#include "kernel/fs/mount.h"

#include "kernel/fs/name.h"
#include "kernel/fs/tree.h"
#include "mm/frame.h"
#include "mm/slab.h"

static const struct fs_type pipe_type = { .name = "pipefs", .magic = PIPEFS_MAGIC };
static const struct fs_type memory_type = { .name = "tmpfs", .magic = TMPFS_MAGIC, .ram = true };

struct mount pipe_mount = { .refs = 1, .dev = 1, .type = &pipe_type };
struct mount memory_mount = { .refs = 1, .dev = 2, .type = &memory_type };

static struct list mounts = { &mounts, &mounts };	/* all that are hung; guarded by tree_lock */
static uint32_t last_dev = 2;

/* ---- being made ---- */

static char *copy_text(const char *s)
{
	char *copy = kmalloc(strlen(s) + 1);

	return copy ? memcpy(copy, s, strlen(s) + 1) : NULL;
}

int mount_create(const struct fs_type *type, const char *source, struct mount **out)
{
	struct mount *mount = kmalloc(sizeof(*mount));

	if (!mount)
		return -ENOMEM;
	*mount = (struct mount){ .refs = 1, .type = type, .source = copy_text(source) };
	mount->dev = __atomic_add_fetch(&last_dev, 1, __ATOMIC_RELAXED);
	list_init(&mount->link);
	if (mount->source)
		mount->root = type->make_root(mount);
	if (!mount->root) {
		mount_put(mount);
		return -ENOMEM;
	}
	mount->root->nlink = 2;
	*out = mount;
	return 0;
}

void mount_free(struct mount *mount)
{
	kfree(mount->source);
	kfree(mount);
}

/* The file system goes when the last of its inodes does. */
static void end(struct mount *mount, struct inode *root)
{
	tree_empty(root);
	inode_put(root);
	mount_put(mount);
}

void mount_discard(struct mount *mount)
{
	end(mount, mount->root);
}

/* ---- in the tree ---- */

static int may_hang(const struct inode *dir)
{
	if (!inode_is(dir, S_IFDIR))
		return -ENOTDIR;
	if (dir == fs_root)
		return -EBUSY;
	return dir->nlink == 0 ? -ENOENT : 0;
}

/* Somebody else may have hung something there since the walk: then it goes on top of that. */
int mount_hang(struct mount *mount, struct inode *dir)
{
	int err;

	spin_lock(&tree_lock);
	err = may_hang(dir);
	while (!err && dir->mounted)
		dir = dir->mounted->root;
	if (!err) {
		mount->covered = inode_ref(dir);
		mount_use(dir->mount);
		__atomic_store_n(&dir->mounted, mount, __ATOMIC_RELEASE);
		list_append(&mounts, &mount->link);
	}
	spin_unlock(&tree_lock);
	return err;
}

void mount_set_top(struct mount *mount)
{
	fs_root = mount->root;
	list_append(&mounts, &mount->link);
}

static int may_take_down(const struct inode *root)
{
	if (root->mount->root != root || !root->mount->covered)
		return -EINVAL;
	return __atomic_load_n(&root->mount->users, __ATOMIC_ACQUIRE) ? -EBUSY : 0;
}

int mount_take_down(struct inode *root)
{
	struct mount *mount = root->mount;
	struct inode *covered = NULL;
	int err;

	spin_lock(&tree_lock);
	err = may_take_down(root);
	if (!err) {
		covered = mount->covered;
		covered->mounted = NULL;
		mount->covered = mount->root = NULL;
		list_remove(&mount->link);
		root->nlink = 0;	/* nothing can be added any more */
	}
	spin_unlock(&tree_lock);
	if (err)
		return err;
	mount_end_use(covered->mount);
	inode_put(covered);
	end(mount, root);
	return 0;
}

struct inode *mount_cross(struct inode *inode)
{
	struct inode *top = inode;

	if (!__atomic_load_n(&inode->mounted, __ATOMIC_ACQUIRE))
		return inode;
	spin_lock(&tree_lock);
	while (top->mounted)
		top = top->mounted->root;
	inode_ref(top);
	spin_unlock(&tree_lock);
	inode_put(inode);
	return top;
}

/* ---- read-only ---- */

static bool is_read_only(const struct mount *mount)
{
	return __atomic_load_n(&mount->flags, __ATOMIC_SEQ_CST) & MS_RDONLY;
}

int mount_check_write(const struct inode *inode)
{
	return is_read_only(inode->mount) ? -EROFS : 0;
}

int mount_check_change(const struct inode *inode)
{
	if (inode->mount->type->make_root && !inode->mount->type->ram)
		return -EPERM;
	return mount_check_write(inode);
}

/* Whoever comes second, this or mount_set_flags, sees the other. */
int mount_start_write(struct mount *mount)
{
	__atomic_fetch_add(&mount->writers, 1, __ATOMIC_SEQ_CST);
	if (!is_read_only(mount))
		return 0;
	mount_end_write(mount);
	return -EROFS;
}

void mount_end_write(struct mount *mount)
{
	__atomic_fetch_sub(&mount->writers, 1, __ATOMIC_SEQ_CST);
}

int mount_set_flags(struct mount *mount, unsigned flags)
{
	unsigned old = __atomic_exchange_n(&mount->flags, flags, __ATOMIC_SEQ_CST);

	if (!(flags & MS_RDONLY) || !__atomic_load_n(&mount->writers, __ATOMIC_SEQ_CST))
		return 0;
	__atomic_store_n(&mount->flags, old, __ATOMIC_SEQ_CST);
	return -EBUSY;
}

/* ---- figures ---- */

void mount_statfs(const struct mount *mount, struct statfs *st)
{
	size_t limit = mount->pages.limit, used = mount->pages.used, free = frame_free_count();

	*st = (struct statfs){ .f_type = mount->type->magic, .f_bsize = PAGE_SIZE,
			      .f_frsize = PAGE_SIZE,
			      .f_namelen = NAME_MAX,
			       .f_fsid = { { (int)mount->dev, 0 } } };
	st->f_flags = ST_VALID | (mount->flags & ~MS_RELATIME);
	if (mount->flags & MS_RELATIME)
		st->f_flags |= ST_RELATIME;
	if (!mount->type->ram)
		return;
	if (limit && limit - used < free)
		free = limit > used ? limit - used : 0;
	st->f_blocks = (int64_t)(limit ? limit : frame_total());
	st->f_bfree = st->f_bavail = (int64_t)free;
}

/* ---- which there are ---- */

/* A root that was taken down meanwhile is on no list any more: that is the end. */
struct inode *mount_next(struct inode *root)
{
	struct list *link = &mounts;
	struct inode *next = NULL;

	spin_lock(&tree_lock);
	if (root)
		link = root->mount->root == root ? &root->mount->link : mounts.prev;
	if (link->next != &mounts)
		next = inode_ref(container_of(link->next, struct mount, link)->root);
	spin_unlock(&tree_lock);
	inode_put(root);
	return next;
}

uint32_t mount_parent_dev(const struct mount *mount)
{
	uint32_t dev;

	spin_lock(&tree_lock);
	dev = mount->covered ? mount->covered->mount->dev : mount->dev;
	spin_unlock(&tree_lock);
	return dev;
}
