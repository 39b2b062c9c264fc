/*
 * test_slab.c - small objects: distinct, aligned, counted, given back to the last frame.
 */
#include "mm/frame.h"
#include "mm/slab.h"
#include "mm/test/test.h"

#define MIB	(1ul << 20)
#define OBJECTS	1000

static struct slab_cache small = SLAB_CACHE_INIT(small, "small", 24);
static struct slab_cache exact = SLAB_CACHE_INIT(exact, "exact", 96);
static struct slab_cache large = SLAB_CACHE_INIT(large, "large", 2048);
static struct slab_cache words = SLAB_CACHE_INIT(words, "words", 8);

static struct slab_cache *const all_caches[] = { &words, &small, &exact, &large };

static void *object[70000];

static void shuffle(size_t n)
{
	while (n > 1) {
		size_t i = test_random((uint32_t)n--);
		void *swap = object[i];

		object[i] = object[n];
		object[n] = swap;
	}
}

/* ---- caches ---- */

static void cycle(struct slab_cache *cache)
{
	size_t before = test_free_frames(), i, wrong = 0, misaligned = 0;
	size_t align = cache->size % 16 ? 8 : 16;
	size_t frames;

	for (i = 0; i < OBJECTS; i++) {
		object[i] = slab_alloc(cache);
		misaligned += !is_aligned((uintptr_t)object[i], align);
		memset(object[i], (int)(i % 251), cache->size);
	}
	for (i = 0; i < OBJECTS; i++) {
		uint8_t *byte = object[i];

		wrong += byte[0] != i % 251 || byte[cache->size - 1] != i % 251;
	}
	is(wrong, 0, "%s: no object lies in another", cache->name);
	is(misaligned, 0, "%s: aligned to %zu bytes", cache->name, align);
	is(cache->in_use, OBJECTS, "%s: all are counted", cache->name);
	frames = before - frame_free_count();
	ok(frames * PAGE_SIZE * 7 / 8 <= OBJECTS * cache->size + 8 * PAGE_SIZE,
	   "%s: at most an eighth of the frames is wasted", cache->name);
	shuffle(OBJECTS);
	for (i = 0; i < OBJECTS; i++)
		slab_free(cache, object[i]);
	is(cache->in_use, 0, "%s: none is in use", cache->name);
	is(cache->slabs, 1, "%s: one empty slab is kept", cache->name);
	is(test_free_frames(), before, "%s: slab_reclaim gives that back too", cache->name);
	is(cache->slabs, 0, "%s: no slab is left", cache->name);
}

static void caches(void)
{
	size_t i;

	test_case("caches of several sizes");
	test_ram(16 * MIB);
	for (i = 0; i < sizeof(all_caches) / sizeof(all_caches[0]); i++)
		cycle(all_caches[i]);
}

/* An object freed is the next one handed out: warm, and no slab is made for it. */
static void reuse(void)
{
	void *a, *b, *c;

	test_case("reuse");
	test_ram(MIB);
	a = slab_alloc(&exact);
	b = slab_alloc(&exact);
	slab_free(&exact, a);
	c = slab_alloc(&exact);
	ok(a == c, "the object just freed is the next");
	slab_free(&exact, b);
	slab_free(&exact, c);
	is(exact.slabs, 1, "one slab did for all");
}

/* Random objects over a long time, with a full slab becoming partial and so on. */
static void random_objects(void)
{
	enum { STEPS = 200000 };
	size_t step, i, held = 0, wrong = 0, miscounts = 0;

	test_case("random objects");
	test_ram(16 * MIB);
	memset(object, 0, sizeof(object));
	for (step = 0; step < STEPS; step++) {
		i = test_random(step % 20000 < 10000 ? 3000 : 100);
		if (!object[i]) {
			object[i] = slab_alloc(&exact);
			memset(object[i], (int)(i % 251), exact.size);
			held++;
		} else {
			wrong += ((uint8_t *)object[i])[95] != i % 251;
			slab_free(&exact, object[i]);
			object[i] = NULL;
			held--;
		}
		miscounts += exact.in_use != held;
	}
	for (i = 0; i < 3000; i++)
		if (object[i])
			slab_free(&exact, object[i]);
	is(wrong, 0, "contents stayed in %d steps", STEPS);
	is(miscounts, 0, "the count was right at each");
	is(test_free_frames(), frame_total(), "all frames are back");
}

