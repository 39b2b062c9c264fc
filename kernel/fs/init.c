/*
 * init.c - the file system at boot: the root with /dev, /proc and /tmp, before the initrd comes.
 */
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
	return place(dir, name, ramfs_link(target, strlen(target)));
}

static int fill_dev(struct inode *dev)
{
	unsigned index = 0, mode;
	const char *name;
	uint64_t rdev;
	int err = 0;

	while (!err && (name = device_next(&index, &mode, &rdev)))
		err = place(dev, name, device_node(mode, rdev));
	if (!err)
		err = place_link(dev, "fd", "/proc/self/fd");
	if (!err)
		err = place_link(dev, "stdin", "/proc/self/fd/0");
	if (!err)
		err = place_link(dev, "stdout", "/proc/self/fd/1");
	if (!err)
		err = place_link(dev, "stderr", "/proc/self/fd/2");
	if (!err)
		err = place(dev, "shm", ramfs_dir(01777));
	return err;
}

/* => 0 or -ENOMEM; the machine cannot go on without, so nothing is undone. */
int fs_init(void)
{
	struct inode *dev;
	int err;

	fs_root = ramfs_dir(0755);
	if (!fs_root)
		return -ENOMEM;
	fs_root->nlink = 2;
	dev = ramfs_dir(0755);
	if (!dev)
		return -ENOMEM;
	err = tree_add(fs_root, "dev", 3, dev);
	if (!err)
		err = fill_dev(dev);
	inode_put(dev);
	if (!err)
		err = place(fs_root, "proc", proc_root());
	if (!err)
		err = place(fs_root, "tmp", ramfs_dir(01777));
	return err;
}
