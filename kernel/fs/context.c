/*
 * context.c - the current directory and umask of tasks.
 */
#include "kernel/fs/files.h"
#include "kernel/fs/mount.h"
#include "kernel/hart.h"
#include "kernel/task.h"
#include "mm/slab.h"

struct fs_context {
	uint32_t refs;		/* tasks that share it; atomic */
	struct spinlock lock;	/* guards what follows */
	struct inode *cwd;	/* one reference */
	unsigned umask;
};

/* A current directory keeps its file system from being unmounted. */
static struct inode *use(struct inode *dir)
{
	mount_use(dir->mount);
	return dir;
}

static void end_use(struct inode *dir)
{
	mount_end_use(dir->mount);
	inode_put(dir);
}

static struct fs_context *create(struct inode *cwd, unsigned umask)
{
	struct fs_context *fs = kmalloc(sizeof(*fs));

	if (fs)
		*fs = (struct fs_context){ .refs = 1, .cwd = use(cwd), .umask = umask };
	else
		inode_put(cwd);
	return fs;
}

struct fs_context *fs_context_create(void)
{
	return create(inode_ref(fs_root), 022);
}

struct fs_context *fs_context_clone(struct fs_context *fs)
{
	return create(fs_context_cwd_of(fs), fs->umask);
}

struct fs_context *fs_context_ref(struct fs_context *fs)
{
	__atomic_fetch_add(&fs->refs, 1, __ATOMIC_RELAXED);
	return fs;
}

void fs_context_put(struct fs_context *fs)
{
	if (!fs || __atomic_sub_fetch(&fs->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	end_use(fs->cwd);
	kfree(fs);
}

struct inode *fs_context_cwd_of(struct fs_context *fs)
{
	struct inode *cwd;

	spin_lock(&fs->lock);
	cwd = inode_ref(fs->cwd);
	spin_unlock(&fs->lock);
	return cwd;
}

/* Kernel tasks have no context: theirs is the root. */
struct inode *fs_context_cwd(void)
{
	return current->fs ? fs_context_cwd_of(current->fs) : inode_ref(fs_root);
}

void fs_context_set_cwd(struct inode *dir)
{
	struct fs_context *fs = current->fs;
	struct inode *old;

	use(inode_ref(dir));
	spin_lock(&fs->lock);
	old = fs->cwd;
	fs->cwd = dir;
	spin_unlock(&fs->lock);
	end_use(old);
}

unsigned fs_context_umask(void)
{
	return current->fs ? current->fs->umask : 0;
}

unsigned fs_context_set_umask(unsigned mask)
{
	return __atomic_exchange_n(&current->fs->umask, mask & 0777, __ATOMIC_RELAXED);
}
