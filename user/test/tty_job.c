/*
 * Job control on the terminal: whose it is, which group is in the foreground, who is stopped for
 * touching it. Catches a background program that reads what is typed for another, a terminal that
 * outlives its session, and errors in the wrong order. ^C and ^Z need somebody who types.
 */
#include "user/test/util.h"

#include <sched.h>
#include <sys/ioctl.h>
#include <termios.h>

#ifndef TIOCSPTLCK
#define TIOCSPTLCK 0x40045431
#define TIOCGPTN   0x80045430
#endif

static int tty;

/* A terminal that nobody's session has: on Linux a new one, here the console. */
static int open_terminal(void)
{
	int master = on_xv39() ? -1 : open("/dev/ptmx", O_RDWR | O_NOCTTY), n = 0;
	char name[32] = "/dev/console";

	if (!on_xv39()) {
		ioctl(master, TIOCSPTLCK, &n);
		if (ioctl(master, TIOCGPTN, &n) < 0)
			return -1;
		snprintf(name, sizeof(name), "/dev/pts/%d", n);
	}
	return open(name, O_RDWR | O_NOCTTY | O_NONBLOCK);
}

static void without(void)
{
	pid_t group;

	fails_with(open("/dev/tty", O_RDWR), ENXIO);
	fails_with(ioctl(tty, TIOCGPGRP, &group), ENOTTY);
	fails_with(ioctl(tty, TIOCGSID, &group), ENOTTY);
	fails_with(tcsetpgrp(tty, getpid()), ENOTTY);
	fails_with(ioctl(tty, TIOCNOTTY), ENOTTY);
}

static int not_the_leader(void)
{
	if (ioctl(tty, TIOCSCTTY, 0) == 0 || errno != EPERM)
		return 1;
	return setsid() > 0 && ioctl(tty, TIOCSCTTY, 0) < 0 && errno == EPERM ? 0 : 2;
}

static int gives_up_alone(void)
{
	pid_t group;

	if (tcgetpgrp(tty) < 0 || ioctl(tty, TIOCNOTTY) < 0)
		return 1;
	return ioctl(tty, TIOCGPGRP, &group) < 0 && errno == ENOTTY ? 0 : 2;
}

static void taken(void)
{
	int fd;

	is(ioctl(tty, TIOCSCTTY, on_xv39()), 0, "the leader takes it");
	is(ioctl(tty, TIOCSCTTY, 0), 0, "which it may twice");
	is(tcgetpgrp(tty), getpid(), "its group is in the foreground");
	is(tcgetsid(tty), getpid(), "of its session");
	fd = open("/dev/tty", O_RDWR);
	ok(fd >= 0 && tcgetpgrp(fd) == getpid(), "/dev/tty is that terminal");
	close(fd);
	exits_with(not_the_leader, 0);
	exits_with(gives_up_alone, 0);
	is(tcgetpgrp(tty), getpid(), "for itself alone");
}

static void wrong_groups(void)
{
	fails_with(tcsetpgrp(tty, 0x3ffffff), ESRCH);
	fails_with(tcsetpgrp(tty, -2), EINVAL);
	fails_with(tcsetpgrp(tty, getpgid(getppid())), EPERM);
	fails_with(ioctl(tty, TIOCSPGRP, 8), EFAULT);
}

/* ---- the background ---- */

static int reads(void)
{
	char c;

	return read(tty, &c, 1) < 0 ? errno : 0;
}

static int writes(void)
{
	return write(tty, "#\n", 2) == 2 ? 0 : errno;
}

static int sets_mode(void)
{
	struct termios t;

	return tcgetattr(tty, &t) == 0 && tcsetattr(tty, TCSANOW, &t) == 0 ? 0 : errno;
}

static int sets_group(void)
{
	return tcsetpgrp(tty, getpgrp()) == 0 ? 0 : errno;
}

/* In a group of its own, and with `ignored` shut out: it ends with what fn returns. */
static pid_t start_group(int (*fn)(void), int ignored, int blocked)
{
	pid_t pid = tap_fork();
	sigset_t set;

	if (pid == 0) {
		setpgid(0, 0);
		sigemptyset(&set);
		if (ignored)
			signal(ignored, SIG_IGN);
		if (blocked)
			sigaddset(&set, blocked);
		sigprocmask(SIG_BLOCK, &set, NULL);
		tap_child_exit(fn());
	}
	setpgid(pid, pid);
	return pid;
}

