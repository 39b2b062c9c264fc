/*
 * Barriers: nobody goes on before all have come.
 */
#include <errno.h>
#include <pthread.h>

int pthread_barrier_init(pthread_barrier_t *restrict b, const pthread_barrierattr_t *restrict attr,
			 unsigned count)
{
	if (count == 0)
		return EINVAL;
	*b = (pthread_barrier_t){ .__count = count };
	if (attr)
		b->__lock.__shared = b->__change.__shared = attr->__shared;
	return 0;
}

/* Some that were let through may not be out yet. */
int pthread_barrier_destroy(pthread_barrier_t *b)
{
	pthread_mutex_lock(&b->__lock);
	while (b->__inside)
		pthread_cond_wait(&b->__change, &b->__lock);
	pthread_mutex_unlock(&b->__lock);
	return pthread_cond_destroy(&b->__change);
}

int pthread_barrier_wait(pthread_barrier_t *b)
{
	unsigned round;
	int last;

	pthread_mutex_lock(&b->__lock);
	round = b->__round;
	b->__inside++;
	last = ++b->__arrived == b->__count;
	if (last) {
		b->__arrived = 0;
		b->__round++;
		pthread_cond_broadcast(&b->__change);
	}
	while (b->__round == round)
		pthread_cond_wait(&b->__change, &b->__lock);
	if (--b->__inside == 0)
		pthread_cond_broadcast(&b->__change);
	pthread_mutex_unlock(&b->__lock);
	return last ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}
