/*
 * op_map.c - the calls that change areas: done to mm, asked of the model, entered there (fuzz.h).
 */
#include "mm/mm.h"
#include "mm/test/fuzz.h"

#define LINEAR_BASE	(64ul << 30)	/* far from RAM: nobody may read or write through it */

static struct aspace *space_of(const struct step *st)
{
	return &world.as[st->space];
}

/* The record that a page of the new area will have, from the call's two bytes. */
static struct record new_record(const struct step *st, unsigned *flags)
{
	static const unsigned prots[] = { AS_READ | AS_WRITE, AS_READ | AS_WRITE, AS_RWX, AS_READ,
					  AS_READ | AS_EXEC, 0, AS_WRITE, AS_EXEC };
	static const unsigned maxes[] = { 0, 0, AS_READ | AS_WRITE, AS_READ };
	unsigned prot = prots[st->flags & 7], max = maxes[st->flags >> 3 & 3];
	struct record r = { .mapped = true, .user = !is_upper(st->space) && (st->more & 7) };

	*flags = prot | AS_MAX(max) | (r.user ? AS_USER : 0);
	if (st->flags & 0x20)
		*flags |= AS_REPLACE;
	if ((st->more & 0x38) == 0x38)
		*flags |= r.flags = AS_NORESERVE;
	else if ((st->more & 0x28) == 0x20)
		*flags |= r.flags = AS_GROWSDOWN;
	r.prot = (uint8_t)(prot & AS_WRITE ? prot | AS_READ : prot);
	r.max = (uint8_t)(max ? max : AS_RWX);
	return r;
}

/* Page size of the new area: now and then one that does not fit. */
static unsigned new_level(const struct step *st)
{
	unsigned level = st->flags >> 6;

	if (level > 2)
		level = run_size(st->run) >= PAGE_SIZE_2M;
	while (level > 0 && (st->more & 0xc0) && run_size(st->run) < level_size(level))
		level--;
	return level;
}

/* Half a million leaves are too slow to compare. */
static unsigned pages_of_some_size(const struct step *st, unsigned level)
{
	return level == 0 && run_size(st->run) > 16 * PAGE_SIZE_2M ? 1 : level;
}

static int check_map(const struct step *st, const struct record *r, unsigned flags, unsigned level)
{
	unsigned max = flags >> AS_MAX_SHIFT & AS_RWX;

	if (!is_aligned(run_start(st->run) | run_size(st->run), level_size(level)))
		return -EINVAL;
	if (flags & AS_RWX & ~(max ? max : AS_RWX))
		return -EACCES;
	return model_map(st->space, st->run, r, flags & AS_REPLACE, false);
}

/* In the kernel's half there are no leaves of 1 GiB: root entries are tables that all share. */
static uint8_t level_kept(const struct step *st, unsigned level)
{
	return (uint8_t)(st->space == KERNEL && level == 2 ? 1 : level);
}

/* Memory alone can grow down. */
static int check_no_stack(int want, unsigned flags)
{
	return !want && (flags & AS_GROWSDOWN) ? -EINVAL : want;
}

static void check_kernel_filled(const struct step *st)
{
	unsigned i;

	for (i = st->run.first; i < st->run.first + st->run.count; i++)
		if (model[st->space].at[i].prot)
			tlb_check_no_absent(st->space, place[i].start);
}

void op_map_alloc(const struct step *st)
{
	bool fill = (st->more & 0x18) == 0x18;
	unsigned flags, level = pages_of_some_size(st, new_level(st));
	struct record r = new_record(st, &flags);
	int want = check_map(st, &r, flags, level), got;

	step_begin(st);
	say("\taspace_map_alloc(s%u, 0x%lx, 0x%lx, 0x%x, %s, 0x%lx);", st->space,
	    run_start(st->run), run_size(st->run), flags, fill ? "AS_POPULATE" : "AS_LAZY",
	    level_size(level));
	got = aspace_map_alloc(space_of(st), run_start(st->run), run_size(st->run), flags,
			       fill ? AS_POPULATE : AS_LAZY, level_size(level));
	r.level = level_kept(st, level);
	r.present = fill;
	if (!step_end(st, got, want, STRICT) || want)
		return;
	model_map(st->space, st->run, &r, true, true);
	if (fill && !r.user)
		check_kernel_filled(st);
}

