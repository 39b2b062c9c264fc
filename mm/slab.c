/*
 * slab.c - small objects, many to a frame.
 *
 * A slab is a block of one frame (more if the objects are large), naturally aligned. It begins
 * with a header; free objects are linked through their first word:
 *
 *	[ struct slab ][ object ][ object ][ object ] ...
 *	       free -------------->|  ------------>|  -> NULL
 *
 * So the slab of an object is the object's physical address rounded down, and the descriptor of
 * any of its frames tells how far, and which cache it belongs to: that is how kfree, which is told
 * no size, finds its way. A cache lists only the slabs that have room.
 *
 * With DEBUG=1 free objects are filled with a pattern: an object freed twice, or written to after
 * it was freed, is reported with the name of its cache.
 */
#include "mm/slab.h"
#include "mm/framedesc.h"
#include "mm/port.h"

struct slab {
	struct list link;	/* in cache->partial; alone while the slab is full */
	void *free;		/* first free object; NULL = full */
	uint32_t in_use;	/* objects handed out */
};

#define HEADER_SIZE	32u
#define SLAB_MAX_ORDER	3
#define FREED		0x6b6b6b6b6b6b6b6bull	/* DEBUG: in a free object, behind the link */
#define FRESH		0x5a5a5a5a5a5a5a5aull	/* DEBUG: in a new one: rubbish on purpose */

_Static_assert(sizeof(struct slab) <= HEADER_SIZE, "the first object starts behind it");

static struct mm_lock known_lock;	/* guards known and is_known of every cache */
static struct slab_cache *known;	/* caches that ever had a slab, for slab_reclaim */

/* ---- checks of DEBUG=1 ---- */

static void fill(const struct slab_cache *cache, void *object, uint64_t pattern)
{
	uint64_t *word = object;
	size_t i;

	for (i = 1; i < cache->size / sizeof(*word); i++)
		word[i] = pattern;
}

static bool is_filled(const struct slab_cache *cache, const void *object, uint64_t pattern)
{
	const uint64_t *word = object;
	size_t i;

	for (i = 1; i < cache->size / sizeof(*word); i++)
		if (word[i] != pattern)
			return false;
	return true;
}

/* ---- slabs ---- */

/* The order of a cache's slabs: the smallest that wastes no more than an eighth. */
static unsigned slab_order(const struct slab_cache *cache)
{
	unsigned order;

	for (order = 0; order < SLAB_MAX_ORDER; order++) {
		size_t bytes = PAGE_SIZE << order;
		size_t objects = (bytes - HEADER_SIZE) / cache->size;

		if (bytes - objects * cache->size <= bytes / 8)
			break;
	}
	return order;
}

static void link_objects(struct slab_cache *cache, struct slab *slab, size_t bytes)
{
	char *base = (char *)slab + HEADER_SIZE;
	size_t i = (bytes - HEADER_SIZE) / cache->size;

	slab->free = NULL;
	while (i-- > 0) {
		void **object = (void **)(base + i * cache->size);

		*object = slab->free;
		slab->free = object;
		if (MM_DEBUG)
			fill(cache, object, FREED);
	}
}

/* Write what kfree needs to know into the descriptors of a slab's frames. */
static void mark_frames(paddr_t pa, unsigned order, enum frame_kind kind, struct slab_cache *cache)
{
	uint32_t i;

	for (i = 1u << order; i-- > 0;) {
		struct frame *frame = frame_desc(pa + i * PAGE_SIZE);

		if (kind == FRAME_SLAB || i == 0)
			frame_set_kind(frame, kind);
		else
			frame_set_kind(frame, FRAME_INNER);
		frame->order = (uint8_t)order;
		frame->link = (uintptr_t)cache;
	}
}

static struct slab *create_slab(struct slab_cache *cache)
{
	unsigned order = slab_order(cache);
	struct slab *slab;
	paddr_t pa;

	if (frame_alloc(order, 0, &pa))
		return NULL;
	mark_frames(pa, order, FRAME_SLAB, cache);
	slab = frame_va(pa);
	slab->in_use = 0;
	list_init(&slab->link);
	link_objects(cache, slab, PAGE_SIZE << order);
	return slab;
}

/* Rare, and apart: slab_free has fewer registers to save. */
static __attribute__((noinline)) void destroy_slab(struct slab *slab)
{
	paddr_t pa = frame_pa(slab);

	mark_frames(pa, frame_desc(pa)->order, FRAME_USED, NULL);
	frame_dec_ref(pa);
}

