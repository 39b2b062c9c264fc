/*
 * ls [-1adil] [path...]: list directories. On a terminal in columns, else a name on each line.
 *   -a names that begin with a dot too     -d a directory itself, not what it holds
 *   -i inode numbers                       -l mode, links, size, time of change, name
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

struct entry {
	char *name;
	char *path;
	struct stat st;
};

struct list {
	struct entry *v;
	size_t count, room;
};

static int all, itself, inodes, details;
static int columns; /* width of the terminal, 0: one name on each line */
static int status;

static void complain(const char *path)
{
	fflush(stdout);
	fprintf(stderr, "ls: %s: %s\n", path, strerror(errno));
	status = 1;
}

static void add(struct list *l, const char *name, const char *path)
{
	struct entry e;

	if (lstat(path, &e.st) < 0) {
		complain(path);
		return;
	}
	if (l->count == l->room) {
		size_t room = l->room ? l->room * 2 : 32;
		struct entry *v = realloc(l->v, room * sizeof(*v));

		if (!v) {
			complain(path);
			return;
		}
		l->v = v;
		l->room = room;
	}
	e.name = strdup(name);
	e.path = strdup(path);
	if (e.name && e.path) {
		l->v[l->count++] = e;
		return;
	}
	complain(path);
	free(e.name);
	free(e.path);
}

static void clear(struct list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->v[i].name);
		free(l->v[i].path);
	}
	free(l->v);
	*l = (struct list){ 0 };
}

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static char type_letter(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return 'd';
	case S_IFLNK:
		return 'l';
	case S_IFCHR:
		return 'c';
	case S_IFBLK:
		return 'b';
	case S_IFIFO:
		return 'p';
	case S_IFSOCK:
		return 's';
	}
	return '-';
}

static void print_details(const struct entry *e)
{
	const struct stat *st = &e->st;
	char mode[] = "?rwxrwxrwx";
	char when[32];
	char target[256];
	ssize_t n;

	mode[0] = type_letter(st->st_mode);
	for (int bit = 0; bit < 9; bit++) {
		if (!(st->st_mode & (0400 >> bit)))
			mode[1 + bit] = '-';
	}
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M", gmtime(&st->st_mtime));
	printf("%s %3lu ", mode, (unsigned long)st->st_nlink);
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		printf("%5u,%4u", (unsigned)major(st->st_rdev), (unsigned)minor(st->st_rdev));
	else
		printf("%10lld", (long long)st->st_size);
	printf(" %s %s", when, e->name);
	if (S_ISLNK(st->st_mode)) {
		n = readlink(e->path, target, sizeof(target) - 1);
		target[n > 0 ? n : 0] = '\0';
		printf(" -> %s", target);
	}
	putchar('\n');
}

static int digits(unsigned long n)
{
	int count = 1;

	for (; n >= 10; n /= 10)
		count++;
	return count;
}

/* Names in columns, read downwards; all columns are as wide as the longest name. */
static void print_columns(const struct list *l)
{
	size_t width = 0, per_line, lines;

	for (size_t i = 0; i < l->count; i++) {
		size_t len = strlen(l->v[i].name);

		width = len > width ? len : width;
	}
	width += 2;
	per_line = (size_t)columns / width ? (size_t)columns / width : 1;
	lines = (l->count + per_line - 1) / per_line;
	for (size_t line = 0; line < lines; line++) {
		for (size_t i = line; i < l->count; i += lines) {
			int last = i + lines >= l->count;

			printf("%-*s", last ? 0 : (int)width, l->v[i].name);
		}
		putchar('\n');
	}
}

static void print_list(struct list *l)
{
	int width = 0;

	if (l->count == 0)
		return;
	qsort(l->v, l->count, sizeof(*l->v), by_name);
	if (columns && !details && !inodes) {
		print_columns(l);
		return;
	}
	for (size_t i = 0; inodes && i < l->count; i++) {
		int n = digits(l->v[i].st.st_ino);

		width = n > width ? n : width;
	}
	for (size_t i = 0; i < l->count; i++) {
		if (inodes)
			printf("%*lu ", width, (unsigned long)l->v[i].st.st_ino);
		if (details)
			print_details(&l->v[i]);
		else
			puts(l->v[i].name);
	}
}

static void add_name(struct list *l, const char *dir, const char *name)
{
	size_t len = strlen(dir) + strlen(name) + 2;
	char *path = malloc(len);

	if (!path) {
		complain(name);
		return;
	}
	snprintf(path, len, "%s/%s", dir, name);
	add(l, name, path);
	free(path);
}

static void list_dir(const char *path)
{
	struct list l = { 0 };
	DIR *dir = opendir(path);
	struct dirent *d;

	if (!dir) {
		complain(path);
		return;
	}
	errno = 0;
	while ((d = readdir(dir)) != NULL) {
		if (all || d->d_name[0] != '.')
			add_name(&l, path, d->d_name);
		errno = 0;
	}
	if (errno)
		complain(path);
	print_list(&l);		/* while dir is open: it is an entry of /proc/self/fd itself */
	closedir(dir);
	clear(&l);
}

static int is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* First the paths that are no directories, as one list; then each directory. */
static void list_paths(int count, char **paths)
{
	struct list files = { 0 };
	int printed;

	for (int i = 0; i < count; i++) {
		if (itself || !is_dir(paths[i]))
			add(&files, paths[i], paths[i]);
	}
	printed = files.count > 0;
	print_list(&files);
	clear(&files);
	for (int i = 0; i < count; i++) {
		if (itself || !is_dir(paths[i]))
			continue;
		if (count > 1)
			printf("%s%s:\n", printed ? "\n" : "", paths[i]);
		list_dir(paths[i]);
		printed = 1;
	}
}

static int terminal_width(void)
{
	struct winsize size;

	if (!isatty(1))
		return 0;
	return ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

int main(int argc, char **argv)
{
	char *here[] = { "." };
	int opt;

	columns = terminal_width();
	while ((opt = getopt(argc, argv, "1adil")) != -1) {
		if (opt == '1')
			columns = 0;
		else if (opt == 'a')
			all = 1;
		else if (opt == 'd')
			itself = 1;
		else if (opt == 'i')
			inodes = 1;
		else if (opt == 'l')
			details = 1;
		else {
			fprintf(stderr, "usage: ls [-1adil] [path...]\n");
			return 2;
		}
	}
	if (optind == argc)
		list_paths(1, here);
	else
		list_paths(argc - optind, argv + optind);
	if (fflush(stdout) == EOF)
		complain("write");
	return status;
}
