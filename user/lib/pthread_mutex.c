/*
 * Mutexes: a lock (lock.c), and for some kinds its owner.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include "user/lib/lock.h"

int pthread_mutex_init(pthread_mutex_t *restrict m, const pthread_mutexattr_t *restrict attr)
{
	*m = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	if (attr) {
		m->__kind = attr->__kind;
		m->__shared = attr->__shared;
	}
	return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *m)
{
	return __atomic_load_n(&m->__word, __ATOMIC_RELAXED) ? EBUSY : 0;
}

/* Nobody else can make the caller the owner, or make it cease to be. */
static int is_mine(pthread_mutex_t *m)
{
	return __atomic_load_n(&m->__owner, __ATOMIC_RELAXED) == pthread_self();
}

static void set_owner(pthread_mutex_t *m, pthread_t owner)
{
	if (m->__kind != PTHREAD_MUTEX_NORMAL)
		__atomic_store_n(&m->__owner, owner, __ATOMIC_RELAXED);
}

/* Once more by its owner. */
static int deepen(pthread_mutex_t *m)
{
	if (m->__depth == UINT_MAX)
		return EAGAIN;
	m->__depth++;
	return 0;
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict m, const struct timespec *restrict end)
{
	int err;

	if (m->__kind != PTHREAD_MUTEX_NORMAL && is_mine(m))
		return m->__kind == PTHREAD_MUTEX_RECURSIVE ? deepen(m) : EDEADLK;
	err = __lock_until(&m->__word, m->__shared, end);
	if (!err)
		set_owner(m, pthread_self());
	return err;
}

int pthread_mutex_lock(pthread_mutex_t *m)
{
	return pthread_mutex_timedlock(m, NULL);
}

int pthread_mutex_trylock(pthread_mutex_t *m)
{
	if (m->__kind == PTHREAD_MUTEX_RECURSIVE && is_mine(m))
		return deepen(m);
	if (!__trylock(&m->__word))
		return EBUSY;
	set_owner(m, pthread_self());
	return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *m)
{
	if (m->__kind != PTHREAD_MUTEX_NORMAL) {
		if (!is_mine(m))
			return EPERM;
		if (m->__depth) {
			m->__depth--;
			return 0;
		}
		set_owner(m, NULL);
	}
	__unlock_shared(&m->__word, m->__shared);
	return 0;
}

/* ---- attributes ---- */

int pthread_mutexattr_init(pthread_mutexattr_t *attr)
{
	*attr = (pthread_mutexattr_t){ PTHREAD_MUTEX_DEFAULT, PTHREAD_PROCESS_PRIVATE };
	return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attr)
{
	(void)attr;
	return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int kind)
{
	if (kind < PTHREAD_MUTEX_NORMAL || kind > PTHREAD_MUTEX_ERRORCHECK)
		return EINVAL;
	attr->__kind = kind;
	return 0;
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *restrict attr, int *restrict kind)
{
	*kind = attr->__kind;
	return 0;
}

int pthread_mutexattr_setpshared(pthread_mutexattr_t *attr, int shared)
{
	if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
		return EINVAL;
	attr->__shared = shared;
	return 0;
}
