/*
 * Reading directories: getdents64 fills a buffer, readdir walks through it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct __dir {
	int fd;
	long pos;		/* as telldir gives it: of the next entry */
	size_t next, filled;	/* the unread part of entries[] */
	_Alignas(8) char entries[4096];
};

DIR *fdopendir(int fd)
{
	struct stat st;
	DIR *dir;

	if (fstat(fd, &st) < 0)
		return NULL;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return NULL;
	}
	dir = malloc(sizeof(*dir));
	if (!dir)
		return NULL;
	dir->fd = fd;
	dir->pos = 0;
	dir->next = dir->filled = 0;
	return dir;
}

DIR *opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir;

	if (fd < 0)
		return NULL;
	dir = fdopendir(fd);
	if (!dir)
		close(fd);
	return dir;
}

int closedir(DIR *dir)
{
	int fd = dir->fd;

	free(dir);
	return close(fd);
}

/* NULL with errno unchanged is the end; with errno set, an error. */
struct dirent *readdir(DIR *dir)
{
	struct dirent *d;

	if (dir->next == dir->filled) {
		ssize_t n = getdents64(dir->fd, dir->entries, sizeof(dir->entries));

		if (n <= 0)
			return NULL;
		dir->next = 0;
		dir->filled = (size_t)n;
	}
	d = (struct dirent *)(dir->entries + dir->next);
	dir->next += d->d_reclen;
	dir->pos = d->d_off;
	return d;
}

long telldir(DIR *dir)
{
	return dir->pos;
}

void seekdir(DIR *dir, long pos)
{
	dir->pos = lseek(dir->fd, pos, SEEK_SET);
	dir->next = dir->filled = 0;
}

void rewinddir(DIR *dir)
{
	seekdir(dir, 0);
}

int dirfd(DIR *dir)
{
	return dir->fd;
}
