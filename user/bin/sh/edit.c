/*
 * sh: the line editor and the history. The terminal is in raw mode only while a line is typed.
 *
 *   left, right, ^B ^F   move          home, end, ^A ^E   to the start or end
 *   up, down, ^P ^N      history       backspace, delete, ^D   take a character out
 *   ^U ^K ^W             take out all before, all behind, the word before the cursor
 *   tab complete the word; where there is a choice, list it
 *   ^L clear the screen  ^C forget the line   ^D on an empty line   the end of the input
 *
 * Only printed characters, blanks and backspaces are sent, so any terminal will do (but for ^L);
 * the price is that a line longer than the screen is wide does not look right when edited.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "user/bin/sh/sh.h"

#define LINE_ROOM 1024

#define KEY_CTRL(c) ((c) & 31)

enum key { KEY_UP = 256, KEY_DOWN, KEY_LEFT, KEY_RIGHT, KEY_HOME, KEY_END, KEY_DELETE, KEY_NONE };

/* The line on the screen. */
struct editor {
	const char *prompt;
	char text[LINE_ROOM + 1]; /* with room for the newline */
	size_t len, cursor;
	int entry;		  /* which of the history is shown; history_count: none */
	char typed[LINE_ROOM]; /* the new line, while a line of the history is shown */
};

static char *history[HISTORY_MAX]; /* the oldest first */
static int history_count;

void history_add(const char *line)
{
	size_t len = strcspn(line, "\n");
	char *copy;

	if (len == 0 || strspn(line, " \t") == len)
		return;
	copy = must_strdup(line);
	copy[len] = '\0';
	if (history_count > 0 && strcmp(history[history_count - 1], copy) == 0) {
		free(copy);
		return;
	}
	if (history_count == HISTORY_MAX) {
		free(history[0]);
		memmove(history, history + 1, (HISTORY_MAX - 1) * sizeof(history[0]));
		history_count--;
	}
	history[history_count++] = copy;
}

void history_print(void)
{
	for (int i = 0; i < history_count; i++)
		printf("%4d  %s\n", i + 1, history[i]);
}

static void put(const char *s, size_t len)
{
	while (len > 0) {
		ssize_t n = write(2, s, len);

		if (n <= 0)
			return;
		s += n;
		len -= n;
	}
}

static void put_times(const char *s, size_t times)
{
	while (times-- > 0)
		put(s, strlen(s));
}

static int read_byte(void)
{
	unsigned char c;
	ssize_t n;

	do
		n = read(0, &c, 1);
	while (n < 0 && errno == EINTR);
	return n == 1 ? c : -1;
}

/* What an arrow or the like sends: ESC [ letter, ESC O letter or ESC [ digit ~. */
static int read_escape(void)
{
	static const char letters[] = "ABDCHF";
	static const char digits[] = "17483"; /* home, home, end, end, delete */
	static const int digit_keys[] = { KEY_HOME, KEY_HOME, KEY_END, KEY_END, KEY_DELETE };
	const char *at;
	int c = read_byte();
	int digit = 0;

	if (c != '[' && c != 'O')
		return KEY_NONE;
	c = read_byte();
	while ((c >= '0' && c <= '9') || c == ';') {
		digit = c;
		c = read_byte();
	}
	if (c <= 0)
		return KEY_NONE;
	at = c == '~' && digit ? strchr(digits, digit) : NULL;
	if (at)
		return digit_keys[at - digits];
	at = strchr(letters, c);
	return at ? KEY_UP + (int)(at - letters) : KEY_NONE;
}

static int read_key(void)
{
	int c = read_byte();

	return c == 27 ? read_escape() : c;
}

/* Bring the cursor of the screen from the line's position @from to @to. */
static void move(struct editor *e, size_t to)
{
	if (to < e->cursor)
		put_times("\b", e->cursor - to);
	else
		put(e->text + e->cursor, to - e->cursor);
	e->cursor = to;
}

/* Replace @count characters at @at by @s, on the screen too; the cursor ends behind @s. */
static void replace(struct editor *e, size_t at, size_t count, const char *s, size_t len)
{
	size_t old_len = e->len;

	if (e->len - count + len >= LINE_ROOM) {
		put("\a", 1);
		return;
	}
	move(e, at);
	memmove(e->text + at + len, e->text + at + count, e->len - at - count);
	memcpy(e->text + at, s, len);
	e->len = e->len - count + len;
	put(e->text + at, e->len - at);
	e->cursor = e->len;
	if (old_len > e->len) {
		put_times(" ", old_len - e->len);
		put_times("\b", old_len - e->len);
	}
	move(e, at + len);
}

static void show_entry(struct editor *e, int entry)
{
	const char *s;

	if (entry < 0 || entry > history_count)
		return;
	if (e->entry == history_count) {
		memcpy(e->typed, e->text, e->len);
		e->typed[e->len] = '\0';
	}
	e->entry = entry;
	s = entry == history_count ? e->typed : history[entry];
	replace(e, 0, e->len, s, strlen(s));
}

static size_t word_start(struct editor *e)
{
	size_t at = e->cursor;

	while (at > 0 && e->text[at - 1] == ' ')
		at--;
	while (at > 0 && e->text[at - 1] != ' ')
		at--;
	return at;
}

