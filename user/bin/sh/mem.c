/*
 * sh: memory. Arenas: many small pieces that are freed together; strings that grow in them.
 * A shell that has no memory for a command line cannot say much: it says so and exits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/bin/sh/sh.h"

#define CHUNK_SIZE 4000

struct chunk {
	struct chunk *older;
	size_t used, size;
	char data[] __attribute__((aligned(16)));
};

struct arena scratch = { .refs = 1 };

void *must_alloc(size_t size)
{
	void *p = malloc(size);

	if (!p) {
		complain("out of memory", NULL);
		exit(2);
	}
	return p;
}

char *must_strdup(const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(must_alloc(size), s, size);
}

/* => the caller owns the one reference */
struct arena *arena_new(void)
{
	struct arena *a = must_alloc(sizeof(*a));

	a->chunk = NULL;
	a->refs = 1;
	return a;
}

struct arena *arena_get(struct arena *a)
{
	a->refs++;
	return a;
}

/* Free the chunks that are newer than @last. */
static void free_chunks(struct arena *a, struct chunk *last)
{
	while (a->chunk != last) {
		struct chunk *c = a->chunk;

		a->chunk = c->older;
		free(c);
	}
}

void arena_put(struct arena *a)
{
	if (--a->refs > 0)
		return;
	free_chunks(a, NULL);
	free(a);
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct chunk *c = a->chunk;
	void *p;

	size = (size + 15) & ~(size_t)15;
	if (!c || c->size - c->used < size) {
		size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;

		c = must_alloc(sizeof(*c) + room);
		c->older = a->chunk;
		c->used = 0;
		c->size = room;
		a->chunk = c;
	}
	p = c->data + c->used;
	c->used += size;
	return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy = arena_alloc(a, len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

struct mark scratch_mark(void)
{
	struct chunk *c = scratch.chunk;

	return (struct mark){ c, c ? c->used : 0 };
}

void scratch_release(struct mark m)
{
	free_chunks(&scratch, m.chunk);
	if (m.chunk)
		m.chunk->used = m.used;
}

/* The old text stays behind in the arena: doubling wastes at most as much as is used. */
void buf_put(struct buf *b, const char *s, size_t len)
{
	if (b->room - b->len < len + 1) {
		size_t room = (b->len + len + 1) * 2;
		char *text;

		if (room < 64)
			room = 64;
		text = arena_alloc(b->arena, room);
		if (b->len > 0)
			memcpy(text, b->text, b->len);
		b->text = text;
		b->room = room;
	}
	memcpy(b->text + b->len, s, len);
	b->len += len;
	b->text[b->len] = '\0';
}

void buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

/* The text so far, "" if nothing was put in. */
char *buf_text(struct buf *b)
{
	buf_put(b, "", 0);
	return b->text;
}
