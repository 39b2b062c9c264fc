/*
 * init.c - the file systems there are, and the tree at boot, before the initrd comes.
 */
#include "kernel/fs/mount.h"
#include "kernel/fs/tree.h"

/* Name a fresh inode (NULL: no memory for it); its reference goes. */
static int place(struct inode *dir, const char *name, struct inode *inode)
{
	int err;

	if (!inode)
		return -ENOMEM;
	err = tree_add(dir, name, strlen(name), inode);
	inode_put(inode);
	return err;
}

static int place_link(struct inode *dir, const char *name, const char *target)
{
	return place(dir, name, ramfs_link(dir->mount, target, strlen(target)));
}

static int fill_dev(struct inode *dev)
{
	unsigned index = 0, mode;
	const char *name;
	uint64_t rdev;
	int err = 0;

	while (!err && (name = device_next(&index, &mode, &rdev)))
		err = place(dev, name, device_node(dev->mount, mode, rdev));
	if (!err)
		err = place_link(dev, "fd", "/proc/self/fd");
	if (!err)
		err = place_link(dev, "stdin", "/proc/self/fd/0");
	if (!err)
		err = place_link(dev, "stdout", "/proc/self/fd/1");
	if (!err)
		err = place_link(dev, "stderr", "/proc/self/fd/2");
	return err;
}

/* ---- the types ---- */

static struct inode *make_root(struct mount *mount)
{
	return ramfs_dir(mount, 0755);
}

static struct inode *make_tmp(struct mount *mount)
{
	return ramfs_dir(mount, 01777);
}

/* /dev/shm is there to be mounted on. */
static struct inode *make_dev(struct mount *mount)
{
	struct inode *dev = ramfs_dir(mount, 0755);

	if (!dev)
		return NULL;
	dev->nlink = 2;
	if (!fill_dev(dev) && !place(dev, "shm", ramfs_dir(mount, 01777)))
		return dev;
	tree_empty(dev);
	inode_put(dev);
	return NULL;
}

const struct fs_type fs_types[] = {
	{ "devtmpfs", TMPFS_MAGIC,	true,  false, make_dev },
	{ "proc",     PROC_SUPER_MAGIC, false, false, proc_root },
	{ "ramfs",    RAMFS_MAGIC,	true,  false, make_root },
	{ "sysfs",    SYSFS_MAGIC,	false, false, sys_root },
	{ "tmpfs",    TMPFS_MAGIC,	true,  true,  make_tmp },
	{ NULL, 0, false, false, NULL },
};

const struct fs_type *fs_type_find(const char *name)
{
	for (const struct fs_type *type = fs_types; type->name; type++)
		if (strcmp(type->name, name) == 0)
			return type;
	return NULL;
}

/* ---- boot ---- */

static int hang(const char *type, const char *source, struct inode *dir, struct inode **root)
{
	struct mount *mount;
	int err = mount_create(fs_type_find(type), source, &mount);

	if (err)
		return err;
	*root = mount->root;
	return mount_hang(mount, dir);
}

/* Mount on a new directory of dir's. */
static int mount_at(struct inode *dir, const char *name, const char *type, const char *source,
		    struct inode **root)
{
	struct inode *point = ramfs_dir(dir->mount, 0755);
	int err = point ? tree_add(dir, name, strlen(name), point) : -ENOMEM;

	if (!err)
		err = hang(type, source, point, root);
	inode_put(point);
	return err;
}

/* => 0 or -ENOMEM; the machine cannot go on without, so nothing is undone. */
int fs_init(void)
{
	static const struct fs_type top_type = { "rootfs", TMPFS_MAGIC, true, false, make_root };
	struct inode *dev, *shm, *other;
	struct mount *top;

	if (mount_create(&top_type, "rootfs", &top))
		return -ENOMEM;
	mount_set_top(top);
	if (mount_at(fs_root, "dev", "devtmpfs", "devtmpfs", &dev) ||
	    mount_at(fs_root, "proc", "proc", "proc", &other) ||
	    mount_at(fs_root, "sys", "sysfs", "sysfs", &other) ||
	    mount_at(fs_root, "tmp", "tmpfs", "tmpfs", &other) ||
	    tree_lookup(dev, "shm", 3, &shm))
		return -ENOMEM;
	inode_put(shm);
	return hang("tmpfs", "tmpfs", shm, &other);
}
