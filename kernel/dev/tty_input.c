/*
 * tty_input.c - what is typed: line editing, echo, and the keys that send signals.
 *
 * Runs in the UART's interrupt handler: never sleeps, never allocates.
 */
#include "kernel/abi_signal.h"
#include "kernel/dev/console.h"
#include "kernel/dev/tty.h"
#include "kernel/dev/uart.h"
#include "kernel/print.h"
#include "kernel/signal.h"

static bool has(const struct tty *tty, unsigned lflag)
{
	return (tty->mode.c_lflag & lflag) == lflag;
}

/* 0 in c_cc means that no key does this. */
static bool is_key(const struct tty *tty, unsigned place, uint8_t c)
{
	return c && tty->mode.c_cc[place] == c;
}

void tty_commit(struct tty *tty)
{
	tty->commit_at = tty->edit_at;
	waitq_wake_all(&tty->readers);
}

/*
 * Input that nobody has read yet is never lost: with the ring nearly full the UART is left alone,
 * its FIFO fills, and whoever types or pastes has to wait. But a single line as long as the ring
 * would wait for ever; its end is refused by the bell, see append.
 */
bool console_takes_input(void)
{
	struct tty *tty = &console_tty;
	bool full;

	spin_lock(&tty->lock);
	full = tty->edit_at - tty->read_at >= TTY_RING - 8 && tty_available(tty);
	if (full) {
		tty->held_back = true;
		uart_let_input(false);
	}
	spin_unlock(&tty->lock);
	return !full;
}

/* Without a whole line left nobody will read on until the UART brings the end of this one. */
void tty_was_read(struct tty *tty)
{
	if (tty->held_back &&
	    (!tty_available(tty) || tty->edit_at - tty->read_at < TTY_RING / 2)) {
		tty->held_back = false;
		uart_let_input(true);
	}
}

void tty_flush(struct tty *tty)
{
	tty->read_at = tty->commit_at = tty->edit_at;
	tty_was_read(tty);
}

/* ---- echo ---- */

static bool shows_as_control(const struct tty *tty, uint8_t c)
{
	return (c < ' ' || c == 0x7f) && c != '\t' && c != '\n' && has(tty, ECHOCTL);
}

static void echo(const struct tty *tty, uint8_t c)
{
	char caret[2] = {'^', c ^ 0x40};

	if (!has(tty, ECHO) && !(c == '\n' && has(tty, ECHONL | ICANON)))
		return;
	if (shows_as_control(tty, c))
		print_bytes(caret, 2);
	else if (c == '\n' && (tty->mode.c_oflag & (OPOST | ONLCR)) == (OPOST | ONLCR))
		print_bytes("\r\n", 2);
	else
		print_bytes((char *)&c, 1);
}

/* ---- editing ---- */

static uint8_t last_typed(const struct tty *tty)
{
	return tty->ring[(tty->edit_at - 1) % TTY_RING];
}

static bool is_continuation(const struct tty *tty, uint8_t c)
{
	return (tty->mode.c_iflag & IUTF8) && (c & 0xc0) == 0x80;
}

/* Take the last letter back, all bytes of it, and wipe it off the screen. */
static void erase(struct tty *tty)
{
	uint8_t c;

	do {
		c = last_typed(tty);
		tty->edit_at--;
	} while (is_continuation(tty, c) && tty->edit_at != tty->commit_at);
	if (!has(tty, ECHO | ECHOE))
		return;
	print_bytes("\b \b", 3);
	if (shows_as_control(tty, c))
		print_bytes("\b \b", 3);
}

static bool is_editing(const struct tty *tty)
{
	return tty->edit_at != tty->commit_at;
}

