/*
 * path.c - walking a path, component by component.
 *
 * One loop: `dir` is where we are and `rest` what is still to walk. A symbolic link in the way puts
 * its text in front of the rest, in a new buffer, and the walk goes on; so links need no recursion
 * and only their number is bounded.
 */
#include "kernel/fs/files.h"
#include "kernel/fs/mount.h"
#include "kernel/fs/path.h"
#include "kernel/usercopy.h"
#include "mm/slab.h"

#define LINKS_MAX	40	/* symbolic links in one walk, as on Linux */

struct walk {
	struct path *path;	/* dir is where we are; body holds rest once a link was met */
	const char *rest;
	unsigned links;
};

static int start_at(int dirfd, const char *text, unsigned flags, struct inode **dir)
{
	struct file *file;
	int err = 0;

	if (*text == '/') {
		*dir = inode_ref(fs_root);
		return 0;
	}
	if (dirfd == AT_FDCWD) {
		*dir = fs_context_cwd();
		return 0;
	}
	file = file_get_any(dirfd);
	if (!file)
		return -EBADF;
	if (inode_is(file->inode, S_IFDIR) || (*text == 0 && (flags & PATH_EMPTY)))
		*dir = inode_ref(file->inode);
	else
		err = -ENOTDIR;
	file_put(file);
	return err;
}

/* Where the walk stands becomes `inode`, whose reference is taken over. */
static void step_to(struct walk *w, struct inode *inode)
{
	inode_put(w->path->dir);
	w->path->dir = inode;
}

/* Put the link's text before what is left of the path. */
static int splice_link(struct walk *w, struct inode *link, const char *rest)
{
	int len = link->ops->readlink(link, NULL, 0);
	size_t rest_len = strlen(rest);
	char *body;

	if (len < 0)
		return len;
	if (len == 0)
		return -ENOENT;
	body = kmalloc((size_t)len + rest_len + 2);
	if (!body)
		return -ENOMEM;
	len = link->ops->readlink(link, body, (size_t)len + 1);
	if (len < 0) {
		kfree(body);
		return len;
	}
	memcpy(body + len, rest, rest_len + 1);
	kfree(w->path->body);
	w->path->body = body;
	w->rest = body;
	if (*body == '/')
		step_to(w, inode_ref(fs_root));
	return 0;
}

/* Follow a link; rest is what comes behind its name. A link that leads to an inode itself ends in
 * *inode, any other in a longer rest and *inode = NULL. Takes over the link's reference. */
static int follow(struct walk *w, const char *rest, struct inode **inode)
{
	struct inode *link = *inode;
	int err;

	*inode = NULL;
	if (++w->links > LINKS_MAX)
		err = -ELOOP;
	else if (link->ops->follow)
		err = link->ops->follow(link, inode);
	else
		err = splice_link(w, link, rest);
	inode_put(link);
	return err;
}

static int lookup(struct inode *dir, const char *name, size_t len, struct inode **inode)
{
	int err;

	if (!dir->ops->lookup)
		return -ENOTDIR;
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	if (len == 1 && *name == '.') {
		*inode = inode_ref(dir);
		return 0;
	}
	err = dir->ops->lookup(dir, name, len, inode);
	if (!err)
		*inode = mount_cross(*inode);
	return err;
}

static enum path_last last_kind(const char *name, size_t len)
{
	if (len == 0)
		return LAST_ROOT;
	if (len == 1 && *name == '.')
		return LAST_DOT;
	return text_is_dot_dot(name, len) ? LAST_DOTDOT : LAST_NAME;
}

/* The next component of rest, and what is behind it and its slashes. */
static const char *next_name(struct walk *w, size_t *len, const char **rest)
{
	const char *name = w->rest, *end;

	while (*name == '/')
		name++;
	for (end = name; *end && *end != '/'; end++)
		;
	*len = (size_t)(end - name);
	*rest = end;
	while (**rest == '/')
		(*rest)++;
	return name;
}

