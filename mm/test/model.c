/*
 * model.c - the reference model (model.h).
 */
#include "mm/mm.h"
#include "mm/test/model.h"
#include "mm/test/test.h"

struct place place[MAX_PLACES];
unsigned place_count;
struct model_space model[SPACES];

#define GIB	PAGE_SIZE_1G
#define M2	PAGE_SIZE_2M
#define K4	PAGE_SIZE

struct window window[WINDOWS] = {
	[LOW] = { .name = "low" }, [SMALL] = { .name = "small" }, [HUGE] = { .name = "huge" },
	[GIGA] = { .name = "giga" }, [TOP] = { .name = "top" },
	[KSMALL] = { .name = "kernel small", .kernel = true },
	[KHUGE] = { .name = "kernel huge", .kernel = true },
};

/* ---- places ---- */

static void add_place(vaddr_t start, size_t size)
{
	if (place_count == MAX_PLACES)
		abort();
	place[place_count++] = (struct place){ start, size };
}

static void add_window(unsigned w, vaddr_t start, size_t size)
{
	size_t done;

	window[w].first = place_count;
	for (done = 0; done < size; done += K4)
		add_place(start + done, K4);
	window[w].count = place_count - window[w].first;
}

/* Two gigabytes, cut where a part of a large leaf could end. */
static void add_giga_window(vaddr_t start)
{
	const size_t cut[] = { 0, K4, M2, 2 * M2, 2 * M2 + K4, 3 * M2, GIB - K4, GIB, GIB + M2,
			       2 * GIB };
	unsigned i;

	window[GIGA].first = place_count;
	for (i = 0; i + 1 < sizeof(cut) / sizeof(*cut); i++)
		add_place(start + cut[i], cut[i + 1] - cut[i]);
	window[GIGA].count = place_count - window[GIGA].first;
}

void model_init(void)
{
	place_count = 0;
	memset(model, 0, sizeof(model));
	memset(model_file, 0, sizeof(model_file));
	add_window(LOW, K4, 16 * K4);
	add_window(SMALL, GIB - 20 * K4, 48 * K4);
	add_window(HUGE, 4 * GIB - M2, 3 * M2);
	add_giga_window(8 * GIB);
	add_window(TOP, (1ul << 38) - 16 * K4, 16 * K4);
	add_window(KHUGE, -(GIB + M2), 2 * M2);
	add_window(KSMALL, -17 * K4, 16 * K4);
}

int place_of(vaddr_t va)
{
	unsigned w;

	for (w = 0; w < WINDOWS; w++) {
		struct run r = { window[w].first, window[w].count };
		unsigned i;

		if (va < run_start(r) || va - run_start(r) >= run_size(r))
			continue;
		if (w != GIGA)
			return (int)(r.first + ((va - run_start(r)) >> PAGE_SHIFT));
		for (i = r.first; va - place[i].start >= place[i].size; i++)
			;
		return (int)i;
	}
	return -1;
}

bool run_is_small(struct run r)
{
	return run_size(r) == r.count * PAGE_SIZE;
}

/* ---- one record ---- */

bool model_joined(unsigned s, unsigned i)
{
	const struct record *a = &model[s].at[i], *b = a + 1;

	return i + 1 < place_count && place[i].start + place[i].size == place[i + 1].start &&
	       a->mapped && b->mapped && a->prot == b->prot && a->max == b->max &&
	       a->user == b->user && a->shared == b->shared && a->level == b->level &&
	       a->flags == b->flags && a->backend == b->backend && a->file == b->file &&
	       (a->backend == ALLOC || a->offset + place[i].size == b->offset);
}

uint64_t *model_words(struct record *r)
{
	static uint64_t zero[WORDS];
	uint64_t page = r->offset >> PAGE_SHIFT;

	if (r->backend != FILED || r->copied)
		return r->word;
	return page < model_file_pages(r->file) ? model_file[r->file].word[page] : zero;
}

