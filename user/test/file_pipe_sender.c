/*
 * A read finds the pipe empty and a large write asleep, which waited for room: the bytes may come
 * from the writer's memory, past the pipe. Catches bytes lost, twice or out of order, a count that
 * tells the writer something else, and a copy from a writer who is not there any more.
 */
#include "user/test/util.h"

#include <pthread.h>
#include <sys/uio.h>

#define RING (64 * 1024ul)

static unsigned char *text;	/* 3 * RING bytes to write */
static unsigned char *mine;	/* as many to read into */
static int p[2];

/* A number at every place, so that what is missing, twice or moved shows. */
static unsigned char byte_at(size_t i)
{
	return (unsigned char)(i * 31 + (i >> 8));
}

static bool numbered(const unsigned char *at, size_t n, size_t from)
{
	for (size_t i = 0; i < n; i++)
		if (at[i] != byte_at(from + i))
			return false;
	return true;
}

/* Read n bytes, at most `most` at a time; fewer at the end. */
static size_t reads(unsigned char *to, size_t n, size_t most)
{
	size_t done = 0;
	ssize_t got;

	while (done < n && (got = read(p[0], to + done, most < n - done ? most : n - done)) > 0)
		done += (size_t)got;
	return done;
}

static void open_pipe(void)
{
	if (pipe(p) < 0)
		bail_out("pipe: errno %d", errno);
}

/* The child writes and sleeps. What we read into is ours again, not shared with it. */
static void until_ready(pid_t pid)
{
	until_asleep(pid);
	memset(mine, 'm', 3 * RING);
}

/* A child that writes, and how many bytes it must be told it has written. */
static pid_t writer(const unsigned char *from, size_t n, ssize_t want)
{
	pid_t pid = tap_fork();

	if (pid == 0) {
		close(p[0]);
		tap_child_exit(write(p[1], from, n) != want);
	}
	until_ready(pid);
	return pid;
}

static void is_over(pid_t pid, const char *what)
{
	close(p[1]);
	is(read(p[0], mine, RING), 0, "that is all");
	is(tap_wait(pid), 0, "%s", what);
	close(p[0]);
}

static void in_turns(size_t first, size_t most, const char *what)
{
	pid_t pid;

	open_pipe();
	pid = writer(text, 3 * RING, 3 * RING);
	is(reads(mine, first, first), first, "%s", what);
	is(reads(mine + first, 3 * RING - first, most), 3 * RING - first, "and the rest");
	ok(numbered(mine, 3 * RING, 0), "in order");
	is_over(pid, "the writer knows how much went");
}

static void into_fresh_pages(void)
{
	unsigned char *fresh = (unsigned char *)map_anon(2 * RING, RW);
	pid_t pid;

	open_pipe();
	pid = writer(text, 2 * RING, 2 * RING);
	is(reads(fresh, 2 * RING, RING), 2 * RING, "a reader whose pages are not there yet");
	ok(numbered(fresh, 2 * RING, 0), "gets all in order");
	is_over(pid, "the writer knows how much went");
	munmap(fresh, 2 * RING);
}

/* What lies before a page that cannot be read is written. */
static void from_a_hole(void)
{
	size_t good = RING + 2 * PAGE;
	pid_t pid;

	open_pipe();
	mprotect(text + good, PAGE, PROT_NONE);
	pid = writer(text, 2 * RING, (ssize_t)good);
	mprotect(text + good, PAGE, RW);
	is(reads(mine, good, RING), good, "from a writer who may not read one of the pages");
	ok(numbered(mine, good, 0), "comes what lies before it");
	is_over(pid, "the writer knows how much went");
}

static void on_signal(int sig)
{
	(void)sig;
}

/* A write that was interrupted or killed gives nothing more. */
static void ended_by(int sig, int status, const char *what)
{
	pid_t pid, other;

	open_pipe();
	pid = writer(text, 2 * RING, RING);
	kill(pid, sig);
	is(tap_wait(pid), status, "%s", what);
	other = tap_fork();
	if (other == 0) {
		close(p[0]);
		tap_child_exit(write(p[1], text + RING, RING) != (ssize_t)RING);
	}
	until_ready(other);
	is(reads(mine, RING, RING), RING, "what it has written is there");
	is(reads(mine + RING, RING, RING), RING, "then comes what another writes");
	ok(numbered(mine, 2 * RING, 0), "in order");
	is_over(other, "the other knows how much went");
}

