/*
 * Sorting and searching arrays. qsort is a heap sort: in place, and never
 * worse than n log n.
 */
#include <stdlib.h>
#include <string.h>

typedef int compare_fn(const void *, const void *);

struct array {
	char *base;
	size_t size;		/* of an element */
	compare_fn *cmp;
};

static char *element(const struct array *a, size_t i)
{
	return a->base + i * a->size;
}

static void swap(char *a, char *b, size_t size)
{
	for (; size >= 8; size -= 8, a += 8, b += 8) {
		unsigned long t, u;

		memcpy(&t, a, 8);
		memcpy(&u, b, 8);
		memcpy(a, &u, 8);
		memcpy(b, &t, 8);
	}
	for (; size; size--, a++, b++) {
		char t = *a;

		*a = *b;
		*b = t;
	}
}

/* Lets element i sink until both its children (2i+1 and 2i+2, below n) are less. */
static void sift_down(const struct array *a, size_t i, size_t n)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= n)
			return;
		if (child + 1 < n && a->cmp(element(a, child), element(a, child + 1)) < 0)
			child++;
		if (a->cmp(element(a, i), element(a, child)) >= 0)
			return;
		swap(element(a, i), element(a, child), a->size);
		i = child;
	}
}

void qsort(void *base, size_t count, size_t size, compare_fn *cmp)
{
	struct array a = { base, size, cmp };

	for (size_t i = count / 2; i-- > 0;)
		sift_down(&a, i, count);
	for (size_t n = count; n > 1; n--) {
		swap(a.base, element(&a, n - 1), size);
		sift_down(&a, 0, n - 1);
	}
}

void *bsearch(const void *key, const void *base, size_t count, size_t size, compare_fn *cmp)
{
	const char *low = base;

	while (count) {
		const char *middle = low + count / 2 * size;
		int order = cmp(key, middle);

		if (!order)
			return (void *)middle;
		if (order > 0) {
			low = middle + size;
			count--;
		}
		count /= 2;
	}
	return NULL;
}