bool model_beyond(const struct record *r)
{
	return model_ends_beyond(r, 1);
}

bool model_ends_beyond(const struct record *r, size_t size)
{
	return r->backend == FILED &&
	       (r->offset + size - 1) >> PAGE_SHIFT >= model_file_pages(r->file);
}

static vaddr_t place_end(unsigned i)
{
	return place[i].start + place[i].size;
}

/* The lowest place at or above i that is mapped. */
static unsigned mapped_above(unsigned s, unsigned i)
{
	while (i < place_count && !model[s].at[i].mapped)
		i++;
	return i;
}

/* Nothing is mapped there: may the stack above grow down to it? Within its limit, and 256 pages
 * from what lies below, unless that is a guard which nobody may touch. */
static int grow_stack(unsigned s, unsigned i, unsigned access)
{
	const struct record *at = model[s].at;
	unsigned first = mapped_above(s, i), last = first, below = i;

	if (first == place_count || !(at[first].flags & AS_GROWSDOWN))
		return -EFAULT;
	while (model_joined(s, last))
		last++;
	if (place_end(last) - place[i].start > model[s].stack_limit)
		return -EFAULT;
	if ((access & AS_RWX & ~at[first].prot) || ((access & AS_USER) && !at[first].user))
		return -EACCES;
	while (below > 0 && !at[below].mapped)
		below--;
	if (at[below].mapped && at[below].prot &&
	    place[i].start - place_end(below) < 256 * PAGE_SIZE)
		return -EFAULT;
	return 0;
}

int model_access(unsigned s, unsigned i, unsigned access)
{
	const struct record *r = &model[s].at[i];

	if (!r->mapped)
		return grow_stack(s, i, access);
	if ((access & AS_RWX & ~r->prot) || ((access & AS_USER) && !r->user))
		return -EACCES;
	return model_beyond(r) ? -ENXIO : 0;
}

void model_own(struct record *r)
{
	if (r->backend == FILED && !r->shared && !r->copied) {
		memcpy(r->word, model_words(r), sizeof(r->word));
		r->copied = true;
	}
}

void model_empty(struct record *r)
{
	r->copied = r->present = false;
	memset(r->word, 0, sizeof(r->word));
}

struct record *model_touch(unsigned s, unsigned i)
{
	struct record *at = model[s].at;
	unsigned stack = mapped_above(s, i), below;

	for (below = i; below < stack; below++) {
		at[below] = at[stack];
		model_empty(&at[below]);
	}
	at[i].present = true;
	return &at[i];
}

/* ---- whole calls ---- */

int model_map(unsigned s, struct run r, const struct record *as, bool replace, bool apply)
{
	unsigned i;

	for (i = r.first; i < r.first + r.count && !replace; i++)
		if (model[s].at[i].mapped)
			return -EEXIST;
	for (i = r.first; i < r.first + r.count && apply; i++) {
		model[s].at[i] = *as;
		if (as->backend != ALLOC)
			model[s].at[i].offset += place[i].start - run_start(r);
	}
	return 0;
}

void model_unmap(unsigned s, struct run r)
{
	memset(&model[s].at[r.first], 0, r.count * sizeof(struct record));
}

/* Up to the first hole or the first page that forbids it. */
int model_protect(unsigned s, struct run r, unsigned prot, bool apply)
{
	unsigned i;

	if (prot & AS_WRITE)
		prot |= AS_READ;
	for (i = r.first; i < r.first + r.count; i++) {
		struct record *p = &model[s].at[i];

		if (!p->mapped)
			return -ENOMEM;
		if (prot & ~p->max)
			return -EACCES;
		if (apply)
			p->prot = (uint8_t)prot;
	}
	return 0;
}

