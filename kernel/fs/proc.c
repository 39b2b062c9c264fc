/*
 * proc.c - /proc as a tree: the directories and links; what the files say is in proc_system.c,
 * proc_task.c and proc_vm.c.
 *
 * Nothing here exists before it is looked up. An inode of /proc knows its place: which entry it is,
 * of which task (pid 0: of the system), and in fd/ of which descriptor. A file's text is made when
 * it is read from the start, so one reader sees one moment however small its pieces are.
 */
#include "kernel/fs/files.h"
#include "kernel/fs/proc.h"
#include "kernel/fs/tree.h"
#include "kernel/hart.h"
#include "kernel/process.h"

#define FIRST_PID_POS	1000	/* position of process p in /proc: this + p */

static const struct inode_ops proc_root_ops, proc_task_ops, proc_fd_dir_ops, proc_fd_ops;
static const struct inode_ops proc_file_ops, proc_link_ops, proc_self_ops;
static struct inode *root;	/* lives for ever */

static const struct proc_entry task_dir = { "", S_IFDIR | 0555, NULL, NULL };
static const struct proc_entry fd_dir = { "fd", S_IFDIR | 0500, NULL, NULL };
static const struct proc_entry fd_link = { "", S_IFLNK | 0700, NULL, NULL };

/* ---- inodes ---- */

static uint64_t ino_of(int pid, int fd, size_t index)
{
	return 1ull << 48 | (uint64_t)pid << 20 | (uint64_t)(fd + 1) << 8 | index;
}

/* index: distinguishes what has the same pid and fd. */
static int make(const struct inode_ops *ops, const struct proc_entry *entry, int pid, int fd,
		size_t index, struct inode **inode)
{
	*inode = inode_create(ops, entry->mode, DEV_PROC);
	if (!*inode)
		return -ENOMEM;
	(*inode)->nlink = inode_is(*inode, S_IFDIR) ? 2 : 1;
	(*inode)->ino = ino_of(pid, fd, index);
	(*inode)->proc.entry = entry;
	(*inode)->proc.pid = pid;
	(*inode)->proc.fd = fd;
	return 0;
}

static const struct inode_ops *ops_of(const struct proc_entry *entry)
{
	if (entry->fill)
		return &proc_file_ops;
	return entry->target ? &proc_link_ops : &proc_self_ops;
}

static int make_entry(const struct proc_entry *table, const char *name, size_t len, int pid,
		      struct inode **inode)
{
	for (size_t i = 0; table[i].name; i++)
		if (text_is(name, len, table[i].name))
			return make(ops_of(&table[i]), &table[i], pid, -1, i + 3, inode);
	return -ENOENT;
}

struct inode *proc_root(void)
{
	if (make(&proc_root_ops, &task_dir, 0, -1, 0, &root))
		return NULL;
	root->nlink = 0;	/* the tree counts its links */
	return inode_ref(root);
}

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

static bool task_exists(int pid)
{
	struct task *task = pid > 0 ? task_find(pid) : NULL;

	if (task)
		task_put(task);
	return task != NULL;
}

/* ---- directories ---- */

static int root_lookup(struct inode *dir, const char *name, size_t len, struct inode **found)
{
	int pid = parse_number(name, len);

	if (text_is_dot_dot(name, len)) {
		*found = tree_parent(dir);
		return 0;
	}
	if (pid < 0)
		return make_entry(proc_system_entries, name, len, 0, found);
	return task_exists(pid) ? make(&proc_task_ops, &task_dir, pid, -1, 1, found) : -ENOENT;
}

static int task_lookup(struct inode *dir, const char *name, size_t len, struct inode **found)
{
	int pid = dir->proc.pid;

	if (text_is_dot_dot(name, len)) {
		*found = inode_ref(root);
		return 0;
	}
	if (!task_exists(pid))
		return -ENOENT;
	if (text_is(name, len, "fd"))
		return make(&proc_fd_dir_ops, &fd_dir, pid, -1, 2, found);
	return make_entry(proc_task_entries, name, len, pid, found);
}