/* Blocks are aligned physically; the direct map need not be aligned to more than a page. */
static struct slab *slab_of(paddr_t object)
{
	return frame_va(align_down(object, PAGE_SIZE << frame_desc(object)->order));
}

/* Let slab_reclaim find the cache. */
static void make_known(struct slab_cache *cache)
{
	port_lock(&known_lock);
	if (!cache->is_known) {
		cache->is_known = true;
		cache->next_known = known;
		known = cache;
	}
	port_unlock(&known_lock);
}

/* ---- objects ---- */

/* Give the cache one more slab, its lock dropped meanwhile; false when out of memory. */
static __attribute__((noinline)) bool grow(struct slab_cache *cache)
{
	struct slab *slab;

	port_unlock(&cache->lock);
	make_known(cache);
	slab = create_slab(cache);
	port_lock(&cache->lock);
	if (!slab)
		return false;
	list_push(&cache->partial, &slab->link);
	cache->slabs++;
	return true;
}

static void check_untouched(const struct slab_cache *cache, void *object)
{
	if (!is_filled(cache, object, FREED))
		port_panic("%s: object %p was written to after it was freed", cache->name, object);
	fill(cache, object, FRESH);
}

void *slab_alloc(struct slab_cache *cache)
{
	struct slab *slab;
	void **object;

	port_lock(&cache->lock);
	if (list_is_empty(&cache->partial) && !grow(cache)) {
		port_unlock(&cache->lock);
		return NULL;
	}
	slab = container_of(cache->partial.next, struct slab, link);
	object = slab->free;
	slab->free = *object;
	if (!slab->free)
		list_remove(&slab->link);
	if (slab == cache->empty)
		cache->empty = NULL;
	slab->in_use++;
	cache->in_use++;
	port_unlock(&cache->lock);
	if (MM_DEBUG)
		check_untouched(cache, object);
	return object;
}

/*
 * A slab lost its last object: keep it if it is the cache's only empty one.
 * => the slab to destroy, or NULL. Under the cache's lock.
 */
static struct slab *retire(struct slab_cache *cache, struct slab *slab)
{
	list_remove(&slab->link);
	if (cache->empty) {
		cache->slabs--;
		return slab;
	}
	cache->empty = slab;
	list_append(&cache->partial, &slab->link);
	return NULL;
}

static bool is_free(const struct slab *slab, const void *object)
{
	void *const *at;

	for (at = slab->free; at; at = *at)
		if (at == object)
			return true;
	return false;
}

/* Under the cache's lock. The pattern alone proves nothing: an owner may have written the same. */
static void check_object(const struct slab_cache *cache, const struct slab *slab, void *object)
{
	size_t offset = (uintptr_t)object - (uintptr_t)slab;

	if (offset < HEADER_SIZE || (offset - HEADER_SIZE) % cache->size != 0)
		port_panic("%s: %p is not the start of an object", cache->name, object);
	if (is_filled(cache, object, FREED) && is_free(slab, object))
		port_panic("%s: object %p is freed twice", cache->name, object);
	fill(cache, object, FREED);
}

void slab_free(struct slab_cache *cache, void *object)
{
	struct frame *frame = frame_desc(frame_pa(object));
	struct slab *slab = slab_of(frame_pa(object));
	struct slab *unused = NULL;

	if (frame_kind(frame) != FRAME_SLAB || frame->link != (uintptr_t)cache)
		port_panic("%s: %p is no object of this cache", cache->name, object);
	port_lock(&cache->lock);
	if (MM_DEBUG)
		check_object(cache, slab, object);
	if (!slab->free)
		list_push(&cache->partial, &slab->link);
	*(void **)object = slab->free;
	slab->free = object;
	cache->in_use--;
	if (--slab->in_use == 0)
		unused = retire(cache, slab);
	port_unlock(&cache->lock);
	if (unused)
		destroy_slab(unused);
}

void slab_reclaim(void)
{
	struct slab_cache *cache;
	struct slab *unused;

	port_lock(&known_lock);
	cache = known;
	port_unlock(&known_lock);
	for (; cache; cache = cache->next_known) {
		port_lock(&cache->lock);
		unused = cache->empty;
		cache->empty = NULL;
		if (unused) {
			list_remove(&unused->link);
			cache->slabs--;
		}
		port_unlock(&cache->lock);
		if (unused)
			destroy_slab(unused);
	}
}