/* => the record of the run that forbids everything, or 0, or -ENOMEM for a hole. */
static int check_whole(unsigned s, struct run r, bool (*forbids)(const struct record *))
{
	unsigned i;
	int result = 0;

	for (i = r.first; i < r.first + r.count; i++) {
		if (model[s].at[i].mapped && forbids(&model[s].at[i]))
			return -EINVAL;
		if (!model[s].at[i].mapped)
			result = -ENOMEM;
	}
	return result;
}

static bool is_linear(const struct record *r)
{
	return r->backend == LINEAR;
}

static bool is_not_alloc(const struct record *r)
{
	return r->backend != ALLOC;
}

static bool never(const struct record *r)
{
	(void)r;
	return false;
}

int model_discard(unsigned s, struct run r, bool apply)
{
	int result = check_whole(s, r, is_linear);
	unsigned i;

	for (i = r.first; i < r.first + r.count && apply && result != -EINVAL; i++)
		model_empty(&model[s].at[i]);
	return result;
}

int model_fork_flags(unsigned s, struct run r, unsigned set, unsigned clear, bool apply)
{
	int result = check_whole(s, r, set & AS_WIPEONFORK ? is_not_alloc : never);
	unsigned i;

	for (i = r.first; i < r.first + r.count && apply && result != -EINVAL; i++)
		if (model[s].at[i].mapped)
			model[s].at[i].flags = (model[s].at[i].flags & ~clear) | set;
	return result;
}

/* All places are of 4 KiB and the two runs are not the same; from may be empty (count 0). */
int model_move(unsigned s, struct run from, struct run to, bool keep_old, bool apply)
{
	static struct record old[MAX_PLACES];
	struct record *at = model[s].at;
	struct record first = at[from.first];
	unsigned i;

	if (from.first < to.first + to.count && to.first < from.first + from.count)
		return -EINVAL;
	if (!first.mapped)
		return -EFAULT;
	for (i = from.first; i + 1 < from.first + from.count; i++)
		if (!model_joined(s, i))
			return -EFAULT;
	if (!is_aligned(run_start(to) | run_size(to) | place[from.first].start |
			from.count * PAGE_SIZE, level_size(first.level)))
		return -EINVAL;
	if (from.count == 0 && !first.shared)
		return -EINVAL;
	if (to.count > from.count && first.backend == LINEAR)
		return -EFAULT;
	if (!apply)
		return 0;
	memcpy(old, at, sizeof(old));
	for (i = from.first; i < from.first + from.count; i++) {
		model_empty(&at[i]);
		if (!keep_old)
			at[i] = (struct record){ 0 };
	}
	for (i = 0; i < to.count; i++) {
		struct record *p = &at[to.first + i];

		*p = i < from.count ? old[from.first + i] : first;
		if (first.backend != ALLOC)
			p->offset = first.offset + i * PAGE_SIZE;
		if (i >= from.count)
			model_empty(p);
	}
	return 0;
}

void model_clone(unsigned s, unsigned child)
{
	unsigned i;

	model[child] = model[s];
	for (i = 0; i < place_count; i++) {
		struct record *r = &model[child].at[i];

		if (r->flags & AS_DONTFORK)
			*r = (struct record){ 0 };
		else if (r->flags & AS_WIPEONFORK)
			model_empty(r);
		if (r->backend == FILED)
			r->present = false;
	}
}

bool model_free(unsigned s, vaddr_t va, size_t size, vaddr_t *start, vaddr_t *end)
{
	const struct record *at = model[s].at;
	unsigned i, first;

	for (i = 0; i < place_count; i++)
		if (at[i].mapped && place[i].start < va + size &&
		    va < place[i].start + place[i].size)
			break;
	if (i == place_count)
		return true;
	for (first = i; first > 0 && at[first - 1].mapped &&
			place[first - 1].start + place[first - 1].size == place[first].start;
	     first--)
		;
	for (; i + 1 < place_count && at[i + 1].mapped &&
	       place[i].start + place[i].size == place[i + 1].start;
	     i++)
		;
	*start = place[first].start;
	*end = place[i].start + place[i].size;
	return false;
}
