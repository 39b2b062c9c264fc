/*
 * poll and select: what pipes and files answer, that a wait ends with an event, with its time, and
 * with a signal, and that the mask of ppoll holds for the call alone.
 */
#include "user/test/util.h"

#include <poll.h>
#include <sys/select.h>

static volatile int caught;

static void on_signal(int sig)
{
	caught = sig;
}

static int poll_one(int fd, int events, int millis)
{
	struct pollfd p = { .fd = fd, .events = (short)events };
	int n = poll(&p, 1, millis);

	return n < 0 ? -errno : n == 0 ? 0 : p.revents;
}

static void test_answers(void)
{
	struct pollfd two[2];
	char buf[4096] = { 0 };
	int p[2], fd;

	works(pipe2(p, O_NONBLOCK));
	is(poll_one(p[0], POLLIN, 0), 0, "an empty pipe has nothing to read");
	is(poll_one(p[1], POLLOUT, 0), POLLOUT, "but room");
	is(poll_one(p[1], POLLIN, 0), 0, "and its end for writing is never readable");
	works(write(p[1], "x", 1));
	is(poll_one(p[0], POLLIN | POLLRDNORM, 0), POLLIN | POLLRDNORM, "then there is a byte");
	is(poll_one(p[0], 0, 0), 0, "nobody asked for it");
	while (write(p[1], buf, sizeof(buf)) > 0)
		;
	is(poll_one(p[1], POLLOUT, 0), 0, "a full pipe has no room");
	fd = dup(p[1]);
	close(p[1]);
	is(poll_one(p[0], POLLIN, 0), POLLIN, "no end while a writer is left");
	close(fd);
	is(poll_one(p[0], POLLIN, 0), POLLIN | POLLHUP, "bytes, and no more writers");
	while (read(p[0], buf, sizeof(buf)) > 0)
		;
	is(poll_one(p[0], POLLIN, -1), POLLHUP, "an end is told unasked");
	close(p[0]);
	works(pipe(p));
	close(p[0]);
	is(poll_one(p[1], POLLOUT, -1), POLLOUT | POLLERR, "no readers");
	close(p[1]);

	fd = make_file("file", "x", 1);
	is(poll_one(fd, POLLIN | POLLOUT | POLLPRI, -1), POLLIN | POLLOUT, "a file is ready");
	two[0] = (struct pollfd){ .fd = fd, .events = POLLIN, .revents = 77 };
	two[1] = (struct pollfd){ .fd = -5, .events = POLLIN, .revents = 77 };
	is(poll(two, 2, -1), 1, "a negative descriptor is passed over");
	is(two[1].revents, 0, "and has nothing to tell");
	close(fd);
	is(poll_one(fd, POLLIN, -1), POLLNVAL, "a closed one is told");
	fails_with(poll(NULL, 1, 0), EFAULT);
	is(poll(NULL, 0, 1), 0, "a wait for nothing ends with its time");
}

static void test_fifo(void)
{
	int r, w;

	works(mkfifo("fifo", 0600));
	r = open("fifo", O_RDONLY | O_NONBLOCK);
	is(poll_one(r, POLLIN, 0), 0, "a fifo nobody has written to yet has not ended");
	w = open("fifo", O_WRONLY | O_NONBLOCK);
	is(poll_one(r, POLLIN, 0), 0, "nor has one with a writer");
	close(w);
	is(poll_one(r, POLLIN, 0), POLLHUP, "it ends with its last writer");
	w = open("fifo", O_WRONLY);
	is(poll_one(r, POLLIN, 0), 0, "and begins anew with the next");
	close(w);
	close(r);
}

/* A child that makes the event when the parent has told it to, which is before the parent waits:
 * both orders are right, and both happen. */
