/*
 * tlb_model.c - what four harts may still believe about the page tables (tlb_model.h).
 */
#include "mm/framedesc.h"
#include "mm/port.h"
#include "mm/test/tlb_model.h"
#include "mm/test/users.h"
#include "mm/test/world.h"

#define ENTRIES		192
#define TEMPTING	8

enum kind { NONE, LEAF, ABSENT, POINTER };

struct entry {
	enum kind kind;
	vaddr_t va;		/* LEAF, ABSENT: of the 4 KiB page. A superpage may be kept in pieces */
	uint64_t pte;		/* LEAF */
	paddr_t pa;		/* LEAF: of the page; POINTER: the table */
	unsigned level;		/* LEAF: of the page it is a piece of; POINTER: of the table */
};

static struct {
	unsigned space;
	unsigned next;
	struct entry entry[ENTRIES];
} hart[HARTS];

static vaddr_t tempting[TEMPTING];
static unsigned tempted;

/* ---- remembering ---- */

static void remember(unsigned h, struct entry e)
{
	unsigned i;

	for (i = 0; i < ENTRIES; i++) {
		const struct entry *p = &hart[h].entry[i];

		if (p->va == e.va && p->kind == e.kind && p->pa == e.pa && p->pte == e.pte &&
		    p->level == e.level)
			return;
	}
	for (i = 0; i < ENTRIES && hart[h].entry[hart[h].next].kind != NONE; i++)
		hart[h].next = (hart[h].next + 1) % ENTRIES;
	if (i == ENTRIES)
		hart[h].next = test_random(ENTRIES);
	hart[h].entry[hart[h].next] = e;
}

static vaddr_t span_of(vaddr_t va, unsigned level)
{
	return va >> (21 + 9 * level) << (21 + 9 * level);	/* what a table of the level covers */
}

static bool is_canonical(vaddr_t va)
{
	return va == (vaddr_t)((int64_t)(va << 25) >> 25);
}

/* Walk now, perhaps from a pointer that is remembered, and remember all that is met. */
static struct entry look(unsigned h, vaddr_t va)
{
	paddr_t table = world.as[hart[h].space].root;
	unsigned from = 2, i;
	const char *error;
	struct walk w;
	struct entry e;

	for (i = 0; i < ENTRIES; i++) {
		const struct entry *p = &hart[h].entry[i];

		if (p->kind == POINTER && p->va == span_of(va, p->level) && test_random(2)) {
			table = p->pa;
			from = p->level;
		}
	}
	error = walk_from(table, from, va, &w);
	if (error)
		world_differs("hart %u walks to %lx: %s: entry %lx", h, va, error,
			      (unsigned long)w.pte);
	for (i = 0; i < w.tables; i++)
		remember(h, (struct entry){ .kind = POINTER, .level = from - 1 - i,
					    .va = span_of(va, from - 1 - i), .pa = w.table[i] });
	e = (struct entry){ .kind = ABSENT, .va = align_down(va, PAGE_SIZE) };
	if (w.valid) {
		e.kind = LEAF;
		e.level = w.level;
		e.pte = w.pte & 0x3ff;
		e.pa = align_down(w.pa, PAGE_SIZE);
	}
	remember(h, e);
	return e;
}

bool tlb_translate(unsigned h, vaddr_t va, unsigned access, paddr_t *pa)
{
	unsigned i, at = test_random(ENTRIES);
	struct entry e;

	if (!is_canonical(va))
		return false;
	e.kind = NONE;
	for (i = 0; i < ENTRIES && test_random(64) != 0; i++) {
		const struct entry *p = &hart[h].entry[(at + i) % ENTRIES];

		if ((p->kind == LEAF || p->kind == ABSENT) && p->va == align_down(va, PAGE_SIZE)) {
			e = *p;
			break;
		}
	}
	if (e.kind == NONE)
		e = look(h, va);
	if (e.kind != LEAF || !walk_permits(e.pte, access))
		return false;
	*pa = e.pa + (va & (PAGE_SIZE - 1));
	return true;
}