/* One component that is not the last: dir moves on, or a link makes the rest longer. */
static int walk_middle(struct walk *w, const char *name, size_t len, const char *rest)
{
	struct inode *inode;
	int err = lookup(w->path->dir, name, len, &inode);

	if (err)
		return err;
	if (inode_is(inode, S_IFLNK)) {
		/* The rest keeps one slash in front of it. */
		err = follow(w, rest - 1, &inode);
		if (err || !inode)
			return err;
	}
	step_to(w, inode);
	w->rest = rest;
	return 0;
}

/* The last component. => 0 done, 1 a link made the path longer, or -errno. */
static int walk_last(struct walk *w, const char *name, size_t len, unsigned flags)
{
	struct path *path = w->path;
	struct inode *inode = NULL;
	bool must_be_dir;
	int err = 0;

	path->name = name;
	path->len = len;
	path->slash = name[len] == '/';
	path->last = last_kind(name, len);
	if (path->last == LAST_ROOT)
		inode = inode_ref(path->dir);
	else
		err = lookup(path->dir, name, len, &inode);
	if (err)
		return err == -ENOENT && (flags & PATH_PARENT) ? 0 : err;
	must_be_dir = path->slash && !(flags & PATH_PARENT);
	if (inode_is(inode, S_IFLNK) && ((flags & PATH_FOLLOW) || must_be_dir)) {
		err = follow(w, name + len, &inode);
		if (err || !inode)
			return err ? err : 1;
	}
	if (must_be_dir && !inode_is(inode, S_IFDIR)) {
		inode_put(inode);
		return -ENOTDIR;
	}
	path->inode = inode;
	return 0;
}

int path_walk(int dirfd, const char *text, unsigned flags, struct path *path)
{
	struct walk w = { .path = path, .rest = text };
	const char *name, *rest;
	size_t len;
	bool last;
	int err;

	*path = (struct path){ NULL };
	if (*text == 0 && !(flags & PATH_EMPTY))
		return -ENOENT;
	err = start_at(dirfd, text, flags, &path->dir);
	if (err)
		return err;
	do {
		name = next_name(&w, &len, &rest);
		last = *rest == 0;
		if (last)
			err = walk_last(&w, name, len, flags);
		else
			err = walk_middle(&w, name, len, rest);
	} while (err == (last ? 1 : 0));
	if (err)
		path_put(path);
	return err;
}

void path_put(struct path *path)
{
	inode_put(path->inode);
	inode_put(path->dir);
	kfree(path->body);
	kfree(path->text);
}

static int copy_path(vaddr_t user, size_t size, char **text)
{
	char *buf = kmalloc(size);
	long len;

	if (!buf)
		return -ENOMEM;
	len = strncpy_from_user(buf, user, size);
	if (len < 0) {
		kfree(buf);
		return (int)len;
	}
	*text = buf;
	return 0;
}

/* Most paths are short, and a small buffer is cheaper than a whole frame. */
int path_from_user(vaddr_t user, char **text)
{
	int err = copy_path(user, 256, text);

	return err == -ENAMETOOLONG ? copy_path(user, PATH_MAX, text) : err;
}

int path_walk_user(int dirfd, vaddr_t user, unsigned flags, struct path *path)
{
	char *text;
	int err = path_from_user(user, &text);

	if (err)
		return err;
	err = path_walk(dirfd, text, flags, path);
	if (err)
		kfree(text);
	else
		path->text = text;
	return err;
}

static int take_inode(struct path *path, struct inode **inode)
{
	*inode = inode_ref(path->inode);
	path_put(path);
	return 0;
}

int path_find(int dirfd, const char *text, unsigned flags, struct inode **inode)
{
	struct path path;
	int err = path_walk(dirfd, text, flags, &path);

	return err ? err : take_inode(&path, inode);
}

int path_find_user(int dirfd, vaddr_t user, unsigned flags, struct inode **inode)
{
	struct path path;
	int err = path_walk_user(dirfd, user, flags, &path);

	return err ? err : take_inode(&path, inode);
}
