/*
 * test_fs_ends.c - the file system on the host: descriptors, pipes, fifos, devices.
 */
#include "kernel/test/fs_calls.h"

static void test_descriptors(void)
{
	long fd = open_("/dev/null", O_RDWR), last;

	is(fd, 0, "the lowest descriptor");
	is(sys_dup3(0, 1023, 0), 1023, "dup3 to the highest");
	is(sys_dup3(0, 1024, 0), -EBADF, "and beyond");
	is(sys_dup3(0, 0, 0), -EINVAL, "onto itself");
	is(sys_dup3(9, 3, 0), -EBADF, "of nothing");
	is(sys_fcntl(0, F_DUPFD, 100), 100, "F_DUPFD");
	is(sys_dup3(0, 100, O_CLOEXEC), 100, "dup3 onto an open one");
	is(host_fork(), 1, "fork");
	is(sys_fcntl(100, F_GETFD, 0), FD_CLOEXEC, "copies files and their flags");
	is(sys_fcntl(0, F_DUPFD, 1024), -EINVAL, "beyond the end");
	is(sys_fcntl(0, F_DUPFD_CLOEXEC, 0), 1, "F_DUPFD_CLOEXEC");
	is(sys_fcntl(1, F_GETFD, 0), FD_CLOEXEC, "close on exec");
	is(sys_fcntl(1, F_SETFD, 0), 0, "not any more");
	is(sys_fcntl(1, F_GETFD, 0), 0, "indeed");
	do
		last = sys_dup(0);
	while (last >= 0);
	is(last, -EMFILE, "all 1024 in use");
	is(open_("/not-made", O_CREAT | O_WRONLY), -EMFILE, "open fails");
	is(exists("/not-made"), 0, "before it makes anything");
	for (fd = 0; fd < 1024; fd++)
		sys_close(fd);
	is(sys_close(5), -EBADF, "all closed");
}

static void test_pipes(void)
{
	size_t before = test_free_frames();
	int *fds = host_user(USER_BUF), r, w;
	long n, total = 0;

	is(sys_pipe2(8, 0), -EFAULT, "pipe2 to nowhere");
	is(sys_pipe2(USER_BUF, O_APPEND), -EINVAL, "with a strange flag");
	is(sys_pipe2(USER_BUF, O_NONBLOCK), 0, "pipe2");
	r = fds[0], w = fds[1];
	ok(r == 0 && w == 1, "the first two descriptors");
	is(sys_read(r, USER_BUF, 10), -EAGAIN, "empty");
	is(write_text(w, "hello"), 5, "write");
	is(sys_read(r, USER_BUF, 100), 5, "read");
	ok(!memcmp(host_user(USER_BUF), "hello", 5), "the same");
	is(sys_read(w, USER_BUF, 1), -EBADF, "the wrong end");
	is(sys_lseek(r, 0, SEEK_SET), -ESPIPE, "no position");
	is(sys_pread64(r, USER_BUF, 1, 0), -ESPIPE, "nor pread");
	while ((n = sys_write(w, USER_BUF, 3000)) > 0)
		total += n;
	is(n, -EAGAIN, "full");
	is(total, 63000, "whole writes only");
	is(sys_write(w, USER_BUF, 5000), 2536, "a long write takes what fits");
	is(sys_read(r, USER_BUF, 1000), 1000, "room");
	is(sys_write(w, USER_BUF, 4096), -EAGAIN, "but not for 4096 at once");
	is(sys_write(w, USER_HIGH - 10, 100), -EFAULT, "a short write that faults");
	is(sys_read(r, USER_BUF, 100000), 64536, "wrote nothing");
	is(sys_write(w, USER_BUF, 4000), 4000, "up to near the end of a page");
	is(sys_write(w, USER_HIGH - 2900, 3000), -EFAULT, "a short write that faults in the next");
	is(sys_read(r, USER_BUF, 100000), 4000, "wrote nothing either");
	sys_fcntl(r, F_SETFL, 0);
	host_interrupted = false;
	is(sys_read(r, USER_BUF, 1), -EINTR, "a blocking read");
	ok(host_interrupted, "waits");
	sys_close(r);
	host_signals = 0;
	is(sys_write(w, USER_BUF, 1), -EPIPE, "nobody reads");
	is(host_signals, 1, "SIGPIPE");
	sys_close(w);
	sys_pipe2(USER_BUF, 0);
	r = fds[0], w = fds[1];
	write_text(w, "last");
	sys_close(w);
	is(sys_read(r, USER_BUF, 10), 4, "what is left");
	is(sys_read(r, USER_BUF, 10), 0, "then the end");
	sys_close(r);
	is(test_free_frames(), before, "every frame came back");
}

