/*
 * test_deadline.c - the heap of deadlines against an array that is searched from end to end, and
 * its cost: a heap that grows deep makes the last part take minutes.
 */
#include "kernel/test/host.h"

#include "kernel/deadline.c"

#include <stdlib.h>

#define NODES	2000
#define MANY	1000000

static struct deadline node[NODES];
static struct deadline many[MANY];

static uint64_t least(void)
{
	uint64_t at = ~0ull;

	for (int i = 0; i < NODES; i++) {
		if (deadline_is_set(&node[i]) && node[i].at < at)
			at = node[i].at;
	}
	return at;
}

/* Add, remove and pop at random; the earliest is always the model's. */
static void test_model(void)
{
	struct deadline_heap heap = { NULL };
	int bad = 0;

	for (int round = 0; round < 20000; round++) {
		struct deadline *one = &node[rand() % NODES];

		if (!deadline_is_set(one))
			deadline_add(&heap, one, (uint64_t)(rand() % 1000));
		else
			deadline_remove(&heap, rand() % 4 ? one : heap.first);
		bad += deadline_first(&heap) != least();
	}
	is(bad, 0, "the first is the earliest");
	for (uint64_t last = 0; heap.first; deadline_remove(&heap, heap.first)) {
		bad += heap.first->at < last;
		last = heap.first->at;
	}
	is(bad, 0, "they come out in order");
	is(least(), ~0ull, "and none is left");
	deadline_remove(&heap, &node[0]);
	ok(!heap.first, "removing what is not in changes nothing");
}

static void test_many(void)
{
	struct deadline_heap heap = { NULL };
	uint64_t last = 0;
	int bad = 0;

	for (int i = 0; i < MANY; i++)
		deadline_add(&heap, &many[i], (uint64_t)(i % 3 ? i : MANY - i));
	for (int i = 0; i < MANY; i += 2)
		deadline_remove(&heap, &many[i]);
	for (; heap.first; deadline_remove(&heap, heap.first)) {
		bad += heap.first->at < last;
		last = heap.first->at;
	}
	is(bad, 0, "a million in, half of them out, the rest in order");
}

int main(void)
{
	test_model();
	test_many();
	return host_done();
}
