/*
 * op_page.c - what programs and the kernel do with pages: accesses through a hart's TLB, faults,
 * copies (fuzz.h).
 */
#include "mm/mm.h"
#include "mm/test/fuzz.h"

#define MOST_FAULTS	3	/* absent; a remembered absence; and one more that is not needed */

static uint64_t *word_at(uint8_t *page, unsigned w)
{
	return (uint64_t *)(page + w * (PAGE_SIZE - 8));
}

/* ---- one access of a program on a hart ---- */

static void load_or_store(struct record *r, unsigned access, paddr_t pa, unsigned w, uint64_t word)
{
	uint64_t *at, *want;

	if (r->backend == LINEAR) {
		if (align_down(pa, PAGE_SIZE) != r->offset)
			world_differs("the access reaches %lx", pa);
		return;
	}
	if (access & AS_WRITE)
		model_own(r);
	at = word_at(frame_va(align_down(pa, PAGE_SIZE)), w);
	want = &model_words(r)[w];
	if (*at != *want)
		world_differs("the access finds %lx at %lx, want %lx", (unsigned long)*at, pa,
			      (unsigned long)*want);
	if (access & AS_WRITE)
		*at = *want = word;
}

static const char *access_name(unsigned access)
{
	if (access & AS_WRITE)
		return "write";
	return access & AS_EXEC ? "execute" : "read";
}

/* The access until it succeeds or a fault cannot be handled. => as the fault; and *pa */
static int try_access(unsigned h, unsigned s, vaddr_t va, unsigned access, paddr_t *pa)
{
	unsigned faults;
	int err;

	for (faults = 0; !tlb_translate(h, va, access, pa); faults++) {
		if (faults == MOST_FAULTS)
			world_differs("fault %u at %lx, and all were handled", faults, va);
		say(" aspace_handle_page_fault(s%u, 0x%lx, 0x%x);", s, va, access);
		err = aspace_handle_page_fault(&world.as[s], va, access);
		if (err)
			return err;
	}
	return 0;
}

void op_access(const struct step *st)
{
	static const unsigned kinds[] = { AS_READ, AS_READ, AS_WRITE, AS_WRITE, AS_WRITE, AS_EXEC };
	unsigned access = kinds[(st->flags & 15) % 6], i = st->run.first, s = KERNEL;
	unsigned w = st->flags >> 4 & 1;
	vaddr_t va = place[i].start + w * (PAGE_SIZE - 8);
	paddr_t pa = 0;
	int want, got;

	if (st->space == COPY)
		return;			/* no hart has it */
	if (st->space != KERNEL) {
		if (!model[st->space].shares)
			return;
		if (tlb_space(st->hart) == KERNEL) {
			say("\ttlb_switch(%u, %u);\n", st->hart, st->space);
			tlb_switch(st->hart, st->space);
		}
		s = tlb_space(st->hart);
		if ((st->flags & 0xe0) || access == AS_EXEC)
			access |= AS_USER;
	}
	want = model_access(s, i, access);
	step_begin(st);
	say("\t/* %s at 0x%lx in s%u: */", access_name(access), va, s);
	got = try_access(st->hart, s, va, access, &pa);
	if (step_end(st, got, want, LENIENT) && !want)
		load_or_store(model_touch(s, i), access, pa, w, 1 + st->more);
}

/* Stacks that grow and huge pages want the space alone; nothing else may. */
static int try_shared(const struct step *st, unsigned i, vaddr_t va, unsigned access)
{
	const struct record *r = &model[st->space].at[i];
	int err = aspace_handle_page_fault_shared(&world.as[st->space], va, access);

	say("\taspace_handle_page_fault_shared(s%u, 0x%lx, 0x%x); /* => %d */\n", st->space, va,
	    access, err);
	if ((err == -EAGAIN) != (!r->mapped || r->level > 0))
		world_differs("a fault with the lock shared gives %d", err);
	return err;
}

