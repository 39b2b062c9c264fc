/*
 * tree.c - names and directories of the RAM file system.
 *
 * A name ties a piece of text in a directory to an inode. All names of all directories are in one
 * hash table, keyed by directory and text; those of one directory are also on its list, in the order
 * they were made, for readdir.
 *
 *	dir  <--- name.dir ---  name  --- name.inode --->  inode
 *	     --- names list -->       <-- inode.name ----
 *
 * A name holds a reference to its directory for as long as it exists. Linked, it belongs to its
 * directory and holds a reference to its inode. When it is removed while it is inode.name, it stays
 * with the inode (name.inode is then NULL), so that the path of an open file that was deleted can
 * still be told; otherwise it is freed.
 */
#include "kernel/fs/name.h"
#include "kernel/fs/tree.h"
#include "kernel/sched.h"
#include "mm/slab.h"

#define BUCKETS		4096
#define LINKS_MAX	1000000

/* What an operation took out under the lock and lets go of after it; either may be NULL. */
struct dropped {
	struct name *name;
	struct inode *inode;
};

struct spinlock tree_lock = SPINLOCK_INIT;
static struct name *buckets[BUCKETS];

static uint32_t hash_of(const struct inode *dir, const char *text, size_t len)
{
	uint32_t hash = (uint32_t)dir->ino * 2654435761u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619u;
	return hash ^ hash >> 15;
}

static struct name *name_find(struct inode *dir, const char *text, size_t len)
{
	uint32_t hash = hash_of(dir, text, len);
	struct name *n;

	for (n = buckets[hash % BUCKETS]; n; n = n->next)
		if (n->hash == hash && n->dir == dir && n->len == len &&
		    !memcmp(n->text, text, len))
			return n;
	return NULL;
}

static struct name *name_create(struct inode *dir, const char *text, size_t len)
{
	struct name *n = kmalloc(sizeof(*n) + len);

	if (!n)
		return NULL;
	*n = (struct name){ .dir = inode_ref(dir), .hash = hash_of(dir, text, len), .len = len };
	list_init(&n->dir_link);
	memcpy(n->text, text, len);
	return n;
}

static void name_free(struct name *n)
{
	if (n) {
		inode_put(n->dir);
		kfree(n);
	}
}

struct inode *name_free_last(struct inode *inode)
{
	struct name *n = inode->name;
	struct inode *dir = n ? n->dir : NULL;

	kfree(n);
	return dir;
}

/* Make inode.name this one. => the old one if nothing else holds it. */
static struct name *name_prefer(struct name *n)
{
	struct name *old = n->inode->name;

	n->inode->name = n;
	return old && !old->inode ? old : NULL;
}

/* Put a name where it belongs; it takes over one reference to inode. */
static struct name *name_attach(struct name *n, struct inode *inode)
{
	struct name **bucket = &buckets[n->hash % BUCKETS];

	n->next = *bucket;
	*bucket = n;
	n->cookie = n->dir->next_cookie++;
	list_append(&n->dir->names, &n->dir_link);
	n->inode = inode;
	n->dir->mtime = n->dir->ctime = clock_ns();
	return name_prefer(n);
}

/* Take a name out, with its reference to the inode. */
static struct dropped name_detach(struct name *n)
{
	struct dropped out = { .name = n, .inode = n->inode };
	struct name **p = &buckets[n->hash % BUCKETS];

	while (*p != n)
		p = &(*p)->next;
	*p = n->next;
	list_remove(&n->dir_link);
	n->dir->mtime = n->dir->ctime = n->inode->ctime = clock_ns();
	n->inode = NULL;
	if (out.inode->name == n)
		out.name = NULL;
	return out;
}

static void dropped_put(struct dropped *out)
{
	name_free(out->name);
	inode_put(out->inode);
}

static bool is_dir(const struct inode *inode)
{
	return inode_is(inode, S_IFDIR);
}

struct inode *tree_parent(struct inode *dir)
{
	struct inode *parent;