/* Put prompt and line on the screen again, from where its cursor is. */
static void redraw(struct editor *e)
{
	size_t cursor = e->cursor;

	put(e->prompt, strlen(e->prompt));
	put(e->text, e->len);
	e->cursor = e->len;
	move(e, cursor);
}

/* How much all the words have in common from their beginning. */
static size_t common_length(const struct fields *words)
{
	size_t len = strlen(words->v[0]);

	for (int i = 1; i < words->count; i++) {
		size_t same = 0;

		while (same < len && words->v[i][same] == words->v[0][same])
			same++;
		len = same;
	}
	return len;
}

static void complete_key(struct editor *e)
{
	struct mark m = scratch_mark();
	struct fields words;
	size_t start = complete(e->text, e->cursor, &words);
	size_t len = words.count > 0 ? common_length(&words) : 0;

	if (words.count == 0) {
		put("\a", 1);
	} else if (words.count == 1 || len > e->cursor - start) {
		replace(e, start, e->cursor - start, words.v[0], len);
	} else {
		put("\n", 1);
		for (int i = 0; i < words.count; i++) {
			put(words.v[i], strcspn(words.v[i], " "));
			put(" ", 1);
		}
		put("\n", 1);
		redraw(e);
	}
	scratch_release(m);
}

static void move_key(struct editor *e, int key)
{
	switch (key) {
	case KEY_LEFT:
	case KEY_CTRL('B'):
		if (e->cursor > 0)
			move(e, e->cursor - 1);
		break;
	case KEY_RIGHT:
	case KEY_CTRL('F'):
		if (e->cursor < e->len)
			move(e, e->cursor + 1);
		break;
	case KEY_HOME:
	case KEY_CTRL('A'):
		move(e, 0);
		break;
	case KEY_END:
	case KEY_CTRL('E'):
		move(e, e->len);
		break;
	case KEY_UP:
	case KEY_CTRL('P'):
		show_entry(e, e->entry - 1);
		break;
	case KEY_DOWN:
	case KEY_CTRL('N'):
		show_entry(e, e->entry + 1);
		break;
	}
}

static void edit_key(struct editor *e, int key)
{
	size_t at;
	char c;

	switch (key) {
	case 127:
	case '\b':
		if (e->cursor > 0)
			replace(e, e->cursor - 1, 1, "", 0);
		break;
	case KEY_DELETE:
	case KEY_CTRL('D'):
		if (e->cursor < e->len)
			replace(e, e->cursor, 1, "", 0);
		break;
	case KEY_CTRL('U'):
		replace(e, 0, e->cursor, "", 0);
		break;
	case KEY_CTRL('K'):
		replace(e, e->cursor, e->len - e->cursor, "", 0);
		break;
	case KEY_CTRL('W'):
		at = word_start(e);
		replace(e, at, e->cursor - at, "", 0);
		break;
	case KEY_CTRL('L'):
		put("\033[H\033[2J", 7);
		redraw(e);
		break;
	case '\t':
		complete_key(e);
		break;
	default:
		c = (char)key;
		if (key >= ' ' && key < 256)
			replace(e, e->cursor, 0, &c, 1);
		else
			move_key(e, key);
	}
}

/* Edit until the line is complete: 0, or -1 at the end of the input or after ^C. */
static int edit(struct editor *e)
{
	put(e->prompt, strlen(e->prompt));
	for (;;) {
		int key = read_key();

		if (key < 0 || (key == KEY_CTRL('D') && e->len == 0)) {
			put("\n", 1);
			return -1;
		}
		if (key == '\r' || key == '\n') {
			move(e, e->len);
			put("\n", 1);
			return 0;
		}
		if (key == KEY_CTRL('C')) {
			put("^C\n", 3);
			last_status = 130;
			flow = FLOW_ABANDON;
			return -1;
		}
		edit_key(e, key);
	}
}

/* Raw mode: bytes as they come, not shown, ^C a byte like others. -1: not a terminal of ours. */
static int raw_mode(struct termios *before)
{
	struct termios raw;

	if (tcgetattr(0, before) < 0)
		return -1;
	raw = *before;
	raw.c_lflag &= ~(ICANON | ECHO | ISIG | IEXTEN);
	raw.c_iflag &= ~(ICRNL | INLCR | IXON);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	return tcsetattr(0, TCSANOW, &raw);
}

/*
 * A line from the terminal with its newline, in memory from malloc(); NULL at the end, and
 * after ^C, which abandons the command that the line was to be part of.
 */
char *edit_line(const char *prompt)
{
	struct editor e = { .prompt = prompt, .entry = history_count };
	struct termios before;
	char *line;
	int err;

	if (raw_mode(&before) < 0) {
		put(prompt, strlen(prompt));
		line = read_line(0);
		if (line)
			history_add(line);
		else
			put("\n", 1);
		return line;
	}
	err = edit(&e);
	tcsetattr(0, TCSANOW, &before);
	if (err < 0)
		return NULL;
	e.text[e.len++] = '\n';
	e.text[e.len] = '\0';
	history_add(e.text);
	return must_strdup(e.text);
}
