/*
 * Advisory locks: fcntl's ranges split, join and conflict; they end with any close of the file and
 * with the process; a wait ends with an unlock, a circle with EDEADLK; those of open files and
 * flock belong to the open file. Catches a range cut wrongly and a wake-up that is lost.
 */
#include "user/test/util.h"

#include <sys/file.h>

static int fd;

static struct flock range(int type, off_t start, off_t len)
{
	return (struct flock){ .l_type = (short)type, .l_whence = SEEK_SET, .l_start = start,
			       .l_len = len };
}

static int set(int file, int cmd, int type, off_t start, off_t len)
{
	struct flock fl = range(type, start, len);

	return fcntl(file, cmd, &fl);
}

/* What a child that wants [start, start + len) for writing is told is in the way. */
static struct flock blocker(off_t start, off_t len)
{
	static struct flock *shared;
	pid_t pid;

	if (!shared)
		shared = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*shared = range(F_WRLCK, start, len);
	pid = tap_fork();
	if (pid == 0)
		_exit(fcntl(fd, F_GETLK, shared) < 0);
	tap_wait(pid);
	return *shared;
}

static void blocked_by(int type, off_t start, off_t len, off_t at, const char *what)
{
	struct flock fl = blocker(at, 1);

	if (type == F_UNLCK) {
		is(fl.l_type, F_UNLCK, "%s", what);
		return;
	}
	ok(fl.l_type == type && fl.l_start == start && fl.l_len == len && fl.l_pid == getpid(),
	   "%s", what);
	if (fl.l_start != start || fl.l_len != len)
		diag("  type %d, %ld and %ld", fl.l_type, (long)fl.l_start, (long)fl.l_len);
}

static void ranges(void)
{
	works(set(fd, F_SETLK, F_WRLCK, 0, 100));
	blocked_by(F_WRLCK, 0, 100, 50, "a lock is told to others");
	works(set(fd, F_SETLK, F_UNLCK, 40, 20));
	blocked_by(F_WRLCK, 0, 40, 39, "an unlock in its middle leaves the front");
	blocked_by(F_UNLCK, 0, 0, 40, "a hole");
	blocked_by(F_WRLCK, 60, 40, 60, "and the rest");
	works(set(fd, F_SETLK, F_RDLCK, 30, 40));
	blocked_by(F_WRLCK, 0, 30, 29, "another type cuts the front");
	blocked_by(F_RDLCK, 30, 40, 50, "takes its place");
	blocked_by(F_WRLCK, 70, 30, 70, "and cuts the rest");
	works(set(fd, F_SETLK, F_WRLCK, 30, 40));
	blocked_by(F_WRLCK, 0, 100, 99, "three that agree are one");
	works(set(fd, F_SETLK, F_WRLCK, 100, 0));
	blocked_by(F_WRLCK, 0, 0, 1L << 40, "to the end, wherever that will be");
	works(set(fd, F_SETLK, F_UNLCK, 10, 0));
	blocked_by(F_WRLCK, 0, 10, 9, "which is let go from the tenth byte on");
	works(lseek(fd, 5, SEEK_SET));
	works(fcntl(fd, F_SETLK, &(struct flock){ F_WRLCK, SEEK_CUR, 20, -5, 0 }));
	blocked_by(F_WRLCK, 20, 5, 22, "a negative length lies before");
	works(set(fd, F_SETLK, F_UNLCK, 0, 0));
	blocked_by(F_UNLCK, 0, 0, 0, "nothing is left");
}

static void errors(void)
{
	int ro = open("f", O_RDONLY), path = open("f", O_PATH);

	fails_with(set(fd, F_SETLK, 7, 0, 1), EINVAL);
	fails_with(set(fd, F_SETLK, F_WRLCK, -1, 1), EINVAL);
	fails_with(set(fd, F_SETLK, F_WRLCK, 5, -6), EINVAL);
	fails_with(fcntl(fd, F_SETLK, &(struct flock){ F_WRLCK, 9, 0, 0, 0 }), EINVAL);
	fails_with(set(fd, F_SETLK, F_WRLCK, INT64_MAX, 2), EOVERFLOW);
	fails_with(set(ro, F_SETLK, F_WRLCK, 0, 1), EBADF);
	fails_with(set(path, F_SETLK, F_RDLCK, 0, 1), EBADF);
	fails_with(set(fd, F_GETLK, F_UNLCK, 0, 1), EINVAL);
	fails_with(sys(SYS_fcntl, fd, F_SETLK, 8), EFAULT);
	fails_with(flock(fd, 0), EINVAL);
	fails_with(flock(999, LOCK_SH), EBADF);
	fails_with(flock(path, LOCK_SH), EBADF);
	close(ro);
	close(path);
}

static int tries_to_lock(void)
{
	fails_with(set(fd, F_SETLK, F_RDLCK, 0, 1), EAGAIN);
	works(set(fd, F_SETLK, F_WRLCK, 10, 1));
	return 0;
}

static int takes_and_exits(void)
{
	return set(fd, F_SETLK, F_WRLCK, 0, 5) < 0;
}

static void ends(void)
{
	works(set(fd, F_SETLK, F_WRLCK, 0, 10));
	exits_with(tries_to_lock, 0);
	works(set(fd, F_SETLK, F_WRLCK, 10, 1));
	close(open("f", O_RDONLY));
	blocked_by(F_UNLCK, 0, 0, 0, "closing any descriptor of the file ends them all");
	works(set(fd, F_SETLK, F_WRLCK, 0, 10));
	close(dup(fd));
	blocked_by(F_UNLCK, 0, 0, 0, "a duplicate's too");
	exits_with(takes_and_exits, 0);
	works(set(fd, F_SETLK, F_WRLCK, 0, 10));
	works(set(fd, F_SETLK, F_UNLCK, 0, 0));
}

