/*
 * Pipes: they block and wake, keep order, deliver writes of up to PIPE_BUF whole, and end as they
 * should when a side closes. Catches a lost wake-up (the test hangs), a torn or lost write, an
 * end of file that never comes or comes too early, and a missing SIGPIPE.
 */
#include "user/test/util.h"

#define ATOMIC 4096

static int p[2];

static void new_pipe(void)
{
	if (pipe(p) < 0)
		bail_out("pipe: errno %d", errno);
}

static void close_both(void)
{
	close(p[0]);
	close(p[1]);
}

static void basics(void)
{
	char c[16];
	struct stat st;

	new_pipe();
	ok(p[1] == p[0] + 1, "pipe gives the two lowest numbers");
	is(write(p[1], "hello", 5), 5, "write");
	is(read(p[0], c, 2), 2, "read of a part");
	is(read(p[0], c + 2, 10), 3, "read of the rest is short");
	ok(memcmp(c, "hello", 5) == 0, "in order");
	fails_with(read(p[1], c, 1), EBADF);
	fails_with(write(p[0], c, 1), EBADF);
	fails_with(lseek(p[0], 0, SEEK_SET), ESPIPE);
	fails_with(pread(p[0], c, 1, 0), ESPIPE);
	fails_with(pwrite(p[1], c, 1, 0), ESPIPE);
	fails_with(pread(p[1], c, 1, 0), ESPIPE);
	fails_with(ftruncate(p[1], 0), EINVAL);
	ok(fstat(p[0], &st) == 0 && S_ISFIFO(st.st_mode), "fstat says FIFO");
	is(write(p[1], "x", 1), 1, "write, then close");
	close(p[1]);
	is(read(p[0], c, 10), 1, "what was written is still read");
	is(read(p[0], c, 10), 0, "then comes the end");
	close(p[0]);
	fails_with(sys(SYS_pipe2, p, 1), EINVAL);
	fails_with(sys(SYS_pipe2, NULL, 0), EFAULT);
	is(sys(SYS_pipe2, p, O_CLOEXEC | O_NONBLOCK), 0, "pipe2");
	ok(fcntl(p[0], F_GETFD) == FD_CLOEXEC && fcntl(p[1], F_GETFD) == FD_CLOEXEC, "O_CLOEXEC");
	fails_with(read(p[0], c, 1), EAGAIN);
	close_both();
}

/* How much fits; then one byte more does not, and one page read makes room for one page. */
static void full(void)
{
	static char page[PAGE];
	long n = 0, w;

	if (sys(SYS_pipe2, p, O_NONBLOCK) < 0)
		bail_out("pipe2: errno %d", errno);
	while ((w = write(p[1], page, PAGE)) > 0)
		n += w;
	ok(w < 0 && errno == EAGAIN, "a full pipe: EAGAIN");
	is(n, 65536, "it holds 64 KiB");
	fails_with(write(p[1], page, 1), EAGAIN);
	is(read(p[0], page, PAGE), PAGE, "read of a page");
	is(write(p[1], page, PAGE), PAGE, "makes room for a page");
	read(p[0], page, PAGE / 2);
	fails_with(write(p[1], page, PAGE), EAGAIN);
	close_both();
}

static int writes_to_nobody(void)
{
	close(p[0]);
	if (write(p[1], "x", 1) == 1)
		return 1;
	return 2;
}

static int ignores_sigpipe(void)
{
	close(p[0]);
	signal(SIGPIPE, SIG_IGN);
	fails_with(write(p[1], "x", 1), EPIPE);
	return 0;
}

static void broken(void)
{
	struct gate filled;
	static char big[MIB];
	pid_t pid;

	new_pipe();
	close(p[0]);
	p[0] = -1;
	dies_of(writes_to_nobody, SIGPIPE);
	exits_with(ignores_sigpipe, 0);
	close(p[1]);
	new_pipe();
	gate_make(&filled);
	pid = tap_fork();
	if (pid == 0) {
		close(p[0]);
		gate_open(&filled);
		write(p[1], big, sizeof(big));	/* blocks when 64 KiB are in, until nobody reads */
		tap_child_exit(0);
	}
	gate_wait(&filled);
	is(read(p[0], big, 1), 1, "the writer is at work");
	close_both();
	ok(tap_died(tap_wait(pid), SIGPIPE), "a blocked writer is killed when the reader goes");
	gate_close(&filled);
}

static void wakes_a_reader(void)
{
	char c = 0;
	pid_t pid;

	for (int i = 0; i < 20; i++) {
		new_pipe();
		pid = tap_fork();
		if (pid == 0) {
			close(p[1]);
			ok(read(p[0], &c, 1) == (i % 2 ? 1 : 0), "the reader's answer");
			tap_child_exit(0);
		}
		close(p[0]);
		if (i % 2)
			write(p[1], "w", 1);
		close(p[1]);
		if (tap_wait(pid) != 0)
			break;
		c++;
	}
	is(c, 20, "a blocked reader wakes for a byte and for the end, 20 times");
}

/* A megabyte through the pipe, in sizes that never fit its own: every byte in its place. */
static void stream(void)
{
	static unsigned char buf[7001];
	unsigned char want = 0;
	long got = 0, bad = 0, n;
	pid_t pid;

	new_pipe();
	pid = tap_fork();
	if (pid == 0) {
		unsigned char x = 0;

		close(p[0]);
		for (long left = MIB; left > 0;) {
			n = left < 5003 ? left : 5003;
			for (long i = 0; i < n; i++)
				buf[i] = x++;
			ok(write(p[1], buf, n) == n, "a write is complete");
			left -= n;
		}
		tap_child_exit(0);
	}
	close(p[1]);
	while ((n = read(p[0], buf, sizeof(buf))) > 0) {
		got += n;
		for (long i = 0; i < n; i++)
			bad += buf[i] != want++;
	}
	close(p[0]);
	is(tap_wait(pid), 0, "1 MiB through a pipe");
	ok(got == (long)MIB && bad == 0, "arrives whole and in order (%ld bytes, %ld wrong)", got,
	   bad);
}

