/*
 * init.c - the file systems there are, and the tree at boot, before the initrd comes.
 */
#include "kernel/fs/mount.h"
#include "kernel/fs/path.h"
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

/* Mount on a directory that is there. */
static int mount_at(const char *path, const char *type)
{
	struct mount *mount;
	struct inode *dir;
	int err = path_find(AT_FDCWD, path, 0, &dir);

	if (err)
		return err;
	err = mount_create(fs_type_find(type), type, &mount);
	if (!err)
		err = mount_hang(mount, dir);
	inode_put(dir);
	return err;
}

/* => 0 or -ENOMEM; the machine cannot go on without, so nothing is undone. */
int fs_init(void)
{
	static const struct fs_type top_type = { "rootfs", TMPFS_MAGIC, true, false, make_root };
	static const char *const dirs[] = { "dev", "proc", "sys", "tmp" };
	struct mount *top;

	if (mount_create(&top_type, "rootfs", &top))
		return -ENOMEM;
	mount_set_top(top);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (place(fs_root, dirs[i], ramfs_dir(top, 0755)))
			return -ENOMEM;
	if (mount_at("/dev", "devtmpfs") || mount_at("/proc", "proc") || mount_at("/sys", "sysfs") ||
	    mount_at("/tmp", "tmpfs") || mount_at("/dev/shm", "tmpfs"))
		return -ENOMEM;
	return 0;
}
