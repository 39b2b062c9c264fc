/*
 * console.c - the terminal as programs see it: reading, writing, ioctl. What is typed comes in
 * through tty_input.c; whose terminal it is, tty_job.c knows.
 */
#include "kernel/dev/console.h"

#include "kernel/abi.h"
#include "kernel/dev/tty.h"
#include "kernel/dev/uart.h"
#include "kernel/fs/uio.h"
#include "kernel/poll.h"
#include "kernel/print.h"
#include "kernel/signal.h"
#include "kernel/time.h"
#include "kernel/usercopy.h"

#define CHUNK		128	/* bytes copied at a time; never with a lock held */
#define CONTROL(c)	((c) & 31)

struct tty console_tty;

/* As Linux begins, without flow control. */
static void set_defaults(struct tty *tty)
{
	struct termios *mode = &tty->mode;

	mode->c_iflag = ICRNL | IUTF8;
	mode->c_oflag = OPOST | ONLCR;
	mode->c_cflag = B38400 | CS8 | CREAD | HUPCL;
	mode->c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
	mode->c_cc[VINTR] = CONTROL('C');
	mode->c_cc[VQUIT] = CONTROL('\\');
	mode->c_cc[VERASE] = 0x7f;
	mode->c_cc[VKILL] = CONTROL('U');
	mode->c_cc[VEOF] = CONTROL('D');
	mode->c_cc[VMIN] = 1;
	mode->c_cc[VSUSP] = CONTROL('Z');
	mode->c_cc[VREPRINT] = CONTROL('R');
	mode->c_cc[VWERASE] = CONTROL('W');
	mode->c_cc[VLNEXT] = CONTROL('V');
	tty->size = (struct winsize){.ws_row = 24, .ws_col = 80};
}

void console_init(void)
{
	set_defaults(&console_tty);
	waitq_init(&console_tty.readers);
	uart_start_input();
}

/* ---- reading ---- */

static bool is_canonical(const struct tty *tty)
{
	return tty->mode.c_lflag & ICANON;
}

/* Wait for `need` bytes; with an idle time of `tenths` of a second if that is not 0.
 * => 0 (perhaps fewer), -EINTR. The lock is held. */
static int wait_bytes(struct tty *tty, size_t need, unsigned tenths)
{
	size_t had = tty_available(tty);
	uint64_t deadline = time_now() + time_from_ns(tenths * (NSEC_PER_SEC / 10));
	int err = 0;

	while (!err && tty_available(tty) < need) {
		if (!tenths) {
			err = waitq_sleep(&tty->readers, &tty->lock);
			continue;
		}
		err = waitq_sleep_until(&tty->readers, &tty->lock, deadline);
		if (tty_available(tty) != had) {
			had = tty_available(tty);
			deadline = time_now() + time_from_ns(tenths * (NSEC_PER_SEC / 10));
		}
	}
	return err == -ETIMEDOUT ? 0 : err;
}

/*
 * Wait as the mode says (termios(3), "Canonical and noncanonical mode"): for a line; or for VMIN
 * bytes, VTIME being the longest pause after the first; or, VMIN being 0, for VTIME at most.
 */
static int wait_input(struct tty *tty, size_t size, bool nonblock)
{
	unsigned tenths = tty->mode.c_cc[VTIME];
	size_t min = tty->mode.c_cc[VMIN];
	int err;

	if (is_canonical(tty)) {
		min = 1;
		tenths = 0;
	}
	if (min > size)
		min = size;
	if (tty_available(tty) >= min && (min || tty_available(tty)))
		return 0;
	if (nonblock)
		return tty_available(tty) ? 0 : -EAGAIN;
	if (!min)
		return tenths ? wait_bytes(tty, 1, tenths) : 0;
	err = wait_bytes(tty, 1, 0);
	return err || min == 1 ? err : wait_bytes(tty, min, tenths);
}

static bool at_eof(const struct tty *tty)
{
	return tty_available(tty) && tty->ring[tty->read_at % TTY_RING] == TTY_EOF;
}

/* Take up to `size` bytes, in canonical mode not beyond the line. *more: go on reading. */
static size_t take(struct tty *tty, char *buf, size_t size, bool *more)
{
	size_t n = 0;

	*more = false;
	while (n < size && tty_available(tty) && !at_eof(tty)) {
		buf[n] = tty->ring[tty->read_at++ % TTY_RING];
		if (buf[n++] == '\n' && is_canonical(tty))
			return n;
	}
	*more = tty_available(tty) && !at_eof(tty);
	/* A ^D that ended a line does not end the file too; typed ahead of raw mode it does. */
	if (at_eof(tty) && (!n || is_canonical(tty)))
		tty->read_at++;
	return n;
}

