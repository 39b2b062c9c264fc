/*
 * pagecache.c - the frames of a file.
 *
 * The difficult part is truncation against page faults. A fault asks for a frame under the page
 * cache's lock and later puts it into a page table, under its space's lock. Truncation goes in
 * the order
 *
 *	set the size	a fault that has not asked yet gets -ENXIO from now on
 *	visit each space that maps the file, under its lock, and remove the leaves beyond the
 *	  end: a fault that had asked has finished by then, as it held that lock all the time
 *	drop the frames
 *
 * While a space's lock is waited for, areas come and go. So the visit leaves a mark of its own in
 * the list of areas: what is in front of the mark is done, what is behind it is not, and new areas
 * (a clone made from a space that is not done yet) join at the end.
 */
#include "mm/mm.h"
#include "mm/pagecache.h"
#include "mm/port.h"
#include "mm/slab.h"

static struct slab_cache pagecaches =
	SLAB_CACHE_INIT(pagecaches, "page cache", sizeof(struct pagecache));

/* Pages that `size` bytes reach into. */
static uint64_t pages_in(uint64_t size)
{
	return (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

/* ---- life ---- */

int pagecache_create(uint64_t size, struct pagecache **result)
{
	struct pagecache *pc = slab_alloc(&pagecaches);

	if (!pc)
		return -ENOMEM;
	*pc = (struct pagecache){ .refs = 1, .size = size };
	list_init(&pc->areas);
	*result = pc;
	return 0;
}

void pagecache_ref(struct pagecache *pc)
{
	__atomic_fetch_add(&pc->refs, 1, __ATOMIC_RELAXED);
}

/* ---- quotas; the page cache's lock is held ---- */

static void quota_add(struct pagecache *pc, size_t n)
{
	if (pc->quota)
		__atomic_add_fetch(&pc->quota->used, n, __ATOMIC_RELAXED);
}

static bool quota_is_full(const struct pagecache *pc)
{
	const struct page_quota *quota = pc->quota;

	return quota && quota->limit &&
	       __atomic_load_n(&quota->used, __ATOMIC_RELAXED) > quota->limit;
}

void pagecache_set_quota(struct pagecache *pc, struct page_quota *quota)
{
	port_lock(&pc->lock);
	quota_add(pc, -pc->resident);
	pc->quota = quota;
	quota_add(pc, pc->resident);
	port_unlock(&pc->lock);
}

/* Take some of the last pages, none before `first`, out of the cache; its references come along. */
static unsigned take_pages(struct pagecache *pc, uint64_t first, paddr_t pas[RADIX_BATCH])
{
	unsigned n;

	port_lock(&pc->lock);
	n = radix_take_last(&pc->pages, first, pas);
	pc->resident -= n;
	quota_add(pc, -(size_t)n);
	port_unlock(&pc->lock);
	return n;
}

static void drop_pages(struct pagecache *pc, uint64_t first)
{
	paddr_t pas[RADIX_BATCH];
	unsigned n;

	while ((n = take_pages(pc, first, pas)) > 0)
		while (n > 0)
			frame_dec_ref(pas[--n]);
}

void pagecache_put(struct pagecache *pc)
{
	if (__atomic_sub_fetch(&pc->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	drop_pages(pc, 0);
	kfree(pc->owner);
	slab_free(&pagecaches, pc);
}

/* ---- pages ---- */

/* Under the lock: a frame of our own moves into a hole. */
static int insert_page(struct pagecache *pc, uint64_t index, paddr_t pa)
{
	int err;

	quota_add(pc, 1);	/* first, so that two caches do not share the last frame */
	if (quota_is_full(pc) && !radix_get(&pc->pages, index))
		err = -ENOSPC;
	else
		err = radix_put(&pc->pages, index, pa);
	if (err)
		quota_add(pc, -1ul);
	else
		pc->resident++;
	return err;
}

int pagecache_insert(struct pagecache *pc, uint64_t index, paddr_t pa)
{
	int err;

	port_lock(&pc->lock);
	err = insert_page(pc, index, pa);
	port_unlock(&pc->lock);
	return err;
}

/* What is there now, with a reference; a hole is 0. => 0 or -ENXIO. */
static int peek_page(struct pagecache *pc, uint64_t index, bool beyond, paddr_t *pa)
{
	int err = 0;

	port_lock(&pc->lock);
	if (beyond || index < pages_in(pc->size)) {
		*pa = radix_get(&pc->pages, index);
		if (*pa)
			frame_hold(frame_desc(*pa));
	} else {
		err = -ENXIO;
	}
	port_unlock(&pc->lock);
	return err;
}

/*
 * Offer a zeroed frame for a hole, which may meanwhile have been filled or cut off.
 * => as insert_page, or -ENXIO; on success the caller has a reference of its own.
 */
static int offer_page(struct pagecache *pc, uint64_t index, paddr_t pa)
{
	int err;

	port_lock(&pc->lock);
	if (index < pages_in(pc->size))
		err = insert_page(pc, index, pa);
	else
		err = -ENXIO;
	if (!err)
		frame_inc_ref(pa);
	port_unlock(&pc->lock);
	return err;
}

/* => as offer_page, or -ENOMEM. No room is told as no page: it is the file's lack, not ours. Apart, so
 * that a page that is there is found with fewer registers to save. */
static __attribute__((noinline)) int fill_hole(struct pagecache *pc, uint64_t index, paddr_t *pa)
{
	int err;

	if (pc->spare && !frame_leaves_free(pc->spare))
		return -ENXIO;
	err = frame_alloc(0, FRAME_ZERO, pa);
	if (err)
		return err;
	err = offer_page(pc, index, *pa);
	if (err)
		frame_dec_ref(*pa);
	return err;
}

int pagecache_get(struct pagecache *pc, uint64_t index, enum pagecache_hole hole, paddr_t *pa)
{
	int err;

	do {
		err = peek_page(pc, index, hole == PAGECACHE_PEEK_BEYOND, pa);
		if (err || *pa || hole != PAGECACHE_FILL)
			return err;
		err = fill_hole(pc, index, pa);
	} while (err == -EEXIST);	/* somebody else's page is as good */
	return err;
}

void pagecache_peek(struct pagecache *pc, uint64_t index, unsigned n, paddr_t pas[])
{
	unsigned i;

	port_lock(&pc->lock);
	for (i = 0; i < n; i++, index++) {
		pas[i] = index < pages_in(pc->size) ? radix_get(&pc->pages, index) : 0;
		if (pas[i])
			frame_hold(frame_desc(pas[i]));
	}
	port_unlock(&pc->lock);
}

bool pagecache_next(struct pagecache *pc, uint64_t index, uint64_t *found)
{
	bool is_any;

	port_lock(&pc->lock);
	is_any = radix_next(&pc->pages, index, found);
	port_unlock(&pc->lock);
	return is_any;
}

void pagecache_punch(struct pagecache *pc, uint64_t index)
{
	paddr_t pa;
	bool ours;

	port_lock(&pc->lock);
	pa = radix_get(&pc->pages, index);
	ours = pa && frame_ref_count(pa) == 1;	/* a second reference is got under the lock only */
	if (ours) {
		radix_take(&pc->pages, index);
		pc->resident--;
		quota_add(pc, -1ul);
	} else if (pa) {
		frame_clear(pa, 0);
	}
	port_unlock(&pc->lock);
	if (ours)
		frame_dec_ref(pa);
}

/* ---- shared mappings that are written ---- */

bool pagecache_allow_writable(struct pagecache *pc)
{
	bool allowed;

	port_lock(&pc->lock);
	allowed = !pc->sealed;
	pc->writable += allowed;
	port_unlock(&pc->lock);
	return allowed;
}

void pagecache_end_writable(struct pagecache *pc)
{
	port_lock(&pc->lock);
	pc->writable--;
	port_unlock(&pc->lock);
}

bool pagecache_seal(struct pagecache *pc, bool may_stay)
{
	bool done;

	port_lock(&pc->lock);
	done = may_stay || !pc->writable;
	if (done)
		pc->sealed = true;
	port_unlock(&pc->lock);
	return done;
}

bool pagecache_is_written(const struct pagecache *pc)
{
	return __atomic_load_n(&pc->writable, __ATOMIC_ACQUIRE) > 0;
}

size_t pagecache_resident(struct pagecache *pc)
{
	size_t resident;

	port_lock(&pc->lock);
	resident = pc->resident;
	port_unlock(&pc->lock);
	return resident;
}

/* ---- size ---- */

/* Under the lock. */
static void set_size(struct pagecache *pc, uint64_t size)
{
	store_shared(&pc->size, size);
}

void pagecache_extend(struct pagecache *pc, uint64_t size)
{
	port_lock(&pc->lock);
	if (size > pc->size)
		set_size(pc, size);
	port_unlock(&pc->lock);
}

/* Under the lock: zero from `end` to the end of its page. */
static void zero_rest_of_page(struct pagecache *pc, uint64_t end)
{
	size_t offset = end % PAGE_SIZE;
	paddr_t pa = radix_get(&pc->pages, end >> PAGE_SHIFT);

	if (pa && offset > 0)
		__builtin_memset((char *)frame_va(pa) + offset, 0, PAGE_SIZE - offset);
}

/* Under the lock: the mark changes places with the entry behind it. */
static void pass_next(struct list *mark)
{
	struct list *next = mark->next;

	list_remove(mark);
	list_push(next, mark);
}

/* Remove what one space maps beyond the end, and move the mark past its areas that follow. */
static void visit_space(struct pagecache *pc, struct aspace *as, uint64_t size, struct list *mark)
{
	port_aspace_lock(as);
	aspace_zap_file(as, pc, pages_in(size) << PAGE_SHIFT);
	port_lock(&pc->lock);
	while (mark->next != &pc->areas && area_aspace_of(mark->next) == as)
		pass_next(mark);
	port_unlock(&pc->lock);
	port_aspace_unlock(as);
}

/* A space that is being destroyed is left alone: its leaves hold references until it is gone. */
static void visit_spaces(struct pagecache *pc, uint64_t size)
{
	struct list mark;

	port_lock(&pc->lock);
	list_push(&pc->areas, &mark);
	while (mark.next != &pc->areas) {
		struct aspace *as = area_aspace_of(mark.next);

		pass_next(&mark);
		if (!port_aspace_get(as))
			continue;
		port_unlock(&pc->lock);
		visit_space(pc, as, size, &mark);
		port_aspace_put(as);
		port_lock(&pc->lock);
	}
	list_remove(&mark);
	port_unlock(&pc->lock);
}

void pagecache_truncate(struct pagecache *pc, uint64_t size)
{
	uint64_t old;

	port_lock(&pc->lock);
	old = pc->size;
	if (size > old)
		zero_rest_of_page(pc, old);
	set_size(pc, size);
	port_unlock(&pc->lock);
	if (pages_in(size) < pages_in(old))
		visit_spaces(pc, size);
	drop_pages(pc, pages_in(size));
	port_lock(&pc->lock);
	if (size <= old)
		zero_rest_of_page(pc, size);
	port_unlock(&pc->lock);
}