void op_map_linear(const struct step *st)
{
	unsigned flags, level = pages_of_some_size(st, new_level(st));
	struct record r = new_record(st, &flags);
	paddr_t pa = LINEAR_BASE + (run_start(st->run) & (PAGE_SIZE_1G * 4 - 1));
	int want, got;

	if (st->more & 0x40)
		pa += PAGE_SIZE_2M;		/* so that neighbours do not always agree */
	r.backend = LINEAR;
	r.offset = pa;
	r.level = level_kept(st, level);
	r.present = true;
	want = check_no_stack(check_map(st, &r, flags, level), flags);
	if (!want && !is_aligned(pa, level_size(level)))
		want = -EINVAL;
	step_begin(st);
	say("\taspace_map_linear(s%u, 0x%lx, 0x%lx, 0x%lx, 0x%x, 0x%lx);", st->space,
	    run_start(st->run), pa, run_size(st->run), flags, level_size(level));
	got = aspace_map_linear(space_of(st), run_start(st->run), pa, run_size(st->run), flags,
				level_size(level));
	if (!step_end(st, got, want, STRICT) || want)
		return;
	model_map(st->space, st->run, &r, true, true);
	if (!r.user)
		check_kernel_filled(st);
}

void op_map_file(const struct step *st)
{
	unsigned flags, f = st->more % FILES;
	struct record r = new_record(st, &flags);
	int want, got;

	r.backend = FILED;
	r.file = (uint8_t)f;
	r.shared = st->more & 0x40;
	r.offset = st->flags >> 6 == 3 ? 0 : (st->other.first % FILE_PAGES) * PAGE_SIZE;
	want = check_no_stack(check_map(st, &r, flags, 0), flags);
	step_begin(st);
	say("\taspace_map_file(s%u, 0x%lx, 0x%lx, 0x%x, f%u, 0x%lx, %s);", st->space,
	    run_start(st->run), run_size(st->run), flags, f, (unsigned long)r.offset,
	    r.shared ? "AS_SHARED" : "AS_PRIVATE");
	got = aspace_map_file(space_of(st), run_start(st->run), run_size(st->run), flags,
			      world.file[f], r.offset, r.shared ? AS_SHARED : AS_PRIVATE);
	if (step_end(st, got, want, STRICT) && !want)
		model_map(st->space, st->run, &r, true, true);
}

void op_unmap(const struct step *st)
{
	int got;

	step_begin(st);
	say("\taspace_unmap(s%u, 0x%lx, 0x%lx);", st->space, run_start(st->run),
	    run_size(st->run));
	got = aspace_unmap(space_of(st), run_start(st->run), run_size(st->run));
	if (step_end(st, got, 0, STRICT))
		model_unmap(st->space, st->run);
}

void op_protect(const struct step *st)
{
	unsigned prot = st->flags & AS_RWX;
	int want = model_protect(st->space, st->run, prot, false), got;

	step_begin(st);
	say("\taspace_protect(s%u, 0x%lx, 0x%lx, 0x%x);", st->space, run_start(st->run),
	    run_size(st->run), prot);
	got = aspace_protect(space_of(st), run_start(st->run), run_size(st->run), prot);
	if (step_end(st, got, want, STRICT))
		model_protect(st->space, st->run, prot, true);
}

void op_discard(const struct step *st)
{
	int want = model_discard(st->space, st->run, false), got;

	step_begin(st);
	say("\taspace_discard(s%u, 0x%lx, 0x%lx);", st->space, run_start(st->run),
	    run_size(st->run));
	got = aspace_discard(space_of(st), run_start(st->run), run_size(st->run));
	if (step_end(st, got, want, STRICT))
		model_discard(st->space, st->run, true);
}

void op_fork_flags(const struct step *st)
{
	const unsigned flag[] = { 0, AS_DONTFORK, AS_WIPEONFORK, AS_DONTFORK | AS_WIPEONFORK };
	unsigned set = flag[st->flags & 3], clear = flag[st->flags >> 2 & 3];
	int want = model_fork_flags(st->space, st->run, set, clear, false), got;

	step_begin(st);
	say("\taspace_set_fork_flags(s%u, 0x%lx, 0x%lx, 0x%x, 0x%x);", st->space,
	    run_start(st->run), run_size(st->run), set, clear);
	got = aspace_set_fork_flags(space_of(st), run_start(st->run), run_size(st->run), set,
				    clear);
	if (step_end(st, got, want, STRICT))
		model_fork_flags(st->space, st->run, set, clear, true);
}

