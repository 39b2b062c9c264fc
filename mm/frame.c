/*
 * frame.c - handing out frames and taking them back.
 *
 * Single frames go through a small cache per hart, a stack of frame numbers, so that the usual
 * allocation or release touches nothing that other harts touch:
 *
 *	frame_alloc <- cache of this hart <- 32 at a time <- free lists (buddy.c)
 *
 * Frames that are known to hold zeros, as page tables do when they go, are kept apart for who asks
 * for zeros.
 *
 * A cache is used by its own hart only, but for two rare cases, and those are why it has a lock:
 * frame_free_count adds the caches up, and an allocation that finds nothing empties all of them
 * before it gives up. So -ENOMEM is the truth. Locks are taken in the order caches by rising hart
 * number, then frame_lock.
 *
 * Larger blocks come straight from the free lists. Not here: who counts the users (refs.c).
 */
/* A fault comes here several times, never to go on elsewhere: no frame for backtraces to find. */
#pragma GCC optimize("omit-frame-pointer")

#include "mm/framedesc.h"
#include "mm/port.h"

#define CACHE_FRAMES	60
#define CACHE_ZEROED	62	/* makes struct cache 512 bytes */
#define CACHE_BATCH	32	/* frames moved at once */

struct cache {
	size_t count, zeroed_count;
	uint32_t frames[CACHE_FRAMES];	/* the first count are free frames, the newest last */
	uint32_t zeroed[CACHE_ZEROED];	/* more of them, whose bytes are 0 */
	uint32_t busy;			/* lock: 1 while held */
} __attribute__((aligned(512)));

/* What the usual case does not run stays out of its way: fewer registers to save. */
#define SLOW	__attribute__((noinline, cold))

static struct cache caches[MM_MAX_HARTS];

paddr_t frame_zero;

/* ---- caches ---- */

/* Not port_lock: never contended in practice, and shorter than a call. */
static void lock_cache(struct cache *cache)
{
	while (__atomic_exchange_n(&cache->busy, 1, __ATOMIC_ACQUIRE))
		;
}

static void unlock_cache(struct cache *cache)
{
	store_release(&cache->busy, 0);
}

void frame_caches_init(void)
{
	unsigned hart;

	for (hart = 0; hart < MM_MAX_HARTS; hart++)
		caches[hart] = (struct cache){ .busy = 0 };
	frame_zero = 0;
}

static void sort(uint32_t *numbers, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i++) {
		uint32_t number = numbers[i];

		for (j = i; j > 0 && numbers[j - 1] > number; j--)
			numbers[j] = numbers[j - 1];
		numbers[j] = number;
	}
}

/* The order of the largest block that begins the sorted numbers. */
static unsigned leading_block(const uint32_t *numbers, size_t n)
{
	unsigned order = 0;
	uint32_t frames = 2;

	while (frames <= n && is_aligned(numbers[0], frames) &&
	       numbers[frames - 1] == numbers[0] + frames - 1) {
		frames *= 2;
		order++;
	}
	return order;
}

/*
 * Give the n oldest of the count frames back to the free lists; under frame_lock. What was allocated
 * together is mostly freed together, so whole blocks are put together here first: that is cheaper
 * than to let the free lists merge frame by frame.
 */
static void drain(uint32_t *frames, size_t *count, size_t n)
{
	size_t i = 0;

	sort(frames, n);
	while (i < n) {
		unsigned order = leading_block(&frames[i], n - i);

		buddy_put(frames[i], order);
		i += 1u << order;
	}
	for (; i < *count; i++)
		frames[i - n] = frames[i];
	*count -= n;
}

static void drain_all(struct cache *cache)
{
	drain(cache->frames, &cache->count, cache->count);
	drain(cache->zeroed, &cache->zeroed_count, cache->zeroed_count);
}

static void lock_all(void)
{
	unsigned hart;

	for (hart = 0; hart < MM_MAX_HARTS; hart++)
		lock_cache(&caches[hart]);
	port_lock(&frame_lock);
}

static void unlock_all(void)
{
	unsigned hart;

	port_unlock(&frame_lock);
	for (hart = 0; hart < MM_MAX_HARTS; hart++)
		unlock_cache(&caches[hart]);
}

size_t frame_free_count(void)
{
	unsigned hart;
	size_t count;

	lock_all();
	count = buddy_free_frames;
	for (hart = 0; hart < MM_MAX_HARTS; hart++)
		count += caches[hart].count + caches[hart].zeroed_count;
	unlock_all();
	return count;
}

/* What the caches hold is only counted when it might matter. */
bool frame_leaves_free(size_t frames)
{
	return __atomic_load_n(&buddy_free_frames, __ATOMIC_RELAXED) > frames ||
	       frame_free_count() > frames;
}

/* ---- allocation ---- */

static struct cache *lock_own_cache(void)
{
	struct cache *cache = &caches[port_hart()];

	/* Else the compiler works the address out anew for every field. */
	__asm__("" : "+r"(cache));
	lock_cache(cache);
	return cache;
}

static uint32_t take_after_refill(void)
{
	struct cache *cache = lock_own_cache();
	uint32_t number = FRAME_NONE;

	if (cache->count == 0) {
		port_lock(&frame_lock);
		cache->count = buddy_take_frames(cache->frames, CACHE_BATCH);
		port_unlock(&frame_lock);
	}
	if (cache->count > 0)
		number = cache->frames[--cache->count];
	unlock_cache(cache);
	return number;
}

static uint32_t take_block(unsigned order)
{
	uint32_t number;

	port_lock(&frame_lock);
	number = buddy_take(order);
	port_unlock(&frame_lock);
	return number;
}