/* Each child adds to a word of the file under a lock that it has to wait for. */
static int adds(void)
{
	for (int i = 0; i < 100; i++) {
		int value;

		if (set(fd, F_SETLKW, F_WRLCK, 0, 4) < 0 || pread(fd, &value, 4, 0) != 4)
			return 1;
		value++;
		if (pwrite(fd, &value, 4, 0) != 4 || set(fd, F_SETLK, F_UNLCK, 0, 4) < 0)
			return 1;
	}
	return 0;
}

static void waits(void)
{
	pid_t pid[4];
	int value = 0;

	pwrite(fd, &value, 4, 0);
	for (int i = 0; i < 4; i++) {
		pid[i] = tap_fork();
		if (pid[i] == 0)
			tap_child_exit(adds());
	}
	for (int i = 0; i < 4; i++)
		is(tap_wait(pid[i]), 0, "one who waits in turn is done");
	pread(fd, &value, 4, 0);
	is(value, 400, "no addition is lost");
}

/* Parent and child hold one byte each and want the other's: one of them is told. */
static void circle(void)
{
	int told = 0, status;
	struct gate held;
	pid_t pid;

	gate_make(&held);
	works(set(fd, F_SETLK, F_WRLCK, 0, 1));
	pid = tap_fork();
	if (pid == 0) {
		if (set(fd, F_SETLK, F_WRLCK, 1, 1) < 0)
			_exit(2);
		gate_open(&held);
		if (set(fd, F_SETLKW, F_WRLCK, 0, 1) == 0)
			_exit(0);
		_exit(errno == EDEADLK ? 1 : 3);
	}
	gate_wait(&held);
	if (set(fd, F_SETLKW, F_WRLCK, 1, 1) < 0)
		told = errno == EDEADLK ? 1 : 9;
	set(fd, F_SETLK, F_UNLCK, 0, 0);
	status = tap_wait(pid);
	is(told + WEXITSTATUS(status), 1, "one of two in a circle gets EDEADLK, the other its lock");
	gate_close(&held);
}

static void of_open_files(void)
{
	int other = open("f", O_RDWR), same = dup(fd);
	struct flock fl = range(F_WRLCK, 0, 1);

	works(set(fd, F_OFD_SETLK, F_WRLCK, 0, 10));
	fails_with(set(other, F_OFD_SETLK, F_WRLCK, 9, 1), EAGAIN);
	fails_with(set(other, F_SETLK, F_WRLCK, 9, 1), EAGAIN);
	works(fcntl(other, F_OFD_GETLK, &fl));
	ok(fl.l_type == F_WRLCK && fl.l_pid == -1, "an open file's lock has no process");
	works(set(same, F_OFD_SETLK, F_WRLCK, 9, 1));
	close(open("f", O_RDONLY));
	fails_with(set(other, F_OFD_SETLK, F_WRLCK, 9, 1), EAGAIN);
	fl = range(F_WRLCK, 0, 1);
	fl.l_pid = 1;
	fails_with(fcntl(fd, F_OFD_SETLK, &fl), EINVAL);
	close(same);
	works(set(fd, F_OFD_SETLK, F_UNLCK, 0, 0));
	works(set(other, F_OFD_SETLK, F_RDLCK, 0, 0));
	fails_with(set(fd, F_OFD_SETLK, F_WRLCK, 1, 1), EAGAIN);
	close(other);
	works(set(fd, F_OFD_SETLK, F_WRLCK, 1, 1));
	works(set(fd, F_OFD_SETLK, F_UNLCK, 0, 0));
}

static void whole_files(void)
{
	int other = open("f", O_RDONLY);
	pid_t pid;

	works(flock(fd, LOCK_SH));
	works(flock(other, LOCK_SH | LOCK_NB));
	fails_with(flock(fd, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	works(flock(other, LOCK_EX | LOCK_NB));
	fails_with(flock(fd, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	works(set(fd, F_SETLK, F_WRLCK, 0, 0));
	works(set(fd, F_SETLK, F_UNLCK, 0, 0));
	pid = tap_fork();
	if (pid == 0) {
		flock(other, LOCK_UN);
		_exit(0);
	}
	works(flock(fd, LOCK_EX));
	tap_wait(pid);
	fails_with(flock(other, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	works(flock(fd, LOCK_SH));
	works(flock(other, LOCK_SH));
	close(other);
	works(flock(fd, LOCK_EX | LOCK_NB));
	works(flock(fd, LOCK_UN));
}

int main(void)
{
	struct f_owner_ex owner;
	scratch_enter();
	fd = make_file("f", "some text", 9);
	ranges();
	errors();
	ends();
	waits();
	circle();
	of_open_files();
	whole_files();
	works(fcntl(fd, F_SETOWN, getpid()));
	is(fcntl(fd, F_GETOWN), getpid(), "an owner is kept");
	fails_with(fcntl(fd, F_SETOWN, 1 << 29), ESRCH);
	is(fcntl(fd, F_SETOWN, -getpgrp()), 0, "a group");
	is(fcntl(fd, F_GETOWN_EX, &owner), 0, "who?");
	ok(owner.type == F_OWNER_PGRP && owner.pid == getpgrp(), "that group");
	owner.type = 3;
	fails_with(fcntl(fd, F_SETOWN_EX, &owner), EINVAL);
	return done_testing();
}