void tlb_look_at(vaddr_t va)
{
	unsigned h;

	for (h = 0; h < HARTS; h++)
		if (is_canonical(va))
			look(h, va);
}

void tlb_evict(unsigned h)
{
	hart[h].entry[test_random(ENTRIES)].kind = NONE;
}

void tlb_tempt(vaddr_t va)
{
	tempting[tempted++ % TEMPTING] = va;
}

static void walk_ahead(void)
{
	unsigned h, n;

	for (h = 0; h < HARTS; h++)
		for (n = 0; n < 3; n++) {
			vaddr_t va = tempting[test_random(TEMPTING)];

			if (is_canonical(va))
				look(h, va);
		}
}

/* What the page table says now about an entry. */
static void look_up(unsigned h, const struct entry *e, struct walk *w)
{
	const char *error = walk(world.as[hart[h].space].root, e->va, w);

	if (error)
		world_differs("walk to %lx for hart %u: %s", e->va, h, error);
}

/* ---- forgetting ---- */

/* Where the hart found a large leaf, is there a pointer to a table now? */
static bool has_been_split(unsigned h, const struct entry *e)
{
	struct walk w;

	if (e->kind != LEAF || e->level == 0)
		return false;
	look_up(h, e, &w);
	return w.level < e->level;
}

/*
 * sfence.vma with rs1: the leaf entries for that page. One that was found invalid counts as a
 * leaf, whatever its level; a pointer does not, nor does a leaf that has become one. Without rs1:
 * everything. rs2 is x0: global entries are no exception.
 */
static void forget_page(unsigned h, vaddr_t va)
{
	unsigned i;

	for (i = 0; i < ENTRIES; i++)
		if (hart[h].entry[i].kind != POINTER &&
		    hart[h].entry[i].va == align_down(va, PAGE_SIZE) &&
		    !has_been_split(h, &hart[h].entry[i]))
			hart[h].entry[i].kind = NONE;
}

static void forget_all(unsigned h)
{
	memset(hart[h].entry, 0, sizeof(hart[h].entry));
}

static void forget_harts(const struct test_event *event)
{
	unsigned h;

	for (h = 0; h < HARTS; h++) {
		if (h == event->hart || !(event->harts >> h & 1))
			continue;
		if (event->size <= PAGE_SIZE)
			forget_page(h, event->va);
		else
			forget_all(h);
	}
}

/* ---- what must hold ---- */

static bool is_current(unsigned h, const struct entry *e)
{
	struct walk w;
	unsigned i;

	look_up(h, e, &w);
	if (e->kind == LEAF)
		return w.valid && align_down(w.pa, PAGE_SIZE) == e->pa &&
		       (e->pte & ~w.pte & (SV39_R | SV39_W | SV39_X | SV39_U)) == 0;
	for (i = 0; i < w.tables; i++)
		if (w.table[i] == e->pa && e->level == 1 - i)
			return true;
	return false;
}

static void check_entry(unsigned h, const struct entry *e, const char *when)
{
	if ((e->kind == LEAF || e->kind == POINTER) && !is_current(h, e))
		world_differs("%s: hart %u (in space %u) still has %s %lx -> %lx, bits %lx", when, h,
			      hart[h].space, e->kind == LEAF ? "translation" : "pointer to a table",
			      e->va, e->pa, (unsigned long)e->pte);
}

void tlb_check(void)
{
	unsigned h, i;

	for (h = 0; h < HARTS; h++)
		for (i = 0; i < ENTRIES; i++)
			check_entry(h, &hart[h].entry[i], "T1: after the call");
}

void tlb_check_no_absent(unsigned space, vaddr_t va)
{
	unsigned h, i;

	for (h = 0; h < HARTS; h++)
		for (i = 0; i < ENTRIES; i++)
			if ((space == KERNEL || space == hart[h].space) &&
			    hart[h].entry[i].kind == ABSENT && hart[h].entry[i].va == va)
				world_differs("hart %u remembers that nothing is at %lx, where the "
					      "kernel has just mapped something", h, va);
}

