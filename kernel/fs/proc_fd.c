/*
 * proc_fd.c - /proc/<pid>/fd and fdinfo: the open files of a process, by descriptor.
 */
#include "kernel/fs/files.h"
#include "kernel/fs/mount.h"
#include "kernel/fs/proc.h"

static int next_fd(const struct proc_at *at, int n)
{
	struct files *files = task_files_get(at->task);
	int fd = -1;

	if (files && n < FILES_MAX)
		fd = files_next(files, n);
	files_put(files);
	return fd;
}

static struct file *file_at(const struct proc_at *at)
{
	struct files *files = task_files_get(at->task);
	struct file *file = files ? files_get(files, at->number) : NULL;

	files_put(files);
	return file;
}

static struct inode *target_fd(const struct proc_at *at)
{
	struct file *file = file_at(at);
	struct inode *inode = file ? inode_ref(file->inode) : NULL;

	file_put(file);
	return inode;
}

static void fill_fdinfo(struct text *text, const struct proc_at *at)
{
	struct file *file = file_at(at);

	if (!file) {
		text->err = -ENOENT;
		return;
	}
	text_printf(text, "pos:\t%lu\nflags:\t0%o\nmnt_id:\t%u\nino:\t%lu\n", file->pos, file->flags,
		    file->inode->mount->dev, file->inode->ino);
	file_put(file);
}

static const struct proc_entry fd_link = {
	.name = "", .mode = S_IFLNK | 0700, .target = target_fd,
};

static const struct proc_entry fdinfo_file = PROC_FILE("", fill_fdinfo);

const struct proc_numbers proc_fd_numbers = { .prefix = "", .entry = &fd_link, .next = next_fd };
const struct proc_numbers proc_fdinfo_numbers = {
	.prefix = "", .entry = &fdinfo_file, .next = next_fd,
};
