/*
 * tree_look.c - listing a directory, and telling the path of an inode.
 */
#include "kernel/fs/name.h"
#include "kernel/fs/tree.h"

int tree_readdir(struct file *file, struct dir_sink *sink)
{
	struct inode *dir = file->inode;
	bool room = true;
	struct name *n;

	spin_lock(&tree_lock);
	if (dir->nlink == 0) {
		spin_unlock(&tree_lock);
		return -ENOENT;
	}
	if (file->pos == 0 && (room = dir_emit(sink, ".", 1, dir->ino, S_IFDIR, 1)))
		file->pos = 1;
	if (room && file->pos == 1 &&
	    (room = dir_emit(sink, "..", 2, parent_of(dir)->ino, S_IFDIR, 2)))
		file->pos = 2;
	list_for_each(n, &dir->names, dir_link) {
		if (!room)
			break;
		if (n->cookie < file->pos)
			continue;
		room = dir_emit(sink, n->text, n->len, n->inode->ino, n->inode->mode,
				n->cookie + 1);
		if (room)
			file->pos = n->cookie + 1;
	}
	spin_unlock(&tree_lock);
	return 0;
}

/* Put text so that it ends before position *end of the whole path, as far as buf reaches. */
static void prepend(char *buf, size_t size, size_t *end, const char *text, size_t len)
{
	*end -= len;
	for (size_t i = 0; i < len && *end + i + 1 < size; i++)
		buf[*end + i] = text[i];
}

int tree_path(struct inode *inode, char *buf, size_t size)
{
	static const char gone[] = " (deleted)";
	size_t total = 0, end;
	struct name *n;
	bool deleted;

	spin_lock(&tree_lock);
	inode = named_dir(inode);
	deleted = inode->name && !inode->name->inode;
	for (n = inode->name; n; n = named_dir(n->dir)->name)
		total += n->len + 1;
	if (!total)
		total = 1;
	end = total + (deleted ? sizeof(gone) - 1 : 0);
	if (size)
		buf[end < size ? end : size - 1] = 0;
	total = end;
	if (deleted)
		prepend(buf, size, &end, gone, sizeof(gone) - 1);
	for (n = inode->name; n; n = named_dir(n->dir)->name) {
		prepend(buf, size, &end, n->text, n->len);
		prepend(buf, size, &end, "/", 1);
	}
	if (end)
		prepend(buf, size, &end, "/", 1);
	spin_unlock(&tree_lock);
	return (int)total;
}