/* PIPE_BUF bytes stay together however little is read at a time, and whoever waits as well. */
static void together(void)
{
	const size_t size[3] = { 100, PAGE, PAGE };
	size_t at = 0;
	pid_t pid[3];

	open_pipe();
	is(write(p[1], text, RING), RING, "a full pipe");
	for (int k = 0; k < 3; k++) {
		memset(mine, 'a' + k, PAGE);
		pid[k] = writer(mine, size[k], (ssize_t)size[k]);
	}
	is(reads(mine, RING, RING), RING, "is emptied");
	is(reads(mine, 2 * PAGE + 100, 60), 2 * PAGE + 100, "sixty bytes at a time");
	for (int k = 0; k < 3; k++) {
		size_t n = size[mine[at] - 'a'];

		ok(all_bytes((char *)mine + at, n, (char)mine[at]), "all of one writer");
		at += n;
	}
	for (int k = 1; k < 3; k++)
		is(tap_wait(pid[k]), 0, "a writer of a page");
	is_over(pid[0], "the first of them");
}

static pid_t tid;

static void *writes(void *from)
{
	__atomic_store_n(&tid, (pid_t)sys(SYS_gettid), __ATOMIC_RELEASE);
	return (void *)write(p[1], from, 2 * RING);
}

/* The reader is a thread of the writer and reads over what is still to be written. */
static void overlapping(void)
{
	pthread_t thread;
	void *n;

	open_pipe();
	memcpy(mine, text, 3 * RING);
	pthread_create(&thread, NULL, writes, mine);
	until_thread_asleep(&tid);
	is(reads(mine, RING, RING), RING, "a first half");
	is(read(p[0], mine + RING + PAGE, RING), RING, "the second, a page behind where it lies");
	pthread_join(thread, &n);
	is((long)n, 2 * RING, "the writer knows how much went");
	ok(numbered(mine + RING + PAGE, RING, RING), "the bytes are those that were there");
	close(p[0]);
	close(p[1]);
}

static void in_pieces(void)
{
	struct iovec list[2] = { { text, RING + 16 }, { text + 2 * RING, RING - 16 } };
	pid_t pid;

	open_pipe();
	pid = tap_fork();
	if (pid == 0)
		tap_child_exit(writev(p[1], list, 2) != (ssize_t)(2 * RING));
	until_ready(pid);
	is(reads(mine, 2 * RING, RING), 2 * RING, "a write in pieces");
	ok(numbered(mine, RING + 16, 0) && numbered(mine + RING + 16, RING - 16, 2 * RING),
	   "in order");
	is_over(pid, "the writer knows how much went");
}

/* Somebody else has waited for room as well, and was not the one who was told that there is some. */
static void behind_it(void)
{
	pid_t pid, other;

	open_pipe();
	pid = writer(text, 2 * RING, 2 * RING);
	other = writer(text + 2 * RING, 100, 100);
	is(reads(mine, 2 * RING, RING), 2 * RING, "all of a large write");
	is(tap_wait(pid), 0, "its writer knows how much went");
	is(reads(mine + 2 * RING, 100, 100), 100, "then what waited behind it");
	ok(numbered(mine, 2 * RING + 100, 0), "in order");
	is_over(other, "whose writer knows, too");
}

/* All readers go after the bytes went and before the writer knows. */
static void left_alone(void)
{
	size_t n;
	pid_t pid;

	open_pipe();
	pid = writer(text, 2 * RING, 2 * RING);
	n = reads(mine, 2 * RING, RING);
	close(p[0]);
	is(n, 2 * RING, "all there is is read");
	is(tap_wait(pid), 0, "the writer knows how much went");
	close(p[1]);
}

/* A signal has woken the writer, but its bytes may still go before it runs. */
static void interrupted_late(void)
{
	long *count = map_shared(PAGE);
	size_t n;
	pid_t pid;

	open_pipe();
	pid = tap_fork();
	if (pid == 0) {
		close(p[0]);
		*count = write(p[1], text, 2 * RING);
		tap_child_exit(0);
	}
	until_ready(pid);
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	kill(pid, SIGUSR1);
	n = reads(mine, RING, RING);
	n += reads(mine + n, RING, RING);
	is(tap_wait(pid), 0, "a writer who was interrupted");
	close(p[1]);
	n += reads(mine + n, RING, RING);
	is(*count, n, "counts what was read");
	ok(numbered(mine, n, 0), "in order");
	close(p[0]);
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	text = (unsigned char *)map_anon(3 * RING, RW);
	mine = (unsigned char *)map_anon(3 * RING, RW);
	for (size_t i = 0; i < 3 * RING; i++)
		text[i] = byte_at(i);
	sigaction(SIGUSR1, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	in_turns(RING, RING, "a reader who takes as much as a pipe holds");
	in_turns(RING, 3 * RING, "one who wants more");
	in_turns(RING, PAGE + 1, "one who takes a page and a byte");
	in_turns(RING + 7, 1000, "one who takes little");
	into_fresh_pages();
	from_a_hole();
	ended_by(SIGUSR1, 0, "a write that was interrupted tells what went");
	ended_by(SIGKILL, SIGKILL, "a writer who is killed");
	together();
	overlapping();
	in_pieces();
	behind_it();
	left_alone();
	interrupted_late();
	return done_testing();
}
