/*
 * Streams: what reaches the file and when, reading by bytes, lines and blocks over the edges of
 * the buffer, positions, pushing back, modes, errors, and what happens at exit. Catches a byte
 * lost or doubled between the buffer and the file, and a flag that sticks.
 */
#include "user/test/util.h"

#define LONG_LINE 10000

static bool holds(const char *path, const char *want)
{
	char *text = slurp(path);
	bool same = text && !strcmp(text, want);

	if (!same)
		diag("  %s holds \"%.60s\"", path, text ? text : "(nothing)");
	return same;
}

static void buffering(void)
{
	FILE *f = fopen("full", "w");
	char room[256];

	is(setvbuf(f, room, _IOFBF, sizeof(room)), 0, "a buffer of one's own");
	fputs("ab\n", f);
	is(size_of("full"), 0, "what is buffered is not in the file");
	is(fflush(f), 0, "until it is flushed");
	ok(holds("full", "ab\n"), "and then it is");
	fclose(f);
	f = fopen("line", "w");
	setvbuf(f, NULL, _IOLBF, 0);
	fputs("ab\ncd", f);
	ok(holds("line", "ab\n"), "a line buffer keeps what is behind the newline");
	fclose(f);
	ok(holds("line", "ab\ncd"), "fclose writes the rest");
	f = fopen("none", "w");
	setvbuf(f, NULL, _IONBF, 0);
	fputc('x', f);
	fprintf(f, "%d", 12);
	ok(holds("none", "x12"), "no buffer keeps nothing");
	fclose(f);
}

/* Twenty lines of growing length, longer together than any buffer. */
static void write_lines(const char *path)
{
	FILE *f = fopen(path, "w");

	for (int i = 0; i < 20; i++) {
		for (int j = 0; j < i * 50; j++)
			putc('a' + i, f);
		putc('\n', f);
	}
	is(ferror(f), 0, "writing many bytes one by one");
	is(fclose(f), 0, "and closing");
	is(size_of(path), 20 + 50 * 190, "gives a file of the right size");
}

static void lines(void)
{
	FILE *f;
	char *line = NULL, buf[64];
	size_t size = 0;
	int good = 0;
	ssize_t n;

	write_lines("lines");
	f = fopen("lines", "r");
	while ((n = getline(&line, &size, f)) > 0)
		good += n == good * 50 + 1 && line[0] == (n > 1 ? 'a' + good : '\n') && !line[n];
	is(good, 20, "getline reads them all");
	ok(feof(f) && !ferror(f), "to the end");
	rewind(f);
	ok(!feof(f), "rewind forgets the end");
	ok(fgets(buf, sizeof(buf), f) && !strcmp(buf, "\n"), "fgets reads an empty line");
	ok(fgets(buf, sizeof(buf), f) && strlen(buf) == 51, "and one that fits");
	ok(fgets(buf, sizeof(buf), f) && strlen(buf) == 63 && buf[62] == 'c',
	   "and what fits of one");
	ok(fgets(buf, sizeof(buf), f) && strlen(buf) == 38 && buf[37] == '\n', "and its rest");
	is(fseek(f, 0, SEEK_END), 0, "to the end");
	ok(!fgets(buf, sizeof(buf), f) && feof(f), "where nothing is");
	free(line);
	fclose(f);
}

static void blocks(void)
{
	static char out[3 * 4096 + 5], in[sizeof(out)];
	FILE *f = fopen("blocks", "w+");

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 31 + i / 256);
	is(fwrite(out, 1, 3, f), 3, "fwrite of a little");
	is(fwrite(out + 3, 5, (sizeof(out) - 3) / 5, f), (sizeof(out) - 3) / 5, "and of much");
	rewind(f);
	is(fread(in, 1, 10, f), 10, "fread of a little");
	is(fread(in + 10, 1, sizeof(in), f), (sizeof(out) - 3) / 5 * 5 + 3 - 10,
	   "and up to the end");
	ok(!memcmp(in, out, (sizeof(out) - 3) / 5 * 5 + 3), "reads what was written");
	ok(feof(f) && !ferror(f), "which is the end");
	is(fread(in, 1, 1, f), 0, "then nothing");
	ok(fseek(f, 0, SEEK_SET) == 0 && !feof(f), "fseek forgets the end");
	is(fread(in, 0, 5, f), 0, "of size 0 is nothing too");
	fclose(f);
	close(make_file("ten", "0123456789", 10));
	f = fopen("ten", "r");
	is(fread(in, 1, sizeof(in), f), 10, "fread of far more than there is");
	ok(feof(f), "sees the end");
	fclose(f);
}

static void positions(void)
{
	FILE *f = fopen("pos", "w+");

	fputs("0123456789", f);
	is(ftell(f), 10, "ftell counts what is still in the buffer");
	is(fseek(f, 3, SEEK_SET), 0, "fseek writes it");
	ok(holds("pos", "0123456789"), "to the file");
	is(getc(f), '3', "and reads from there");
	is(ftell(f), 4, "ftell does not count what was read ahead");
	is(fseek(f, 2, SEEK_CUR), 0, "a step from where the program is");
	is(getc(f), '6', "leads there");
	is(fseek(f, 0, SEEK_CUR), 0, "between reading and writing");
	is(fputc('x', f), 'x', "a byte is written");
	is(fseek(f, -1, SEEK_END), 0, "near the end");
	is(getc(f), '9', "is the last byte");
	is(fseek(f, -1, SEEK_SET), -1, "before the beginning is an error");
	fclose(f);
	ok(holds("pos", "0123456x89"), "and the byte is where it was put");
}

