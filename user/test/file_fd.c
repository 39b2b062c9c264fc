/*
 * Descriptors: dup, dup3, fcntl, close-on-exec, the table's limit, and what fork and exec do
 * with them. Catches a number that is not the lowest, flags kept in the wrong place (those of the
 * descriptor are not those of the open file), and a table that loses a slot on failure.
 */
#include "user/test/util.h"

static const char *self;

static void duplicates(void)
{
	int fd = make_file("f", "0123456789", 10), d, e;

	d = dup(fd);
	ok(d > fd, "dup");
	lseek(fd, 4, SEEK_SET);
	is(lseek(d, 0, SEEK_CUR), 4, "shares the offset");
	is(dup3(fd, 50, 0), 50, "dup3 to a number");
	is(lseek(50, 0, SEEK_CUR), 4, "shares it too");
	is(sys(SYS_dup3, d, 50, O_CLOEXEC), 50, "dup3 onto an open one closes it first");
	is(fcntl(50, F_GETFD), FD_CLOEXEC, "with O_CLOEXEC");
	is(fcntl(d, F_GETFD), 0, "which is the descriptor's own");
	fails_with(sys(SYS_dup3, fd, fd, 0), EINVAL);
	fails_with(sys(SYS_dup3, fd, 51, 1), EINVAL);
	fails_with(sys(SYS_dup3, 999, 51, 0), EBADF);
	fails_with(sys(SYS_dup3, fd, -1, 0), EBADF);
	fails_with(sys(SYS_dup3, fd, 1 << 30, 0), EBADF);
	fails_with(dup(999), EBADF);
	fails_with(dup(-1), EBADF);
	close(fd);
	is(lseek(d, 0, SEEK_CUR), 4, "the others live on when one is closed");
	e = open("f", O_RDONLY);
	is(e, fd, "the lowest free number is used");
	close(d);
	close(e);
	close(50);
}

static void fcntls(void)
{
	int fd = open("f", O_RDWR | O_APPEND), d;

	is(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND), O_RDWR | O_APPEND, "F_GETFL");
	is(fcntl(fd, F_SETFL, 0), 0, "F_SETFL");
	is(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND), O_RDWR, "takes O_APPEND away");
	is(fcntl(fd, F_SETFL, O_WRONLY | O_APPEND), 0, "the access mode in F_SETFL");
	is(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND), O_RDWR | O_APPEND, "is ignored");
	d = dup(fd);
	fcntl(d, F_SETFL, 0);
	is(fcntl(fd, F_GETFL) & O_APPEND, 0, "status flags belong to the open file");
	is(fcntl(fd, F_SETFD, FD_CLOEXEC), 0, "F_SETFD");
	is(fcntl(fd, F_GETFD), FD_CLOEXEC, "is read back");
	is(fcntl(d, F_GETFD), 0, "and belongs to the descriptor");
	close(d);
	d = fcntl(fd, F_DUPFD, 60);
	ok(d == 60 && fcntl(d, F_GETFD) == 0, "F_DUPFD starts at its argument");
	close(d);
	d = fcntl(fd, F_DUPFD_CLOEXEC, 60);
	ok(d == 60 && fcntl(d, F_GETFD) == FD_CLOEXEC, "F_DUPFD_CLOEXEC");
	close(d);
	fails_with(fcntl(fd, F_DUPFD, -1), EINVAL);
	fails_with(fcntl(fd, F_DUPFD, 1 << 30), EINVAL);
	fails_with(fcntl(999, F_GETFD), EBADF);
	fails_with(fcntl(fd, 9999), EINVAL);
	close(fd);
}

static int runs_out(void)
{
	int fd, last = -1, n = 0, pipefd[2];

	while (n < 100000 && (fd = open("f", O_RDONLY)) >= 0) {
		last = fd;
		n++;
	}
	ok(errno == EMFILE, "open: errno %d", errno);
	ok(n >= 16, "%d files could be opened", n);
	fails_with(dup(0), EMFILE);
	fails_with(pipe(pipefd), EMFILE);
	close(last);
	fails_with(pipe(pipefd), EMFILE);
	ok(dup(0) == last, "a pipe that finds room for one end takes none");
	return 0;
}

static void kept_over_exec(void)
{
	int kept = open("f", O_RDONLY), closed = open("f", O_RDONLY | O_CLOEXEC);
	char a[12], b[12];
	const char *args[] = { "child", a, b, NULL };
	char *env[] = { NULL };
	pid_t pid;

	snprintf(a, sizeof(a), "%d", kept);
	snprintf(b, sizeof(b), "%d", closed);
	pid = tap_fork();
	if (pid == 0) {
		exec_self(self, args, env);
		tap_child_exit(3);
	}
	is(tap_wait(pid), 0, "exec keeps one descriptor and closes the other");
	is(fcntl(closed, F_GETFD), FD_CLOEXEC, "in the child only");
	close(kept);
	close(closed);
}

static void after_fork(void)
{
	int fd = open("f", O_RDONLY);
	pid_t pid = tap_fork();

	if (pid == 0) {
		close(fd);
		tap_child_exit(0);
	}
	tap_wait(pid);
	ok(fcntl(fd, F_GETFD) == 0, "a child's close leaves the parent's open");
	close(fd);
}

int main(int argc, char **argv)
{
	if (argc == 4)
		return !(fcntl(atoi(argv[2]), F_GETFD) == 0 &&
			 fcntl(atoi(argv[3]), F_GETFD) < 0 && errno == EBADF);
	self = argv[0];
	scratch_enter();
	duplicates();
	fcntls();
	exits_with(runs_out, 0);
	kept_over_exec();
	after_fork();
	return done_testing();
}