/* ---- kmalloc ---- */

static void sizes(void)
{
	size_t size, before, i, bad = 0;

	test_case("kmalloc, every size to 10,000 bytes");
	test_ram(64 * MIB);
	before = test_free_frames();
	for (size = 0, i = 0; size <= 10000; size += size < 300 ? 1 : 97, i++) {
		object[i] = kmalloc(size);
		bad += !object[i] || !is_aligned((uintptr_t)object[i], 16);
		memset(object[i], 0xee, size);
	}
	is(bad, 0, "aligned to 16 bytes");
	while (i-- > 0)
		kfree(object[i]);
	is(test_free_frames(), before, "all freed");
}

static void zeroed(void)
{
	static const size_t size[] = { 1, 16, 100, 2048, 2049, 5000, 100000 };
	size_t i, j;

	test_case("kzalloc and kfree");
	test_ram(16 * MIB);
	for (i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		uint8_t *bytes = kmalloc(size[i]);
		size_t dirty = 0;

		memset(bytes, 0xee, size[i]);
		kfree(bytes);
		bytes = kzalloc(size[i]);
		for (j = 0; j < size[i]; j++)
			dirty += bytes[j] != 0;
		is(dirty, 0, "kzalloc(%zu) is zero", size[i]);
		kfree(bytes);
	}
	kfree(NULL);
	is(test_free_frames(), frame_total(), "all freed, NULL ignored");
}

static void blocks(void)
{
	void *block;
	size_t before, i;

	test_case("kmalloc above 2 KiB, and just not above");
	test_ram(16 * MIB);
	before = frame_free_count();
	block = kmalloc(2049);
	is(before - frame_free_count(), 1, "2,049 bytes take a frame");
	kfree(block);
	block = kmalloc(PAGE_SIZE);
	is(before - frame_free_count(), 1, "so do 4,096");
	kfree(block);
	block = kmalloc(3 * PAGE_SIZE);
	is(before - frame_free_count(), 4, "12 KiB take four");
	kfree(block);
	is(frame_free_count(), before, "both are freed");
	ok(!kmalloc(17 * MIB), "more than there is: NULL");
	ok(!kmalloc((1ul << 30) + 1), "more than the largest block: NULL");
	ok(!kmalloc(~0ul), "the largest size there is: NULL");
	is(frame_free_count(), before, "and nothing is gone");
	for (i = 0; i < 7; i++)
		object[i] = kmalloc(2048);
	is(before - frame_free_count(), 4, "2,048 bytes are an object: seven take 4 frames");
	for (i = 0; i < 7; i++)
		kfree(object[i]);
}

/* ---- no memory ---- */

static void exhaustion(void)
{
	size_t n = 0, before, frames = 0;
	static paddr_t rest[300];

	test_case("out of memory");
	test_ram(MIB);
	before = test_free_frames();
	while ((object[n] = slab_alloc(&exact)))
		n++;
	is(frame_free_count(), 0, "every frame was used");
	is(n, before * ((PAGE_SIZE - 32) / 96), "every object of every slab");
	is(exact.in_use, n, "the failure is not counted");
	ok(!kmalloc(5000), "kmalloc: NULL too");
	slab_free(&exact, object[--n]);
	object[n] = slab_alloc(&exact);
	ok(object[n++], "one freed, one to be had");
	while (n > 0)
		slab_free(&exact, object[--n]);
	is(test_free_frames(), before, "all frames are back");

	object[0] = slab_alloc(&exact);
	while (frame_alloc(0, 0, &rest[frames]) == 0)
		frames++;
	object[1] = slab_alloc(&exact);
	ok(object[1], "a slab with room needs no frame");
	slab_free(&exact, object[0]);
	slab_free(&exact, object[1]);
	while (frames > 0)
		frame_dec_ref(rest[--frames]);
	is(test_free_frames(), before, "all frames are back");
}

