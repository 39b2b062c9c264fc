/*
 * initrd.c - from the boot loader's cpio archive to files.
 *
 * Contents that happen to begin at a page are not copied: the archive's frames become the file's. The
 * archives of scripts/mkinitrd.py are made so. Any other contents are copied, and their frames given
 * to the allocator as soon as they have been read, so the files and what is left of the archive
 * together are never much more than the archive was: an initrd of half of RAM can be unpacked.
 */
#include "kernel/fs/cpio.h"
#include "kernel/fs/mount.h"
#include "kernel/fs/path.h"
#include "kernel/fs/tree.h"
#include "kernel/time.h"
#include "mm/frame.h"
#include "mm/slab.h"

/* A file with several names in the archive; its contents come with the last. */
struct hard_link {
	struct hard_link *next;
	uint32_t ino, dev_major, dev_minor;
	struct inode *inode;	/* one reference */
};

struct unpack {
	const char *archive;
	size_t size;
	paddr_t start;
	paddr_t freed;		/* frames below are given back, or a file's */
	struct hard_link *links;
	const char *why;	/* what went wrong */
};

static const char no_memory[] = "out of memory";

/* Everything before this offset has been read. */
static void free_behind(struct unpack *u, size_t offset)
{
	paddr_t end = align_down(u->start + offset, PAGE_SIZE);

	if (end > u->freed) {
		frame_free_range(u->freed, end);
		u->freed = end;
	}
}

/* ---- contents ---- */

/* A frame that begins with these n bytes of the archive; all before them has been read. => 0, -ENOMEM */
static int take_page(struct unpack *u, size_t offset, size_t n, paddr_t *pa)
{
	free_behind(u, offset);
	if (n == PAGE_SIZE && u->start + offset == u->freed) {
		*pa = u->freed;
		frame_adopt(*pa);
		u->freed += PAGE_SIZE;
		return 0;
	}
	if (frame_alloc(0, 0, pa))
		return -ENOMEM;
	memcpy(frame_va(*pa), u->archive + offset, n);
	memset((char *)frame_va(*pa) + n, 0, PAGE_SIZE - n);
	return 0;
}

static int unpack_contents(struct unpack *u, const struct cpio_entry *entry, struct inode *inode)
{
	struct pagecache *pc = inode->pages;
	size_t done, n;
	paddr_t pa;

	pagecache_truncate(pc, 0);
	for (done = 0; done < entry->size; done += n) {
		n = entry->size - done < PAGE_SIZE ? entry->size - done : PAGE_SIZE;
		u->why = no_memory;
		if (take_page(u, entry->data + done, n, &pa))
			return -1;
		if (pagecache_insert(pc, done / PAGE_SIZE, pa)) {
			frame_dec_ref(pa);
			return -1;
		}
	}
	pagecache_extend(pc, entry->size);
	return 0;
}

static struct inode *unpack_link(struct unpack *u, const struct cpio_entry *entry, struct mount *mount)
{
	const char *target = u->archive + entry->data;

	u->why = "damaged: a symbolic link has an impossible target";
	if (entry->size == 0 || entry->size >= PATH_MAX ||
	    strnlen(target, entry->size) != entry->size)
		return NULL;
	u->why = no_memory;
	return ramfs_link(mount, target, entry->size);
}

/* ---- hard links ---- */

static struct inode *known_file(struct unpack *u, const struct cpio_entry *entry)
{
	for (struct hard_link *l = u->links; l; l = l->next)
		if (l->ino == entry->ino && l->dev_major == entry->dev_major &&
		    l->dev_minor == entry->dev_minor)
			return l->inode;
	return NULL;
}

static int remember_file(struct unpack *u, const struct cpio_entry *entry, struct inode *inode)
{
	struct hard_link *l = kmalloc(sizeof(*l));

	if (!l)
		return -ENOMEM;
	l->ino = entry->ino;
	l->dev_major = entry->dev_major;
	l->dev_minor = entry->dev_minor;
	l->inode = inode_ref(inode);
	l->next = u->links;
	u->links = l;
	return 0;
}

static void forget_files(struct unpack *u)
{
	struct hard_link *l;

	while ((l = u->links)) {
		u->links = l->next;
		inode_put(l->inode);
		kfree(l);
	}
}

/* ---- names ---- */

/* The inode an entry is about, with a reference; NULL: u->why. */
static struct inode *make_inode(struct unpack *u, const struct cpio_entry *entry, struct mount *mount)
{
	struct inode *inode;

	u->why = no_memory;
	switch (entry->mode & S_IFMT) {
	case S_IFLNK:
		return unpack_link(u, entry, mount);
	case S_IFDIR:
	case S_IFIFO:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFSOCK:
		return ramfs_node(mount, entry->mode & (S_IFMT | 07777),
				  MKDEV(entry->rdev_major, entry->rdev_minor));
	case S_IFREG:
		break;
	default:
		u->why = "damaged: a file has no known type";
		return NULL;
	}
	inode = entry->nlink > 1 ? known_file(u, entry) : NULL;
	if (inode)
		return inode_ref(inode);
	inode = ramfs_file(mount, entry->mode & 07777);
	if (inode && entry->nlink > 1 && remember_file(u, entry, inode)) {
		inode_put(inode);
		return NULL;
	}
	return inode;
}

