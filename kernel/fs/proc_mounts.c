/*
 * proc_mounts.c - what /proc says of mounts and kinds of file systems; see proc(5).
 */
#include "kernel/fs/mount.h"
#include "kernel/fs/proc.h"
#include "mm/slab.h"

/* A word in a line: blanks and backslashes in octal. */
static void add_word(struct text *text, const char *s)
{
	for (; *s; s++) {
		if (strchr(" \t\n\\", *s))
			text_printf(text, "\\%03o", (unsigned char)*s);
		else
			text_add(text, s, 1);
	}
}

static void add_options(struct text *text, const struct mount *mount)
{
	static const struct {
		unsigned flag;
		const char *word;
	} words[] = {
		{ MS_NOSUID, ",nosuid" }, { MS_NODEV, ",nodev" }, { MS_NOEXEC, ",noexec" },
		{ MS_NOATIME, ",noatime" }, { MS_RELATIME, ",relatime" },
	};

	text_printf(text, mount->flags & MS_RDONLY ? " ro" : " rw");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (mount->flags & words[i].flag)
			text_printf(text, "%s", words[i].word);
}

static void add_size(struct text *text, const struct mount *mount)
{
	if (mount->pages.limit)
		text_printf(text, ",size=%luk", mount->pages.limit * (PAGE_SIZE / 1024));
}

static void mounts_line(struct text *text, const struct mount *mount, const char *path)
{
	add_word(text, mount->source);
	text_add(text, " ", 1);
	add_word(text, path);
	text_printf(text, " %s", mount->type->name);
	add_options(text, mount);
	add_size(text, mount);
	text_printf(text, " 0 0\n");
}

static void mountinfo_line(struct text *text, const struct mount *mount, const char *path)
{
	text_printf(text, "%u %u 0:%u / ", mount->dev, mount_parent_dev(mount), mount->dev);
	add_word(text, path);
	add_options(text, mount);
	text_printf(text, " - %s ", mount->type->name);
	add_word(text, mount->source);
	text_printf(text, mount->flags & MS_RDONLY ? " ro" : " rw");
	add_size(text, mount);
	text_printf(text, "\n");
}

static void each_mount(struct text *text, void (*line)(struct text *text, const struct mount *mount,
						       const char *path))
{
	char *path = kmalloc(PATH_MAX);
	struct inode *root = NULL;

	if (!path) {
		text->err = -ENOMEM;
		return;
	}
	while ((root = mount_next(root))) {
		inode_path(root, path, PATH_MAX);
		line(text, root->mount, path);
	}
	kfree(path);
}

void proc_fill_mounts(struct text *text, const struct proc_at *at)
{
	(void)at;
	each_mount(text, mounts_line);
}

void proc_fill_mountinfo(struct text *text, const struct proc_at *at)
{
	(void)at;
	each_mount(text, mountinfo_line);
}

void proc_fill_filesystems(struct text *text, const struct proc_at *at)
{
	(void)at;
	for (const struct fs_type *type = fs_types; type->name; type++)
		text_printf(text, "nodev\t%s\n", type->name);
}