/* The harness itself: the n-th allocation fails and no other. */
static void failing(void)
{
	void *p;
	paddr_t pa;

	test_case("a chosen allocation fails");
	test_ram(MIB);
	test_fail_nth(2);
	p = slab_alloc(&exact);
	ok(!p, "the frame for the first slab is the second allocation");
	is(test_allocations(), 2, "both were counted");
	p = slab_alloc(&exact);
	ok(p, "the next succeeds");
	test_fail_nth(1);
	ok(!slab_alloc(&exact), "a slab with room fails too if told to");
	test_fail_nth(1);
	is(frame_alloc(0, 0, &pa), -ENOMEM, "a frame");
	is(frame_alloc(0, 0, &pa), 0, "the next one does not");
	test_fail_nth(0);
	frame_dec_ref(pa);
	slab_free(&exact, p);
	is(exact.in_use, 0, "failed ones are not counted as objects");
	is(test_free_frames(), frame_total(), "nothing is lost");
}

/* ---- mistakes; test_ram must not complain afterwards, so each is repaired ---- */

static void mistakes(void)
{
	uint64_t *a, *b;
	void *block;

	test_case("mistakes are named");
	test_ram(MIB);
	a = slab_alloc(&large);
	b = slab_alloc(&large);
	block = slab_alloc(&large);
	slab_free(&large, a);
	slab_free(&large, b);
	slab_free(&large, block);
	slab_reclaim();
	panics(kfree(a), "was not allocated");
	panics(kfree(block), "was not allocated");

	a = slab_alloc(&exact);
	b = slab_alloc(&exact);
	is(b[5], 0x5a5a5a5a5a5a5a5a, "a new object is full of rubbish");
	slab_free(&exact, a);
	panics(slab_free(&exact, a), "exact: object");
	panics(slab_free(&small, b), "small:");
	panics(kfree(b + 1), "exact:");
	panics(slab_free(&exact, b + 2), "is not the start of an object");
	a[3] = 7;
	panics(slab_alloc(&exact), "was written to after it was freed");
	slab_free(&exact, b);
	exact.in_use = 0;

	block = kmalloc(5000);
	panics(kfree((char *)block + 16), "was not allocated");
	panics(kfree((char *)block + PAGE_SIZE), "was not allocated");
	kfree(block);
	panics(kfree(block), "was not allocated");
}

/* ---- several harts ---- */

static void *passed[64];
static unsigned damaged;

static void churn(unsigned hart)
{
	void *mine[50] = { 0 };
	unsigned step, i;

	for (step = 0; step < 20000; step++) {
		size_t size;

		i = test_random(50);
		size = 16u << i % 8;
		if (!mine[i]) {
			mine[i] = i % 2 ? kmalloc(size) : slab_alloc(&exact);
			if (mine[i])
				memset(mine[i], (int)hart, 16);
			continue;
		}
		if (((uint8_t *)mine[i])[15] != hart)
			__atomic_fetch_add(&damaged, 1, __ATOMIC_RELAXED);
		if (test_random(4) == 0)	/* another hart frees it */
			mine[i] = __atomic_exchange_n(&passed[test_random(64)], mine[i],
						      __ATOMIC_ACQ_REL);
		kfree(mine[i]);
		mine[i] = NULL;
		if (test_random(500) == 0)
			slab_reclaim();
	}
	for (i = 0; i < 50; i++)
		kfree(mine[i]);
}

static void concurrent(void)
{
	unsigned i;

	test_case("4 harts, in little memory");
	test_ram(256 * 1024);
	test_threads(4, churn);
	for (i = 0; i < 64; i++)
		kfree(passed[i]);
	is(damaged, 0, "no object was two harts' at once");
	is(test_free_frames(), frame_total(), "nothing is lost");
}

int main(void)
{
	caches();
	reuse();
	random_objects();
	sizes();
	zeroed();
	blocks();
	exhaustion();
	failing();
	concurrent();
	mistakes();
	return test_done();
}
