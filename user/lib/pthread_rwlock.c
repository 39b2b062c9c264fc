/*
 * Locks that many may hold to read and one to write. Readers come first: a writer waits until
 * nobody reads.
 */
#include <errno.h>
#include <pthread.h>

int pthread_rwlock_init(pthread_rwlock_t *restrict l, const pthread_rwlockattr_t *restrict attr)
{
	*l = (pthread_rwlock_t)PTHREAD_RWLOCK_INITIALIZER;
	if (attr)
		l->__lock.__shared = l->__change.__shared = attr->__shared;
	return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *l)
{
	return pthread_cond_destroy(&l->__change);
}

int pthread_rwlock_rdlock(pthread_rwlock_t *l)
{
	pthread_mutex_lock(&l->__lock);
	while (l->__writer)
		pthread_cond_wait(&l->__change, &l->__lock);
	l->__readers++;
	pthread_mutex_unlock(&l->__lock);
	return 0;
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *l)
{
	int busy;

	pthread_mutex_lock(&l->__lock);
	busy = l->__writer;
	if (!busy)
		l->__readers++;
	pthread_mutex_unlock(&l->__lock);
	return busy ? EBUSY : 0;
}

int pthread_rwlock_wrlock(pthread_rwlock_t *l)
{
	pthread_mutex_lock(&l->__lock);
	while (l->__writer || l->__readers)
		pthread_cond_wait(&l->__change, &l->__lock);
	l->__writer = 1;
	pthread_mutex_unlock(&l->__lock);
	return 0;
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *l)
{
	int busy;

	pthread_mutex_lock(&l->__lock);
	busy = l->__writer || l->__readers;
	if (!busy)
		l->__writer = 1;
	pthread_mutex_unlock(&l->__lock);
	return busy ? EBUSY : 0;
}

int pthread_rwlock_unlock(pthread_rwlock_t *l)
{
	pthread_mutex_lock(&l->__lock);
	if (l->__writer)
		l->__writer = 0;
	else
		l->__readers--;
	if (!l->__readers)
		pthread_cond_broadcast(&l->__change);
	pthread_mutex_unlock(&l->__lock);
	return 0;
}
