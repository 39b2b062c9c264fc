/*
 * Values by key, each thread its own. A key that is deleted and made again has another birth, so
 * what threads have set under the old one is not found.
 */
#include <errno.h>
#include <pthread.h>
#include "user/lib/lock.h"
#include "user/lib/pthread.h"

static struct {
	unsigned birth;		/* odd: there is such a key */
	void (*destructor)(void *);
} keys[PTHREAD_KEYS_MAX];
static int keys_lock;

static __thread struct {
	unsigned birth;		/* of the key when it was set */
	void *value;
} values[PTHREAD_KEYS_MAX];

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	unsigned i = 0;

	__lock(&keys_lock);
	while (i < PTHREAD_KEYS_MAX && keys[i].birth % 2)
		i++;
	if (i < PTHREAD_KEYS_MAX) {
		keys[i].birth++;
		keys[i].destructor = destructor;
		*key = i;
	}
	__unlock(&keys_lock);
	return i < PTHREAD_KEYS_MAX ? 0 : EAGAIN;
}

static int exists(pthread_key_t key)
{
	return key < PTHREAD_KEYS_MAX && keys[key].birth % 2;
}

int pthread_key_delete(pthread_key_t key)
{
	int existed;

	__lock(&keys_lock);
	existed = exists(key);
	if (existed)
		keys[key].birth++;
	__unlock(&keys_lock);
	return existed ? 0 : EINVAL;
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
	if (!exists(key))
		return EINVAL;
	values[key].birth = keys[key].birth;
	values[key].value = (void *)value;
	return 0;
}

void *pthread_getspecific(pthread_key_t key)
{
	if (!exists(key) || values[key].birth != keys[key].birth)
		return NULL;
	return values[key].value;
}

/* Calls one destructor if the key has a value; the value is NULL by then. */
static int destroy(pthread_key_t key)
{
	void *value = pthread_getspecific(key);
	void (*destructor)(void *) = keys[key].destructor;

	if (!value || !destructor)
		return 0;
	values[key].value = NULL;
	destructor(value);
	return 1;
}

/* Destructors may set values anew, but not for ever. */
void __key_destructors(void)
{
	int called = 1;

	for (int i = 0; called && i < PTHREAD_DESTRUCTOR_ITERATIONS; i++) {
		called = 0;
		for (pthread_key_t key = 0; key < PTHREAD_KEYS_MAX; key++)
			called |= destroy(key);
	}
}