	spin_lock(&tree_lock);
	parent = inode_ref(parent_of(dir));
	spin_unlock(&tree_lock);
	return parent;
}

int tree_lookup(struct inode *dir, const char *text, size_t len, struct inode **found)
{
	struct name *n, *old = NULL;

	if (text_is_dot_dot(text, len)) {
		*found = tree_parent(dir);
		return 0;
	}
	spin_lock(&tree_lock);
	n = name_find(dir, text, len);
	if (n) {
		old = name_prefer(n);
		*found = inode_ref(n->inode);
	}
	spin_unlock(&tree_lock);
	name_free(old);
	return n ? 0 : -ENOENT;
}

/* ---- adding ---- */

static int may_add(struct inode *dir, struct name *n, struct inode *inode, bool is_new)
{
	if (dir->nlink == 0)
		return -ENOENT;
	if (name_find(dir, n->text, n->len))
		return -EEXIST;
	if (!is_new && inode->nlink == 0 && !inode->may_be_linked)
		return -ENOENT;
	if ((is_dir(inode) ? dir : inode)->nlink >= LINKS_MAX)
		return -EMLINK;
	return 0;
}

static int add(struct inode *dir, const char *text, size_t len, struct inode *inode, bool is_new)
{
	struct name *n = name_create(dir, text, len), *old = NULL;
	int err;

	if (!n)
		return -ENOSPC;
	spin_lock(&tree_lock);
	err = may_add(dir, n, inode, is_new);
	if (!err) {
		old = name_attach(n, inode_ref(inode));
		inode->nlink++;
		inode->may_be_linked = false;
		inode->ctime = dir->ctime;
		if (is_dir(inode)) {
			inode->nlink++;		/* its own "." */
			dir->nlink++;		/* its ".." */
		}
	}
	spin_unlock(&tree_lock);
	name_free(err ? n : old);
	return err;
}

int tree_add(struct inode *dir, const char *text, size_t len, struct inode *inode)
{
	return add(dir, text, len, inode, true);
}

int tree_link(struct inode *dir, const char *text, size_t len, struct inode *inode)
{
	return add(dir, text, len, inode, false);
}

int tree_name_gone(struct inode *dir, const char *text, size_t len, struct inode *inode)
{
	inode->name = name_create(dir, text, len);
	return inode->name ? 0 : -ENOMEM;
}

/* ---- removing ---- */

static int may_remove(struct inode *inode, enum tree_kind kind)
{
	if (kind == TREE_FILE)
		return is_dir(inode) ? -EISDIR : 0;
	if (!is_dir(inode))
		return -ENOTDIR;
	if (inode->mounted)
		return -EBUSY;
	return list_is_empty(&inode->names) ? 0 : -ENOTEMPTY;
}

/* Remove a name for good. => may_remove allowed it */
static struct dropped remove_name(struct name *n)
{
	struct inode *dir = n->dir;
	struct dropped out = name_detach(n);

	if (is_dir(out.inode)) {
		out.inode->nlink = 0;
		dir->nlink--;
	} else {
		out.inode->nlink--;
	}
	return out;
}

int tree_remove(struct inode *dir, const char *text, size_t len, enum tree_kind kind)
{
	struct dropped out = { NULL, NULL };
	struct name *n;
	int err = -ENOENT;

	spin_lock(&tree_lock);
	n = name_find(dir, text, len);
	if (n) {
		err = may_remove(n->inode, kind);
		if (!err)
			out = remove_name(n);
	}
	spin_unlock(&tree_lock);
	dropped_put(&out);
	return err;
}

/* At dir: remove its first name, or go down to where that leads; up, when there is none. => where to go
 * on, with a reference; NULL: root is empty. */
static struct inode *empty_step(struct inode *root, struct inode *dir, struct dropped *out)
{
	struct name *n;

	if (list_is_empty(&dir->names))
		return dir == root ? NULL : inode_ref(dir->name->dir);
	n = container_of(dir->names.next, struct name, dir_link);
	if (is_dir(n->inode) && !list_is_empty(&n->inode->names))
		return inode_ref(n->inode);
	*out = remove_name(n);
	return inode_ref(dir);
}

