/*
 * The relatives of malloc: zeroed, resized and specially aligned memory.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "user/lib/heap.h"

/* A mapping is zero already. */
void *calloc(size_t count, size_t size)
{
	size_t bytes;
	void *ptr;

	if (__builtin_mul_overflow(count, size, &bytes))
		return __heap_no_memory();
	ptr = malloc(bytes);
	if (ptr && !(chunk_of(ptr)->head & MAPPED))
		memset(ptr, 0, bytes);
	return ptr;
}

size_t malloc_usable_size(void *ptr)
{
	struct chunk *c;

	if (!ptr)
		return 0;
	c = chunk_of(ptr);
	return size_of(c) - (c->head & MAPPED ? 2 * HEADER : HEADER);
}

/* A mapping grows and shrinks by pages, without copying. */
static void *remap(struct chunk *c, size_t size)
{
	size_t below = c->below, old = below + size_of(c);
	size_t bytes = (below + size + HEADER + PAGE - 1) & ~(PAGE - 1);
	char *start = (char *)c - below;

	if (bytes != old) {
		start = mremap(start, old, bytes, MREMAP_MAYMOVE);
		if (start == MAP_FAILED)
			return __heap_no_memory();
	}
	c = (struct chunk *)(start + below);
	c->head = (bytes - below) | IN_USE | MAPPED;
	return memory_of(c);
}

/* Whether c became a chunk of `size` where it is, maybe with what lies above it. Under the lock. */
static int resize_in_place(struct chunk *c, size_t size)
{
	size_t have = size_of(c);
	struct chunk *above = at(c, have);

	if (have < size && !(above->head & IN_USE) && have + size_of(above) >= size) {
		__heap_unlist(above);
		have += size_of(above);
	}
	if (have < size)
		return 0;
	__heap_split(c, have, size);
	return 1;
}

static void *move(void *ptr, size_t request)
{
	size_t keep = malloc_usable_size(ptr);
	void *moved = malloc(request);

	if (!moved)
		return NULL;
	memcpy(moved, ptr, keep < request ? keep : request);
	free(ptr);
	return moved;
}

void *realloc(void *ptr, size_t request)
{
	size_t size = __heap_size(request);
	struct chunk *c;
	int resized;

	if (!ptr)
		return malloc(request);
	if (!request) {
		free(ptr);
		return NULL;
	}
	__heap_lock();
	c = __heap_check(ptr);
	resized = size && !(c->head & MAPPED) && resize_in_place(c, size);
	__heap_unlock();
	if (!size)
		return __heap_no_memory();
	if (c->head & MAPPED && size >= LARGE)
		return remap(c, size);
	return resized ? ptr : move(ptr, request);
}

void *reallocarray(void *ptr, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return __heap_no_memory();
	return realloc(ptr, bytes);
}

/*
 * A chunk with room to spare, of which both ends are freed again:
 *
 *	[ before | aligned, size bytes | after ]
 */
static void *cut_aligned(size_t align, size_t size)
{
	char *ptr = malloc(size + align + SMALLEST);
	struct chunk *c, *aligned;
	size_t before;

	if (!ptr || (uintptr_t)ptr % align == 0)
		return ptr;
	__heap_lock();
	c = chunk_of(ptr);
	aligned = chunk_of((char *)(((uintptr_t)ptr + SMALLEST + align - 1) & ~(align - 1)));
	before = (size_t)((char *)aligned - (char *)c);
	aligned->head = (size_of(c) - before) | IN_USE | BELOW_IN_USE;
	c->head -= size_of(c) - before;
	__heap_split(aligned, size_of(aligned), size);
	__heap_release(c);
	__heap_unlock();
	return memory_of(aligned);
}

void *memalign(size_t align, size_t request)
{
	size_t size = __heap_size(request);

	if (!align || align & (align - 1)) {
		errno = EINVAL;
		return NULL;
	}
	if (align <= ALIGN)
		return malloc(request);
	if (!size || align > PTRDIFF_MAX / 2 || size > PTRDIFF_MAX / 2)
		return __heap_no_memory();
	if (size + align + SMALLEST >= LARGE)
		return __heap_map(size, align);
	return cut_aligned(align, size);
}

void *aligned_alloc(size_t align, size_t size)
{
	return memalign(align, size);
}

int posix_memalign(void **out, size_t align, size_t size)
{
	int saved = errno;
	void *ptr;

	if (align < sizeof(void *) || align & (align - 1))
		return EINVAL;
	ptr = memalign(align, size);
	errno = saved;
	if (!ptr)
		return ENOMEM;
	*out = ptr;
	return 0;
}
