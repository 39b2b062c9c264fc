/*
 * The shape of the heap, for malloc.c and realloc.c alone.
 *
 * Memory is cut into chunks. In front of what the program gets is a header,
 * the chunk's size with flags in its low bits. A free chunk also has its size
 * in its last word, so that its upper neighbour finds its beginning, and its
 * place in a list of free chunks of similar size:
 *
 *	in use   | size flags | the program's bytes ...          |
 *	free     | size flags | next | prev | ...         | size |
 *	                      ^ 16-byte aligned
 *
 * Two free chunks are never neighbours: freeing merges them. Each piece of heap
 * got from sbrk ends in a fencepost, a header in use of size 0. Requests from
 * LARGE on are mappings of their own and go back to the kernel when freed.
 */
#ifndef USER_LIB_HEAP_H
#define USER_LIB_HEAP_H

#include <stddef.h>

#define HEADER		sizeof(size_t)
#define ALIGN		16UL
#define SMALLEST	32UL		/* of a chunk: header, next, prev, size */
#define LARGE		(128UL << 10)
#define PAGE		4096UL

#define IN_USE		1UL		/* this chunk */
#define BELOW_IN_USE	2UL		/* the one that ends where this begins */
#define MAPPED		4UL		/* a mapping; `below` bytes lie before it */
#define FLAGS		15UL

/* Begins one word before the chunk itself does, with the last word of the one below. */
struct chunk {
	size_t below;		/* the size of the chunk below, if that is free */
	size_t head;
	struct chunk *next;	/* these two only while free */
	struct chunk *prev;
};

static inline size_t size_of(const struct chunk *c)
{
	return c->head & ~FLAGS;
}

static inline struct chunk *at(struct chunk *c, size_t offset)
{
	return (struct chunk *)((char *)c + offset);
}

/* The empty asm hides where ptr is from: to the compiler nothing lies before malloc's memory. */
static inline struct chunk *chunk_of(void *ptr)
{
	__asm__("" : "+r"(ptr));
	return (struct chunk *)((char *)ptr - 2 * HEADER);
}

static inline void *memory_of(struct chunk *c)
{
	return (char *)c + 2 * HEADER;
}

/* The chunk size for a request; 0 when there can be no such chunk. */
size_t __heap_size(size_t request);

/* Joins a chunk that is in no list with its free neighbours, and lists the result. */
void __heap_release(struct chunk *c);

/* Makes c, of `have` bytes and in no list, a chunk in use of `size`; frees the rest. */
void __heap_split(struct chunk *c, size_t have, size_t size);

/* Takes a free chunk out of its list. */
void __heap_unlist(struct chunk *c);

/* The chunk of a pointer that the program gave; ends the program if there is none. */
struct chunk *__heap_check(void *ptr);

/* A mapping that holds one chunk; align is a power of two. NULL and ENOMEM. */
void *__heap_map(size_t size, size_t align);

void *__heap_no_memory(void);

/* Everything above but __heap_size, __heap_map and __heap_no_memory is done holding this. */
void __heap_lock(void);
void __heap_unlock(void);

#endif
