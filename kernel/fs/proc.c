/*
 * proc.c - /proc and /sys as trees: directories and links. What the files say is in proc_*.c, how
 * they are read in proc_file.c.
 *
 * Nothing here exists before it is looked up. An inode knows its entry, the directory it was found in
 * and, for a numbered one, the number; so each is a path of its own, and what it is about (which
 * process) is found by going up.
 */
#include "kernel/fs/mount.h"
#include "kernel/fs/proc.h"
#include "kernel/fs/tree.h"

#define NUMBERS_AT	1024	/* position of number n in a directory: this + n */

static const struct inode_ops proc_dir_ops, proc_link_ops, proc_text_link_ops;

/* ---- what an inode is about ---- */

/* The number of the innermost task above, 0 for none. */
static int task_number(const struct inode *inode)
{
	for (; inode; inode = inode->proc.parent)
		if (inode->proc.is_task)
			return inode->proc.number;
	return 0;
}

static int innermost_number(const struct inode *inode)
{
	for (; inode; inode = inode->proc.parent)
		if (inode->proc.number >= 0)
			return inode->proc.number;
	return -1;
}

int proc_at_get(const struct inode *inode, struct proc_at *at)
{
	int task = task_number(inode);

	*at = (struct proc_at){ .number = innermost_number(inode) };
	if (task)
		at->task = task_find(task);
	return task && !at->task ? -ESRCH : 0;
}

void proc_at_put(struct proc_at *at)
{
	task_put(at->task);
}

/* ---- inodes ---- */

static const struct inode_ops *ops_of(const struct proc_entry *entry)
{
	if (S_ISDIR(entry->mode))
		return &proc_dir_ops;
	if (S_ISLNK(entry->mode))
		return entry->target ? &proc_link_ops : &proc_text_link_ops;
	return entry->ops ? entry->ops : &proc_file_ops;
}

/* The same place always has the same number, and no two places have. */
static uint64_t ino_of(const struct inode *dir, uint64_t position)
{
	return ((dir ? dir->ino : 1) ^ position) * 0x9e3779b97f4a7c15ull >> 1;
}

/* position: in dir, as readdir has it. */
static int make(struct inode *dir, const struct proc_entry *entry, uint64_t position,
		struct inode **found)
{
	struct inode *inode = inode_create(ops_of(entry), entry->mode, dir->mount);

	if (!inode)
		return -ENOMEM;
	inode->nlink = S_ISDIR(entry->mode) ? 2 : 1;
	inode->ino = ino_of(dir, position);
	inode->proc.entry = entry;
	inode->proc.parent = inode_ref(dir);
	inode->proc.number = -1;
	*found = inode;
	return 0;
}

void proc_destroy(struct inode *inode)
{
	inode_put(inode->proc.parent);
}

static struct inode *make_top(struct mount *mount, const struct proc_entry *entry)
{
	struct inode *inode = inode_create(&proc_dir_ops, entry->mode, mount);

	if (inode) {
		inode->proc.entry = entry;
		inode->proc.number = -1;
	}
	return inode;
}

/* ---- directories ---- */

/* A number as programs write it: no sign, no leading zero; -1 if it is not one. */
static int parse_number(const char *s, size_t len)
{
	int n = 0;

	if (len == 0 || len > 9 || (s[0] == '0' && len > 1))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		n = n * 10 + (s[i] - '0');
	}
	return n;
}

static int lookup_number(struct inode *dir, const struct proc_at *at, const char *name, size_t len,
			 struct inode **found)
{
	const struct proc_numbers *numbers = dir->proc.entry->numbers;
	size_t prefix = strlen(numbers->prefix);
	int n, err;

	if (len < prefix || memcmp(name, numbers->prefix, prefix) != 0)
		return -ENOENT;
	n = parse_number(name + prefix, len - prefix);
	if (n < 0 || numbers->next(at, n) != n)
		return -ENOENT;
	err = make(dir, numbers->entry, NUMBERS_AT + (uint64_t)n, found);
	if (err)
		return err;
	(*found)->proc.number = n;
	(*found)->proc.is_task = numbers->is_task;
	return 0;
}

static int lookup(struct inode *dir, const struct proc_at *at, const char *name, size_t len,
		  struct inode **found)
{
	const struct proc_entry *table = dir->proc.entry->entries;

	for (size_t i = 0; table && table[i].name; i++)
		if (text_is(name, len, table[i].name))
			return make(dir, &table[i], i + 2, found);
	return dir->proc.entry->numbers ? lookup_number(dir, at, name, len, found) : -ENOENT;
}

static int proc_lookup(struct inode *dir, const char *name, size_t len, struct inode **found)
{
	struct proc_at at;
	int err;

	if (text_is_dot_dot(name, len)) {
		*found = dir->proc.parent ? inode_ref(dir->proc.parent) : tree_parent(dir);
		return 0;
	}
	if (proc_at_get(dir, &at))
		return -ENOENT;
	err = lookup(dir, &at, name, len, found);
	proc_at_put(&at);
	return err;
}

