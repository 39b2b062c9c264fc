/*
 * test_aspace_failures.c - every operation, on every one of a corpus of scenarios, with its 1st,
 * 2nd, 3rd ... allocation failing, until none fails any more.
 *
 * After each failure the operation says -ENOMEM and space and free frames are as before, but for
 * what is documented: populate, read and write keep what they had done, and pages read into a
 * file's cache stay there. Where another way was found (a smaller block) it may also succeed. Tried
 * again with memory, it must end where it ends when nothing ever failed.
 *
 * test_aspace_sweep.c looks at single cases more closely.
 */
#include "mm/test/file.h"
#include "mm/test/space.h"

#define V	(2 * GIB)
#define FILE_PAGES 24
#define TEXT	60000		/* the longest description of a space */

static struct aspace as, child;
static bool has_child;
static struct pagecache *pc;

static void must(int err)
{
	if (err)
		port_panic("set-up fails with %d", err);
}

/* ---- scenarios: each builds a state around V ---- */

static void map(unsigned page, unsigned n, unsigned flags, enum aspace_populate populate)
{
	must(aspace_map_alloc(&as, V + PAGES(page), PAGES(n), flags, populate, PAGE_SIZE));
}

static void nothing(void)
{
}

static void lazy(void)
{
	map(0, 600, URW, AS_LAZY);
}

static void some_pages(void)
{
	map(0, 20, URW, AS_LAZY);
	map(20, 20, UR, AS_POPULATE);
	map(44, 4, UX, AS_LAZY);
	must(poke(&as, V + PAGES(3), 3));
	must(poke(&as, V + PAGES(12), 12));
	must(peek(&as, V + PAGES(13)));
}

/* Pages that a clone shares: each write copies. */
static void shared_with_clone(void)
{
	map(0, 40, URW, AS_LAZY);
	must(poke(&as, V, 1));
	must(poke(&as, V + PAGES(10), 2));
	must(poke(&as, V + PAGES(11), 3));
	must(aspace_try_clone(&as, &child));
	has_child = true;
}

static void huge(void)
{
	must(aspace_map_alloc(&as, V, 4 * MIB, URW, AS_LAZY, PAGE_SIZE_2M));
	must(poke(&as, V + PAGES(3), 3));
	must(poke(&as, V + 2 * MIB, 4));
}

static void huge_with_clone(void)
{
	must(aspace_map_alloc(&as, V, 4 * MIB, URW, AS_LAZY, PAGE_SIZE_2M));
	must(poke(&as, V + PAGES(10), 3));
	must(aspace_try_clone(&as, &child));
	has_child = true;
}

/* Lies in areas of 2 MiB pages, of which none is there yet. */
static void huge_lazy(void)
{
	must(aspace_map_alloc(&as, V, 4 * MIB, URW, AS_LAZY, PAGE_SIZE_2M));
}

static void gigabyte(void)
{
	must(aspace_map_linear(&as, V, 0, GIB, URW, PAGE_SIZE_1G));
}

static void device(void)
{
	must(aspace_map_linear(&as, V, 0x10000000, PAGES(30), URW, PAGE_SIZE));
}

/* The last page is there, so that the cache has all its nodes. */
static void file_with(enum aspace_sharing sharing)
{
	if (!fill_page(pc, FILE_PAGES - 1))
		must(-ENOMEM);
	must(aspace_map_file(&as, V, PAGES(FILE_PAGES + 2), URW, pc, 0, sharing));
	must(poke(&as, V + PAGES(3), 3));
	must(peek(&as, V + PAGES(12)));
}

static void file_shared(void)
{
	file_with(AS_SHARED);
}

static void file_private(void)
{
	file_with(AS_PRIVATE);
}

static void stack(void)
{
	map(30, 5, URW | AS_GROWSDOWN, AS_POPULATE);
	as.stack_limit = MIB;
}

