/*
 * maps pid | self: draw an address space, the high addresses on top. One line for each area:
 * where it begins, how large it is, what may be done there, how many of its pages are resident
 * and how many of those are shared, a bar of its pages, and what it is.
 *
 * Reads /proc/PID/smaps, or maps where that is missing, and /proc/PID/pagemap for the bar.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BAR 24

#define PAGEMAP_PRESENT   (1ull << 63)
#define PAGEMAP_EXCLUSIVE (1ull << 56) /* mapped nowhere else */
#define PAGEMAP_LIMIT     (1ul << 18)  /* pages; an area beyond it would take too long to read */

struct area {
	unsigned long start, end;
	char perm[5];
	char name[128];
	long resident, shared; /* pages, -1: not known */
	char bar[BAR + 1];
};

static struct area *areas;
static size_t count, room;
static unsigned long page_size;

static int complain(const char *what)
{
	fprintf(stderr, "maps: %s: %s\n", what, strerror(errno));
	return -1;
}

static int add_area(const struct area *a)
{
	if (count == room) {
		size_t more = room ? room * 2 : 32;
		struct area *v = realloc(areas, more * sizeof(*v));

		if (!v)
			return complain("areas");
		areas = v;
		room = more;
	}
	areas[count++] = *a;
	return 0;
}

/* "start-end perm offset device inode name" begins an area; "Key: n kB" tells about the last. */
static int parse_line(const char *line)
{
	struct area a = { .resident = -1, .shared = -1 };
	unsigned long kib;
	char key[32];
	int found = sscanf(line, "%lx-%lx %4s %*s %*s %*s %127[^\n]", &a.start, &a.end, a.perm,
			   a.name);

	if (found >= 3)
		return add_area(&a);
	if (count == 0 || sscanf(line, "%31[^:]: %lu", key, &kib) != 2)
		return 0;
	if (strcmp(key, "Rss") == 0) {
		areas[count - 1].resident = kib * 1024 / page_size;
		areas[count - 1].shared = 0;
	} else if (strcmp(key, "Shared_Clean") == 0 || strcmp(key, "Shared_Dirty") == 0) {
		areas[count - 1].shared += kib * 1024 / page_size;
	}
	return 0;
}

static int read_areas(const char *pid)
{
	char path[64], line[512];
	FILE *f;
	int err = 0;

	snprintf(path, sizeof(path), "/proc/%s/smaps", pid);
	f = fopen(path, "r");
	if (!f) {
		snprintf(path, sizeof(path), "/proc/%s/maps", pid);
		f = fopen(path, "r");
	}
	if (!f)
		return complain(path);
	while (err == 0 && fgets(line, sizeof(line), f))
		err = parse_line(line);
	if (ferror(f))
		err = complain(path);
	fclose(f);
	return err;
}

/* Which of the two says more about a piece of the bar? */
static char stronger(char a, char b)
{
	static const char order[] = ".#=";

	return strchr(order, a) > strchr(order, b) ? a : b;
}

/* The bar of an area from the state of each of its pages. */
static void draw_pages(struct area *a, const uint64_t *pages, unsigned long npages)
{
	long resident = 0, shared = 0;

	memset(a->bar, ' ', BAR);
	for (unsigned long i = 0; i < npages; i++) {
		unsigned long at = npages < BAR ? i : i * BAR / npages;
		int present = (pages[i] & PAGEMAP_PRESENT) != 0;
		int alone = (pages[i] & PAGEMAP_EXCLUSIVE) != 0;
		char state = !present ? '.' : alone ? '#' : '=';

		a->bar[at] = a->bar[at] == ' ' ? state : stronger(a->bar[at], state);
		resident += present;
		shared += present && !alone;
	}
	if (a->resident < 0) {
		a->resident = resident;
		a->shared = shared;
	}
}

