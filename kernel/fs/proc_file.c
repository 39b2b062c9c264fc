/*
 * proc_file.c - reading and writing the files of /proc and /sys.
 *
 * A file's text is made when it is read from the start, so one reader sees one moment however small
 * its pieces are.
 */
#include "kernel/fs/mount.h"
#include "kernel/fs/proc.h"

#define STORE_MAX	127	/* bytes of one write that are looked at */

static void fill_value(struct text *text, const struct proc_value *value)
{
	if (value->number)
		text_printf(text, "%d\n", __atomic_load_n(value->number, __ATOMIC_RELAXED));
	else
		text_printf(text, "%s\n", value->word);
}

static void fill_entry(struct text *text, const struct proc_entry *entry, const struct proc_at *at)
{
	if (entry->value)
		fill_value(text, entry->value);
	else
		entry->fill(text, at);
}

static int fill(struct file *file)
{
	struct proc_at at;
	struct text text;
	int err;

	err = proc_at_get(file->inode, &at);
	if (err)
		return err;
	err = text_create(&text);
	if (!err) {
		fill_entry(&text, file->inode->proc.entry, &at);
		err = text.err;
		if (err)
			pagecache_put(text.pc);
	}
	proc_at_put(&at);
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

/* ---- writing ---- */

static int store_value(const struct proc_value *value, const char *s)
{
	bool minus = *s == '-';
	long n = 0;

	s += minus;
	if (*s < '0' || *s > '9')
		return -EINVAL;
	for (; *s >= '0' && *s <= '9'; s++)
		if (n <= INT32_MAX)
			n = n * 10 + (*s - '0');
	if (minus)
		n = -n;
	if ((*s && *s != '\n') || n < value->min || n > value->max)
		return -EINVAL;
	__atomic_store_n(value->number, (int)n, __ATOMIC_RELAXED);
	return 0;
}

/* Like Linux: a file that cannot be written answers by EIO, one of a process by EINVAL. */
static int store(struct inode *inode, char *s)
{
	const struct proc_entry *entry = inode->proc.entry;
	struct proc_at at;
	int err;

	if (entry->value && entry->value->number)
		return store_value(entry->value, s);
	err = proc_at_get(inode, &at);
	if (err)
		return err;
	if (entry->store)
		err = entry->store(&at, s);
	else
		err = at.task ? -EINVAL : -EIO;
	proc_at_put(&at);
	return err;
}

static long proc_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	char s[STORE_MAX + 1];
	size_t n = uio->left < STORE_MAX ? uio->left : STORE_MAX, all = uio->left;
	int err;

	if (uio_take(uio, s, n) < n)
		return -EFAULT;
	s[n] = 0;
	err = store(file->inode, s);
	if (err)
		return err;
	*pos += all;
	return (long)all;
}

/* Not even root opens a setting for writing that has none. */
static int proc_open(struct file *file)
{
	const struct inode *inode = file->inode;
	bool setting = inode->proc.entry->value || inode->mount->type->magic == SYSFS_MAGIC;

	return setting && file_can_write(file) && !(inode->mode & S_IWUSR) ? -EACCES : 0;
}

const struct inode_ops proc_file_ops = {
	.destroy = proc_destroy, .open = proc_open, .read = proc_read, .write = proc_write,
	.path = proc_path, .seekable = true,
};