static void test_fifo(void)
{
	size_t before;
	long r, w;

	is(sys_mknodat(CWD, u("/fifo"), S_IFIFO | 0600, 0), 0, "mknod of a fifo");
	is(open_("/fifo", O_WRONLY | O_NONBLOCK), -ENXIO, "no reader");
	host_interrupted = false;
	is(open_("/fifo", O_RDONLY), -EINTR, "a reader");
	ok(host_interrupted, "waits for a writer");
	r = open_("/fifo", O_RDONLY | O_NONBLOCK);
	w = open_("/fifo", O_WRONLY);
	is(write_text(w, "abc"), 3, "write");
	is(sys_read(r, USER_BUF, 10), 3, "read");
	sys_write(w, USER_BUF, 60000);
	before = test_free_frames();
	sys_close(r);
	sys_close(w);
	ok(test_free_frames() >= before + 15, "what nobody read goes with the last close");
	is(unlink_("/fifo"), 0, "unlink");
}

static void test_devices(void)
{
	long fd = open_("/dev/zero", O_RDWR);
	char *buf = host_user(USER_BUF);

	memset(buf, 1, 1000);
	is(sys_read(fd, USER_BUF, 1000), 1000, "/dev/zero");
	ok(buf[0] == 0 && buf[999] == 0, "zeros");
	sys_close(fd);
	fd = open_("/dev/full", O_RDWR);
	is(sys_write(fd, USER_BUF, 1), -ENOSPC, "/dev/full");
	sys_close(fd);
	fd = open_("/dev/urandom", O_RDONLY);
	is(sys_read(fd, USER_BUF, 300), 300, "/dev/urandom");
	ok(memcmp(buf, buf + 8, 8) != 0, "not all the same");
	sys_close(fd);
	is(sys_mknodat(CWD, u("/odd"), S_IFCHR | 0600, 0x4242), 0, "a device nobody knows");
	is(open_("/odd", O_RDWR), -ENXIO, "cannot be opened");
	unlink_("/odd");
	is(nlink("/proc"), 2, "/proc has its name and its dot");
	is(sys_write(open_("/proc/version", O_WRONLY), USER_BUF, 1), -EIO, "/proc/version");
	is(sys_write(open_("/proc/self/stat", O_WRONLY), USER_BUF, 1), -EINVAL, "/proc/7/stat");
	sys_close(0);
	sys_close(1);
	ok(strstr(text_of("/proc/meminfo"), "MemTotal:") != NULL, "/proc/meminfo");
	ok(strstr(text_of("/proc/self/status"), "Pid:\t7\n") != NULL, "/proc/self/status");
	ok(!strncmp(text_of("/proc/7/stat"), "7 (test) R 0", 12), "/proc/7/stat");
	is(open_("/proc/8/stat", O_RDONLY), -ENOENT, "nobody there");
	fd = open_("/tmp", O_RDONLY);
	is_text(link_text("/proc/self/fd/0"), "/tmp", "/proc/self/fd/0");
	is_text(link_text("/proc/self"), "7", "/proc/self");
	sys_close(fd);
	fd = open_("/gone", O_RDWR | O_CREAT);
	unlink_("/gone");
	is_text(link_text("/proc/self/fd/0"), "/gone (deleted)", "a file that is gone");
	sys_close(fd);
}

int main(void)
{
	static void (*const tests[])(void) = {
		test_descriptors, test_pipes, test_fifo, test_devices,
	};

	host_boot(RAM, RAM);
	run_repeatedly(tests, sizeof(tests) / sizeof(tests[0]));
	host_task_ends();
	return host_done();
}