/* T3, and entry, flush, frame: nobody can still reach what is free from now on. */
static void check_freed(const struct test_event *event)
{
	unsigned h, i;

	for (h = 0; h < HARTS; h++)
		for (i = 0; i < ENTRIES; i++)
			if (hart[h].entry[i].pa - event->pa < event->size)
				check_entry(h, &hart[h].entry[i], "a frame was freed too early");
}

/* T4: while any hart may still be reading another frame, the new one is not writable. */
static void check_not_writable_yet(void)
{
	unsigned h, i;
	struct walk w;

	for (h = 0; h < HARTS; h++)
		for (i = 0; i < ENTRIES; i++) {
			const struct entry *e = &hart[h].entry[i];

			if (e->kind != LEAF)
				continue;
			look_up(h, e, &w);
			if (w.valid && (w.pte & SV39_W) && align_down(w.pa, PAGE_SIZE) != e->pa)
				world_differs("T4: %lx is writable at %lx while hart %u may read %lx",
					      e->va, w.pa, h, e->pa);
		}
}

/* ---- frames that others use too, in the middle of a call ---- */

/* Does the page table no longer lead where the entry says? */
static bool is_stale(unsigned h, const struct entry *e)
{
	struct walk w;

	if (e->kind != LEAF || !frame_is_ram(e->pa))
		return false;
	look_up(h, e, &w);
	return !w.valid || align_down(w.pa, PAGE_SIZE) != e->pa;
}

/* Entry, flush, frame, for one that others use too: the reference of the leaf that is gone must still
 * be there, or its last owner takes the frame over and writes what this hart still reads. (A leaf
 * that has moved within the space has taken its reference along.) */
static void check_held(unsigned h, const struct entry *e)
{
	unsigned space = (int64_t)e->va < 0 ? KERNEL : hart[h].space;
	paddr_t piece = users_piece(e->pa);

	if (!piece)
		world_differs("hart %u may still read %lx at %lx, which is free", h, e->va, e->pa);
	if (!users_in(piece, space) && frame_ref_count(piece) <= users_of(piece))
		world_differs("hart %u may still read %lx at %lx, whose count is %u for %u users",
			      h, e->va, e->pa, frame_ref_count(piece), users_of(piece));
}

static void check_still_held(void)
{
	bool counted = false;
	unsigned h, i;

	for (h = 0; h < HARTS; h++)
		for (i = 0; i < ENTRIES; i++) {
			if (!is_stale(h, &hart[h].entry[i]))
				continue;
			if (!counted)
				users_count();
			counted = true;
			check_held(h, &hart[h].entry[i]);
		}
}

static void on_event(const struct test_event *event)
{
	if (event->kind == FREE_FRAME) {
		check_freed(event);
		return;
	}
	if (event->kind == SYNC_ICACHE)
		return;
	walk_ahead();
	if (event->kind == PAUSE)
		return;
	check_not_writable_yet();
	check_still_held();
	if (event->kind == FLUSH_PAGE)
		forget_page(event->hart, event->va);
	else if (event->kind == FLUSH_ALL)
		forget_all(event->hart);
	else
		forget_harts(event);
	walk_ahead();
}

/* ---- harts ---- */

void tlb_begin(void)
{
	unsigned h;

	memset(hart, 0, sizeof(hart));
	memset(tempting, 0, sizeof(tempting));
	tempted = 0;
	for (h = 0; h < HARTS; h++) {
		test_set_hart(h);
		aspace_enter(&world.as[KERNEL]);	/* and never leave */
		hart[h].space = KERNEL;
	}
	test_event_hook = on_event;
}

unsigned tlb_space(unsigned h)
{
	return hart[h].space;
}

void tlb_switch(unsigned h, unsigned space)
{
	unsigned old = hart[h].space;

	test_set_hart(h);
	if (space == old)
		return;
	if (space != KERNEL)
		aspace_enter(&world.as[space]);
	hart[h].space = space;
	forget_all(h);
	if (old != KERNEL)
		aspace_leave(&world.as[old]);
}
