/*
 * malloc and free. The shape of the heap is in heap.h, what is made of these
 * two in realloc.c. One lock guards the heap; mappings need none.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "user/lib/heap.h"
#include "user/lib/lock.h"

#define GROWTH		(64UL << 10)	/* least amount to ask of sbrk */
#define TRIM		(256UL << 10)	/* free top of the heap that is given back */
#define EXACT		512UL		/* below, each size has a list of its own */
#define EXACT_BINS	(EXACT / ALIGN)

static struct chunk *bins[EXACT_BINS + 32];	/* lists of free chunks */
static char *heap_end;				/* behind the last fencepost */
static int heap_lock;

void __heap_lock(void)
{
	__lock(&heap_lock);
}

void __heap_unlock(void)
{
	__unlock(&heap_lock);
}

void __heap_fork(int after)
{
	if (after)
		__heap_unlock();
	else
		__heap_lock();
}

void *__heap_no_memory(void)
{
	errno = ENOMEM;
	return NULL;
}

/* Past stdio, which may be what is being freed. */
__attribute__((noreturn))
static void die(const char *what)
{
	static const char head[] = "malloc: ";

	write(STDERR_FILENO, head, sizeof(head) - 1);
	write(STDERR_FILENO, what, strlen(what));
	write(STDERR_FILENO, "\n", 1);
	abort();
}

/* From EXACT on, a list for each power of two. */
static size_t bin_of(size_t size)
{
	size_t bin = EXACT_BINS;

	if (size < EXACT)
		return size / ALIGN;
	for (size /= 2 * EXACT; size; size /= 2)
		bin++;
	return bin;
}

static void list(struct chunk *c)
{
	struct chunk **bin = &bins[bin_of(size_of(c))];

	c->prev = NULL;
	c->next = *bin;
	if (c->next)
		c->next->prev = c;
	*bin = c;
}

void __heap_unlist(struct chunk *c)
{
	if (c->next)
		c->next->prev = c->prev;
	if (c->prev)
		c->prev->next = c->next;
	else
		bins[bin_of(size_of(c))] = c->next;
}

/* First fit in the list of its size; in a higher one every chunk is large enough. */
static struct chunk *find(size_t size)
{
	for (size_t b = bin_of(size); b < sizeof(bins) / sizeof(bins[0]); b++)
		for (struct chunk *c = bins[b]; c; c = c->next)
			if (size_of(c) >= size)
				return c;
	return NULL;
}

/* The chunk above learns of it, and the size is noted at the end. */
static void mark_free(struct chunk *c, size_t size)
{
	struct chunk *above = at(c, size);

	c->head = size | (c->head & BELOW_IN_USE);
	above->below = size;
	above->head &= ~BELOW_IN_USE;
	list(c);
}

void __heap_release(struct chunk *c)
{
	size_t size = size_of(c);
	struct chunk *above = at(c, size);

	c->head &= ~IN_USE;
	if (!(above->head & IN_USE)) {
		__heap_unlist(above);
		size += size_of(above);
	}
	if (!(c->head & BELOW_IN_USE)) {
		c = at(c, -c->below);
		__heap_unlist(c);
		size += size_of(c);
	}
	mark_free(c, size);
}

void __heap_split(struct chunk *c, size_t have, size_t size)
{
	struct chunk *rest = at(c, size);

	if (have - size < SMALLEST)
		size = have;
	c->head = size | (c->head & BELOW_IN_USE) | IN_USE;
	if (size == have) {
		at(c, have)->head |= BELOW_IN_USE;
		return;
	}
	rest->head = (have - size) | BELOW_IN_USE;
	__heap_release(rest);
}

/*
 * More heap from the kernel. Right above the old end, the old fencepost becomes
 * the header of the new free chunk; elsewhere (somebody else moved the break) a
 * new piece begins.
 */