/* Without knowing which pages are resident: just how many. */
static void draw_share(struct area *a, unsigned long npages)
{
	unsigned long width = npages < BAR ? npages : BAR;
	unsigned long filled = a->resident > 0 ? (a->resident * width + npages - 1) / npages : 0;

	memset(a->bar, ' ', BAR);
	memset(a->bar, a->resident < 0 ? '?' : '.', width);
	memset(a->bar, '#', filled < width ? filled : width);
}

static void draw(struct area *a, int pagemap)
{
	unsigned long npages = (a->end - a->start) / page_size;
	size_t size = npages * sizeof(uint64_t);
	uint64_t *pages = npages <= PAGEMAP_LIMIT ? malloc(size) : NULL;

	if (pages && pagemap >= 0 &&
	    pread(pagemap, pages, size, a->start / page_size * sizeof(uint64_t)) == (ssize_t)size)
		draw_pages(a, pages, npages);
	else
		draw_share(a, npages);
	free(pages);
}

static const char *human(unsigned long bytes)
{
	static char text[2][16];
	static int turn;
	static const char units[] = "BKMGTPE";
	int unit = 0;

	turn = !turn;
	while (bytes >= 10240 && units[unit + 1]) {
		bytes /= 1024;
		unit++;
	}
	if (unit == 0 && bytes >= 1024) {
		bytes /= 1024;
		unit = 1;
	}
	snprintf(text[turn], sizeof(text[turn]), "%lu%c", bytes, units[unit]);
	return text[turn];
}

static const char *describe(const struct area *a)
{
	if (a->name[0] != '/')
		return a->name[0] ? "" : "anonymous";
	if (a->perm[2] == 'x')
		return " (text)";
	return a->perm[1] == 'w' ? " (data)" : " (constants)";
}

static void print_pages(long n)
{
	if (n < 0)
		printf(" %8s", "-");
	else
		printf(" %8ld", n);
}

static void print_area(const struct area *a)
{
	printf("%#16lx %6s %s", a->start, human(a->end - a->start), a->perm);
	print_pages(a->resident);
	print_pages(a->shared);
	printf("  [%s] %s%s\n", a->bar, a->name, describe(a));
}

/* What /proc/PID/status tells about the whole space, for a kernel that has neither file. */
static void read_totals(const char *pid, long *resident, long *shared)
{
	char path[64], line[128];
	long kib;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "VmRSS: %ld", &kib) == 1)
			*resident = kib * 1024 / (long)page_size;
		else if (sscanf(line, "RssShared: %ld", &kib) == 1)
			*shared = kib * 1024 / (long)page_size;
	}
	if (f)
		fclose(f);
}

static void print_all(const char *pid)
{
	long resident = 0, shared = 0;
	int known = 0;

	printf("%16s %6s %4s %8s %8s\n", "start", "size", "perm", "resident", "shared");
	for (size_t i = count; i-- > 0;) {
		const struct area *a = &areas[i];

		if (i + 1 < count && areas[i + 1].start != a->end)
			printf("%16s %6s\n", "~", human(areas[i + 1].start - a->end));
		print_area(a);
		known |= a->resident >= 0;
		resident += a->resident > 0 ? a->resident : 0;
		shared += a->shared > 0 ? a->shared : 0;
	}
	if (!known)
		read_totals(pid, &resident, &shared);
	printf("%zu areas, %ld pages resident, %ld of them shared\n", count, resident, shared);
	printf("# resident, = resident and shared, . not there yet, ? not known, ~ not mapped\n");
}

int main(int argc, char **argv)
{
	char path[64];
	int pagemap;

	if (argc != 2) {
		fprintf(stderr, "usage: maps pid | self\n");
		return 2;
	}
	page_size = sysconf(_SC_PAGESIZE);
	if (read_areas(argv[1]) < 0)
		return 1;
	snprintf(path, sizeof(path), "/proc/%s/pagemap", argv[1]);
	pagemap = open(path, O_RDONLY);
	for (size_t i = 0; i < count; i++)
		draw(&areas[i], pagemap);
	print_all(argv[1]);
	free(areas);
	if (pagemap >= 0)
		close(pagemap);
	return 0;
}
