/*
 * A large write meets a reader who is asleep already: its bytes may go from one process's memory to
 * the other's, past the pipe. Catches bytes out of order, a copy into pages that the reader shares
 * with others or may not write, and one for a reader who has gone meanwhile.
 */
#include "user/test/util.h"

#include <pthread.h>
#include <sys/uio.h>

#define LARGE (96 * 1024)

static unsigned char *text, *mine;	/* LARGE bytes to write, and as many to read into */
static int p[2];

/* A number at every place, so that what is missing, twice or moved shows. */
static void number(unsigned char *at, size_t n, uint32_t from)
{
	for (size_t i = 0; i < n; i++)
		at[i] = (unsigned char)((from + i) * 31 + ((from + i) >> 8));
}

static bool numbered(const unsigned char *at, size_t n, uint32_t from)
{
	for (size_t i = 0; i < n; i++)
		if (at[i] != (unsigned char)((from + i) * 31 + ((from + i) >> 8)))
			return false;
	return true;
}

/* Read to the end, `most` at a time into `to`: is it what number() made? */
static bool reads_all(unsigned char *to, size_t most)
{
	size_t got = 0;
	ssize_t n;

	while ((n = read(p[0], to, most)) > 0) {
		if (!numbered(to, (size_t)n, got))
			return false;
		got += (size_t)n;
	}
	diag("%zu bytes in the child", got);
	return n == 0 && got == LARGE;
}

static void close_both(void)
{
	close(p[0]);
	close(p[1]);
}

static pid_t reader(bool (*body)(void))
{
	pid_t pid;

	if (pipe(p) < 0)
		bail_out("pipe: errno %d", errno);
	pid = tap_fork();
	if (pid == 0) {
		close(p[1]);
		tap_child_exit(!body());
	}
	until_asleep(pid);
	return pid;
}

/* The whole text is written; the end; and how the reader found it. */
static void write_to(pid_t pid, const char *what)
{
	is(write(p[1], text, LARGE), LARGE, "a write of 96 KiB");
	close(p[1]);
	is(tap_wait(pid), 0, "%s", what);
	close(p[0]);
}

static bool into_the_same_place(void)
{
	return reads_all(text, LARGE);
}

static bool into_shared_pages(void)
{
	return reads_all(mine, LARGE);
}

static bool into_own_pages(void)
{
	memset(mine, 'o', LARGE);
	return reads_all(mine + 5, LARGE - 5);
}

/* The reader has been woken for the first bytes but may not have run yet. */
static void behind_a_small_one(void)
{
	pid_t pid = reader(into_own_pages);

	is(write(p[1], text, 10), 10, "a small write");
	is(write(p[1], text + 10, LARGE - 10), LARGE - 10, "and a large one at once");
	close(p[1]);
	is(tap_wait(pid), 0, "are read in order");
	close(p[0]);
}

static bool into_little(void)
{
	memset(mine, 'o', LARGE);
	return reads_all(mine + 11, PAGE);
}

/* What a page that cannot be written keeps from being read is not lost. */
static bool into_a_hole(void)
{
	size_t got = 0;
	ssize_t n;

	memset(mine, 'o', LARGE);
	mprotect(mine + 2 * PAGE, PAGE, PROT_READ);
	n = read(p[0], mine, LARGE);
	if (n > (ssize_t)(2 * PAGE) || (n < 0 && errno != EFAULT))
		return false;
	got = n > 0 ? (size_t)n : 0;
	if (!numbered(mine, got, 0))
		return false;
	while (got < LARGE && (n = read(p[0], mine + 3 * PAGE, PAGE)) > 0) {
		if (!numbered(mine + 3 * PAGE, (size_t)n, got))
			return false;
		got += (size_t)n;
	}
	return got == LARGE;
}

static bool into_a_list(void)
{
	struct iovec list[3] = {
		{ mine, 2 * PAGE }, { mine + 3 * PAGE, 10 }, { mine + 4 * PAGE, LARGE - 4 * PAGE },
	};
	size_t got = 0, at = 0;

	memset(mine, 'o', LARGE);
	while (got < 3 * PAGE) {
		ssize_t n = readv(p[0], list, 3);

		if (n <= 0)
			return false;
		for (int i = 0; i < 3 && n > 0; i++) {
			at = n < (ssize_t)list[i].iov_len ? (size_t)n : list[i].iov_len;
			if (!numbered(list[i].iov_base, at, got))
				return false;
			got += at;
			n -= (ssize_t)at;
		}
	}
	while (got < LARGE && read(p[0], mine, 1) == 1 && numbered(mine, 1, got))
		got++;
	return got == LARGE;
}

static struct gate over;

static void on_signal(int sig)
{
	(void)sig;
}

/* The read that was interrupted must not be written to when it is over. */
static bool after_a_signal(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGUSR1, &action, NULL);
	memset(mine, 'o', LARGE);
	if (read(p[0], mine, LARGE) >= 0 || errno != EINTR)
		return false;
	gate_open(&over);
	return reads_all(text, LARGE) && all_bytes((char *)mine, LARGE, 'o');
}

static void interrupted(void)
{
	pid_t pid;

	gate_make(&over);
	pid = reader(after_a_signal);
	kill(pid, SIGUSR1);
	gate_wait(&over);
	gate_close(&over);
	until_asleep(pid);
	write_to(pid, "a reader who was interrupted");
}

