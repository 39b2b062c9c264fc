/*
 * The heap: blocks that never overlap and keep their contents through a long random run of
 * malloc, realloc, memalign and free, alignment, the end of memory as NULL and ENOMEM, memory
 * that comes back after being freed, and the end of a program that frees twice.
 */
#include "user/test/util.h"

#include <malloc.h>
#include <sys/resource.h>

/* Misuse is what some of these are about. */
#pragma GCC diagnostic ignored "-Wfree-nonheap-object"
#pragma GCC diagnostic ignored "-Wuse-after-free"

#define NOT_ENFORCED 77
#define SLOTS 256
#define STEPS 20000

static struct slot {
	unsigned char *ptr;
	size_t size;
	unsigned char mark;
} slots[SLOTS];

static unsigned long seed = 1;

static unsigned long draw(unsigned long below)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return (seed >> 33) % below;
}

/* Mostly small, sometimes of pages, rarely beyond the limit where mappings begin. */
static size_t draw_size(void)
{
	switch (draw(20)) {
	case 0:
		return draw(200000);
	case 1:
	case 2:
	case 3:
		return draw(5000);
	default:
		return draw(200);
	}
}

static bool intact(const struct slot *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s->ptr[i] != s->mark)
			return false;
	return true;
}

static bool take(struct slot *s, void *ptr, size_t size)
{
	s->ptr = ptr;
	s->size = size;
	s->mark = (unsigned char)draw(256);
	if (!ptr)
		return false;
	memset(ptr, s->mark, size);
	return true;
}

static bool allocate(struct slot *s)
{
	size_t size = draw_size(), align = 16UL << draw(9);
	void *ptr = NULL;

	switch (draw(8)) {
	case 0:
		ptr = calloc(1, size);
		for (size_t i = 0; ptr && i < size; i++)
			if (((char *)ptr)[i])
				return false;
		break;
	case 1:
		if (posix_memalign(&ptr, align, size) || (uintptr_t)ptr % align)
			return false;
		break;
	default:
		ptr = malloc(size);
	}
	return (uintptr_t)ptr % 16 == 0 && take(s, ptr, size);
}

static bool step(struct slot *s)
{
	size_t size;
	void *moved;

	if (!s->ptr)
		return allocate(s);
	if (!intact(s, s->size))
		return false;
	if (draw(3)) {
		free(s->ptr);
		s->ptr = NULL;
		return true;
	}
	size = draw_size() + 1;
	moved = realloc(s->ptr, size);
	s->ptr = moved;
	if (!moved || !intact(s, size < s->size ? size : s->size))
		return false;
	return take(s, moved, size);
}

static void random_run(void)
{
	int i;

	for (i = 0; i < STEPS && step(&slots[draw(SLOTS)]); i++)
		;
	is(i, STEPS, "steps of a random run");
	for (i = 0; i < SLOTS; i++)
		free(slots[i].ptr);
}

static void edges(void)
{
	void *p = malloc(0), *q = malloc(0), *r = NULL;

	ok(p && q && p != q, "malloc(0) is a block of its own");
	free(p);
	free(q);
	free(NULL);
	p = realloc(NULL, 10);
	ok(p != NULL, "realloc of NULL is malloc");
	ok(malloc_usable_size(p) >= 10, "malloc_usable_size");
	free(p);
	is(posix_memalign(&r, 24, 10), EINVAL, "an alignment that is no power of two");
	ok(!r, "leaves the pointer alone");
	is(posix_memalign(&r, 1 << 20, 100), 0, "a large alignment");
	ok((uintptr_t)r % (1 << 20) == 0, "is kept");
	memset(r, 1, 100);
	free(r);
}

#define BLOCKS 4000

static void *blocks[BLOCKS];

/* Many small blocks, freed from one end or the other, make room for a few large ones. */
static bool joins(bool upward)
{
	char *before, *after;

	for (int i = 0; i < BLOCKS; i++)
		blocks[i] = malloc(100);
	before = sbrk(0);
	for (int i = 0; i < BLOCKS; i++)
		free(blocks[upward ? i : BLOCKS - 1 - i]);
	for (int i = 0; i < 6; i++)
		blocks[i] = malloc(60000);
	after = sbrk(0);
	for (int i = 0; i < 6; i++)
		free(blocks[i]);
	return after <= before + 2 * 65536;
}

