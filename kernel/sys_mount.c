/*
 * sys_mount.c - mount and umount2.
 */
#include "kernel/fs/mount.h"
#include "kernel/fs/path.h"
#include "mm/frame.h"
#include "mm/slab.h"

#define FLAGS_KEPT	(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_RELATIME)
#define FLAGS_KNOWN	(FLAGS_KEPT | MS_REMOUNT | MS_SILENT | MS_STRICTATIME)
#define MAGIC_OLD	0xc0ed0000u	/* old programs have this in the upper half */

struct options {
	size_t pages;		/* size=; 0: no limit */
	unsigned mode;		/* mode=; or NO_MODE */
	bool has_size;
};

#define NO_MODE		~0u

/* ---- options ---- */

/* A number in this base; *s moves behind it. False: there is none. */
static bool parse_number(const char **s, unsigned base, size_t *value)
{
	const char *start = *s;

	for (*value = 0; **s >= '0' && **s < (char)('0' + base); (*s)++)
		if (__builtin_mul_overflow(*value, base, value) ||
		    __builtin_add_overflow(*value, (size_t)(**s - '0'), value))
			return false;
	return *s > start;
}

/* Bytes, or with k, m, g of those, or with % of memory. */
static int parse_size(const char *s, struct options *options)
{
	unsigned shift = 0;
	size_t n;

	if (!parse_number(&s, 10, &n))
		return -EINVAL;
	if (*s == '%') {
		options->pages = n <= 100 ? frame_total() * n / 100 : frame_total();
		s++;
	} else {
		switch (*s | 0x20) {
		case 'g':
			shift += 10; /* fall through */
		case 'm':
			shift += 10; /* fall through */
		case 'k':
			shift += 10;
			s++;
		}
		if (n > SIZE_MAX >> shift >> 1)
			return -EINVAL;
		options->pages = align_up(n << shift, PAGE_SIZE) / PAGE_SIZE;
	}
	options->has_size = true;
	return *s ? -EINVAL : 0;
}

static int parse_option(const char *s, struct options *options)
{
	size_t mode;

	if (memcmp(s, "size=", 5) == 0)
		return parse_size(s + 5, options);
	if (memcmp(s, "mode=", 5) != 0)
		return -EINVAL;
	s += 5;
	if (!parse_number(&s, 8, &mode) || *s)
		return -EINVAL;
	options->mode = mode & 07777;
	return 0;
}

/* "size=1M,mode=700"; the text is cut up. Only tmpfs has options; ramfs ignores what it is told. */
static int parse_options(const struct fs_type *type, char *text, struct options *options)
{
	int err = 0;

	*options = (struct options){ .mode = NO_MODE };
	while (type->sized && *text && !err) {
		char *comma = strchr(text, ',');

		if (comma)
			*comma = 0;
		err = *text ? parse_option(text, options) : 0;
		text = comma ? comma + 1 : "";
	}
	if (type->sized && !options->has_size)
		options->pages = frame_total() / 2;
	return err;
}

/* ---- mount ---- */

static int remount(struct inode *root, unsigned flags, char *data)
{
	struct mount *mount = root->mount;
	struct options options;
	int err;

	if (mount->root != root)
		return -EINVAL;
	err = parse_options(mount->type, data, &options);
	if (err)
		return err;
	if (options.has_size && options.pages && options.pages < mount->pages.used)
		return -EINVAL;
	err = mount_set_flags(mount, flags);
	if (!err && options.has_size)
		mount->pages.limit = options.pages;
	return err;
}

static int mount_new(const char *name, const char *source, struct inode *dir, unsigned flags,
		     char *data)
{
	const struct fs_type *type = fs_type_find(name);
	struct options options;
	struct mount *mount;
	int err;

	if (!type)
		return -ENODEV;
	if (!inode_is(dir, S_IFDIR))
		return -ENOTDIR;
	err = parse_options(type, data, &options);
	if (!err)
		err = mount_create(type, *source ? source : "none", &mount);
	if (err)
		return err;
	mount->flags = flags;
	mount->pages.limit = options.pages;
	if (options.mode != NO_MODE)
		mount->root->mode = S_IFDIR | options.mode;
	err = mount_hang(mount, dir);
	if (err)
		mount_discard(mount);
	return err;
}

/* A text of the user's that may be left out: then it is empty. */
static int text_from_user(vaddr_t user, char **text)
{
	static char none[1];

	*text = none;
	return user ? path_from_user(user, text) : 0;
}

static void text_free(vaddr_t user, char *text)
{
	if (user)
		kfree(text);
}

static int mount_at(vaddr_t user_dir, const char *type, const char *source, unsigned flags, char *data)
{
	struct inode *dir;
	int err = path_find_user(AT_FDCWD, user_dir, PATH_FOLLOW, &dir);

	if (err)
		return err;
	if (flags & ~FLAGS_KNOWN)
		err = -EINVAL;
	else if (flags & MS_REMOUNT)
		err = remount(dir, flags & FLAGS_KEPT, data);
	else
		err = mount_new(type, source, dir, flags & FLAGS_KEPT, data);
	inode_put(dir);
	return err;
}

long sys_mount(vaddr_t user_source, vaddr_t user_dir, vaddr_t user_type, unsigned long flags,
	       vaddr_t user_data)
{
	char *type, *source, *data;
	int err = text_from_user(user_type, &type);

	if (err)
		return err;
	err = text_from_user(user_source, &source);
	if (err)
		goto free_type;
	err = text_from_user(user_data, &data);
	if (err)
		goto free_source;
	if ((flags & 0xffff0000) == MAGIC_OLD)
		flags &= 0xffff;
	if (!(flags & (MS_NOATIME | MS_STRICTATIME)))
		flags |= MS_RELATIME;
	if (!user_type && !(flags & (MS_REMOUNT | MS_BIND | MS_MOVE)))
		err = -EINVAL;
	else
		err = mount_at(user_dir, type, source, (unsigned)flags, data);
	text_free(user_data, data);
free_source:
	text_free(user_source, source);
free_type:
	text_free(user_type, type);
	return err;
}

/* MNT_DETACH and MNT_EXPIRE are not known: EINVAL. */
long sys_umount2(vaddr_t user, long flags)
{
	struct inode *root;
	int err;

	if ((int)flags & ~(MNT_FORCE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	err = path_find_user(AT_FDCWD, user, flags & UMOUNT_NOFOLLOW ? 0 : PATH_FOLLOW, &root);
	if (err)
		return err;
	err = mount_take_down(root);
	inode_put(root);
	return err;
}