static void killed(void)
{
	pid_t pid = reader(into_own_pages), other = tap_fork();

	if (other == 0) {
		close(p[1]);
		tap_child_exit(!into_own_pages());
	}
	until_asleep(other);
	kill(pid, SIGKILL);
	tap_wait(pid);
	write_to(other, "the second of two readers, when the first is dead");
}

/* What is written in one call to an empty pipe is read in one, whatever its pieces are and which of
 * the reader's pages are there. */
static bool in_one_piece(void)
{
	char *fresh = map_anon(LARGE, RW);

	fresh[0] = 'f';
	return read(p[0], fresh, LARGE) == 2 * PAGE && numbered((unsigned char *)fresh, 2 * PAGE, 0);
}

static void pieces(void)
{
	struct iovec list[2] = { { text, 16 }, { text + 16, 2 * PAGE - 16 } };
	pid_t pid = reader(in_one_piece);

	is(writev(p[1], list, 2), 2 * PAGE, "a header and a body in one call");
	is(tap_wait(pid), 0, "are read in one");
	close_both();
	pid = reader(in_one_piece);
	is(write(p[1], text, 2 * PAGE), 2 * PAGE, "two pages for a reader who has the first");
	is(tap_wait(pid), 0, "are read in one");
	close_both();
}

static pid_t tid;

static void *reads_behind(void *at)
{
	__atomic_store_n(&tid, (pid_t)sys(SYS_gettid), __ATOMIC_RELEASE);
	return (void *)read(p[0], (char *)at + PAGE, 4 * PAGE);
}

/* Another thread of the writer reads into what is just being written. */
static void overlapping(void)
{
	pthread_t thread;
	void *n;

	if (pipe(p) < 0)
		bail_out("pipe: errno %d", errno);
	number(mine, LARGE, 0);
	pthread_create(&thread, NULL, reads_behind, mine);
	until_thread_asleep(&tid);
	is(write(p[1], mine, 4 * PAGE), 4 * PAGE, "a write from where a thread reads to");
	pthread_join(thread, &n);
	ok((long)n == (long)(4 * PAGE) && numbered(mine, PAGE, 0) &&
	   numbered(mine + PAGE, 4 * PAGE, 0), "is of the bytes that were there");
	close_both();
}

static unsigned char *common;

static bool reads_common(void)
{
	/* The pages are there, and may be written. */
	for (size_t i = 0; i < 6; i++)
		*(volatile unsigned char *)&common[i * PAGE] = common[i * PAGE];
	return read(p[0], common + PAGE, 4 * PAGE) == 4 * PAGE &&
	       numbered(common + PAGE, 4 * PAGE, 0);
}

/* The same with another process, in memory that both share. */
static void overlapping_shared(void)
{
	pid_t pid;

	common = map_shared(6 * PAGE);
	number(common, 6 * PAGE, 0);
	pid = reader(reads_common);
	is(write(p[1], common, 4 * PAGE), 4 * PAGE, "a write from shared memory");
	is(tap_wait(pid), 0, "that is read a page further on");
	close_both();
}

/* Three readers share what a writer sends in one piece: each piece in order, nothing twice. */
static void three(void)
{
	uint32_t *place = (uint32_t *)(void *)text;
	long *sum = map_shared(PAGE);
	pid_t pid[3];
	long want = 0;

	if (pipe(p) < 0)
		bail_out("pipe: errno %d", errno);
	for (int k = 0; k < 3; k++) {
		pid[k] = tap_fork();
		if (pid[k] == 0) {
			uint32_t *got = (uint32_t *)(void *)mine;
			ssize_t n;
			bool bad = false;

			close(p[1]);
			memset(mine, 'o', LARGE);
			while ((n = read(p[0], mine, LARGE)) > 0)
				for (size_t i = 0; i < (size_t)n / 4; i++) {
					bad = bad || got[i] != got[0] + i;
					__atomic_fetch_add(sum, (long)got[i], __ATOMIC_RELAXED);
				}
			tap_child_exit(bad);
		}
		until_asleep(pid[k]);
	}
	close(p[0]);
	for (uint32_t round = 0; round < 10; round++) {
		for (uint32_t i = 0; i < LARGE / 4; i++) {
			place[i] = round * (LARGE / 4) + i;
			want += (long)place[i];
		}
		ok(write(p[1], text, LARGE) == LARGE, "a write of 96 KiB");
	}
	close(p[1]);
	for (int k = 0; k < 3; k++)
		is(tap_wait(pid[k]), 0, "a reader has pieces in order");
	is(*sum, want, "the three have all there was");
}

int main(void)
{
	text = (unsigned char *)map_anon(LARGE, RW);
	mine = (unsigned char *)map_anon(LARGE + PAGE, RW);
	signal(SIGPIPE, SIG_IGN);
	number(text, LARGE, 0);
	memset(mine, 'm', LARGE);
	write_to(reader(into_own_pages), "a reader with memory of its own");
	write_to(reader(into_the_same_place), "one who has the same memory");
	ok(numbered(text, LARGE, 0), "that is not ours");
	write_to(reader(into_shared_pages), "one whose memory is shared until it is written");
	ok(all_bytes((char *)mine, LARGE, 'm'), "ours is not written");
	behind_a_small_one();
	write_to(reader(into_little), "one who reads a page at a time");
	write_to(reader(into_a_hole), "one who may not write a page of it");
	write_to(reader(into_a_list), "one who reads into three places");
	pieces();
	overlapping();
	overlapping_shared();
	interrupted();
	killed();
	three();
	return done_testing();
}
