/*
 * files.c - descriptor tables.
 *
 * A table is an array of files that doubles as needed, and two bitmaps: which numbers are taken,
 * and which close on exec. A number is taken before its file is there, so that an open that cannot
 * get one has not created anything yet.
 */
#include "kernel/fs/files.h"
#include "kernel/fs/inode.h"
#include "kernel/fs/lockf.h"
#include "kernel/hart.h"
#include "kernel/limits.h"
#include "kernel/task.h"
#include "mm/bits.h"
#include "mm/slab.h"

#define FIRST_CAPACITY	32
#define WORDS		(FILES_MAX / 64)

struct files {
	uint32_t refs;			/* tasks that share it; atomic */
	struct spinlock lock;		/* guards what follows */
	int capacity;			/* of the array */
	struct file **file;		/* NULL: closed, or still being opened */
	uint64_t taken[WORDS];
	uint64_t close_on_exec[WORDS];
	struct file *first[FIRST_CAPACITY];	/* the array while it is small */
};

static struct slab_cache files_cache = SLAB_CACHE_INIT(files_cache, "files", sizeof(struct files));

static bool bit_is_set(const uint64_t *map, int fd)
{
	return map[fd / 64] >> (fd % 64) & 1;
}

static void bit_assign(uint64_t *map, int fd, bool value)
{
	uint64_t bit = 1ull << (fd % 64);

	map[fd / 64] = value ? map[fd / 64] | bit : map[fd / 64] & ~bit;
}

/* The first number >= from whose bit in map is `value`; at least the table's capacity if there is
 * none below: bits are set below only. */
static int find_bit(const struct files *files, const uint64_t *map, int from, bool value)
{
	int i = from / 64;
	uint64_t mask = ~0ull << (from % 64), word;

	for (; i * 64 < files->capacity; i++) {
		word = (value ? map[i] : ~map[i]) & mask;
		if (word)
			return i * 64 + (int)lowest_bit(word);
		mask = ~0ull;
	}
	return from > i * 64 ? from : i * 64;
}

struct files *files_create(void)
{
	struct files *files = slab_alloc(&files_cache);

	if (!files)
		return NULL;
	memset(files, 0, sizeof(*files));
	files->refs = 1;
	files->capacity = FIRST_CAPACITY;
	files->file = files->first;
	return files;
}

/* Make room for fd. Only the array is replaced; nothing is lost when there is no memory. */
static int grow(struct files *files, int fd)
{
	int capacity = files->capacity;
	struct file **file;

	if (fd < capacity)
		return 0;
	while (capacity <= fd)
		capacity *= 2;
	file = kzalloc(capacity * sizeof(*file));
	if (!file)
		return -ENOMEM;
	memcpy(file, files->file, files->capacity * sizeof(*file));
	if (files->file != files->first)
		kfree(files->file);
	files->file = file;
	files->capacity = capacity;
	return 0;
}

/* The numbers of one word of the maps. */
static void clone_word(struct files *files, const struct files *from, int i)
{
	for (uint64_t left = from->taken[i]; left; left &= left - 1) {
		int fd = i * 64 + (int)lowest_bit(left);

		if (!from->file[fd])
			continue;
		files->file[fd] = file_ref(from->file[fd]);
		files->taken[i] |= left & -left;
	}
	files->close_on_exec[i] = from->close_on_exec[i] & files->taken[i];
}

struct files *files_clone(struct files *from)
{
	struct files *files = files_create();
	int err;

	if (!files)
		return NULL;
	spin_lock(&from->lock);
	err = grow(files, from->capacity - 1);
	for (int i = 0; i * 64 < from->capacity && !err; i++)
		clone_word(files, from, i);
	spin_unlock(&from->lock);
	if (err) {
		files_put(files);
		return NULL;
	}
	return files;
}

struct files *files_ref(struct files *files)
{
	__atomic_fetch_add(&files->refs, 1, __ATOMIC_RELAXED);
	return files;
}

/* A descriptor of the table, or what it was for, is gone: and with it all locks of the table on the
 * file. */
static void close_file(struct files *files, struct file *file)
{
	if (file)
		lockf_release(file->inode, files);
	file_put(file);
}

bool files_are_shared(struct files *files)
{
	return __atomic_load_n(&files->refs, __ATOMIC_ACQUIRE) > 1;
}