/* Only directories of the RAM file system take names. */
static bool can_hold(struct unpack *u, const struct inode *dir)
{
	if (dir->ops == &ramfs_dir_ops)
		return true;
	u->why = "/proc and /sys are the kernel's, and have no place for";
	return false;
}

/* Directories on the way to a name that the archive does not list itself. */
static int make_parents(struct unpack *u, char *text)
{
	struct path path;
	struct inode *dir;
	int err = 0;

	u->why = "no directory can be made on the way to";
	for (char *slash = strchr(text + 1, '/'); slash && !err; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		err = path_walk(AT_FDCWD, text, PATH_FOLLOW | PATH_PARENT, &path);
		*slash = '/';
		if (err)
			break;
		dir = path.inode || !can_hold(u, path.dir) ? NULL : ramfs_dir(path.dir->mount, 0755);
		if (dir)
			err = tree_add(path.dir, path.name, path.len, dir);
		else if (!path.inode)
			err = -ENOMEM;
		inode_put(dir);
		path_put(&path);
	}
	return err;
}

/* Put the inode where the path says, in place of what an earlier entry put there. */
static int place(struct unpack *u, struct path *path, struct inode *inode)
{
	if (!can_hold(u, path->dir))
		return -1;
	u->why = "two entries, one a directory, have the name";
	if (path->inode && inode_is(path->inode, S_IFDIR))
		return -1;
	if (path->inode == inode)
		return 0;
	if (path->inode && tree_remove(path->dir, path->name, path->len, TREE_FILE))
		return -1;
	u->why = "a hard link leads to another file system:";
	if (path->dir->mount != inode->mount)
		return -1;
	u->why = "no memory for";
	return tree_add(path->dir, path->name, path->len, inode);
}

static int unpack_at(struct unpack *u, const struct cpio_entry *entry, struct path *path)
{
	bool dir = (entry->mode & S_IFMT) == S_IFDIR;
	struct inode *inode;
	int err;

	if (dir && path->inode && inode_is(path->inode, S_IFDIR)) {
		path->inode->mode = S_IFDIR | (entry->mode & 07777);
		return 0;
	}
	u->why = "damaged: a name that is no name";
	if (path->last != LAST_NAME)
		return -1;
	inode = make_inode(u, entry, path->dir->mount);
	if (!inode)
		return -1;
	err = place(u, path, inode);
	if (!err && inode_pages(inode) && entry->size)
		err = unpack_contents(u, entry, inode);
	if (!err)
		inode->atime = inode->mtime = (int64_t)entry->mtime * (int64_t)NSEC_PER_SEC;
	inode_put(inode);
	return err;
}

static int unpack_entry(struct unpack *u, const struct cpio_entry *entry)
{
	struct path path;
	char *text;
	int err;

	u->why = no_memory;
	text = kmalloc(entry->name_len + 2);
	if (!text)
		return -1;
	text[0] = '/';			/* names are relative to the root */
	memcpy(text + 1, entry->name, entry->name_len + 1);
	err = make_parents(u, text);
	if (!err) {
		u->why = "no such place:";
		err = path_walk(AT_FDCWD, text, PATH_PARENT, &path);
	}
	if (!err) {
		err = unpack_at(u, entry, &path);
		path_put(&path);
	}
	kfree(text);
	return err;
}

/* => 0, or -1 with u->why and where; *name is the entry's, or empty. */
static int unpack_all(struct unpack *u, size_t *offset, char *name, size_t name_size)
{
	struct cpio_entry entry;
	int there;

	while ((there = cpio_next(u->archive, u->size, offset, &entry, &u->why)) > 0) {
		if (cpio_is_trailer(&entry)) {
			forget_files(u);
		} else {
			strcopy(name, entry.name, name_size);
			if (unpack_entry(u, &entry))
				return -1;
			*name = 0;
		}
		*offset = entry.next;
		free_behind(u, entry.next);
	}
	return there;
}

const char *fs_unpack_initrd(paddr_t start, paddr_t end)
{
	static char message[256];
	struct unpack u = { .archive = frame_va(start), .size = end - start, .start = start };
	char name[80] = "";
	size_t offset = 0;
	int err;

	u.freed = align_up(start, PAGE_SIZE);
	err = unpack_all(&u, &offset, name, sizeof(name));
	forget_files(&u);
	if (!err) {
		frame_free_range(u.freed, end);
		return NULL;
	}
	snprintf(message, sizeof(message),
		 "initrd, byte %lu of %lu: %s%s%s (%lu KiB of memory free)", offset, u.size, u.why,
		 *name ? " " : "", name, frame_free_count() * (PAGE_SIZE / 1024));
	return message;
}