/* What lies before and behind an aligned block is not lost. */
static bool cuts_cleanly(void)
{
	char *before = sbrk(0);

	for (int round = 0; round < 60; round++) {
		for (int i = 0; i < 100; i++)
			blocks[i] = aligned_alloc(32UL << round % 7, 1000 + 16 * (size_t)round);
		for (int i = 0; i < 100; i++)
			free(blocks[i * 7 % 100]);
	}
	return (char *)sbrk(0) <= before + 8 * 65536;
}

static void reuse(void)
{
	ok(joins(true), "blocks freed upward are joined");
	ok(joins(false), "blocks freed downward are joined");
	ok(cuts_cleanly(), "aligned blocks leave nothing behind");
}

/* Sizes that no memory can hold; the compiler is not to know them. */
static void too_much(void)
{
	volatile size_t huge = SIZE_MAX, half = (size_t)PTRDIFF_MAX, two = 2;
	void *p = malloc(100);

	errno = 0;
	ok(!malloc(huge) && errno == ENOMEM, "malloc of all there is");
	errno = 0;
	ok(!malloc(half) && errno == ENOMEM, "malloc of half of it");
	errno = 0;
	ok(!calloc(half + 1, two) && errno == ENOMEM, "a product that wraps to nothing");
	errno = 0;
	ok(!reallocarray(p, half + 1, two) && errno == ENOMEM, "in reallocarray too");
	errno = 0;
	ok(!realloc(p, huge - 100) && errno == ENOMEM, "realloc to all there is");
	free(p);
	ok(!aligned_alloc(1 << 16, huge - 10), "aligned, near the end");
}

/* In a child with little address space: exhaustion is an answer, and ends with free. */
static int exhaust(void)
{
	struct rlimit limit = { 16 * MIB, 16 * MIB };
	void *list = NULL, *p;
	size_t first = 0, second = 0;

	if (setrlimit(RLIMIT_AS, &limit) < 0 ||
	    mmap(NULL, 2 * 16 * MIB, PROT_NONE, ANON, -1, 0) != MAP_FAILED)
		return NOT_ENFORCED;
	for (int round = 0; round < 2; round++) {
		size_t *count = round ? &second : &first;

		errno = 0;
		while ((p = malloc(5000))) {
			*(void **)p = list;
			list = p;
			++*count;
		}
		if (errno != ENOMEM || malloc(300000000))
			return 3;
		while (list) {
			p = *(void **)list;
			free(list);
			list = p;
		}
	}
	return first > 100 && second * 10 >= first * 9 ? 0 : 4;
}

static void exhaustion(void)
{
	int status = child_status(exhaust);

	if (WEXITSTATUS(status) == NOT_ENFORCED)
		skip(1, "no limit of address space here");
	else
		is(status, 0, "memory ends with ENOMEM and comes back");
}

static int free_twice(void)
{
	void *volatile p = malloc(100), *volatile q = malloc(100);

	dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
	free(p);
	free(q);
	free(p);
	return 0;
}

/* The second block was joined with the first when both were free. */
static int free_joined_twice(void)
{
	void *volatile p = malloc(2000), *volatile q = malloc(2000);

	dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
	free(p);
	free(q);
	free(q);
	return 0;
}

static int free_inside(void)
{
	char *volatile p = malloc(100);

	*(volatile long *)p = 0;	/* the size that a block there would have */
	dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
	free(p + 8);
	return 0;
}

int main(void)
{
	reuse();		/* first: a heap with holes from before would hide much */
	edges();
	random_run();
	too_much();
	exhaustion();
	dies_of(free_inside, SIGABRT);
	dies_of(free_twice, SIGABRT);
	dies_of(free_joined_twice, SIGABRT);
	return done_testing();
}
