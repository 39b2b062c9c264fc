/*
 * users.c - who uses which frame (users.h).
 */
#include "mm/framedesc.h"
#include "mm/mm.h"
#include "mm/test/file.h"
#include "mm/test/users.h"
#include "mm/test/walker.h"

static struct users {
	uint32_t count;
	uint8_t spaces;		/* a bit for each */
	bool sole;		/* a private leaf lets it be written */
} users[LARGE_RAM / PAGE_SIZE];

static unsigned counting;	/* the space */
static size_t total;		/* users of all frames */

static struct users *users_at(paddr_t pa)
{
	return &users[(pa - TEST_RAM_BASE) >> PAGE_SHIFT];
}

/* ---- counting ---- */

static void count_user(paddr_t pa)
{
	users_at(pa)->count++;
	total++;
}

static void count_table(vaddr_t va, unsigned level, paddr_t table)
{
	(void)va;
	(void)level;
	if (frame_is_ram(table))
		count_user(table);
}

static bool is_private(vaddr_t va)
{
	int at = place_of(va);

	return at >= 0 && !model[counting].at[at].shared;
}

/* A leaf holds one reference to each piece of its block (invariant F2). */
static void count_leaf(vaddr_t va, unsigned level, uint64_t pte)
{
	paddr_t pa = pte >> 10 << 12, end = pa + level_size(level);

	if (!frame_is_ram(pa))
		return;
	for (; pa < end; pa += PAGE_SIZE << frame_desc(pa)->order) {
		struct users *u = users_at(pa);

		count_user(pa);
		u->spaces |= (uint8_t)(1u << counting);
		if ((pte & SV39_V) && (pte & SV39_W) && is_private(va))
			u->sole = true;
	}
}

static void count_space(void)
{
	const struct walk_visitor visitor = { count_table, count_leaf, count_leaf };
	const struct aspace *as = &world.as[counting];
	vaddr_t at;

	count_user(as->root);
	walk_all(as->root, as->base >> 30 & 511, (as->end - 1) >> 30 & 511, &visitor, &at);
}

static void count_file(unsigned f)
{
	unsigned i;

	for (i = 0; i < FILE_PAGES; i++) {
		paddr_t pa = peek_page(world.file[f], i);

		if (model_file[f].beyond[i])
			pa = model_file[f].beyond[i];
		if (pa)
			count_user(pa);
	}
}

void users_count(void)
{
	unsigned f;

	memset(users, 0, world.ram / PAGE_SIZE * sizeof(*users));
	total = 0;
	count_user(frame_zero);
	for (counting = 0; counting < SPACES; counting++)
		if (model[counting].alive)
			count_space();
	for (f = 0; f < FILES; f++)
		count_file(f);
}

/* ---- what came of it ---- */

/* Of 2 MiB in one piece only the first frame has a descriptor. */
static bool has_descriptor(paddr_t pa)
{
	return is_aligned(pa, PAGE_SIZE_2M) ||
	       buddy_is_written(frame_number(align_down(pa, PAGE_SIZE_2M)) + 1);
}

paddr_t users_piece(paddr_t pa)
{
	unsigned order;

	for (order = 0; order <= level_order(PT_ROOT_LEVEL); order++) {
		paddr_t first = align_down(pa, PAGE_SIZE << order);

		if (has_descriptor(first) && frame_kind(frame_desc(first)) == FRAME_USED &&
		    frame_desc(first)->order >= order)
			return first;
	}
	return 0;
}

unsigned users_of(paddr_t piece)
{
	return users_at(piece)->count;
}

bool users_in(paddr_t piece, unsigned space)
{
	return users_at(piece)->spaces >> space & 1;
}

static void compare_frame(paddr_t pa)
{
	const struct users *u = users_at(pa);
	uint32_t count = u->count;

	if (frame_kind(frame_desc(pa)) != FRAME_SLAB)
		count = frame_desc(pa)->refs;
	if (count != u->count)
		world_differs("frame %lx has count %u, but %u users", pa, count, u->count);
	if (u->sole && count != 1)
		world_differs("frame %lx may be written by one of %u users", pa, count);
	total -= count;
}

void users_compare(void)
{
	paddr_t pa = TEST_RAM_BASE;

	while (pa < TEST_RAM_BASE + world.ram) {
		compare_frame(pa);
		pa += has_descriptor(pa + PAGE_SIZE) ? PAGE_SIZE : PAGE_SIZE_2M;
	}
	if (total > 0)
		world_differs("%zu users of frames that are inside a block", total);
}
