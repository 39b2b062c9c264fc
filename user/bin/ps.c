/*
 * ps [-aAefux | aux]: list the processes: number, parent, state, address space and resident memory in
 * KiB, name. Reads /proc/<pid>/stat and /proc/<pid>/status. States: R runs or could, S sleeps, D sleeps
 * and cannot be woken by a signal, T stopped, Z ended but not yet waited for.
 *   -f -u the whole command line and not the name     -a -A -e -x all processes, as always
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct process {
	long pid, ppid;
	char state;
	char name[64];
	char size[16], resident[16]; /* as printed: "-" if it has no memory */
};

/* "12 (a name) S 1 ...": the name may hold anything, so it ends at the last parenthesis. */
static int parse_stat(char *line, struct process *p)
{
	char *open = strchr(line, '(');
	char *close = strrchr(line, ')');

	if (!open || !close || close < open)
		return -1;
	*close = '\0';
	snprintf(p->name, sizeof(p->name), "%s", open + 1);
	p->pid = strtol(line, NULL, 10);
	return sscanf(close + 1, " %c %ld", &p->state, &p->ppid) == 2 ? 0 : -1;
}

/* Open /proc/<pid>/<file>. */
static FILE *open_proc(const char *pid, const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, file);
	return fopen(path, "r");
}

static int read_stat(const char *pid, struct process *p)
{
	char line[512];
	FILE *f = open_proc(pid, "stat");
	int ok;

	if (!f)
		return -1;
	ok = fgets(line, sizeof(line), f) != NULL;
	fclose(f);
	return ok ? parse_stat(line, p) : -1;
}

static void read_status(const char *pid, struct process *p)
{
	char line[256];
	FILE *f = open_proc(pid, "status");

	strcpy(p->size, "-");
	strcpy(p->resident, "-");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		sscanf(line, "VmSize: %15s", p->size);
		sscanf(line, "VmRSS: %15s", p->resident);
	}
	fclose(f);
}

/* The words of the command line in one; the name of who has none. */
static void print_command(const struct process *p)
{
	char pid[24], line[256];
	FILE *f;
	size_t n;

	snprintf(pid, sizeof(pid), "%ld", p->pid);
	f = open_proc(pid, "cmdline");
	n = f ? fread(line, 1, sizeof(line) - 1, f) : 0;
	if (f)
		fclose(f);
	while (n > 0 && line[n - 1] == '\0')
		n--;
	for (size_t i = 0; i < n; i++)
		putchar(line[i] ? line[i] : ' ');
	if (n == 0)
		printf("[%s]", p->name);
	putchar('\n');
}

static int by_pid(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

/* The numbers of all processes, in order; returns how many, or -1. */
static long list_pids(long **pids)
{
	DIR *dir = opendir("/proc");
	struct dirent *d;
	long count = 0, room = 0;

	*pids = NULL;
	if (!dir)
		return -1;
	while ((d = readdir(dir)) != NULL) {
		if (!isdigit((unsigned char)d->d_name[0]))
			continue;
		if (count == room) {
			long *more;

			room = room ? room * 2 : 64;
			more = realloc(*pids, room * sizeof(*more));
			if (!more)
				break;
			*pids = more;
		}
		(*pids)[count++] = strtol(d->d_name, NULL, 10);
	}
	closedir(dir);
	if (d)
		return -1;
	if (count > 0)
		qsort(*pids, count, sizeof(**pids), by_pid);
	return count;
}

/* => does it want command lines? -1: it is no option. */
static int parse_option(const char *s)
{
	s += *s == '-';
	if (!*s || s[strspn(s, "aAefux")])
		return -1;
	return strpbrk(s, "fu") != NULL;
}

int main(int argc, char **argv)
{
	long *pids, count;
	int commands = 0;

	for (int i = 1; i < argc; i++) {
		int option = parse_option(argv[i]);

		if (option < 0) {
			fprintf(stderr, "usage: ps [-aAefux | aux]\n");
			return 2;
		}
		commands |= option;
	}
	count = list_pids(&pids);
	if (count < 0) {
		fprintf(stderr, "ps: /proc: %s\n", strerror(errno));
		free(pids);
		return 1;
	}
	printf("%5s %5s S %8s %8s %s\n", "PID", "PPID", "SIZE", "RES", commands ? "COMMAND" : "NAME");
	for (long i = 0; i < count; i++) {
		struct process p;
		char pid[24];

		snprintf(pid, sizeof(pid), "%ld", pids[i]);
		/* One that is gone by now is simply not listed. */
		if (read_stat(pid, &p) < 0)
			continue;
		read_status(pid, &p);
		printf("%5ld %5ld %c %8s %8s ", p.pid, p.ppid, p.state, p.size, p.resident);
		if (commands)
			print_command(&p);
		else
			puts(p.name);
	}
	free(pids);
	return 0;
}