void tree_empty(struct inode *root)
{
	struct inode *dir = inode_ref(root), *next;

	while (dir) {
		struct dropped out = { NULL, NULL };

		spin_lock(&tree_lock);
		next = empty_step(root, dir, &out);
		spin_unlock(&tree_lock);
		dropped_put(&out);
		inode_put(dir);
		dir = next;
		sched_point();
	}
}

/* ---- renaming ---- */

/* Is dir this inode, or somewhere below it? */
static bool lies_in(struct inode *dir, const struct inode *inode)
{
	while (dir != inode) {
		if (!dir->name)
			return false;
		dir = dir->name->dir;
	}
	return true;
}

/* from and to: the names, to may be NULL. => 0, 1 when there is nothing to do, or the error. */
static int may_rename(struct name *from, struct name *to, struct inode *to_dir, unsigned flags)
{
	if (!from || to_dir->nlink == 0)
		return -ENOENT;
	if (to && (flags & RENAME_NOREPLACE))
		return -EEXIST;
	if (!to && (flags & RENAME_EXCHANGE))
		return -ENOENT;
	if (is_dir(from->inode) && lies_in(to_dir, from->inode))
		return -EINVAL;
	if (to && is_dir(to->inode) && lies_in(from->dir, to->inode))
		return flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
	if (to && from->inode == to->inode)
		return 1;
	if (from->inode->mounted || (to && to->inode->mounted))
		return -EBUSY;
	if (!to || (flags & RENAME_EXCHANGE))
		return 0;
	if (is_dir(from->inode))
		return may_remove(to->inode, TREE_DIR);
	return may_remove(to->inode, TREE_FILE);
}

static void exchange(struct name *a, struct name *b, struct dropped out[3])
{
	struct inode *inode = a->inode;
	int a_is_dir = is_dir(a->inode), b_is_dir = is_dir(b->inode);

	a->inode = b->inode;
	b->inode = inode;
	out[0].name = name_prefer(a);
	out[1].name = name_prefer(b);
	a->dir->nlink += b_is_dir - a_is_dir;
	b->dir->nlink += a_is_dir - b_is_dir;
	inode->ctime = a->inode->ctime = clock_ns();
	a->dir->mtime = a->dir->ctime = b->dir->mtime = b->dir->ctime = inode->ctime;
}

/* Move the inode of `from` to the name `fresh`, in place of `to` if there is one. */
static void move(struct name *from, struct name *to, struct name *fresh, struct dropped out[3])
{
	struct inode *from_dir = from->dir;
	struct dropped moved;
	struct name *old;

	if (to)
		out[0] = remove_name(to);
	moved = name_detach(from);
	old = name_attach(fresh, moved.inode);
	if (is_dir(moved.inode)) {
		from_dir->nlink--;
		fresh->dir->nlink++;
	}
	out[1].name = from;
	out[2].name = old != from ? old : NULL;
}

int tree_rename(struct inode *from_dir, const char *from, size_t from_len, struct inode *to_dir,
		const char *to, size_t to_len, unsigned flags)
{
	struct name *fresh = name_create(to_dir, to, to_len), *a, *b;
	struct dropped out[3] = { { NULL, NULL } };
	int err;

	if (!fresh)
		return -ENOSPC;
	spin_lock(&tree_lock);
	a = name_find(from_dir, from, from_len);
	b = name_find(to_dir, to, to_len);
	err = may_rename(a, b, to_dir, flags);
	if (!err && (flags & RENAME_EXCHANGE))
		exchange(a, b, out);
	else if (!err)
		move(a, b, fresh, out);
	spin_unlock(&tree_lock);
	if (err || (flags & RENAME_EXCHANGE))
		name_free(fresh);
	for (int i = 0; i < 3; i++)
		dropped_put(&out[i]);
	return err < 0 ? err : 0;
}
