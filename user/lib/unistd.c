/*
 * Calls on descriptors and about the process that differ from the kernel's in
 * a detail.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>

int pipe(int fd[2])
{
	return pipe2(fd, 0);
}

/* dup3 refuses equal descriptors; dup2 answers them if they are open. */
int dup2(int fd, int to)
{
	if (fd == to)
		return fcntl(fd, F_GETFD) < 0 ? -1 : to;
	return dup3(fd, to, 0);
}

int isatty(int fd)
{
	struct termios modes;

	return ioctl(fd, TCGETS, &modes) == 0;
}

pid_t tcgetpgrp(int fd)
{
	pid_t pgrp;

	return ioctl(fd, TIOCGPGRP, &pgrp) < 0 ? -1 : pgrp;
}

int tcsetpgrp(int fd, pid_t pgrp)
{
	return ioctl(fd, TIOCSPGRP, &pgrp);
}

int posix_fallocate(int fd, off_t pos, off_t n)
{
	int saved = errno, err = 0;

	if (fallocate(fd, 0, pos, n) < 0)
		err = errno;
	errno = saved;
	return err;
}

int posix_fadvise(int fd, off_t pos, off_t n, int advice)
{
	int saved = errno, err = 0;

	if (syscall(SYS_fadvise64, fd, pos, n, advice) < 0)
		err = errno;
	errno = saved;
	return err;
}

/* The kernel takes a position in two halves, for narrower machines. */
ssize_t preadv2(int fd, const struct iovec *iov, int n, off_t pos, int flags)
{
	return syscall(SYS_preadv2, fd, iov, n, pos, 0, flags);
}

ssize_t pwritev2(int fd, const struct iovec *iov, int n, off_t pos, int flags)
{
	return syscall(SYS_pwritev2, fd, iov, n, pos, 0, flags);
}

int posix_madvise(void *addr, size_t len, int advice)
{
	int saved = errno, err = 0;

	/* DONTNEED is destructive in madvise, and only a hint here. */
	if (advice != POSIX_MADV_DONTNEED && madvise(addr, len, advice) < 0)
		err = errno;
	errno = saved;
	return err;
}

/* The kernel answers the length of the path; C wants the path. */
char *getcwd(char *buf, size_t size)
{
	char path[4096];
	long n;

	if (buf && !size) {
		errno = EINVAL;
		return NULL;
	}
	if (buf)
		return syscall(SYS_getcwd, buf, size) < 0 ? NULL : buf;
	n = syscall(SYS_getcwd, path, sizeof(path));
	if (n < 0)
		return NULL;
	if (size && size < (size_t)n) {
		errno = ERANGE;
		return NULL;
	}
	buf = malloc(size ? size : (size_t)n);
	return buf ? memcpy(buf, path, (size_t)n) : NULL;
}

pid_t getpgrp(void)
{
	return getpgid(0);
}

int getrlimit(int which, struct rlimit *limit)
{
	return prlimit(0, which, NULL, limit);
}

int setrlimit(int which, const struct rlimit *limit)
{
	return prlimit(0, which, limit, NULL);
}

/* The kernel answers 20 - priority, so that it is never negative. */
int getpriority(int which, id_t who)
{
	long answer = syscall(SYS_getpriority, which, who);

	return answer < 0 ? -1 : 20 - (int)answer;
}

int nice(int by)
{
	int now = getpriority(PRIO_PROCESS, 0);

	if (setpriority(PRIO_PROCESS, 0, now + by) < 0)
		return -1;
	return getpriority(PRIO_PROCESS, 0);
}

int getentropy(void *buf, size_t n)
{
	if (n > 256) {
		errno = EIO;
		return -1;
	}
	return syscall(SYS_getrandom, buf, n, 0) < 0 ? -1 : 0;
}

int gethostname(char *buf, size_t size)
{
	struct utsname name;
	size_t n;

	if (uname(&name) < 0)
		return -1;
	n = strlen(name.nodename) + 1;
	memcpy(buf, name.nodename, n < size ? n : size);
	if (n <= size)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

int getpagesize(void)
{
	return 4096;
}
