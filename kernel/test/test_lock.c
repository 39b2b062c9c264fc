/*
 * test_lock.c - who waits for whom at a lock that many read or one writes. Tasks here are turns of
 * one thread: what others do while one sleeps is a function that runs in its sleep.
 */
#include "kernel/test/host.h"

#include "kernel/lock.c"

struct hart harts[MAX_HARTS];
struct task *current;

static struct task reader = { .hart = harts }, late_reader = { .hart = harts },
		   writer = { .hart = harts };
static struct rwlock lock;
static void (*meanwhile)(void);		/* what the next one who sleeps leaves to the others */
static int sleeps;

__attribute__((noreturn)) void panic(const char *fmt, ...)
{
	printf("Bail out! %s\n", fmt);
	fflush(stdout);
	__builtin_trap();
}

void waitq_init(struct waitq *q)
{
	list_init(&q->sleepers);
}

void waitq_sleep_always(struct waitq *q, struct spinlock *spin)
{
	void (*others)(void) = meanwhile;
	struct task *self = current;

	sleeps++;
	list_append(&q->sleepers, &self->wait_link);
	spin_unlock(spin);
	meanwhile = NULL;
	if (!others)
		panic("one sleeps, and nobody is left to wake it");
	others();
	spin_lock(spin);
	current = self;
	if (!list_is_empty(&self->wait_link))
		panic("one was not woken");
}

void waitq_wake_all(struct waitq *q)
{
	while (list_pop(&q->sleepers))
		continue;
}

void waitq_wake_one(struct waitq *q)
{
	list_pop(&q->sleepers);
}

static void begin(void)
{
	rwlock_init(&lock);
	sleeps = 0;
}

static void reader_ends(void)
{
	current = &reader;
	rwlock_read_unlock(&lock);
}

static void late_reader_comes(void)
{
	current = &late_reader;
	meanwhile = reader_ends;
	rwlock_read_lock(&lock);
	is(sleeps, 2, "a reader behind a writer who waits does not join the first");
	rwlock_read_unlock(&lock);
}

/* Readers whose turns overlap: the second may not keep the lock from becoming free. */
static void test_writer_waits(void)
{
	begin();
	current = &reader;
	rwlock_read_lock(&lock);
	current = &writer;
	meanwhile = late_reader_comes;
	rwlock_write_lock(&lock);
	is(sleeps, 2, "the writer slept once");
	ok(rwlock_is_mine(&lock), "and has the lock");
	ok(!rwlock_try_read_lock(&lock), "alone");
	rwlock_write_unlock(&lock);
}

static void writer_ends(void)
{
	current = &writer;
	rwlock_write_unlock(&lock);
}

static void test_reader_waits(void)
{
	begin();
	current = &writer;
	rwlock_write_lock(&lock);
	current = &reader;
	meanwhile = writer_ends;
	rwlock_read_lock(&lock);
	is(sleeps, 1, "a reader waits for a writer");
	current = &late_reader;
	rwlock_read_lock(&lock);
	is(sleeps, 1, "and others may read with it once nobody waits");
	rwlock_read_unlock(&lock);
	ok(rwlock_try_read_lock(&lock), "or try to");
	rwlock_read_unlock(&lock);
	rwlock_read_unlock(&lock);
	is(lock.state, 0, "at the end nobody holds it or waits");
}

int main(void)
{
	test_writer_waits();
	test_reader_waits();
	return host_done();
}
