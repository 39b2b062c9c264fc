/*
 * Numbers about the system: how many processors, how much memory.
 */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

int __cpu_count(const cpu_set_t *set)
{
	int n = 0;

	for (size_t i = 0; i < CPU_SETSIZE; i++)
		n += CPU_ISSET(i, set);
	return n;
}

/* The kernel answers how many bytes it wrote; the rest of the set is empty. */
int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	long n = syscall(SYS_sched_getaffinity, pid, size, set);
	unsigned char *bytes = (unsigned char *)set;

	if (n < 0)
		return -1;
	for (size_t i = (size_t)n; i < size; i++)
		bytes[i] = 0;
	return 0;
}

int sched_getcpu(void)
{
	unsigned cpu;

	return syscall(SYS_getcpu, &cpu, NULL, NULL) < 0 ? -1 : (int)cpu;
}

/* Where the kernel does not tell, there is at least the one we run on. */
int get_nprocs(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) < 0 ? 1 : CPU_COUNT(&set);
}

int get_nprocs_conf(void)
{
	return get_nprocs();
}

static long open_limit(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) < 0 ? 1024 : (long)limit.rlim_cur;
}

static long memory_pages(int name)
{
	struct sysinfo info;
	unsigned long units;

	if (sysinfo(&info) < 0)
		return -1;
	units = name == _SC_PHYS_PAGES ? info.totalram : info.freeram;
	return (long)(units * info.mem_unit / 4096);
}

long sysconf(int name)
{
	switch (name) {
	case _SC_ARG_MAX:
		return ARG_MAX;
	case _SC_CLK_TCK:
		return 100;
	case _SC_OPEN_MAX:
		return open_limit();
	case _SC_PAGESIZE:
		return 4096;
	case _SC_IOV_MAX:
		return IOV_MAX;
	case _SC_NPROCESSORS_CONF:
	case _SC_NPROCESSORS_ONLN:
		return get_nprocs();
	case _SC_PHYS_PAGES:
	case _SC_AVPHYS_PAGES:
		return memory_pages(name);
	default:
		errno = EINVAL;
		return -1;
	}
}