/* A fault that perhaps nobody had to take: another hart was faster, or remembered too much. */
void op_fault(const struct step *st)
{
	static const unsigned kinds[] = { AS_READ, AS_WRITE, AS_EXEC, AS_READ | AS_USER,
					  AS_WRITE | AS_USER, AS_EXEC | AS_USER };
	unsigned access = kinds[st->flags % 6], i = st->run.first;
	vaddr_t va = place[i].start + st->more * 16;
	int want = model_access(st->space, i, access), got;
	struct record *r;

	step_begin(st);
	got = st->flags & 0x80 ? try_shared(st, i, va, access) : -EAGAIN;
	if (got == -EAGAIN) {
		say("\taspace_handle_page_fault(s%u, 0x%lx, 0x%x);", st->space, va, access);
		got = aspace_handle_page_fault(&world.as[st->space], va, access);
	}
	if (!step_end(st, got, want, LENIENT) || want)
		return;
	r = model_touch(st->space, i);
	if (access & AS_WRITE)
		model_own(r);
}

/* ---- many pages ---- */

static int populate_one(unsigned s, unsigned i, unsigned access, bool apply)
{
	struct record *r = &model[s].at[i];

	if (!r->mapped)
		return -ENOMEM;
	if (access & ~r->prot)
		return -EACCES;
	if (model_beyond(r))
		return -EFAULT;
	if (apply) {
		r->present = true;
		if (access & AS_WRITE)
			model_own(r);
	}
	return model_ends_beyond(r, place[i].size) ? -EFAULT : 0;
}

static int model_populate(const struct step *st, unsigned access, bool apply)
{
	unsigned i;
	int err = 0;

	for (i = st->run.first; i < st->run.first + st->run.count && !err; i++)
		err = populate_one(st->space, i, access, apply);
	return err;
}

/* It failed for memory: how far it got shows in which pages of files have become copies. */
static void enter_copies(const struct step *st)
{
	unsigned i;

	for (i = st->run.first; i < st->run.first + st->run.count; i++) {
		struct record *r = &model[st->space].at[i];

		if (r->mapped && r->backend == FILED && !r->copied && !r->shared &&
		    world_is_copied(st->space, i))
			model_own(r);
	}
}

void op_populate(const struct step *st)
{
	static const unsigned kinds[] = { AS_READ, AS_WRITE, AS_WRITE, AS_EXEC };
	unsigned access = kinds[st->flags & 3];
	int want, got;

	if (run_size(st->run) > 3 * PAGE_SIZE_2M)
		return;
	want = model_populate(st, access, false);
	step_begin(st);
	say("\taspace_populate_area(s%u, 0x%lx, 0x%lx, 0x%x);", st->space, run_start(st->run),
	    run_size(st->run), access);
	got = aspace_populate_area(&world.as[st->space], run_start(st->run), run_size(st->run),
				   access);
	if (step_end(st, got, want, LENIENT))
		model_populate(st, access, true);
	else if (access & AS_WRITE)
		enter_copies(st);
}

/* ---- copies ---- */

#define MOST_PAGES	8

struct copy {
	unsigned space, first, pages;	/* places, of 4 KiB */
	size_t skip;			/* bytes of the first page that are left out, */
	size_t size;			/* and bytes from there */
	unsigned access;
};

static int copy_access(const struct copy *c, unsigned i)
{
	int err = model_access(c->space, i, c->access);

	return !err && model[c->space].at[i].backend == LINEAR ? -EFAULT : err;
}

/* How far should it get, and why not further? */
static int model_copy(const struct copy *c, size_t *done)
{
	unsigned i;
	int err = 0;

	for (i = 0; i < c->pages && !err; i++) {
		err = copy_access(c, c->first + i);
		if (err)
			break;
	}
	*done = i * PAGE_SIZE > c->skip ? i * PAGE_SIZE - c->skip : 0;
	if (*done > c->size)
		*done = c->size;
	return err;
}

