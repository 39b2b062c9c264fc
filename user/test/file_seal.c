/*
 * Files without names: memfd and its seals, O_TMPFILE and linkat, eventfd; and the descriptor calls
 * close_range and openat2. Catches a sealed file that changes after all.
 */
#include "user/test/util.h"

#include <poll.h>
#include <sys/eventfd.h>

#ifndef __NR_openat2
#define __NR_openat2 SYS_openat2
#endif

struct how {
	uint64_t flags, mode, resolve, more;
};

static void seals(void)
{
	int fd = memfd_create("box", MFD_CLOEXEC | MFD_ALLOW_SEALING), ro;
	char link[80] = "", path[40];
	char *map, *old;

	ok(fd >= 0, "memfd_create");
	is(fcntl(fd, F_GETFD), FD_CLOEXEC, "MFD_CLOEXEC");
	is(fcntl(fd, F_GET_SEALS), 0, "no seals yet");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	works(readlink(path, link, sizeof(link) - 1));
	ok(strcmp(link, "/memfd:box (deleted)") == 0, "its name is %s", link);
	is(write(fd, "0123456789", 10), 10, "it is written");
	ro = open(path, O_RDONLY);

	works(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
	is(write(fd, "x", 1), -1, "GROW: no more at the end");
	is(errno, EPERM, "EPERM");
	is(pwrite(fd, "x", 1, 9), 1, "but within");
	fails_with(ftruncate(fd, 11), EPERM);
	fails_with(fallocate(fd, 0, 0, PAGE), EPERM);
	works(ftruncate(fd, 9));
	works(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
	fails_with(ftruncate(fd, 8), EPERM);
	works(ftruncate(fd, 9));
	fails_with(fcntl(ro, F_ADD_SEALS, F_SEAL_SEAL), EPERM);
	fails_with(fcntl(fd, F_ADD_SEALS, 0x1000), EINVAL);

	map = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
	old = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
	fails_with(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY);
	map[0] = 'm';
	munmap(map, PAGE);
	works(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	fails_with(pwrite(fd, "x", 1, 0), EPERM);
	fails_with(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 1), EPERM);
	fails_with(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0), EPERM);
	map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ro, 0);
	ok(map != MAP_FAILED && map[0] == 'm', "it can still be read");
	old[0] = 'p';
	ok(map[0] == 'm', "and a private copy is private");
	works(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
	fails_with(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), EPERM);
	is(fcntl(fd, F_GET_SEALS), F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_WRITE | F_SEAL_SEAL,
	   "all four are told");
	munmap(map, PAGE);
	munmap(old, PAGE);
	close(ro);
	close(fd);

	fd = memfd_create("", 0);
	is(fcntl(fd, F_GET_SEALS), F_SEAL_SEAL, "without ALLOW_SEALING there is one seal");
	close(fd);
	fails_with(memfd_create("x", 0x8000), EINVAL);
	fails_with(sys(SYS_memfd_create, 8, 0), EFAULT);
}