/* One entry; the position moves behind it. False: the sink is full. */
static bool emit(struct file *file, struct dir_sink *sink, const char *name, uint64_t ino,
		 unsigned mode, uint64_t next)
{
	if (!dir_emit(sink, name, strlen(name), ino, mode, next))
		return false;
	file->pos = next;
	return true;
}

static bool emit_dots(struct file *file, struct dir_sink *sink)
{
	struct inode *dir = file->inode, *parent;
	uint64_t parent_ino;

	parent = dir->proc.parent ? inode_ref(dir->proc.parent) : tree_parent(dir);
	parent_ino = parent->ino;
	inode_put(parent);
	if (file->pos == 0 && !emit(file, sink, ".", dir->ino, S_IFDIR, 1))
		return false;
	return file->pos != 1 || emit(file, sink, "..", parent_ino, S_IFDIR, 2);
}

static bool emit_table(struct file *file, struct dir_sink *sink)
{
	const struct proc_entry *table = file->inode->proc.entry->entries;

	if (file->pos >= NUMBERS_AT)
		return true;
	for (size_t i = file->pos - 2; table && table[i].name; i++)
		if (!emit(file, sink, table[i].name, ino_of(file->inode, i + 2), table[i].mode, i + 3))
			return false;
	file->pos = NUMBERS_AT;
	return true;
}

static void emit_numbers(struct file *file, struct dir_sink *sink, const struct proc_at *at)
{
	const struct proc_numbers *numbers = file->inode->proc.entry->numbers;
	char name[24];
	int n;

	while (file->pos - NUMBERS_AT < INT32_MAX &&
	       (n = numbers->next(at, (int)(file->pos - NUMBERS_AT))) >= 0) {
		uint64_t position = NUMBERS_AT + (uint64_t)n;

		snprintf(name, sizeof(name), "%s%d", numbers->prefix, n);
		if (!emit(file, sink, name, ino_of(file->inode, position), numbers->entry->mode,
			  position + 1))
			break;
		sched_point();
	}
}

static int proc_readdir(struct file *file, struct dir_sink *sink)
{
	struct proc_at at;

	if (proc_at_get(file->inode, &at))
		return -ENOENT;
	if (emit_dots(file, sink) && emit_table(file, sink) && file->inode->proc.entry->numbers)
		emit_numbers(file, sink, &at);
	proc_at_put(&at);
	return 0;
}

/* ---- links ---- */

/* Where a link leads, with a reference. */
static int link_follow(struct inode *link, struct inode **target)
{
	struct proc_at at;

	if (proc_at_get(link, &at))
		return -ENOENT;
	*target = link->proc.entry->target(&at);
	proc_at_put(&at);
	return *target ? 0 : -ENOENT;
}

static int link_readlink(struct inode *link, char *buf, size_t size)
{
	struct inode *target;
	int n;

	n = link_follow(link, &target);
	if (n)
		return n;
	n = inode_path(target, buf, size);
	inode_put(target);
	return n;
}

static int text_readlink(struct inode *link, char *buf, size_t size)
{
	return link->proc.entry->link(buf, size);
}

/* ---- paths ---- */

/* The last name of a path, as snprintf. */
static int own_name(const struct inode *inode, char *buf, size_t size)
{
	const struct inode *dir = inode->proc.parent;

	if (inode->proc.number < 0)
		return snprintf(buf, size, "/%s", inode->proc.entry->name);
	return snprintf(buf, size, "/%s%d", dir->proc.entry->numbers->prefix, inode->proc.number);
}

/* Up to four names below where the file system hangs. */
int proc_path(struct inode *inode, char *buf, size_t size)
{
	size_t n;

	if (!inode->proc.parent)
		return tree_path(inode, buf, size);
	n = (size_t)proc_path(inode->proc.parent, buf, size);
	return (int)n + own_name(inode, n < size ? buf + n : NULL, n < size ? size - n : 0);
}

static const struct inode_ops proc_dir_ops = {
	.destroy = proc_destroy, .lookup = proc_lookup, .readdir = proc_readdir, .path = proc_path,
	.seekable = true,
};

static const struct inode_ops proc_link_ops = {
	.destroy = proc_destroy, .readlink = link_readlink, .follow = link_follow, .path = proc_path,
};

static const struct inode_ops proc_text_link_ops = {
	.destroy = proc_destroy, .readlink = text_readlink, .path = proc_path,
};

/* ---- the roots ---- */

static int next_process(const struct proc_at *at, int n)
{
	int pid = task_next_pid(n > 0 ? n - 1 : 0);

	(void)at;
	return pid > 0 ? pid : -1;
}

static const struct proc_numbers processes = {
	.prefix = "", .entry = &proc_process_dir, .is_task = true, .next = next_process,
};

static const struct proc_entry proc_top = {
	.name = "", .mode = S_IFDIR | 0555, .entries = proc_system_entries, .numbers = &processes,
};

static const struct proc_entry sys_top = PROC_DIR("", sys_entries);

struct inode *proc_root(struct mount *mount)
{
	return make_top(mount, &proc_top);
}

struct inode *sys_root(struct mount *mount)
{
	return make_top(mount, &sys_top);
}