/* ---- remap ---- */

/* What a change of size in place gives: the run's first `count` places become `new_count`. */
static int model_resize(const struct step *st, struct run r, unsigned new_count, bool apply)
{
	struct record *at = model[st->space].at, *first = &at[r.first];
	unsigned i, last = r.first + r.count - 1;

	if (!first->mapped)
		return -EFAULT;
	for (i = r.first; i < last; i++)
		if (!model_joined(st->space, i))
			return -EFAULT;
	if (!is_aligned(run_start(r) | r.count * PAGE_SIZE | new_count * PAGE_SIZE,
			level_size(first->level)))
		return -EINVAL;
	if (new_count > r.count && first->backend == LINEAR)
		return -EFAULT;
	for (i = last + 1; i < r.first + new_count; i++)
		if (at[i].mapped)
			return -ENOMEM;
	for (i = r.first + new_count; i <= last && apply; i++)
		at[i] = (struct record){ 0 };
	for (i = last + 1; i < r.first + new_count && apply; i++) {
		at[i] = *first;
		at[i].copied = at[i].present = false;
		memset(at[i].word, 0, sizeof(at[i].word));
		if (first->backend != ALLOC)
			at[i].offset += (i - r.first) * PAGE_SIZE;
	}
	return 0;
}

static bool in_window(struct run r)
{
	vaddr_t end = run_start(r) + (r.count - 1) * PAGE_SIZE;

	return r.first + r.count <= place_count && place[r.first + r.count - 1].start == end;
}

static void resize(const struct step *st)
{
	unsigned count = st->other.count;
	struct run grown = { st->run.first, count };
	int want, got;

	if (!in_window(grown) || !run_is_small(grown))
		return;
	want = model_resize(st, st->run, count, false);
	step_begin(st);
	say("\taspace_remap(s%u, 0x%lx, 0x%lx, 0x%lx, 0x%lx, AS_MOVE);", st->space,
	    run_start(st->run), run_size(st->run), run_start(st->run), run_size(grown));
	got = aspace_remap(space_of(st), run_start(st->run), run_size(st->run),
			   run_start(st->run), run_size(grown), AS_MOVE);
	if (step_end(st, got, want, STRICT) && !want)
		model_resize(st, st->run, count, true);
}

void op_remap(const struct step *st)
{
	struct run from = st->run, to = st->other;
	bool keep = (st->flags & 0x0f) == 0x0f;
	int want, got;

	if (!run_is_small(from) || !run_is_small(to))
		return;
	if ((st->flags & 0x70) == 0 || from.first == to.first) {
		resize(st);
		return;
	}
	if ((st->flags & 0x70) == 0x10)
		from.count = 0;
	if (keep && from.count != to.count)
		want = -EINVAL;
	else
		want = model_move(st->space, from, to, keep, false);
	step_begin(st);
	say("\taspace_remap(s%u, 0x%lx, 0x%lx, 0x%lx, 0x%lx, %s);", st->space, run_start(from),
	    from.count * PAGE_SIZE, run_start(to), run_size(to),
	    keep ? "AS_MOVE_KEEP_OLD" : "AS_MOVE");
	got = aspace_remap(space_of(st), run_start(from), from.count * PAGE_SIZE, run_start(to),
			   run_size(to), keep ? AS_MOVE_KEEP_OLD : AS_MOVE);
	if (step_end(st, got, want, STRICT) && !want)
		model_move(st->space, from, to, keep, true);
}

/* ---- everything at once ---- */

void op_clear(const struct step *st)
{
	bool users = st->flags & 1;
	unsigned i;

	step_begin(st);
	say("\t%s(s%u);", users ? "aspace_unmap_user_areas" : "aspace_clear", st->space);
	if (users)
		aspace_unmap_user_areas(space_of(st));
	else
		aspace_clear(space_of(st));
	for (i = 0; i < place_count; i++)
		if (!users || model[st->space].at[i].user)
			model[st->space].at[i] = (struct record){ 0 };
	step_end(st, 0, 0, LENIENT);
}