static const struct scenario {
	const char *name;
	void (*build)(void);
} scenarios[] = {
	{ "nothing", nothing },
	{ "lazy", lazy },
	{ "some pages", some_pages },
	{ "shared with a clone", shared_with_clone },
	{ "huge", huge },
	{ "huge with a clone", huge_with_clone },
	{ "huge, lazy", huge_lazy },
	{ "a gigabyte", gigabyte },
	{ "device", device },
	{ "file, shared", file_shared },
	{ "file, private", file_private },
	{ "stack", stack },
};

/* ---- operations, on n pages from page p ---- */

static vaddr_t at;
static size_t size;

/* Where each page costs an allocation of its own, some tell as much as many. */
static size_t some(void)
{
	return size < PAGES(40) ? size : PAGES(40);
}

static int map_lazy(void)
{
	return aspace_map_alloc(&as, at, size, URW, AS_LAZY, PAGE_SIZE);
}

static int map_populate(void)
{
	return aspace_map_alloc(&as, at, some(), URW, AS_POPULATE, PAGE_SIZE);
}

static int map_huge(void)
{
	return aspace_map_alloc(&as, at + GIB - V % MIB, 2 * MIB, URW, AS_POPULATE, PAGE_SIZE_2M);
}

static int map_linear(void)
{
	return aspace_map_linear(&as, at, 0x20000000, size, RW, PAGE_SIZE);
}

static int map_file(void)
{
	return aspace_map_file(&as, at, size, UR, pc, PAGES(2), AS_PRIVATE);
}

static int replace_lazy(void)
{
	return aspace_map_alloc(&as, at, size, UX | AS_REPLACE, AS_LAZY, PAGE_SIZE);
}

static int replace_populate(void)
{
	return aspace_map_alloc(&as, at, some(), UR | AS_REPLACE, AS_POPULATE, PAGE_SIZE);
}

static int replace_linear(void)
{
	return aspace_map_linear(&as, at, 0x20000000, size, UR | AS_REPLACE, PAGE_SIZE);
}

static int replace_file(void)
{
	return aspace_map_file(&as, at, size, UR | AS_REPLACE, pc, PAGES(2), AS_SHARED);
}

static int unmap(void)
{
	return aspace_unmap(&as, at, size);
}

static int protect_read(void)
{
	return aspace_protect(&as, at, size, AS_READ);
}

static int protect_none(void)
{
	return aspace_protect(&as, at, size, 0);
}

static int discard(void)
{
	return aspace_discard(&as, at, size);
}

static int dont_fork(void)
{
	return aspace_set_fork_flags(&as, at, size, AS_DONTFORK, 0);
}

static int move_away(void)
{
	return aspace_remap(&as, at, size, V + GIB - PAGES(3), size, AS_MOVE);
}

static int move_and_grow(void)
{
	return aspace_remap(&as, at, size, V + GIB - PAGES(3), size + PAGES(3), AS_MOVE);
}

static int move_and_keep(void)
{
	return aspace_remap(&as, at, size, V + GIB, size, AS_MOVE_KEEP_OLD);
}

static int move_near(void)
{
	return aspace_remap(&as, at, PAGES(2), at + PAGES(3), PAGES(3), AS_MOVE);
}

static int shrink(void)
{
	return aspace_remap(&as, at, size, at, PAGES(1), AS_MOVE);
}

static int map_again(void)
{
	return aspace_remap(&as, at, 0, V + GIB, size, AS_MOVE);
}

static int fault_read(void)
{
	return aspace_handle_page_fault(&as, at, AS_USER | AS_READ);
}

static int fault_write(void)
{
	return aspace_handle_page_fault(&as, at, AS_USER | AS_WRITE);
}

static int clone_space(void)
{
	struct aspace copy;
	int err = aspace_try_clone(&as, &copy);

	if (!err) {
		aspace_check(&copy);
		aspace_destroy(&copy);
	}
	return err;
}

/* These keep what they had done. */

static int populate_read(void)
{
	return aspace_populate_area(&as, at, some(), AS_READ);
}

