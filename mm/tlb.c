/*
 * tlb.c - telling every hart to forget translations before what they led to is given back.
 *
 * Who may have cached something: the harts in as->harts. A hart enters the set before its satp
 * names the space and leaves it after satp names another and its own TLB is flushed, so a hart
 * that is not in the set needs no message.
 */
#include "mm/mm.h"
#include "mm/port.h"

static uint64_t this_hart(void)
{
	return 1ul << port_hart();
}

void aspace_enter(struct aspace *as)
{
	__atomic_fetch_or(&as->harts, this_hart(), __ATOMIC_SEQ_CST);
}

void aspace_leave(struct aspace *as)
{
	__atomic_fetch_and(&as->harts, ~this_hart(), __ATOMIC_SEQ_CST);
}

void tlb_flush(struct aspace *as, vaddr_t va, size_t size)
{
	uint64_t harts, others;

	/* A hart that enters after this load sees the entries stored before it. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	harts = __atomic_load_n(&as->harts, __ATOMIC_RELAXED);
	others = harts & ~this_hart();
	if (harts != others) {
		if (size <= PAGE_SIZE)
			port_flush_page(va);
		else
			port_flush_all();
	}
	if (others)
		port_flush_harts(others, va, size);
}

void gather_start(struct gather *g, struct aspace *as)
{
	g->as = as;
	g->start = UINTPTR_MAX;
	g->end = 0;
	g->tables = false;
	g->count = 0;
}

static void drop_frames(struct gather *g)
{
	unsigned i;

	for (i = 0; i < g->count; i++) {
		unsigned level = g->frames[i] & (PAGE_SIZE - 1);
		paddr_t pa = g->frames[i] - level;

		if (level == 0)
			frame_dec_ref(pa);
		else if (level == GATHER_TABLE)
			frame_free_zeroed(pa);
		else
			frame_block_dec_ref(pa, level_order(level));
	}
}

void gather_flush(struct gather *g)
{
	if (g->tables)
		tlb_flush(g->as, 0, SIZE_MAX);
	else if (g->end > g->start)
		tlb_flush(g->as, g->start, g->end - g->start);
	drop_frames(g);
	g->tables = false;
	g->count = 0;
}

void gather_empty_tables(struct gather *g, vaddr_t va)
{
	unsigned level = PT_ROOT_LEVEL;
	pte_t *slot[PT_ROOT_LEVEL + 1];

	slot[level] = pt_root(g->as) + pt_index(va, level);
	for (; level > 0 && pte_is_table(*slot[level]); level--)
		slot[level - 1] = pte_table(*slot[level]) + pt_index(va, level - 1);

	for (; level < PT_ROOT_LEVEL && pt_desc(slot[level])->used == 0; level++) {
		paddr_t table = pte_pa(*slot[level + 1]);

		if (level == 1 && g->as->keeps_tables)
			return;
		pte_store(slot[level + 1], 0);
		pt_desc(slot[level + 1])->used--;
		g->as->table_pages--;
		g->tables = true;
		gather_frame(g, table, GATHER_TABLE);
	}
}
