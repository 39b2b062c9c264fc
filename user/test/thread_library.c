/*
 * thread_library.c - the library used by several threads at once: one stream, one heap. Would catch a
 * lock that is missing, or held too short: a line in pieces, a block given out twice.
 */
#include "user/test/util.h"

#include <pthread.h>

#define THREADS	4
#define LINES	500

static FILE *out;

static void *writes(void *arg)
{
	for (int i = 0; i < LINES; i++) {
		fprintf(out, "%s %d %s\n", (char *)arg, i, "the quick brown fox");
		if (i % 50 == 0)
			fflush(NULL);
	}
	return NULL;
}

static void *allocates(void *arg)
{
	unsigned seed = (unsigned)(long)arg;
	unsigned char *p[16] = { NULL };
	size_t size[16] = { 0 };
	bool good = true;

	for (int i = 0; i < 4000; i++) {
		int k = (int)((seed = seed * 1103515245 + 12345) >> 16) % 16;

		if (p[k] && (p[k][0] != (unsigned char)(long)arg ||
			     p[k][size[k] - 1] != (unsigned char)(long)arg))
			good = false;
		if (i % 3 == 0) {
			free(p[k]);
			p[k] = NULL;
			continue;
		}
		size[k] = 1 + (seed >> 8) % (i % 100 == 1 ? 200000 : 600);
		p[k] = realloc(p[k], size[k]);
		memset(p[k], (int)(long)arg, size[k]);
	}
	for (int k = 0; k < 16; k++)
		free(p[k]);
	return (void *)(long)good;
}

/* Every line is there, whole, and each writer's in its order. */
static bool lines_are_whole(FILE *f)
{
	int next[THREADS] = { 0 };
	char line[100], who;
	int n, end;

	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%c %d the quick brown fox%n", &who, &n, &end) != 2 ||
		    line[end] != '\n' || who < 'a' || who >= 'a' + THREADS || n != next[who - 'a'])
			return false;
		next[who - 'a']++;
	}
	for (int i = 0; i < THREADS; i++)
		if (next[i] != LINES)
			return false;
	return true;
}

/* fn in as many threads, the n-th with arg[n]. => how many results were not NULL. */
static int in_threads(void *(*fn)(void *), void *const arg[THREADS])
{
	pthread_t thread[THREADS];
	void *result;
	int n = 0;

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, fn, arg[i]))
			bail_out("no thread");
	for (int i = 0; i < THREADS; i++)
		n += pthread_join(thread[i], &result) == 0 && result;
	return n;
}

int main(void)
{
	scratch_enter();
	out = fopen("lines", "w+");
	in_threads(writes, (void *[]){ "a", "b", "c", "d" });
	rewind(out);
	ok(lines_are_whole(out), "%d threads print lines to one stream", THREADS);
	fclose(out);
	is(in_threads(allocates, (void *[]){ (void *)1, (void *)2, (void *)3, (void *)4 }), THREADS,
	   "%d threads allocate and free", THREADS);
	return done_testing();
}