long console_read(struct uio *uio, bool nonblock)
{
	struct tty *tty = &console_tty;
	size_t done = 0;
	unsigned at = 0;
	bool more = true;
	char buf[CHUNK];
	int err;

	if (!uio->left || !uart_is_up())
		return 0;
	err = tty_check_foreground(SIGTTIN);
	while (!err && more && uio->left) {
		size_t n = 0;

		spin_lock(&tty->lock);
		if (!done)
			err = wait_input(tty, uio->left, nonblock);
		else if (tty->read_at != at)
			more = false;		/* who read meanwhile has the rest of the line */
		if (!err && more)
			n = take(tty, buf, uio->left < CHUNK ? uio->left : CHUNK, &more);
		at = tty->read_at;
		tty_was_read(tty);
		spin_unlock(&tty->lock);
		if (uio_put(uio, buf, n) < n)
			return done ? (long)done : -EFAULT;
		done += n;
	}
	return done ? (long)done : err;
}

unsigned console_poll(struct poll_table *table)
{
	struct tty *tty = &console_tty;
	unsigned mask = POLLOUT | POLLWRNORM;

	spin_lock(&tty->lock);
	poll_watch(table, &tty->readers, &tty->lock);
	if (tty_available(tty))
		mask |= POLLIN | POLLRDNORM;
	spin_unlock(&tty->lock);
	return mask;
}

/* ---- writing ---- */

/* What output processing makes of n bytes; out has room for twice as many. */
static size_t process_output(const struct tty *tty, const char *in, size_t n, char *out)
{
	unsigned flags = tty->mode.c_oflag;
	size_t size = 0;

	for (size_t i = 0; i < n; i++) {
		char c = in[i];

		if (flags & OPOST) {
			if (c == '\n' && (flags & ONLCR))
				out[size++] = '\r';
			else if (c == '\r' && (flags & OCRNL))
				c = '\n';
		}
		out[size++] = c;
	}
	return size;
}

long console_write(struct uio *uio)
{
	size_t done = 0;
	char in[CHUNK], out[2 * CHUNK];
	int err = console_tty.mode.c_lflag & TOSTOP ? tty_check_foreground(SIGTTOU) : 0;

	if (err)
		return err;
	while (uio->left) {
		size_t n = uio->left < CHUNK ? uio->left : CHUNK, got = uio_take(uio, in, n);

		print_bytes(out, process_output(&console_tty, in, got, out));
		done += got;
		if (got < n)
			return done ? (long)done : -EFAULT;
		if (sched_point())
			break;
	}
	return done;
}

/* ---- ioctl ---- */

static long set_mode(struct tty *tty, unsigned cmd, vaddr_t arg)
{
	struct termios mode;
	int err = tty_check_foreground(SIGTTOU);

	if (err)
		return err;
	if (copy_from_user(&mode, arg, sizeof(mode)))
		return -EFAULT;
	spin_lock(&tty->lock);
	if (cmd == TCSETSF)
		tty_flush(tty);
	/* What was typed of a line becomes readable when lines end to matter, or begin to. */
	if ((mode.c_lflag ^ tty->mode.c_lflag) & ICANON)
		tty_commit(tty);
	tty->mode = mode;
	spin_unlock(&tty->lock);
	return 0;
}

static long set_size(struct tty *tty, vaddr_t arg)
{
	struct winsize size;
	bool changed;
	int group;

	if (copy_from_user(&size, arg, sizeof(size)))
		return -EFAULT;
	spin_lock(&tty->lock);
	changed = size.ws_row != tty->size.ws_row || size.ws_col != tty->size.ws_col;
	tty->size = size;
	group = tty->foreground;
	spin_unlock(&tty->lock);
	if (changed && group)
		signal_group(group, SIGWINCH, SI_KERNEL);
	return 0;
}

static long flush_queues(struct tty *tty, unsigned long which)
{
	int err = tty_check_foreground(SIGTTOU);

	if (err)
		return err;
	if (which > TCIOFLUSH)
		return -EINVAL;
	spin_lock(&tty->lock);
	if (which != TCOFLUSH)
		tty_flush(tty);
	spin_unlock(&tty->lock);
	return 0;
}

/* A consistent copy of the state, to be copied to the user without the lock. */
static struct tty_state get_state(struct tty *tty)
{
	struct tty_state state;

	spin_lock(&tty->lock);
	state = (struct tty_state){tty->mode, tty->size, tty_available(tty)};
	spin_unlock(&tty->lock);
	return state;
}

long console_ioctl(unsigned cmd, vaddr_t arg)
{
	struct tty *tty = &console_tty;
	struct tty_state state = get_state(tty);

	switch (cmd) {
	case TCGETS:
		return copy_to_user(arg, &state.mode, sizeof(state.mode));
	case TCSETS:
	case TCSETSW:	/* output is out when write returns */
	case TCSETSF:
		return set_mode(tty, cmd, arg);
	case TCFLSH:
		return flush_queues(tty, arg);
	case TIOCGWINSZ:
		return copy_to_user(arg, &state.size, sizeof(state.size));
	case TIOCSWINSZ:
		return set_size(tty, arg);
	case TIOCGPGRP:
	case TIOCSPGRP:
	case TIOCGSID:
	case TIOCSCTTY:
	case TIOCNOTTY:
		return tty_job_ioctl(tty, cmd, arg);
	case FIONREAD:
		return copy_int_to_user(arg, state.available);
	case TIOCOUTQ:
		return copy_int_to_user(arg, 0);
	case TCSBRK:
	case TCXONC:
		return 0;
	default:
		return -ENOTTY;
	}
}
