/*
 * op_space.c - the calls that are about whole spaces and harts, and those that only ask
 * (fuzz.h).
 */
#include "mm/mm.h"
#include "mm/test/fuzz.h"

#define CLONE_COPIES	(!COW)	/* a clone needs blocks of its own, which can be scarce */

static void leave_space(unsigned s)
{
	unsigned h;

	for (h = 0; h < HARTS; h++)
		if (tlb_space(h) == s)
			tlb_switch(h, KERNEL);
}

static void destroy(unsigned s)
{
	leave_space(s);
	say("\taspace_destroy(s%u);\n", s);
	world_destroy(s);
}

void op_clone(const struct step *st)
{
	unsigned child = is_upper(st->space) ? COPY : st->flags % USERS;
	int got;

	if (child == st->space)
		return;
	if (model[child].alive)
		destroy(child);
	step_begin(st);
	say("\taspace_try_clone(s%u, s%u);", st->space, child);
	got = aspace_try_clone(&world.as[st->space], &world.as[child]);
	if (CLONE_COPIES && got == -ENOMEM && !step_failed(st)) {
		test_fail_nth(0);
		return;
	}
	if (!step_end(st, got, 0, STRICT))
		return;
	model_clone(st->space, child);
	world_entered(child);
}

void op_create(const struct step *st)
{
	unsigned s = st->flags % USERS;

	if (model[s].alive)
		return;
	step_begin(st);
	say("\taspace_create(s%u, ...);", s);
	step_end(st, world_create(s), 0, STRICT);
}

void op_destroy(const struct step *st)
{
	test_set_hart(st->hart);
	if (st->space != KERNEL)
		destroy(st->space);
}

/* A space without the kernel's root entries is one that no hart can run on. */
void op_share(const struct step *st)
{
	const struct aspace *kernel = &world.as[KERNEL];
	struct aspace *as = &world.as[st->space];
	struct model_space *m = &model[st->space];

	if (is_upper(st->space))
		return;
	step_begin(st);
	if (m->shares) {
		say("\taspace_clear_mappings(s%u, kernel half);", st->space);
		aspace_clear_mappings(as, kernel->base, aspace_size(kernel));
		step_end(st, 0, 0, LENIENT);
		tlb_check();
		leave_space(st->space);
	} else {
		say("\taspace_copy_mappings_from(s%u, kernel);", st->space);
		step_end(st, aspace_copy_mappings_from(as, kernel), 0, LENIENT);
	}
	m->shares = !m->shares;
}

void op_limit(const struct step *st)
{
	static const unsigned pages[] = { 0, 3, 60, 300, 300, 400, 400, 400 };
	size_t limit = pages[st->flags % 8] * PAGE_SIZE;

	say("\ts%u.stack_limit = 0x%lx;\n", st->space, limit);
	world.as[st->space].stack_limit = model[st->space].stack_limit = limit;
}

void op_switch(const struct step *st)
{
	if (st->space == COPY || (st->space != KERNEL && !model[st->space].shares))
		return;
	say("\ttlb_switch(%u, %u);\n", st->hart, st->space);
	tlb_switch(st->hart, st->space);
}

/* ---- free ranges ---- */

struct search {
	unsigned space;
	vaddr_t low, high;
	size_t size, align;
};

static int search_up(const struct search *q, vaddr_t *found)
{
	vaddr_t at = align_up(q->low, q->align), start, end;

	for (; at >= q->low && at < q->high && q->high - at >= q->size;
	     at = align_up(end, q->align)) {
		*found = at;
		if (model_free(q->space, at, q->size, &start, &end))
			return 0;
	}
	return -ENOMEM;
}

static int search_down(const struct search *q, vaddr_t *found)
{
	vaddr_t top = q->high, start, end;

	while (top > q->low && top - q->low >= q->size) {
		*found = align_down(top - q->size, q->align);
		if (*found < q->low)
			break;
		if (model_free(q->space, *found, q->size, &start, &end))
			return 0;
		top = start;
	}
	return -ENOMEM;
}

void op_find(const struct step *st)
{
	static const size_t aligns[] = { PAGE_SIZE, PAGE_SIZE, PAGE_SIZE_2M, PAGE_SIZE_1G };
	const struct aspace *as = &world.as[st->space];
	vaddr_t low = st->flags & 1 ? run_start(st->run) : 0, found = 0, want_found = 0;
	vaddr_t high = st->flags & 2 ? run_end(st->other) : UINTPTR_MAX;
	vaddr_t hint = st->flags & 4 ? run_start(st->other) : 0;
	bool down = st->flags & 8;
	struct search q = { .space = st->space, .align = aligns[st->more & 3] };
	int got, want;

	q.size = align_up(run_size(st->flags & 16 ? st->run : st->other), q.align);
	q.low = low > hint || down ? low : hint;
	q.low = q.low > as->base ? q.low : as->base;
	q.high = high < as->end ? high : as->end;
	want = down ? search_down(&q, &want_found) : search_up(&q, &want_found);
	step_begin(st);
	if (down)
		say("\taspace_find_free_area_topdown(s%u, 0x%lx, 0x%lx, 0x%lx, 0x%lx, &va);",
		    st->space, q.size, low, high, q.align);
	else
		say("\taspace_find_free_area(s%u, 0x%lx, 0x%lx, 0x%lx, 0x%lx, 0x%lx, &va);",
		    st->space, hint, q.size, low, high, q.align);
	if (down)
		got = aspace_find_free_area_topdown(as, q.size, low, high, q.align, &found);
	else
		got = aspace_find_free_area(as, hint, q.size, low, high, q.align, &found);
	if (step_end(st, got, want, LENIENT) && !want && found != want_found)
		world_differs("found %lx, want %lx", found, want_found);
}

