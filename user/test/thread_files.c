/*
 * thread_files.c - threads that use and close one descriptor table at once. Would catch: a descriptor
 * whose file is freed while another thread reads it, two threads that get the same number, a file that
 * is never closed; and exec that copies the table while the other threads still have it, by which the
 * process loses its locks.
 */
#include "user/test/util.h"

#include <pthread.h>

#define THREADS		4
#define ROUNDS		400
#define SLOTS		8
#define FIRST_SLOT	500	/* far above what open gives out here */
#define MAGIC		0x5a17e000u

static int files[SLOTS];	/* file i holds the word MAGIC + i */

/* ---- open, dup2, read and close, all on the same numbers ---- */

struct storm {
	unsigned seed;
	const char *wrong;	/* what was not as it should be */
};

static unsigned next_random(struct storm *s)
{
	s->seed = s->seed * 1103515245 + 12345;
	return s->seed >> 16;
}

/* A slot is closed, or it is one of the files and holds its word. */
static const char *look_at(int fd)
{
	unsigned word = 0;
	ssize_t n = pread(fd, &word, sizeof(word), 0);

	if (n < 0)
		return errno == EBADF ? NULL : "an error other than EBADF";
	return n == sizeof(word) && word - MAGIC < SLOTS ? NULL : "another file's bytes";
}

/* A number that this thread alone was given. */
static const char *own_pipe(struct storm *s)
{
	unsigned sent = next_random(s), got = ~sent;
	int fds[2];

	if (pipe(fds) < 0)
		return "no pipe";
	if (write(fds[1], &sent, sizeof(sent)) != sizeof(sent) ||
	    read(fds[0], &got, sizeof(got)) != sizeof(got) || got != sent)
		return "the pipe of another thread";
	return close(fds[0]) < 0 || close(fds[1]) < 0 ? "a pipe that was closed" : NULL;
}

static void *storm(void *arg)
{
	struct storm *s = arg;

	for (int i = 0; i < ROUNDS && !s->wrong; i++) {
		int slot = FIRST_SLOT + (int)(next_random(s) % SLOTS);

		s->wrong = own_pipe(s);
		if (dup2(files[next_random(s) % SLOTS], slot) != slot && errno != EBUSY)
			s->wrong = "dup2";
		if (!s->wrong)
			s->wrong = look_at(FIRST_SLOT + (int)(next_random(s) % SLOTS));
		close(FIRST_SLOT + (int)(next_random(s) % SLOTS));
		if (fcntl(slot, F_SETFD, FD_CLOEXEC) < 0 && errno != EBADF)
			s->wrong = "F_SETFD";
	}
	return NULL;
}

static int lowest_free(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static void one_table(void)
{
	struct storm s[THREADS] = { { 0 } };
	pthread_t threads[THREADS];
	int before = lowest_free();

	for (unsigned i = 0; i < THREADS; i++) {
		s[i].seed = i + 1;
		if (pthread_create(&threads[i], NULL, storm, &s[i]))
			bail_out("no thread");
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < THREADS; i++)
		ok(!s[i].wrong, "a thread finds what it opened: %s",
		   s[i].wrong ? s[i].wrong : "always");
	for (int i = 0; i < SLOTS; i++)
		close(FIRST_SLOT + i);
	is(lowest_free(), before, "no number is lost");
}

/* ---- the last to close is whoever it is ---- */

static int ends[2];

static void *closes(void *arg)
{
	(void)arg;
	close(ends[1]);
	return NULL;
}

/* The reader, in another thread, sees the end of the pipe. */
static void last_close(void)
{
	pthread_t thread;
	char c;

	if (pipe(ends) < 0 || pthread_create(&thread, NULL, closes, NULL))
		bail_out("no thread");
	is(read(ends[0], &c, 1), 0, "a close by another thread ends the pipe");
	pthread_join(thread, NULL);
	close(ends[0]);
}

/* ---- exec ---- */

static const char *self;

static void *waits(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static int execs_with_lock(void)
{
	const char digit[] = { (char)('0' + files[0]), 0 }, *args[] = { digit, NULL };
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	pthread_t thread;

	if (fcntl(files[0], F_SETLK, &fl) < 0 || pthread_create(&thread, NULL, waits, NULL))
		return 1;
	exec_self(self, args, environ);
	return 2;
}

/* The new program: does its child meet the lock? */
static int has_lock(int fd)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fcntl(fd, F_GETLK, &fl) < 0 || fl.l_type != F_WRLCK || fl.l_pid != getppid());
	waitpid(pid, &status, 0);
	return status != 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return has_lock(argv[1][0] - '0');
	self = argv[0];
	scratch_enter();
	for (unsigned i = 0; i < SLOTS; i++) {
		unsigned word = MAGIC + i;
		char name[] = { (char)('a' + i), 0 };

		files[i] = make_file(name, &word, sizeof(word));
	}
	one_table();
	last_close();
	exits_with(execs_with_lock, 0);
	return done_testing();
}