static int grow(size_t need)
{
	size_t bytes = (need + 2 * ALIGN + GROWTH - 1) / GROWTH * GROWTH;
	size_t skip = -(uintptr_t)sbrk(0) % ALIGN;
	char *start = sbrk((intptr_t)(bytes + skip));
	struct chunk *c;

	if (start == (void *)-1)
		return -1;
	if (start == heap_end) {
		c = (struct chunk *)(heap_end - 2 * HEADER);
	} else {
		c = (struct chunk *)(start + skip);
		c->head = BELOW_IN_USE;
		bytes -= 2 * HEADER;
	}
	c->head = bytes | (c->head & BELOW_IN_USE);
	at(c, bytes)->head = IN_USE;
	heap_end = (char *)at(c, bytes) + 2 * HEADER;
	__heap_release(c);
	return 0;
}

/* Gives the top of the heap back when there is much of it. */
static void trim(void)
{
	struct chunk *fence = (struct chunk *)(heap_end - 2 * HEADER), *top;
	size_t give;

	if (fence->head & BELOW_IN_USE || fence->below < TRIM)
		return;
	top = at(fence, -fence->below);
	give = (size_of(top) - GROWTH) & ~(PAGE - 1);
	if (sbrk(0) != heap_end || sbrk(-(intptr_t)give) == (void *)-1)
		return;
	heap_end -= give;
	__heap_unlist(top);
	at(top, size_of(top) - give)->head = IN_USE;
	mark_free(top, size_of(top) - give);
}

size_t __heap_size(size_t request)
{
	size_t size;

	if (request > PTRDIFF_MAX)
		return 0;
	size = (request + HEADER + ALIGN - 1) & ~(ALIGN - 1);
	return size < SMALLEST ? SMALLEST : size;
}

void *__heap_map(size_t size, size_t align)
{
	size_t lead = align > ALIGN ? align : ALIGN;
	size_t bytes = (size + lead + PAGE - 1) & ~(PAGE - 1);
	struct chunk *c;
	char *start;

	if (bytes < size)
		return __heap_no_memory();
	start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		return __heap_no_memory();
	c = chunk_of((char *)(((uintptr_t)start + lead) & ~(lead - 1)));
	c->below = (size_t)((char *)c - start);
	c->head = (bytes - c->below) | IN_USE | MAPPED;
	return memory_of(c);
}

static struct chunk *take(size_t size)
{
	struct chunk *c = find(size);

	if (!c) {
		if (grow(size) < 0)
			return NULL;
		c = find(size);
	}
	__heap_unlist(c);
	__heap_split(c, size_of(c), size);
	return c;
}

void *malloc(size_t request)
{
	size_t size = __heap_size(request);
	struct chunk *c;

	if (!size)
		return __heap_no_memory();
	if (size >= LARGE)
		return __heap_map(size, ALIGN);
	__heap_lock();
	c = take(size);
	__heap_unlock();
	return c ? memory_of(c) : __heap_no_memory();
}

struct chunk *__heap_check(void *ptr)
{
	struct chunk *c = chunk_of(ptr);

	if ((uintptr_t)ptr % ALIGN)
		die("a pointer is freed that malloc never returned");
	if (!(c->head & IN_USE))
		die("a pointer is freed twice");
	if (c->head & MAPPED)
		return c;
	if (size_of(c) < SMALLEST || (char *)at(c, size_of(c)) >= heap_end ||
	    !(at(c, size_of(c))->head & BELOW_IN_USE))
		die("the heap is damaged, or a pointer is freed that malloc never returned");
	return c;
}

void free(void *ptr)
{
	struct chunk *c;
	int saved = errno;

	if (!ptr)
		return;
	__heap_lock();
	c = __heap_check(ptr);
	if (!(c->head & MAPPED)) {
		__heap_release(c);
		trim();
		c = NULL;
	}
	__heap_unlock();
	if (c)
		munmap((char *)c - c->below, c->below + size_of(c));
	errno = saved;
}
