/*
 * port.c - mm/port.h on the host: RAM is an anonymous mapping, a hart is a number a thread carries,
 * flushes are noted down, spin locks are real. What tests call is in test.h.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/mman.h>

#include "mm/framedesc.h"
#include "mm/port.h"
#include "mm/slab.h"
#include "mm/test/port.h"
#include "mm/test/test.h"

uintptr_t port_direct_map;

static __thread unsigned this_hart;

unsigned port_hart(void)
{
	return this_hart;
}

void test_set_hart(unsigned hart)
{
	this_hart = hart;
}

/* ---- RAM: the direct map is aligned to a page and never to more, so nobody relies on that ---- */

static void *ram;
static size_t ram_bytes;
static void *table;
static size_t table_bytes;

static void *map_host(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED) {
		printf("Bail out! the host has no %zu bytes of address space\n", bytes);
		exit(99);
	}
	return at;
}

static void drop_ram(void)
{
	if (!ram)
		return;
	if (frame_zero)
		frame_dec_ref(frame_zero);
	if (test_free_frames() != frame_total()) {
		printf("Bail out! new RAM asked for with %zu frames of the old in use\n",
		       frame_total() - frame_free_count());
		exit(99);
	}
	munmap(ram, ram_bytes + PAGE_SIZE);
	munmap(table, table_bytes);
}

void test_ram_reserved(size_t bytes)
{
	drop_ram();
	ram_bytes = bytes;
	ram = map_host(bytes + PAGE_SIZE);
	port_direct_map = (uintptr_t)ram - TEST_RAM_BASE;
	if (is_aligned((uintptr_t)ram, 2 * PAGE_SIZE))
		port_direct_map += PAGE_SIZE;
	table_bytes = frame_table_size(TEST_RAM_BASE, TEST_RAM_BASE + bytes);
	table = map_host(table_bytes);
	/* Rubbish at first, where writing it does not cost the host too much. */
	memset(table, 0xa5, table_bytes < (8u << 20) ? table_bytes : 8u << 20);
	memset(frame_va(TEST_RAM_BASE), 0xa5, bytes < (8u << 20) ? bytes : 8u << 20);
	frame_init(TEST_RAM_BASE, TEST_RAM_BASE + bytes, table);
}

void test_ram(size_t bytes)
{
	test_ram_reserved(bytes);
	frame_free_range(TEST_RAM_BASE, TEST_RAM_BASE + bytes);
}

size_t test_free_frames(void)
{
	slab_reclaim();
	return frame_free_count();
}

/* ---- locks ---- */

#define MAX_HELD	16

static __thread struct mm_lock *held[MAX_HELD];
static __thread unsigned held_count;

void port_lock(struct mm_lock *lock)
{
	unsigned i;

	for (i = 0; i < held_count; i++)
		if (held[i] == lock)
			port_panic("lock %p taken twice", (void *)lock);
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
		sched_yield();
	lock->owner = this_hart + 1;
	if (held_count == MAX_HELD)
		port_panic("%u locks held at once", MAX_HELD);
	held[held_count++] = lock;
}