static void nameless(void)
{
	int fd = open(".", O_TMPFILE | O_RDWR, 0600), excl;
	char path[40];
	struct stat st;

	ok(fd >= 0, "O_TMPFILE");
	is(write(fd, "text", 4), 4, "it is a file");
	works(fstat(fd, &st));
	is(st.st_nlink, 0, "without a name");
	is(st.st_mode & 07777, 0600, "with a mode");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	works(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
	is(size_of("named"), 4, "linkat gives it one");
	works(unlink("named"));
	fails_with(linkat(AT_FDCWD, path, AT_FDCWD, "again", AT_SYMLINK_FOLLOW), ENOENT);
	close(fd);
	fd = open(".", O_TMPFILE | O_WRONLY, 0600);
	if (geteuid() == 0)
		works(linkat(fd, "", AT_FDCWD, "empty", AT_EMPTY_PATH));
	else
		skip(1, "only root may");
	close(fd);
	excl = open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", excl);
	fails_with(linkat(AT_FDCWD, path, AT_FDCWD, "never", AT_SYMLINK_FOLLOW), ENOENT);
	close(excl);
	fails_with(open(".", O_TMPFILE | O_RDONLY, 0600), EINVAL);
	fails_with(open("/proc/self/status", O_TMPFILE | O_RDWR, 0600), ENOTDIR);
}

static void events(void)
{
	int fd = eventfd(3, EFD_NONBLOCK), one;
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };
	uint64_t value = 4;
	pid_t pid;

	ok(fd >= 0, "eventfd");
	is(write(fd, &value, 8), 8, "write adds");
	is(read(fd, &value, 8), 8, "read");
	is(value, 7, "takes all");
	fails_with(read(fd, &value, 8), EAGAIN);
	fails_with(read(fd, &value, 7), EINVAL);
	is(poll(&p, 1, 0), 1, "poll");
	is(p.revents, POLLOUT, "nothing to take, but room");
	value = UINT64_MAX;
	fails_with(write(fd, &value, 8), EINVAL);
	value = UINT64_MAX - 1;
	is(write(fd, &value, 8), 8, "to the brim");
	poll(&p, 1, 0);
	is(p.revents, POLLIN, "no room");
	value = 1;
	fails_with(write(fd, &value, 8), EAGAIN);
	close(fd);
	one = eventfd(2, EFD_SEMAPHORE);
	pid = tap_fork();
	if (pid == 0) {
		for (int i = 0; i < 3; i++)
			if (read(one, &value, 8) != 8 || value != 1)
				_exit(1);
		_exit(0);
	}
	value = 1;
	is(write(one, &value, 8), 8, "one more for a semaphore");
	is(tap_wait(pid), 0, "which three takes empty");
	close(one);
	fails_with(eventfd(0, 0x40), EINVAL);
}

static void descriptors(void)
{
	int fd = open(".", O_RDONLY), next, last;
	struct how how = { .flags = O_RDWR | O_CREAT, .mode = 0640 };

	next = dup(fd);
	last = dup(fd);
	if (on_qemu_user()) {
		skip(16, "qemu-user answers these by itself");
		return;
	}
	works(sys(SYS_close_range, next, last, CLOSE_RANGE_CLOEXEC));
	ok(fcntl(fd, F_GETFD) == 0 && fcntl(next, F_GETFD) == FD_CLOEXEC, "marked");
	works(sys(SYS_close_range, next, ~0u, 0));
	fails_with(fcntl(last, F_GETFD), EBADF);
	is(fcntl(fd, F_GETFD), 0, "only those asked for are closed");
	fails_with(sys(SYS_close_range, 5, 4, 0), EINVAL);
	fails_with(sys(SYS_close_range, 4, 5, 1), EINVAL);
	close(fd);

	fd = (int)works(sys(__NR_openat2, AT_FDCWD, "two", &how, 24));
	close(fd);
	fd = (int)works(sys(__NR_openat2, AT_FDCWD, "two", &how, 32));
	close(fd);
	how.more = 1;
	fails_with(sys(__NR_openat2, AT_FDCWD, "two", &how, 32), E2BIG);
	fails_with(sys(__NR_openat2, AT_FDCWD, "two", &how, 23), EINVAL);
	how.mode = 010000;
	fails_with(sys(__NR_openat2, AT_FDCWD, "two", &how, 24), EINVAL);
	how = (struct how){ .flags = O_RDONLY, .mode = 0600 };
	fails_with(sys(__NR_openat2, AT_FDCWD, "two", &how, 24), EINVAL);
	how = (struct how){ .flags = 1ull << 40 };
	fails_with(sys(__NR_openat2, AT_FDCWD, "two", &how, 24), EINVAL);
	how = (struct how){ .resolve = 1ull << 40 };
	fails_with(sys(__NR_openat2, AT_FDCWD, "two", &how, 24), EINVAL);
	fails_with(sys(__NR_openat2, AT_FDCWD, "two", 8, 24), EFAULT);
}

int main(void)
{
	scratch_enter();
	seals();
	nameless();
	events();
	descriptors();
	return done_testing();
}
