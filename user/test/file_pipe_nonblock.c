/*
 * Two threads read from or write to a pipe at once, and neither must block. While the one copies, the
 * other may have to wait for that, but for nothing else. Catches one who then stays asleep because the
 * first has left no bytes, or no room.
 */
#include "user/test/util.h"

#include <pthread.h>

#define RING	(64 * 1024)
#define ROUNDS	100

static int p[2];
static pthread_barrier_t begun, over;
static bool writing;
static long moved[2], wrong[2];

/* From and to memory that is not there yet: a copy takes its time. */
static void *mover(void *arg)
{
	long me = (long)arg, n;

	for (int round = 0; round < ROUNDS; round++) {
		char *fresh = map_anon(RING, RW);

		pthread_barrier_wait(&begun);
		while ((n = writing ? write(p[1], fresh, RING) : read(p[0], fresh, RING)) > 0)
			moved[me] += n;
		wrong[me] += n == 0 || errno != EAGAIN;
		pthread_barrier_wait(&over);
		munmap(fresh, RING);
	}
	return NULL;
}

static void both(bool write_it, const char *what)
{
	char *text = map_anon(RING, RW);
	pthread_t thread[2];

	writing = write_it;
	moved[0] = moved[1] = wrong[0] = wrong[1] = 0;
	if (sys(SYS_pipe2, p, O_NONBLOCK) < 0)
		bail_out("pipe2: errno %d", errno);
	for (long i = 0; i < 2; i++)
		pthread_create(&thread[i], NULL, mover, (void *)i);
	for (int round = 0; round < ROUNDS; round++) {
		if (!writing && write(p[1], text, RING) != RING)
			bail_out("write: errno %d", errno);
		pthread_barrier_wait(&begun);
		pthread_barrier_wait(&over);
		if (writing && read(p[0], text, RING) != RING)
			bail_out("read: errno %d", errno);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	is(moved[0] + moved[1], (long)ROUNDS * RING, "%s: what there is", what);
	is(wrong[0] + wrong[1], 0, "and then EAGAIN for both");
	diag("%ld and %ld", moved[0], moved[1]);
	close(p[0]);
	close(p[1]);
	munmap(text, RING);
}

int main(void)
{
	pthread_barrier_init(&begun, NULL, 3);
	pthread_barrier_init(&over, NULL, 3);
	both(false, "two read");
	both(true, "two write");
	return done_testing();
}