/* ---- questions ---- */

static void ask_access(const struct step *st)
{
	unsigned access = st->flags & (AS_RWX | AS_USER), i;
	bool want = true, got;

	for (i = st->run.first; i < st->run.first + st->run.count; i++) {
		const struct record *r = &model[st->space].at[i];

		want = want && r->mapped && !(access & AS_RWX & ~r->prot) &&
		       (r->user || !(access & AS_USER));
	}
	step_begin(st);
	say("\taspace_check_region_access(s%u, 0x%lx, 0x%lx, 0x%x);", st->space,
	    run_start(st->run), run_size(st->run), access);
	got = aspace_check_region_access(&world.as[st->space], run_start(st->run),
					 run_size(st->run), access);
	step_end(st, got, want, LENIENT);
}

static void ask_resident(const struct step *st)
{
	static uint8_t vec[MAX_PLACES];
	unsigned i;
	int want = 0, got;

	for (i = st->run.first; i < st->run.first + st->run.count; i++)
		if (!model[st->space].at[i].mapped)
			want = -ENOMEM;
	step_begin(st);
	say("\taspace_resident(s%u, 0x%lx, 0x%lx, vec);", st->space, run_start(st->run),
	    run_size(st->run));
	got = aspace_resident(&world.as[st->space], run_start(st->run), run_size(st->run), vec);
	if (!step_end(st, got, want, LENIENT) || want)
		return;
	for (i = 0; i < st->run.count; i++) {
		struct record *r = &model[st->space].at[st->run.first + i];
		const uint64_t *word = model_words(r);

		if (vec[i] > 1 || (!vec[i] && (r->present || word[0] || word[1])))
			world_differs("page %lx is said to be %u", place[st->run.first + i].start,
				      vec[i]);
	}
}

void op_ask(const struct step *st)
{
	if ((st->more & 1) || !run_is_small(st->run))
		ask_access(st);
	else
		ask_resident(st);
}

/* ---- addresses and sizes that no range has ---- */

static const uint64_t extremes[] = {
	0, 1, 0xfff, PAGE_SIZE, PAGE_SIZE + 1, 1ul << 38, (1ul << 38) - PAGE_SIZE,
	(1ul << 38) + PAGE_SIZE, (1ul << 39) - PAGE_SIZE, 1ul << 39, 1ul << 63, -(1ul << 38),
	-(1ul << 39), -PAGE_SIZE, -2 * PAGE_SIZE, -1ul, -PAGE_SIZE_2M, -PAGE_SIZE_1G,
	0xffffffff80000000ul, 0x0101010101010101ul & ~0xffful, PAGE_SIZE_1G, 255ul << 30,
};

static bool is_valid_range(const struct aspace *as, vaddr_t va, size_t size)
{
	return (__uint128_t)va + size <= as->end && va >= as->base && size > 0 &&
	       (va | size) % PAGE_SIZE == 0;
}

static int wild_call(struct aspace *as, unsigned which, vaddr_t va, size_t size)
{
	uint64_t word = 0;
	size_t done;
	vaddr_t found;

	switch (which) {
	case 0:
		return aspace_unmap(as, va, size);
	case 1:
		return size ? aspace_protect(as, va, size, AS_READ) : -EINVAL;
	case 2:
		return size ? aspace_discard(as, va, size) : -EINVAL;
	case 3:
		return size ? aspace_set_fork_flags(as, va, size, AS_DONTFORK, 0) : -EINVAL;
	case 4:
		return aspace_map_alloc(as, va, size, AS_READ | AS_REPLACE, AS_LAZY, PAGE_SIZE);
	case 5:
		return aspace_map_linear(as, va, PAGE_SIZE, size, AS_READ, PAGE_SIZE);
	case 6:
		return aspace_map_file(as, va, size, AS_READ, world.file[0], 0, AS_PRIVATE);
	case 7:
		if (size == 0)		/* a second mapping of what is shared at va, if anything is */
			return -EINVAL;
		return aspace_remap(as, va, size, as->base, PAGE_SIZE, AS_MOVE) ? -EINVAL : 0;
	case 8:
		return aspace_remap(as, as->base, PAGE_SIZE, va, size, AS_MOVE);
	case 9:
		return aspace_populate_area(as, va, size, AS_READ);
	case 10:
		return size && aspace_check_region_access(as, va, size, 0) &&
		       (va | size) % PAGE_SIZE == 0 ? 0 : -EINVAL;
	case 11:
		return place_of(va) < 0 && !aspace_handle_page_fault(as, va, AS_READ) ? 0 : -EINVAL;
	case 12:
		return place_of(va) < 0 && !aspace_write(as, va, &word, 8, &done) ? 0 : -EINVAL;
	default:
		return aspace_find_free_area(as, va, size | 1, va, size, PAGE_SIZE, &found);
	}
}

void op_wild(const struct step *st)
{
	const unsigned count = sizeof(extremes) / sizeof(*extremes);
	vaddr_t va = extremes[st->flags % count];
	size_t size = extremes[st->more % count];
	unsigned which = st->other.first % 14;
	struct aspace *as = &world.as[st->space];

	if (st->run.first & 1)
		va = run_start(st->run);
	if (is_valid_range(as, va, size))
		return;
	step_begin(st);
	say("\twild_call(s%u, %u, 0x%lx, 0x%lx);", st->space, which, va, size);
	step_end(st, wild_call(as, which, va, size), -EINVAL, LENIENT);
}