/* Compare what was read, or enter what was written: the words in the first `done` bytes. */
static void settle_copy(const struct copy *c, uint8_t *bytes, size_t done)
{
	size_t at;

	for (at = 0; at < done; at += 8) {
		size_t offset = c->skip + at, in_page = offset % PAGE_SIZE;
		struct record *r = model_touch(c->space, c->first + offset / PAGE_SIZE);
		uint64_t *got = (uint64_t *)(bytes + at), want = 0;

		if (c->access == AS_WRITE)
			model_own(r);
		if (in_page != 0 && in_page != PAGE_SIZE - 8) {
			want = 0;
		} else {
			uint64_t *word = &model_words(r)[in_page != 0];

			if (c->access == AS_WRITE)
				*word = *got;
			want = *word;
		}
		if (*got != want)
			world_differs("read %lx at %lx, want %lx", (unsigned long)*got,
				      place[c->first].start + offset, (unsigned long)want);
	}
}

static bool plan_copy(const struct step *st, struct copy *c)
{
	*c = (struct copy){ .space = st->space, .first = st->run.first,
			   .pages = st->run.count < MOST_PAGES ? st->run.count : MOST_PAGES,
			    .access = st->flags & 1 ? AS_WRITE : AS_READ };
	c->skip = st->flags & 2 ? PAGE_SIZE - 8 : 0;
	c->size = c->pages * PAGE_SIZE - c->skip;
	if (st->flags & 4)
		c->size = c->pages > 1 ? c->size - (PAGE_SIZE - 8) : 8;
	return run_is_small(st->run);
}

/* Only the first and the last word of a page are ever other than zero. */
static void fill(const struct copy *c, uint8_t *bytes, unsigned value)
{
	size_t at;

	memset(bytes, 0, c->size);
	for (at = 0; at < c->size; at += 8) {
		size_t in_page = (c->skip + at) % PAGE_SIZE;

		if (in_page == 0 || in_page == PAGE_SIZE - 8)
			*(uint64_t *)(bytes + at) = value + at;
	}
}

void op_copy(const struct step *st)
{
	static uint8_t bytes[MOST_PAGES * PAGE_SIZE] __attribute__((aligned(8)));
	struct aspace *as = &world.as[st->space];
	size_t done = 0, want_done;
	struct copy c;
	int want, got;
	vaddr_t va;

	if (!plan_copy(st, &c))
		return;
	va = run_start(st->run) + c.skip;
	want = model_copy(&c, &want_done);
	fill(&c, bytes, st->more);
	step_begin(st);
	say("\taspace_%s(s%u, 0x%lx, bytes, %zu, &done);", c.access == AS_WRITE ? "write" : "read",
	    st->space, va, c.size);
	if (c.access == AS_WRITE)
		got = aspace_write(as, va, bytes, c.size, &done);
	else
		got = aspace_read(as, va, bytes, c.size, &done);
	if (step_end(st, got, want, LENIENT) ? done != want_done :
	    done > want_done || (done > 0 && (c.skip + done) % PAGE_SIZE))
		world_differs("%zu bytes are done, want %zu", done, want_done);
	settle_copy(&c, bytes, done);
}

void op_write_forced(const struct step *st)
{
	unsigned i = st->run.first, w = st->flags & 1;
	struct record *r = &model[st->space].at[i];
	uint64_t word = 1 + st->more;
	vaddr_t va = place[i].start + w * (PAGE_SIZE - 8);
	int want, got;

	if (!r->mapped)
		want = -EFAULT;
	else if (!(r->prot & AS_WRITE) && (r->shared || r->backend == LINEAR))
		want = -EACCES;
	else if (model_beyond(r))
		want = -ENXIO;
	else
		want = r->backend == LINEAR ? -EFAULT : 0;
	step_begin(st);
	say("\taspace_write_forced(s%u, 0x%lx, &word, 8);", st->space, va);
	got = aspace_write_forced(&world.as[st->space], va, &word, 8);
	if (!step_end(st, got, want, LENIENT) || want)
		return;
	r->present = true;
	model_own(r);
	model_words(r)[w] = word;
}

/* ---- harts of their own accord ---- */

void op_walk_ahead(const struct step *st)
{
	unsigned i, n = st->run.count < 6 ? st->run.count : 6;

	say("\t/* every hart walks to 0x%lx and on */\n", run_start(st->run));
	for (i = 0; i < n; i++)
		tlb_look_at(place[st->run.first + i * (st->run.count / n)].start);
}
