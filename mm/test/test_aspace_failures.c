/*
 * test_aspace_failures.c - every operation, on every one of a corpus of scenarios (corpus.c), with
 * its 1st, 2nd, 3rd ... allocation failing, until none fails any more.
 *
 * After each failure the operation says -ENOMEM and space and free frames are as before, but for
 * what is documented: populate, read and write keep what they had done, and pages read into a
 * file's cache stay there. Where another way was found (a smaller block) it may also succeed. Tried
 * again with memory, it must end where it ends when nothing ever failed.
 *
 * test_aspace_sweep.c looks at single cases more closely.
 */
#include "mm/test/corpus.h"

#define TEXT	60000		/* the longest description of a space */

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
	paddr_t pa = translate(&on.as, va, 0);
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
	for (; aspace_next_area(&on.as, from, &info); from = info.end) {
		n += (size_t)snprintf(s->text + n, TEXT - n, "\n%lx-%lx %s flags %x leaf %lx at %lx",
				      info.start >> PAGE_SHIFT, info.end >> PAGE_SHIFT,
				      info.backend, info.flags, info.page_size,
				      (unsigned long)info.offset);
		for (va = info.start; va < info.end && info.end - info.start < GIB; va += PAGE_SIZE)
			if (n < TEXT - 200)
				n += describe_page(s->text + n, TEXT - n, va);
	}
	s->frames = test_free_frames() + pagecache_resident(on.pc);
}

/* ---- one failure ---- */

static unsigned points, refused, others, mistakes;

static void build(const struct scenario *scenario)
{
	must(aspace_create(&on.as, USER_BASE, USER_END - USER_BASE));
	aspace_enter(&on.as);
	must(pagecache_create(PAGES(FILE_PAGES), &on.pc));
	on.has_child = false;
	scenario->build();
}

static void tear_down(void)
{
	aspace_check(&on.as);
	if (on.has_child) {
		aspace_check(&on.child);
		aspace_destroy(&on.child);
	}
	aspace_destroy(&on.as);
	pagecache_put(on.pc);
}

static void mistake(const struct scenario *scenario, const struct operation *op, unsigned n,
		    const char *what, const struct state *got, const struct state *want)
{
	size_t i = 0;

	if (mistakes++ >= 3)
		return;
	diag("DIFFERENCE: %s(page %ld, %lu pages) on \"%s\", allocation %u failing: %s", op->name,
	     (long)(on.at - V) / (long)PAGE_SIZE, on.size >> PAGE_SHIFT, scenario->name, n, what);
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
	aspace_check(&on.as);
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

	begin(&on.as, 64 * MIB, "every allocation of every operation failing, in every scenario");
	destroy(&on.as);
	for (i = 0; scenarios[i].name; i++) {
		unsigned before = points;

		for (j = 0; operations[j].name; j++) {
			for (k = 0; k < COUNT(ranges); k++) {
				on.at = V + (vaddr_t)(ranges[k].page * (long)PAGE_SIZE);
				on.size = PAGES(ranges[k].n);
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
