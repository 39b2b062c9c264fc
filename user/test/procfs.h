/*
 * procfs.h - what tests read in /proc: lines, numbers, the areas of maps. Included by util.h.
 */
#ifndef USER_TEST_PROCFS_H
#define USER_TEST_PROCFS_H

#include <fcntl.h>
#include <sched.h>
#include <stdint.h>

/* The whole file as a string in a buffer that the next call reuses; NULL and errno on failure. */
UNUSED_OK static char *slurp(const char *path)
{
	static char text[64 << 10];
	size_t n = 0;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return NULL;
	for (size_t i = 0; i < sizeof(text); i += PAGE)
		text[i] = '\0';
	while (n < sizeof(text) - 1) {
		ssize_t got = read(fd, text + n, sizeof(text) - 1 - n);

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	close(fd);
	text[n] = '\0';
	return text;
}

UNUSED_OK static void until_state_s(const char *path)
{
	const char *text;

	while ((text = slurp(path)) && !strstr(text, ") S "))
		sched_yield();
	if (!text)
		bail_out("%s is gone", path);
}

/* In state S of /proc: it sleeps in its call; Linux and xv39 alike. */
UNUSED_OK static void until_asleep(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	until_state_s(path);
}

/* The same for a thread of ours that stores its number before it goes to sleep. */
UNUSED_OK static void until_thread_asleep(const pid_t *tid)
{
	char path[48];

	while (!__atomic_load_n(tid, __ATOMIC_ACQUIRE))
		sched_yield();
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", *tid);
	until_state_s(path);
}

/* The number after "key" at the start of a line, -1 when there is none. */
UNUSED_OK static long proc_number(const char *path, const char *key)
{
	const char *p = slurp(path);
	size_t len = strlen(key);

	while (p && *p) {
		if (strncmp(p, key, len) == 0)
			return strtol(p + len, NULL, 10);
		p = strchr(p, '\n');
		if (p)
			p++;
	}
	return -1;
}

/*
 * Free memory. What this program itself has not touched yet would be counted as a loss later, so
 * the buffer behind slurp() and some stack are touched before.
 */
UNUSED_OK static long free_kib(void)
{
	volatile char stack[16 << 10];

	for (size_t i = 0; i < sizeof(stack); i += PAGE / 2)
		stack[i] = 0;
	slurp("/proc/meminfo");
	return proc_number("/proc/meminfo", "MemFree:");
}

/* One check: as much is free as was before. */
UNUSED_OK static void memory_is_back(long before)
{
	long after = free_kib();

	if (on_xv39())
		is(after, before, "MemFree before and after: %ld and %ld kB", before, after);
	else
		skip(1, "other programs use this machine's memory");
}

struct map_line {
	uintptr_t start, end;
	char perms[5];		/* "rw-p" */
	unsigned long off;
	char path[64];		/* "" when there is none */
};

/* One line of /proc/self/maps; returns where the next one starts. */
UNUSED_OK static char *map_parse(char *p, struct map_line *m)
{
	char *end = strchr(p, '\n');
	size_t n = 0;

	memset(m, 0, sizeof(*m));
	m->start = strtoul(p, &p, 16);
	m->end = strtoul(p + 1, &p, 16);
	memcpy(m->perms, p + 1, 4);
	m->off = strtoul(p + 6, &p, 16);
	for (int spaces = 0; *p && *p != '\n' && spaces < 3; p++)
		spaces += *p == ' ' && p[1] != ' ' && p[1] != '\n';
	while (*p && *p != '\n' && n < sizeof(m->path) - 1)
		m->path[n++] = *p++;
	return end ? end + 1 : strchr(p, '\0');
}

/* The area that holds p. */
UNUSED_OK static bool map_of(const volatile void *p, struct map_line *m)
{
	char *text = slurp("/proc/self/maps");

	if (!text)
		bail_out("/proc/self/maps: errno %d", errno);
	while (*text) {
		text = map_parse(text, m);
		if ((uintptr_t)p >= m->start && (uintptr_t)p < m->end)
			return true;
	}
	return false;
}

/* How many areas have at least one page in the range. */
UNUSED_OK static int maps_in(const void *p, size_t len)
{
	uintptr_t lo = (uintptr_t)p, hi = lo + len;
	char *text = slurp("/proc/self/maps");
	struct map_line m;
	int n = 0;

	if (!text)
		bail_out("/proc/self/maps: errno %d", errno);
	while (*text) {
		text = map_parse(text, &m);
		n += m.start < hi && m.end > lo;
	}
	return n;
}

#endif