static void pushing_back(void)
{
	FILE *f = fopen("pos", "r");
	int c = getc(f);

	is(ungetc('z', f), 'z', "ungetc of another character");
	is(getc(f), 'z', "is read next");
	is(getc(f), '1', "then the file goes on");
	while ((c = getc(f)) != EOF)
		;
	ok(feof(f), "to its end");
	is(ungetc('e', f), 'e', "ungetc at the end");
	ok(!feof(f), "forgets the end");
	is(getc(f), 'e', "is read");
	is(getc(f), EOF, "then the end comes again");
	is(ungetc(EOF, f), EOF, "ungetc of EOF is nothing");
	fclose(f);
}

static void modes(void)
{
	FILE *f;

	f = fopen("pos", "a");
	fputs("end", f);
	fclose(f);
	ok(holds("pos", "0123456x89end"), "a appends");
	f = fopen("pos", "r+");
	fputs("AB", f);
	fclose(f);
	ok(holds("pos", "AB23456x89end"), "r+ overwrites");
	fclose(fopen("pos", "w"));
	is(size_of("pos"), 0, "w empties");
	errno = 0;
	ok(!fopen("missing/file", "w") && errno == ENOENT, "a missing directory");
	errno = 0;
	ok(!fopen("none", "q") && errno == EINVAL, "a mode that is none");
	errno = 0;
	ok(!fopen("none", "wx") && errno == EEXIST, "x wants a new file");
	errno = 0;
	ok(!fdopen(999, "r") && errno == EBADF, "a descriptor that is not open");
}

static void errors(void)
{
	FILE *f = fopen("none", "r");

	errno = 0;
	is(fputc('x', f), EOF, "writing what is only read");
	ok(ferror(f) && errno == EBADF, "is an error");
	clearerr(f);
	ok(!ferror(f), "that can be cleared");
	is(getc(f), 'x', "and reading goes on");
	close(fileno(f));
	is(fclose(f), EOF, "fclose of a closed descriptor");
	f = fopen("none", "w");
	is(getc(f), EOF, "reading what is only written");
	ok(ferror(f) && !feof(f), "is an error, not the end");
	fclose(f);
	f = fopen("/dev/full", "w");
	if (!f) {
		skip(2, "there is no /dev/full");
		return;
	}
	ok(fputs("x", f) >= 0, "what is buffered cannot fail yet");
	is(fclose(f), EOF, "but fclose tells");
}

/* exit writes what is buffered, _exit does not; a child's copy of a buffer is its own. */
static int leaves_by_exit(void)
{
	FILE *f = fopen("left", "w");

	fputs("kept", f);
	exit(0);
}

static int leaves_at_once(void)
{
	FILE *f = fopen("lost", "w");

	fputs("lost", f);
	_exit(0);
}

static int reads_one_byte(void)
{
	FILE *f = fdopen(STDIN_FILENO, "r");

	exit(getc(f) == '1' ? 0 : 1);
}

static void at_exit(void)
{
	int fd = make_file("shared", "123", 3);

	exits_with(leaves_by_exit, 0);
	ok(holds("left", "kept"), "exit flushes");
	exits_with(leaves_at_once, 0);
	is(size_of("lost"), 0, "_exit does not");
	lseek(fd, 0, SEEK_SET);
	dup2(fd, STDIN_FILENO);
	exits_with(reads_one_byte, 0);
	is(lseek(fd, 0, SEEK_CUR), 1, "exit returns what was read ahead");
}

static void long_lines(void)
{
	static char big[LONG_LINE + 1];
	FILE *f = fopen("long", "w+");
	char *line = NULL;
	size_t size = 0;

	memset(big, 'q', LONG_LINE);
	is(fprintf(f, "%s|%5d\n", big, 42), LONG_LINE + 7, "a line longer than the buffer");
	rewind(f);
	is(getdelim(&line, &size, '|', f), LONG_LINE + 1, "getdelim up to the bar");
	ok(line && !memcmp(line, big, LONG_LINE), "has what was written");
	is(fscanf(f, "%d", &(int){ 0 }), 1, "fscanf reads on");
	free(line);
	fclose(f);
	is(dprintf(make_file("dp", NULL, 0), "%s-%d", "x", 5), 3, "dprintf");
	ok(holds("dp", "x-5"), "writes to the descriptor");
}

static void redirecting(void)
{
	FILE *f = fopen("one", "w");
	int fd = fileno(f);

	fputs("1", f);
	ok(freopen("two", "w", f) == f, "freopen");
	fputs("2", f);
	is(fileno(f), fd, "keeps the descriptor");
	fclose(f);
	ok(holds("one", "1") && holds("two", "2"), "and changes the file");
}

static void many(void)
{
	char *before = sbrk(0);
	int c = 0;

	for (int i = 0; i < 500; i++) {
		FILE *f = fopen("two", "r");

		c += f ? getc(f) : 0;
		if (f)
			fclose(f);
	}
	is(c, 500 * '2', "many streams, one after the other");
	ok((char *)sbrk(0) <= before + 65536, "leave no memory behind");
}

static void commands(void)
{
	char line[32] = "";
	FILE *f = popen("echo from the shell", "r");

	ok(f && fgets(line, sizeof(line), f), "popen for reading");
	ok(!strcmp(line, "from the shell\n"), "reads what the command prints");
	is(pclose(f), 0, "pclose answers its status");
	f = popen("cat >piped; exit 3", "w");
	ok(f && fputs("to the shell", f) >= 0, "popen for writing");
	is(pclose(f), 3 << 8, "pclose waits for the command");
	ok(holds("piped", "to the shell"), "which read what was written");
}

int main(void)
{
	scratch_enter();
	buffering();
	lines();
	blocks();
	positions();
	pushing_back();
	modes();
	errors();
	at_exit();
	long_lines();
	redirecting();
	many();
	commands();
	return done_testing();
}