static struct files *files_of(int pid)
{
	struct task *task = task_find(pid);
	struct files *files = task ? task_files_get(task) : NULL;

	if (task)
		task_put(task);
	return files;
}

static struct file *file_of(int pid, int fd)
{
	struct files *files = files_of(pid);
	struct file *file = files ? files_get(files, fd) : NULL;

	files_put(files);
	return file;
}

static int fd_dir_lookup(struct inode *dir, const char *name, size_t len, struct inode **found)
{
	int fd = parse_number(name, len), pid = dir->proc.pid;
	struct file *file;

	if (text_is_dot_dot(name, len))
		return make(&proc_task_ops, &task_dir, pid, -1, 1, found);
	file = fd < 0 ? NULL : file_of(pid, fd);
	if (!file)
		return -ENOENT;
	file_put(file);
	return make(&proc_fd_ops, &fd_link, pid, fd, 0, found);
}

/* "." and ".."; then the table, from position 2 on. False: the sink is full. */
static bool emit_dots(struct file *file, struct dir_sink *sink, uint64_t parent_ino)
{
	if (file->pos == 0 && dir_emit(sink, ".", 1, file->inode->ino, S_IFDIR, 1))
		file->pos = 1;
	if (file->pos == 1 && dir_emit(sink, "..", 2, parent_ino, S_IFDIR, 2))
		file->pos = 2;
	return file->pos >= 2;
}

static bool emit_table(struct file *file, struct dir_sink *sink, const struct proc_entry *table)
{
	int pid = file->inode->proc.pid;

	for (size_t i = 0; table[i].name; i++) {
		if (i + 2 < file->pos)
			continue;
		if (!dir_emit(sink, table[i].name, strlen(table[i].name), ino_of(pid, -1, i + 3),
			      table[i].mode, i + 3))
			return false;
		file->pos = i + 3;
	}
	return true;
}

static bool emit_number(struct file *file, struct dir_sink *sink, int n, uint64_t ino,
			unsigned mode, uint64_t next)
{
	char name[12];
	int len = snprintf(name, sizeof(name), "%d", n);

	if (!dir_emit(sink, name, (size_t)len, ino, mode, next))
		return false;
	file->pos = next;
	return true;
}

static int root_readdir(struct file *file, struct dir_sink *sink)
{
	int pid;

	if (file->pos < FIRST_PID_POS) {
		if (!emit_dots(file, sink, fs_root->ino) ||
		    !emit_table(file, sink, proc_system_entries))
			return 0;
		file->pos = FIRST_PID_POS;
	}
	if (file->pos > INT32_MAX)
		return 0;
	pid = (int)(file->pos - FIRST_PID_POS);
	while ((pid = task_next_pid(pid)) > 0)
		if (!emit_number(file, sink, pid, ino_of(pid, -1, 1), S_IFDIR,
				 FIRST_PID_POS + (uint64_t)pid))
			break;
	return 0;
}

static int task_readdir(struct file *file, struct dir_sink *sink)
{
	int pid = file->inode->proc.pid;

	if (!task_exists(pid))
		return -ENOENT;
	if (file->pos < FIRST_PID_POS) {
		if (!emit_dots(file, sink, root->ino) ||
		    !emit_table(file, sink, proc_task_entries) ||
		    !dir_emit(sink, "fd", 2, ino_of(pid, -1, 2), S_IFDIR, FIRST_PID_POS))
			return 0;
		file->pos = FIRST_PID_POS;
	}
	return 0;
}

static int fd_readdir(struct file *file, struct dir_sink *sink)
{
	int pid = file->inode->proc.pid, fd;
	struct files *files = files_of(pid);

	if (!files)
		return -ENOENT;
	if (emit_dots(file, sink, ino_of(pid, -1, 1)) && file->pos < FIRST_PID_POS + FILES_MAX) {
		fd = (int)(file->pos - 2);
		while ((fd = files_next(files, fd)) >= 0) {
			if (!emit_number(file, sink, fd, ino_of(pid, fd, 0), S_IFLNK,
					 (uint64_t)fd + 3))
				break;
			fd++;
		}
	}
	files_put(files);
	return 0;
}