/* Four writers of records, three readers of whole records: none is torn, lost or read twice. */
struct record {
	int writer, serial;
	char fill[ATOMIC / 4 - 8];
};

#define RECORDS 200

static void write_records(int writer)
{
	struct record r = { .writer = writer };

	close(p[0]);
	for (r.serial = 0; r.serial < RECORDS; r.serial++) {
		memset(r.fill, writer * 50 + r.serial % 50, sizeof(r.fill));
		ok(write(p[1], &r, sizeof(r)) == sizeof(r), "a write is complete");
	}
}

static void read_records(int *seen)
{
	struct record r;
	long n;

	close(p[1]);
	while ((n = read(p[0], &r, sizeof(r))) == sizeof(r)) {
		char c = (char)(r.writer * 50 + r.serial % 50);

		ok(r.fill[0] == c && r.fill[sizeof(r.fill) - 1] == c, "a record is whole");
		if ((unsigned)r.writer < 4 && (unsigned)r.serial < RECORDS)
			__atomic_fetch_add(&seen[r.writer * RECORDS + r.serial], 1,
					   __ATOMIC_RELAXED);
	}
	ok(n == 0, "reads end with the end, not with %ld", n);
}

static void under_load(void)
{
	int *seen = map_shared(4 * RECORDS * sizeof(int));
	int once = 0, bad = 0;
	pid_t pid[7];

	new_pipe();
	for (int i = 0; i < 7; i++) {
		pid[i] = tap_fork();
		if (pid[i] == 0) {
			if (i < 4)
				write_records(i);
			else
				read_records(seen);
			tap_child_exit(0);
		}
	}
	close_both();
	for (int i = 0; i < 7; i++)
		bad += tap_wait(pid[i]) != 0;
	for (int i = 0; i < 4 * RECORDS; i++)
		once += seen[i] == 1;
	is(bad, 0, "4 writers and 3 readers on one pipe");
	is(once, 4 * RECORDS, "every record was read once");
	munmap(seen, 4 * RECORDS * sizeof(int));
}

/*
 * The last writer closes while one of three readers still copies: the other two wait for their turn
 * and then for nothing, and all must be told. The copy takes long, to pages that are not there yet.
 */
static void end_of_three_readers(void)
{
	static char big[16 * PAGE];
	pid_t pid[3];
	int bad = 0;

	for (int round = 0; round < 40; round++) {
		new_pipe();
		for (int i = 0; i < 3; i++) {
			pid[i] = tap_fork();
			if (pid[i] == 0) {
				char *fresh = map_anon(sizeof(big), RW);

				close(p[1]);
				while (read(p[0], fresh, sizeof(big)) > 0)
					;
				tap_child_exit(0);
			}
		}
		close(p[0]);
		write(p[1], big, sizeof(big));
		close(p[1]);
		for (int i = 0; i < 3; i++)
			bad += tap_wait(pid[i]) != 0;
	}
	is(bad, 0, "three readers of one pipe all see its end, 40 times");
}

/*
 * Two write at once, and what the long write leaves is less than PIPE_BUF but enough for the short
 * ones, which wait for their turn only: they must be let in though nobody reads.
 */
static void little_room(void)
{
	const size_t most = 65536 - PAGE / 2;
	int bad = 0;

	if (!on_xv39()) {
		skip(1, "Linux counts pages, of which the first may hold 5 bytes");
		return;
	}
	for (int round = 0; round < 40; round++) {
		char *fresh = map_anon(most, RW);
		struct gate ready;
		pid_t pid;

		new_pipe();
		gate_make(&ready);
		pid = tap_fork();
		if (pid == 0) {
			int lost = 0;

			gate_open(&ready);
			for (int i = 0; i < 200; i++)
				lost += write(p[1], "short", 5) != 5;
			tap_child_exit(lost != 0);
		}
		gate_wait(&ready);
		bad += write(p[1], fresh, most) != (long)most;
		bad += tap_wait(pid) != 0;
		gate_close(&ready);
		close_both();
		munmap(fresh, most);
	}
	is(bad, 0, "short writes into the last bytes of room go on, 40 times");
}

/* A chain of eight processes, each passing on what it reads plus one. */
static void chain(void)
{
	int first[2], in;
	unsigned char c;
	long bad = 0;

	if (pipe(first) < 0)
		bail_out("pipe: errno %d", errno);
	in = first[0];
	for (int i = 0; i < 8; i++) {
		new_pipe();
		if (tap_fork() == 0) {
			close(first[1]);
			close(p[0]);
			while (read(in, &c, 1) == 1) {
				c++;
				write(p[1], &c, 1);
			}
			tap_child_exit(0);
		}
		close(in);
		close(p[1]);
		in = p[0];
	}
	for (int i = 0; i < 100; i++) {
		c = (unsigned char)i;
		write(first[1], &c, 1);
		bad += read(in, &c, 1) != 1 || c != i + 8;
	}
	close(first[1]);
	bad += read(in, &c, 1) != 0;
	close(in);
	for (int i = 0; i < 8; i++)
		bad += tap_wait(-1) != 0;
	is(bad, 0, "100 bytes through a chain of 8 processes");
}

int main(void)
{
	basics();
	full();
	broken();
	wakes_a_reader();
	stream();
	under_load();
	end_of_three_readers();
	little_room();
	chain();
	return done_testing();
}
