/* Semaphores without a name. */
#ifndef _SEMAPHORE_H
#define _SEMAPHORE_H

#include <stdint.h>
#include <time.h>

typedef struct {
	uint64_t __state;	/* the value, and above bit 32 how many wait */
	int __shared;
} sem_t;

#define SEM_VALUE_MAX	0x7fffffff

/* These return -1 and errno, as everything but <pthread.h> does. */
int sem_init(sem_t *sem, int shared, unsigned value);
int sem_destroy(sem_t *sem);
int sem_wait(sem_t *sem);
int sem_trywait(sem_t *sem);
int sem_timedwait(sem_t *restrict sem, const struct timespec *restrict end);
int sem_post(sem_t *sem);
int sem_getvalue(sem_t *restrict sem, int *restrict value);

#endif