void files_put(struct files *files)
{
	if (!files || __atomic_sub_fetch(&files->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	for (int i = 0; i * 64 < files->capacity; i++)
		for (uint64_t left = files->taken[i]; left; left &= left - 1)
			close_file(files, files->file[i * 64 + (int)lowest_bit(left)]);
	if (files->file != files->first)
		kfree(files->file);
	slab_free(&files_cache, files);
}

/* The file of a number of any size; NULL: it is not open. The table does not change meanwhile. */
static inline struct file *look(const struct files *files, int fd)
{
	return (unsigned)fd < (unsigned)files->capacity ? files->file[fd] : NULL;
}

/* Take the file of fd out of the table; NULL: it was not open. */
static struct file *take_out(struct files *files, int fd)
{
	struct file *file;

	spin_lock(&files->lock);
	file = look(files, fd);
	if (file) {
		files->file[fd] = NULL;
		bit_assign(files->taken, fd, false);
		bit_assign(files->close_on_exec, fd, false);
	}
	spin_unlock(&files->lock);
	return file;
}

void files_close_on_exec(struct files *files)
{
	int fd;

	for (fd = 0; (fd = find_bit(files, files->close_on_exec, fd, true)) < files->capacity; fd++)
		close_file(files, take_out(files, fd));
}

/* One past the largest number that may be given out. */
static int limit_now(void)
{
	uint64_t limit = limit_get(RLIMIT_NOFILE);

	return limit < FILES_MAX ? (int)limit : FILES_MAX;
}

int fd_reserve(int from, enum fd_flags flags)
{
	struct files *files = current->files;
	int limit = limit_now(), fd, err;

	if (from < 0 || (from > 0 && from >= limit))
		return -EINVAL;
	spin_lock(&files->lock);
	fd = find_bit(files, files->taken, from, false);
	err = fd >= limit ? -EMFILE : grow(files, fd);
	if (!err) {
		bit_assign(files->taken, fd, true);
		bit_assign(files->close_on_exec, fd, flags == FD_CLOSE_ON_EXEC);
	}
	spin_unlock(&files->lock);
	return err ? err : fd;
}

void fd_release(int fd)
{
	struct files *files = current->files;

	spin_lock(&files->lock);
	bit_assign(files->taken, fd, false);
	bit_assign(files->close_on_exec, fd, false);
	spin_unlock(&files->lock);
}

void fd_install(int fd, struct file *file)
{
	struct files *files = current->files;

	spin_lock(&files->lock);
	files->file[fd] = file;
	spin_unlock(&files->lock);
}

int fd_add(struct file *file, int from, enum fd_flags flags)
{
	int fd = fd_reserve(from, flags);

	if (fd >= 0)
		fd_install(fd, file);
	else
		file_put(file);
	return fd;
}

int fd_replace(int fd, struct file *file, enum fd_flags flags)
{
	struct files *files = current->files;
	struct file *old = file;
	int err;

	if (fd < 0 || fd >= limit_now()) {
		file_put(file);
		return -EBADF;
	}
	spin_lock(&files->lock);
	err = grow(files, fd);
	if (!err && !files->file[fd] && bit_is_set(files->taken, fd))
		err = -EBUSY;
	if (!err) {
		old = files->file[fd];
		files->file[fd] = file;
		bit_assign(files->taken, fd, true);
		bit_assign(files->close_on_exec, fd, flags == FD_CLOSE_ON_EXEC);
	}
	spin_unlock(&files->lock);
	if (err)
		file_put(old);
	else
		close_file(files, old);
	return err;
}

int fd_close(int fd)
{
	struct file *file = take_out(current->files, fd);

	if (!file)
		return -EBADF;
	close_file(current->files, file);
	return 0;
}

int fd_get_flags(int fd)
{
	struct files *files = current->files;
	int flags = -EBADF;

	spin_lock(&files->lock);
	if (look(files, fd))
		flags = bit_is_set(files->close_on_exec, fd) ? FD_CLOEXEC : 0;
	spin_unlock(&files->lock);
	return flags;
}

int fd_set_flags(int fd, enum fd_flags flags)
{
	struct files *files = current->files;
	int err = -EBADF;

	spin_lock(&files->lock);
	if (look(files, fd)) {
		bit_assign(files->close_on_exec, fd, flags == FD_CLOSE_ON_EXEC);
		err = 0;
	}
	spin_unlock(&files->lock);
	return err;
}

struct file *files_get(struct files *files, int fd)
{
	struct file *file;

	spin_lock(&files->lock);
	file = look(files, fd);
	if (file)
		file_ref(file);
	spin_unlock(&files->lock);
	return file;
}

int files_next(struct files *files, int fd)
{
	spin_lock(&files->lock);
	while (fd < files->capacity && !files->file[fd])
		fd++;
	spin_unlock(&files->lock);
	return fd < files->capacity ? fd : -1;
}

/* A table that nobody shares is changed by the task itself only, which then needs no lock to look. */
struct file *file_get_any(int fd)
{
	struct files *files = current->files;
	struct file *file;

	if (files_are_shared(files))
		return files_get(files, fd);
	file = look(files, fd);
	return file ? file_ref(file) : NULL;
}

struct file *file_get(int fd)
{
	struct file *file = file_get_any(fd);

	if (file && (file->flags & O_PATH)) {
		file_put(file);
		return NULL;
	}
	return file;
}