void port_unlock(struct mm_lock *lock)
{
	unsigned i = held_count;

	while (i > 0 && held[i - 1] != lock)
		i--;
	if (i == 0)
		port_panic("lock %p released but not held", (void *)lock);
	held[i - 1] = held[--held_count];
	lock->owner = 0;
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

void test_unlock_all(void)
{
	while (held_count > 0)
		port_unlock(held[held_count - 1]);
}

unsigned test_locks_held(void)
{
	return held_count;
}

/* ---- flushes ---- */

struct test_log test_log;
void (*test_event_hook)(const struct test_event *event);

static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;

void test_events_clear(void)
{
	pthread_mutex_lock(&log_mutex);
	memset(&test_log, 0, sizeof(test_log));
	pthread_mutex_unlock(&log_mutex);
}

static unsigned long *counter_of(enum test_event_kind kind)
{
	switch (kind) {
	case FLUSH_PAGE:
		return &test_log.pages;
	case FLUSH_ALL:
		return &test_log.all;
	case FLUSH_HARTS:
		return &test_log.harts;
	case SYNC_ICACHE:
		return &test_log.icache;
	case FREE_FRAME:
		return &test_log.freed;
	case PAUSE:
		return &test_log.pauses;
	}
	abort();
}

void test_event(struct test_event event)
{
	event.hart = this_hart;
	pthread_mutex_lock(&log_mutex);
	++*counter_of(event.kind);
	if (test_log.count < TEST_EVENTS && event.kind != PAUSE)
		test_log.event[test_log.count++] = event;
	pthread_mutex_unlock(&log_mutex);
	if (test_event_hook)
		test_event_hook(&event);
}

void port_flush_page(vaddr_t va)
{
	test_event((struct test_event){ .kind = FLUSH_PAGE, .va = va });
}

void port_flush_all(void)
{
	test_event((struct test_event){ .kind = FLUSH_ALL });
}

void port_flush_harts(uint64_t harts, vaddr_t va, size_t size)
{
	struct test_event event = { .kind = FLUSH_HARTS, .harts = harts, .va = va, .size = size };

	test_event(event);
}

void port_sync_icache(void)
{
	test_event((struct test_event){ .kind = SYNC_ICACHE });
}

/* Whoever comes next may want any lock there is. */
void port_pause(struct aspace *as)
{
	(void)as;
	if (held_count > 0)
		port_panic("a pause with %u spin locks held", held_count);
	test_event((struct test_event){ .kind = PAUSE });
}

/* ---- spaces ---- */

#define MAX_SPACES	256

struct space {
	struct aspace *as;	/* NULL: unused entry */
	pthread_mutex_t lock;
	unsigned pins;
	bool dying;
};

static struct space spaces[MAX_SPACES];
static pthread_mutex_t spaces_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t space_unpinned = PTHREAD_COND_INITIALIZER;

void (*test_aspace_locked_hook)(struct aspace *as);

/* The entry for a space, made if there is none; under spaces_mutex. */
static struct space *space_of(struct aspace *as)
{
	struct space *space, *unused = NULL;

	for (space = spaces; space < spaces + MAX_SPACES; space++) {
		if (space->as == as)
			return space;
		if (!space->as && !unused)
			unused = space;
	}
	if (!unused)
		port_panic("more than %u spaces", MAX_SPACES);
	*unused = (struct space){ .as = as };
	pthread_mutex_init(&unused->lock, NULL);
	return unused;
}

static struct space *find_space(struct aspace *as)
{
	struct space *space;

	pthread_mutex_lock(&spaces_mutex);
	space = space_of(as);
	pthread_mutex_unlock(&spaces_mutex);
	return space;
}

bool port_aspace_get(struct aspace *as)
{
	struct space *space;
	bool alive;

	pthread_mutex_lock(&spaces_mutex);
	space = space_of(as);
	alive = !space->dying;
	if (alive)
		space->pins++;
	pthread_mutex_unlock(&spaces_mutex);
	return alive;
}

void port_aspace_put(struct aspace *as)
{
	pthread_mutex_lock(&spaces_mutex);
	space_of(as)->pins--;
	pthread_cond_broadcast(&space_unpinned);
	pthread_mutex_unlock(&spaces_mutex);
}

void port_aspace_lock(struct aspace *as)
{
	if (held_count > 0)
		port_panic("sleeping lock taken with %u spin locks held", held_count);
	pthread_mutex_lock(&find_space(as)->lock);
	if (test_aspace_locked_hook)
		test_aspace_locked_hook(as);
}

void port_aspace_unlock(struct aspace *as)
{
	pthread_mutex_unlock(&find_space(as)->lock);
}

void test_aspace_dying(struct aspace *as)
{
	struct space *space;

	pthread_mutex_lock(&spaces_mutex);
	space = space_of(as);
	space->dying = true;
	while (space->pins > 0)
		pthread_cond_wait(&space_unpinned, &spaces_mutex);
	pthread_mutex_unlock(&spaces_mutex);
}

void test_aspace_forget(struct aspace *as)
{
	struct space *space;

	pthread_mutex_lock(&spaces_mutex);
	space = space_of(as);
	pthread_mutex_destroy(&space->lock);
	space->as = NULL;
	pthread_mutex_unlock(&spaces_mutex);
}