static int populate_write(void)
{
	return aspace_populate_area(&as, at, some(), AS_WRITE);
}

static int copy_in(void)
{
	uint8_t bytes[2 * PAGE_SIZE];
	size_t done;

	memset(bytes, 0x77, sizeof(bytes));
	return aspace_write(&as, at + 100, bytes, sizeof(bytes), &done);
}

static int copy_out(void)
{
	uint8_t bytes[2 * PAGE_SIZE];
	size_t done;

	return aspace_read(&as, at + 100, bytes, sizeof(bytes), &done);
}

static int copy_in_forced(void)
{
	uint8_t bytes[2 * PAGE_SIZE];

	memset(bytes, 0x78, sizeof(bytes));
	return aspace_write_forced(&as, at + 100, bytes, sizeof(bytes));
}

#define OP(call) { #call, call, false }
#define PARTIAL(call) { #call, call, true }

static const struct operation {
	const char *name;
	int (*call)(void);
	bool partial;		/* keeps what it had done before an allocation failed */
} operations[] = {
	OP(map_lazy), OP(map_populate), OP(map_huge), OP(map_linear), OP(map_file),
	OP(replace_lazy), OP(replace_populate), OP(replace_linear), OP(replace_file),
	OP(unmap), OP(protect_read), OP(protect_none), OP(discard), OP(dont_fork),
	OP(move_away), OP(move_and_grow), OP(move_and_keep), OP(move_near), OP(shrink),
	OP(map_again), OP(fault_read), OP(fault_write), OP(clone_space),
	PARTIAL(populate_read), PARTIAL(populate_write), PARTIAL(copy_in), PARTIAL(copy_out),
	PARTIAL(copy_in_forced),
};

/* From page, n pages: the middle of small areas, across two, a huge page's part and across two,
 * exactly one huge page, all there is, and below everything. */