/* It stops, is brought to the foreground, goes on, and ends with `code`. */
static void stops_for(const char *what, int (*fn)(void), int sig, int code)
{
	pid_t pid = start_group(fn, 0, 0);
	int status = 0;

	ok(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) && WSTOPSIG(status) == sig,
	   "who %s in the background stops (%x)", what, status);
	works(tcsetpgrp(tty, pid));
	kill(pid, SIGCONT);
	is(tap_wait(pid), code << 8, "and goes on in the foreground");
	signal(SIGTTOU, SIG_IGN);
	works(tcsetpgrp(tty, getpgrp()));
	signal(SIGTTOU, SIG_DFL);
}

static void set_tostop(int on)
{
	struct termios t;

	tcgetattr(tty, &t);
	t.c_lflag &= ~(tcflag_t)TOSTOP;
	if (on)
		t.c_lflag |= TOSTOP;
	tcsetattr(tty, TCSANOW, &t);
}

static void background(void)
{
	tcflush(tty, TCIFLUSH);
	stops_for("sets modes", sets_mode, SIGTTOU, 0);
	stops_for("sets the group", sets_group, SIGTTOU, 0);
	is(tap_wait(start_group(writes, 0, 0)), 0, "writing is free");
	set_tostop(1);
	stops_for("writes", writes, SIGTTOU, 0);
	is(tap_wait(start_group(writes, SIGTTOU, 0)), 0, "unless it ignores SIGTTOU");
	set_tostop(0);
	if (!on_xv39()) {
		skip(5, "an input that is never ready is the console's");
		return;
	}
	stops_for("reads", reads, SIGTTIN, EAGAIN);
	is(tap_wait(start_group(reads, SIGTTIN, 0)), EIO << 8, "EIO for who ignores SIGTTIN");
	is(tap_wait(start_group(reads, 0, SIGTTIN)), EIO << 8, "and who blocks it");
}

/* The grandchild's group has nobody left who could let it go on. */
static void orphaned(void)
{
	int p[2], result = 0;
	pid_t pid;

	if (pipe(p) < 0)
		bail_out("pipe: errno %d", errno);
	pid = tap_fork();
	if (pid == 0) {
		pid_t parent = getpid();

		if (tap_fork() == 0) {
			setpgid(0, 0);
			while (getppid() == parent)
				sched_yield();
			result = reads();
			_exit(write(p[1], &result, sizeof(result)) < 0);
		}
		_exit(0);
	}
	tap_wait(pid);
	close(p[1]);
	if (read(p[0], &result, sizeof(result)) < 0)
		bail_out("read: errno %d", errno);
	is(result, EIO, "EIO for an orphaned group");
	close(p[0]);
}

/* ---- other signals ---- */

static volatile sig_atomic_t caught;

static void note(int sig)
{
	caught = sig;
}

static void window(void)
{
	struct winsize before, size;

	ioctl(tty, TIOCGWINSZ, &before);
	size = before;
	size.ws_row++;
	signal(SIGWINCH, note);
	ioctl(tty, TIOCSWINSZ, &size);
	is(caught, SIGWINCH, "a new size is told to the foreground");
	caught = 0;
	ioctl(tty, TIOCSWINSZ, &size);
	is(caught, 0, "the same again is not");
	ioctl(tty, TIOCSWINSZ, &before);
	signal(SIGWINCH, SIG_DFL);
}

static int stops(void)
{
	raise(SIGSTOP);
	return 0;
}

static void given_up(void)
{
	pid_t pid = start_group(stops, 0, 0), group;
	int status;

	waitpid(pid, &status, WUNTRACED);
	works(tcsetpgrp(tty, pid));
	works(ioctl(tty, TIOCNOTTY));
	is(tap_wait(pid), SIGHUP, "the foreground group is let go on and hung up");
	fails_with(ioctl(tty, TIOCGPGRP, &group), ENOTTY);
	works(ioctl(tty, TIOCSCTTY, 0));
}

static int session(void)
{
	setsid();
	tty = open_terminal();
	if (tty < 0)
		return 1;
	without();
	taken();
	wrong_groups();
	background();
	orphaned();
	window();
	given_up();
	return 0;
}

/* The leader has taken the terminal and ends; what it had in the foreground is hung up. */
static void leader_ends(void)
{
	int p[2];
	pid_t pid;
	char c;

	if (pipe(p) < 0)
		bail_out("pipe: errno %d", errno);
	pid = tap_fork();
	if (pid == 0) {
		setsid();
		tty = open_terminal();
		ioctl(tty, TIOCSCTTY, 0);
		pid = tap_fork();
		while (pid == 0)
			pause();
		_exit(0);
	}
	is(tap_wait(pid), 0, "the leader of a session ends");
	close(p[1]);
	is(read(p[0], &c, 1), 0, "its foreground is hung up");
	close(p[0]);
}

int main(void)
{
	exits_with(session, 0);
	leader_ends();
	return done_testing();
}