static void test_wake(void)
{
	struct pollfd fds[2];
	int a[2], b[2], bad = 0, status;
	char c;

	works(pipe(a));
	works(pipe(b));
	if (tap_fork() == 0) {
		for (int i = 0; i < 200; i++)
			if (write(a[1], "a", 1) != 1 || read(b[0], &c, 1) != 1)
				_exit(1);
		_exit(0);
	}
	for (int i = 0; i < 200; i++) {
		fds[0] = (struct pollfd){ .fd = a[0], .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = b[0], .events = 0 };
		bad += poll(fds, 2, -1) != 1 || fds[0].revents != POLLIN;
		bad += read(a[0], &c, 1) != 1 || write(b[1], "b", 1) != 1;
	}
	is(bad, 0, "200 waits end with a byte each");
	wait(&status);
	is(status, 0, "and the other side saw the same");
	if (tap_fork() == 0) {
		close(a[1]);
		_exit(0);
	}
	close(a[1]);
	is(poll_one(a[0], POLLIN, -1), POLLHUP, "a wait ends with the last writer");
	wait(&status);
	close(a[0]);
	close(b[0]);
	close(b[1]);
}

static void test_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct timespec ms = { 0, 1000000 }, tick = { 30, 0 };
	sigset_t usr, none, now;
	int p[2];

	sigemptyset(&none);
	sigemptyset(&usr);
	sigaddset(&usr, SIGUSR1);
	sigaction(SIGUSR1, &sa, NULL);
	sigprocmask(SIG_BLOCK, &usr, NULL);
	works(pipe(p));
	kill(getpid(), SIGUSR1);
	is(ppoll(NULL, 0, &ms, NULL), 0, "a blocked signal does not end a wait");
	is(caught, 0, "nor is it handled");
	fails_with(ppoll(&(struct pollfd){ .fd = p[0], .events = POLLIN }, 1, &tick, &none), EINTR);
	is(caught, SIGUSR1, "with a mask that lets it through it is, SA_RESTART or not");
	sigprocmask(SIG_BLOCK, NULL, &now);
	ok(sigismember(&now, SIGUSR1), "afterwards it is blocked again");
	caught = 0;
	kill(getpid(), SIGUSR1);
	fails_with(pselect(0, NULL, NULL, NULL, &tick, &none), EINTR);
	is(caught, SIGUSR1, "pselect has such a mask too");
	caught = 0;
	is(ppoll(&(struct pollfd){ .fd = p[1], .events = POLLOUT }, 1, NULL, &none), 1,
	   "a mask, and something ready at once");
	sigprocmask(SIG_BLOCK, NULL, &now);
	ok(sigismember(&now, SIGUSR1), "the mask is back after that as well");
	ms.tv_nsec = 1000000000;
	fails_with(ppoll(NULL, 0, &ms, NULL), EINVAL);
	ms.tv_nsec = -1;
	fails_with(ppoll(NULL, 0, &ms, NULL), EINVAL);
	close(p[0]);
	close(p[1]);
}

static void test_select(void)
{
	struct timeval zero = { 0, 0 };
	fd_set in, out;
	int p[2];

	works(pipe(p));
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(p[0], &in);
	FD_SET(p[1], &out);
	is(select(p[1] + 1, &in, &out, NULL, NULL), 1, "one of two is ready");
	ok(!FD_ISSET(p[0], &in) && FD_ISSET(p[1], &out), "the one for writing");
	works(write(p[1], "x", 1));
	FD_SET(p[0], &in);
	is(select(p[1] + 1, &in, &out, NULL, &zero), 2, "then both");
	close(p[1]);
	works(read(p[0], &(char){ 0 }, 1));
	is(select(p[0] + 1, &in, NULL, NULL, NULL), 1, "an end of file can be read");
	fails_with(select(p[1] + 1, NULL, &out, NULL, &zero), EBADF);
	fails_with(select(-1, NULL, NULL, NULL, &zero), EINVAL);
	close(p[0]);
	FD_ZERO(&in);
	is(select(10, &in, NULL, NULL, &zero), 0, "no descriptors");
}

int main(void)
{
	scratch_enter();
	test_answers();
	test_fifo();
	test_wake();
	test_signals();
	test_select();
	return done_testing();
}