static const struct { int page; unsigned n; } ranges[] = {
	{ 10, 5 }, { 18, 4 }, { 0, 2 }, { 505, 12 }, { 0, 512 }, { 0, 1100 }, { -3, 6 },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- a state in words ---- */

struct state {
	char text[TEXT];	/* areas, and what each resident page shows */
	size_t frames;		/* free, or cached for the file */
};

static size_t describe_page(char *to, size_t room, vaddr_t va)
{
	paddr_t pa = translate(&as, va, 0);
	const uint64_t *word = pa ? frame_va(pa) : NULL;
	uint64_t sum = 0;
	unsigned i;

	if (!pa || !frame_is_ram(pa))
		return 0;
	/* poke writes the first byte, copy_in from the hundredth on */
	for (i = 0; i < PAGE_SIZE / 8; i += i < 16 ? 1 : 97)
		sum = sum * 31 + word[i];
	if (!sum)
		return 0;	/* what is not there yet will be zeros too */
	return (size_t)snprintf(to, room, " %lx:%lx", va >> PAGE_SHIFT, (unsigned long)sum);
}

static void describe(struct state *s)
{
	struct area_info info;
	size_t n = 0;
	vaddr_t from = 0, va;

	s->text[0] = '\0';
	for (; aspace_next_area(&as, from, &info); from = info.end) {
		n += (size_t)snprintf(s->text + n, TEXT - n, "\n%lx-%lx %s flags %x leaf %lx at %lx",
				      info.start >> PAGE_SHIFT, info.end >> PAGE_SHIFT,
				      info.backend, info.flags, info.page_size,
				      (unsigned long)info.offset);
		for (va = info.start; va < info.end && info.end - info.start < GIB; va += PAGE_SIZE)
			if (n < TEXT - 200)
				n += describe_page(s->text + n, TEXT - n, va);
	}
	s->frames = test_free_frames() + pagecache_resident(pc);
}

/* ---- one failure ---- */

static unsigned points, refused, others, mistakes;

static void build(const struct scenario *scenario)
{
	must(aspace_create(&as, USER_BASE, USER_END - USER_BASE));
	aspace_enter(&as);
	must(pagecache_create(PAGES(FILE_PAGES), &pc));
	has_child = false;
	scenario->build();
}

static void tear_down(void)
{
	aspace_check(&as);
	if (has_child) {
		aspace_check(&child);
		aspace_destroy(&child);
	}
	aspace_destroy(&as);
	pagecache_put(pc);
}

static void mistake(const struct scenario *scenario, const struct operation *op, unsigned n,
		    const char *what, const struct state *got, const struct state *want)
{
	size_t i = 0;

	if (mistakes++ >= 3)
		return;
	diag("%s(page %ld, %lu pages) on \"%s\", allocation %u failing: %s", op->name,
	     (long)(at - V) / (long)PAGE_SIZE, size >> PAGE_SHIFT, scenario->name, n, what);
	while (got->text[i] && got->text[i] == want->text[i])
		i++;
	if (got->text[i] != want->text[i])
		diag("  first difference: \"%.60s\" for \"%.60s\"", got->text + i, want->text + i);
	diag("  got:  %zu frames;%.900s", got->frames, got->text);
	diag("  want: %zu frames;%.900s", want->frames, want->text);
}

/* What the operation gives, and leaves, when nothing fails; found out first. */
struct outcome {
	int err;
	struct state before, after;
};

static bool differs(const struct state *a, const struct state *b)
{
	return strcmp(a->text, b->text) != 0;
}

/* => whether an allocation failed. */
static bool try_with_failure(const struct scenario *scenario, const struct operation *op,
			     unsigned n, const struct outcome *o)
{
	static struct state now;
	bool failed;
	int err;

	build(scenario);
	test_fail_nth(n);
	err = op->call();
	failed = test_allocations() >= n;
	test_fail_nth(0);
	aspace_check(&as);
	describe(&now);
	if (failed && err == -ENOMEM) {
		refused++;
		if (!op->partial && (differs(&now, &o->before) || now.frames != o->before.frames))
			mistake(scenario, op, n, "the state is not as before", &now, &o->before);
	} else if (err != o->err) {
		mistake(scenario, op, n, "another error", &now, &o->after);
	} else {
		others += failed;
		if (differs(&now, &o->after))
			mistake(scenario, op, n, "another outcome", &now, &o->after);
	}
	if (failed && err == -ENOMEM && op->call() != o->err)
		mistake(scenario, op, n, "another error the second time", &now, &o->after);
	describe(&now);
	if (differs(&now, &o->after))
		mistake(scenario, op, n, "another outcome the second time", &now, &o->after);
	tear_down();
	return failed;
}

static void sweep_operation(const struct scenario *scenario, const struct operation *op)
{
	static struct outcome o;
	size_t frames = test_free_frames();
	unsigned n;

	build(scenario);
	describe(&o.before);
	o.err = op->call();
	describe(&o.after);
	tear_down();
	for (n = 1; try_with_failure(scenario, op, n, &o) && n < 3000; n++)
		points++;
	if (test_free_frames() != frames)
		mistake(scenario, op, n, "frames are lost", &o.after, &o.before);
}

int main(void)
{
	unsigned i, j, k;

	begin(&as, 64 * MIB, "every allocation of every operation failing, in every scenario");
	destroy(&as);
	for (i = 0; i < COUNT(scenarios); i++) {
		unsigned before = points;

		for (j = 0; j < COUNT(operations); j++) {
			for (k = 0; k < COUNT(ranges); k++) {
				at = V + (vaddr_t)(ranges[k].page * (long)PAGE_SIZE);
				size = PAGES(ranges[k].n);
				sweep_operation(&scenarios[i], &operations[j]);
			}
		}
		is(mistakes, 0, "%s: %u failure points", scenarios[i].name, points - before);
	}
	diag("%u failure points: %u refused, %u done in another way", points, refused, others);
	ok(points > 1000 && refused > 1000, "allocations failed");
	end(NULL);
	return test_done();
}