static void erase_line(struct tty *tty)
{
	while (is_editing(tty))
		erase(tty);
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static void erase_word(struct tty *tty)
{
	while (is_editing(tty) && is_blank(last_typed(tty)))
		erase(tty);
	while (is_editing(tty) && !is_blank(last_typed(tty)))
		erase(tty);
}

static void reprint(const struct tty *tty, uint8_t c)
{
	echo(tty, c);
	echo(tty, '\n');
	for (unsigned at = tty->commit_at; at != tty->edit_at; at++)
		echo(tty, tty->ring[at % TTY_RING]);
}

/* => false when there is no room: the bell rings. One place is kept for the line's end. */
static bool append(struct tty *tty, uint16_t c, bool ends_line)
{
	if (tty->edit_at - tty->read_at >= (ends_line ? TTY_RING : TTY_RING - 1)) {
		print_bytes("\a", 1);
		return false;
	}
	tty->ring[tty->edit_at++ % TTY_RING] = c;
	return true;
}

/* => true when the key was one that edits. */
static bool edit_key(struct tty *tty, uint8_t c)
{
	if (is_key(tty, VERASE, c) || (c == '\b' && tty->mode.c_cc[VERASE] == 0x7f)) {
		if (is_editing(tty))
			erase(tty);
	} else if (is_key(tty, VKILL, c)) {
		erase_line(tty);
	} else if (is_key(tty, VWERASE, c) && has(tty, IEXTEN)) {
		erase_word(tty);
	} else if (is_key(tty, VREPRINT, c) && has(tty, IEXTEN)) {
		reprint(tty, c);
	} else if (is_key(tty, VLNEXT, c) && has(tty, IEXTEN)) {
		tty->literal_next = true;
		if (has(tty, ECHO | ECHOCTL))
			print_bytes("^\b", 2);
	} else {
		return false;
	}
	return true;
}

static void input_line(struct tty *tty, uint8_t c, bool literal)
{
	bool ends = !literal && (c == '\n' || is_key(tty, VEOL, c) || is_key(tty, VEOL2, c));

	if (!literal && edit_key(tty, c))
		return;
	if (!literal && is_key(tty, VEOF, c)) {
		if (append(tty, TTY_EOF, true))
			tty_commit(tty);
		return;
	}
	if (!append(tty, c, ends))
		return;
	echo(tty, c);
	if (ends)
		tty_commit(tty);
}

/* ---- keys that send signals ---- */

static int signal_of_key(const struct tty *tty, uint8_t c)
{
	if (!has(tty, ISIG))
		return 0;
	if (is_key(tty, VINTR, c))
		return SIGINT;
	if (is_key(tty, VQUIT, c))
		return SIGQUIT;
	return is_key(tty, VSUSP, c) ? SIGTSTP : 0;
}

static uint8_t translate(const struct tty *tty, uint8_t c)
{
	unsigned flags = tty->mode.c_iflag;

	if (flags & ISTRIP)
		c &= 0x7f;
	if (c == '\r' && (flags & ICRNL))
		return '\n';
	if (c == '\n' && (flags & INLCR))
		return '\r';
	return c;
}

/* => the signal that the key sends, or 0. */
static int input(struct tty *tty, uint8_t c)
{
	bool literal = tty->literal_next;
	int sig;

	tty->literal_next = false;
	if (c == '\r' && (tty->mode.c_iflag & IGNCR))
		return 0;
	c = translate(tty, c);
	sig = literal ? 0 : signal_of_key(tty, c);
	if (sig) {
		if (!has(tty, NOFLSH))
			tty_flush(tty);
		echo(tty, c);
	} else if (has(tty, ICANON)) {
		input_line(tty, c, literal);
	} else if (append(tty, c, true)) {
		echo(tty, c);
		tty_commit(tty);
	}
	return sig;
}

void console_input(char c)
{
	struct tty *tty = &console_tty;
	int sig, group;

	spin_lock(&tty->lock);
	sig = input(tty, c);
	group = tty->foreground;
	spin_unlock(&tty->lock);
	if (sig && group)
		signal_group(group, sig, SI_KERNEL);
}