/* ---- links ---- */

/* Where a link of a task leads, with a reference. */
static int link_follow(struct inode *link, struct inode **target)
{
	struct task *task = task_find(link->proc.pid);

	if (!task)
		return -ENOENT;
	*target = link->proc.entry->target(task);
	task_put(task);
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

static int self_readlink(struct inode *link, char *buf, size_t size)
{
	(void)link;
	return snprintf(buf, size, "%d", current->process->pid);
}

static int fd_follow(struct inode *link, struct inode **target)
{
	struct file *file = file_of(link->proc.pid, link->proc.fd);

	if (!file)
		return -ENOENT;
	*target = inode_ref(file->inode);
	file_put(file);
	return 0;
}

static int fd_readlink(struct inode *link, char *buf, size_t size)
{
	struct inode *target;
	int n = fd_follow(link, &target);

	if (n)
		return n;
	n = inode_path(target, buf, size);
	inode_put(target);
	return n;
}

/* ---- files ---- */

static int fill(struct file *file)
{
	const struct proc_entry *entry = file->inode->proc.entry;
	struct task *task = NULL;
	struct text text;
	int err;

	if (file->inode->proc.pid) {
		task = task_find(file->inode->proc.pid);
		if (!task)
			return -ESRCH;
	}
	err = text_create(&text);
	if (!err) {
		entry->fill(&text, task);
		err = text.err;
		if (err)
			pagecache_put(text.pc);
	}
	if (task)
		task_put(task);
	if (err)
		return err;
	if (file->text)
		pagecache_put(file->text);
	file->text = text.pc;
	return 0;
}

static long proc_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct pagecache *text;
	long n = 0;

	/* pread comes without the lock of the position, which guards the text too. */
	bool locked = mutex_is_mine(&file->pos_lock);

	if (!locked)
		mutex_lock(&file->pos_lock);
	if (*pos == 0 || !file->text)
		n = fill(file);
	text = file->text;
	if (!n)
		pagecache_ref(text);
	if (!locked)
		mutex_unlock(&file->pos_lock);
	if (n)
		return n;
	n = pages_read(text, uio, pos);
	pagecache_put(text);
	return n;
}

/* ---- paths ---- */

static int proc_path(struct inode *inode, char *buf, size_t size)
{
	const char *name = inode->proc.entry->name;
	int pid = inode->proc.pid;

	if (inode->proc.fd >= 0)
		return snprintf(buf, size, "/proc/%d/fd/%d", pid, inode->proc.fd);
	if (pid)
		return snprintf(buf, size, "/proc/%d%s%s", pid, *name ? "/" : "", name);
	return snprintf(buf, size, "/proc%s%s", *name ? "/" : "", name);
}

static const struct inode_ops proc_root_ops = {
	.lookup = root_lookup, .readdir = root_readdir, .path = proc_path, .seekable = true,
};

static const struct inode_ops proc_task_ops = {
	.lookup = task_lookup, .readdir = task_readdir, .path = proc_path, .seekable = true,
};

static const struct inode_ops proc_fd_dir_ops = {
	.lookup = fd_dir_lookup, .readdir = fd_readdir, .path = proc_path, .seekable = true,
};

static const struct inode_ops proc_fd_ops = {
	.readlink = fd_readlink, .follow = fd_follow, .path = proc_path,
};

static const struct inode_ops proc_link_ops = {
	.readlink = link_readlink, .follow = link_follow, .path = proc_path,
};

static const struct inode_ops proc_self_ops = { .readlink = self_readlink, .path = proc_path };

static const struct inode_ops proc_file_ops = {
	.read = proc_read, .write = proc_write, .path = proc_path, .seekable = true,
};