/* Nothing free that is large enough: bring in what the caches hold and look once more. */
static uint32_t take_last_resort(unsigned order)
{
	uint32_t number;
	unsigned hart;

	lock_all();
	for (hart = 0; hart < MM_MAX_HARTS; hart++)
		drain_all(&caches[hart]);
	number = buddy_take(order);
	unlock_all();
	return number;
}

static inline int hand_out(uint32_t number, unsigned order, unsigned flags, paddr_t *pa)
{
	frame_begin_use(frame_at(number), order);
	*pa = frame_address(number);
	if (flags & FRAME_ZERO)
		frame_clear(*pa, order);
	return 0;
}

/* Whatever a cache alone cannot serve. */
static SLOW int alloc_slowly(unsigned order, unsigned flags, paddr_t *pa)
{
	uint32_t number = order == 0 ? take_after_refill() : take_block(order);

	if (number == FRAME_NONE)
		number = take_last_resort(order);
	return number == FRAME_NONE ? -ENOMEM : hand_out(number, order, flags, pa);
}

int frame_alloc(unsigned order, unsigned flags, paddr_t *pa)
{
	struct cache *cache;
	uint32_t number;

	if (order > 0)
		return alloc_slowly(order, flags, pa);
	cache = lock_own_cache();
	if ((flags & FRAME_ZERO) && cache->zeroed_count > 0) {
		number = cache->zeroed[--cache->zeroed_count];
		flags = 0;
	} else if (cache->count > 0) {
		number = cache->frames[--cache->count];
	} else {
		unlock_cache(cache);
		return alloc_slowly(0, flags, pa);
	}
	unlock_cache(cache);
	return hand_out(number, 0, flags, pa);
}

/* ---- taking back ---- */

static SLOW void make_room(struct cache *cache)
{
	port_lock(&frame_lock);
	drain(cache->frames, &cache->count, CACHE_BATCH);
	port_unlock(&frame_lock);
}

enum contents { ANY, ZEROS };

static inline void release_single(struct frame *frame, enum contents contents)
{
	struct cache *cache = lock_own_cache();

	frame_set_kind(frame, FRAME_INNER);
	if (contents == ZEROS && cache->zeroed_count < CACHE_ZEROED) {
		cache->zeroed[cache->zeroed_count++] = frame_number_of(frame);
	} else {
		if (cache->count == CACHE_FRAMES)
			make_room(cache);
		cache->frames[cache->count++] = frame_number_of(frame);
	}
	unlock_cache(cache);
}

static SLOW void release_block(struct frame *frame)
{
	port_lock(&frame_lock);
	buddy_put(frame_number_of(frame), frame->order);
	port_unlock(&frame_lock);
}

void frame_release(struct frame *frame)
{
	if (frame->order == 0)
		release_single(frame, ANY);
	else
		release_block(frame);
}

static bool is_zeroed(paddr_t pa)
{
	const uint64_t *word = frame_va(pa);
	unsigned i;

	for (i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		if (word[i])
			return false;
	return true;
}

void frame_free_zeroed(paddr_t pa)
{
	struct frame *frame = frame_desc(pa);

	if (MM_DEBUG && (frame_ref_count(pa) != 1 || !is_zeroed(pa)))
		port_panic("frame_free_zeroed: %lx is in use", (unsigned long)pa);
	store_shared(&frame->refs, 0);
	release_single(frame, ZEROS);
}

/* ---- contents: 128 words a turn, a third of the time of a loop over single words ---- */

static inline void clear_eight(uint64_t *word)
{
	word[0] = 0;
	word[1] = 0;
	word[2] = 0;
	word[3] = 0;
	word[4] = 0;
	word[5] = 0;
	word[6] = 0;
	word[7] = 0;
}

static inline void clear_sixty_four(uint64_t *word)
{
	clear_eight(word);
	clear_eight(word + 8);
	clear_eight(word + 16);
	clear_eight(word + 24);
	clear_eight(word + 32);
	clear_eight(word + 40);
	clear_eight(word + 48);
	clear_eight(word + 56);
}

void frame_clear(paddr_t pa, unsigned order)
{
	uint64_t *word = frame_va(pa);
	uint64_t *end = word + ((PAGE_SIZE << order) / sizeof(*word));

	do {
		clear_sixty_four(word);
		clear_sixty_four(word + 64);
		word += 128;
	} while (word < end);
}

static inline void copy_eight(uint64_t *to, const uint64_t *from)
{
	uint64_t a = from[0], b = from[1], c = from[2], d = from[3];
	uint64_t e = from[4], f = from[5], g = from[6], h = from[7];

	to[0] = a;
	to[1] = b;
	to[2] = c;
	to[3] = d;
	to[4] = e;
	to[5] = f;
	to[6] = g;
	to[7] = h;
}

static inline void copy_sixty_four(uint64_t *to, const uint64_t *from)
{
	copy_eight(to, from);
	copy_eight(to + 8, from + 8);
	copy_eight(to + 16, from + 16);
	copy_eight(to + 24, from + 24);
	copy_eight(to + 32, from + 32);
	copy_eight(to + 40, from + 40);
	copy_eight(to + 48, from + 48);
	copy_eight(to + 56, from + 56);
}

void frame_copy(paddr_t to, paddr_t from)
{
	uint64_t *dst = frame_va(to);
	const uint64_t *src = frame_va(from);
	const uint64_t *end = src + PAGE_SIZE / sizeof(*src);

	for (; src < end; src += 128, dst += 128) {
		copy_sixty_four(dst, src);
		copy_sixty_four(dst + 64, src + 64);
	}
}
