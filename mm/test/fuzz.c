/*
 * fuzz.c - from bytes to calls: every string of bytes is a valid series of them (fuzz.h).
 *
 * A call takes STEP_BYTES bytes, so a series can be shrunk by leaving out calls, and a byte that is
 * changed changes one call. All chance that is left (what harts walk to, what they forget) comes
 * from a generator whose seed is in the bytes.
 */
#include "mm/frame.h"
#include "mm/mm.h"
#include "mm/test/fuzz.h"

struct op {
	const char *name;
	unsigned weight;
	void (*run)(const struct step *st);
};

static const struct op ops[] = {
	{ "access", 40, op_access },		{ "map_alloc", 10, op_map_alloc },
	{ "map_linear", 3, op_map_linear },	{ "map_file", 8, op_map_file },
	{ "unmap", 6, op_unmap },		{ "protect", 10, op_protect },
	{ "discard", 5, op_discard },		{ "fork_flags", 4, op_fork_flags },
	{ "remap", 8, op_remap },		{ "clear", 1, op_clear },
	{ "clone", 7, op_clone },		{ "create", 1, op_create },
	{ "destroy", 1, op_destroy },		{ "switch", 8, op_switch },
	{ "truncate", 4, op_truncate },		{ "find", 3, op_find },
	{ "ask", 4, op_ask },			{ "wild", 3, op_wild },
	{ "fault", 6, op_fault },		{ "populate", 6, op_populate },
	{ "copy", 8, op_copy },			{ "write_forced", 2, op_write_forced },
	{ "walk_ahead", 6, op_walk_ahead },	{ "extend", 2, op_extend },
	{ "insert", 4, op_insert },		{ "limit", 1, op_limit },
	{ "share", 2, op_share },		{ "punch", 3, op_punch },
	{ "next", 1, op_next },
};

/* ---- results ---- */

void step_begin(const struct step *st)
{
	say("\ttest_set_hart(%u);%s", st->hart, st->fail_nth ? " " : "\n");
	if (st->fail_nth)
		say("test_fail_%s(%u);\n", st->fail_more ? "from" : "nth", st->fail_nth);
	test_set_hart(st->hart);
	tlb_tempt(run_start(st->run));
	tlb_tempt(run_end(st->run) - PAGE_SIZE);
	tlb_tempt(place[st->run.first + test_random(st->run.count)].start);
	tlb_tempt(run_start(st->other));
	if (st->fail_more)
		test_fail_from(st->fail_nth);
	else
		test_fail_nth(st->fail_nth);
}

bool step_failed(const struct step *st)
{
	return st->fail_nth && test_allocations() >= st->fail_nth;
}

/* 2 MiB in one piece can be gone long before memory is. */
static bool no_block(const struct step *st)
{
	return run_size(st->run) >= PAGE_SIZE_2M;
}

bool step_end(const struct step *st, int got, int want, enum strictness strictness)
{
	bool failed = step_failed(st);

	test_fail_nth(0);
	say(" /* => %d */\n", got);
	world.calls++;
	if (failed && got == -ENOMEM)
		return false;
	if (failed && strictness == STRICT)
		world_differs("an allocation failed, but the call gives %d", got);
	if (got == -ENOMEM && want != got && no_block(st))
		return false;
	if (got != want)
		world_differs("the call gives %d, want %d", got, want);
	return true;
}

/* ---- from bytes ---- */

static unsigned alive_space(unsigned n)
{
	unsigned s;

	for (n %= SPACES, s = n; !model[s].alive; s = (s + 1) % SPACES)
		;
	return s;
}

/* Windows a space has; small ones come up most. */
static unsigned some_window(unsigned s, unsigned n)
{
	static const uint8_t user[] = { SMALL, SMALL, HUGE, HUGE, HUGE, GIGA, LOW, TOP };
	static const uint8_t kernel[] = { KSMALL, KSMALL, KSMALL, KHUGE };

	return is_upper(s) ? kernel[n % 4] : user[n % 8];
}

/*
 * A run in a window: shape says how long it is and whether it is aligned to large pages. A window
 * of many places has some that come up more often, or no page would ever be met twice.
 */
static struct run some_run(unsigned w, unsigned shape, unsigned at, unsigned n)
{
	static const uint16_t often[] = { 0, 0, 1, 7, 300, 510, 511, 511 };
	unsigned count = window[w].count;
	struct run r = { at % count, 1 };

	if (count >= 512 && (shape & 8))
		r.first = r.first / 512 * 512 + often[r.first % 8];
	if (w == GIGA && (shape & 1)) {
		r.first = 0;
		r.count = n % 2 ? GIGA_ONE : count;
	} else if (count >= 512 && (shape & 1)) {
		r.first = r.first / 512 * 512;
		r.count = 512 * (1 + n % 2);
	} else if ((shape & 14) == 0) {
		r.count = 1 + n * 4;
	} else {
		r.count = 1 + n % 8;
	}
	if (r.count > count - r.first)
		r.count = count - r.first;
	r.first += window[w].first;
	return r;
}

/* Move a run up to the next place that is mapped, if there is one in its window; or to below a
 * stack. */
static void to_mapped(unsigned s, unsigned w, bool below, struct run *r)
{
	unsigned end = window[w].first + window[w].count, i = r->first;

	while (i < end && !model[s].at[i].mapped)
		i++;
	if (i == end)
		return;
	if (below && (model[s].at[i].flags & AS_GROWSDOWN))
		i -= r->first % 32 < i - window[w].first ? r->first % 32 : i - window[w].first;
	r->first = i;
	if (r->count > end - i)
		r->count = end - i;
}

/* New areas go anywhere; the other calls mostly look for what is there. */
static bool goes_anywhere(const struct op *op)
{
	return op->run == op_map_alloc || op->run == op_map_linear || op->run == op_map_file;
}

static unsigned some_space(unsigned n)
{
	if (n < 28)
		return n % USERS;
	return n < 30 ? KERNEL : COPY;
}

/* Mostly none, and mostly one of the first. */
static unsigned some_failure(unsigned n)
{
	if (n < 190)
		return 0;
	return n < 230 ? 1 + n / 2 % 4 : 1 + n % 20;
}

static void decode(const uint8_t *b, bool anywhere, struct step *st)
{
	unsigned w;

	*st = (struct step){ .space = alive_space(some_space(b[1] & 31)), .hart = b[1] >> 6 };
	st->flags = b[6];
	st->more = b[7];
	st->fail_nth = some_failure(b[8]);
	st->fail_more = b[8] & 1;
	w = some_window(st->space, b[2]);
	st->run = some_run(w, b[2] >> 4, b[3] | (b[4] & 63u) << 8, b[5]);
	if (!anywhere && (b[4] & 0xc0))
		to_mapped(st->space, w, (b[4] & 0xc0) == 0x40, &st->run);
	w = b[9] & 1 ? w : some_window(st->space, b[9] >> 1);
	st->other = some_run(w, b[2] >> 4, b[10] | b[11] << 8, b[5]);
}

static const struct op *some_op(unsigned n)
{
	unsigned total = 0, i;

	for (i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		total += ops[i].weight;
	for (i = 0, n = n * total / 256; n >= ops[i].weight; i++)
		n -= ops[i].weight;
	return &ops[i];
}

/* So that no small allocation fails of itself: when memory runs short, a space goes. */
static void keep_memory(void)
{
	unsigned s, h;

	for (s = USERS; s-- > 0 && frame_free_count() < SMALL_RAM / PAGE_SIZE / 4;) {
		if (!model[s].alive)
			continue;
		say("\t/* memory is short: space %u is cleared */\n", s);
		for (h = 0; h < HARTS; h++)
			tlb_switch(h, KERNEL);
		aspace_clear(&world.as[s]);
		memset(model[s].at, 0, sizeof(model[s].at));
	}
}

static void one_step(const uint8_t *b)
{
	const struct op *op = some_op(b[0]);
	struct step st;

	keep_memory();
	decode(b, goes_anywhere(op), &st);
	test_seed(b[0] * 0x10101u + b[3] * 0x3001u + b[9] + ((uint64_t)b[11] << 32));
	op->run(&st);
	tlb_evict(test_random(HARTS));
	world_compare();
}

void fuzz_run(const uint8_t *bytes, size_t size)
{
	bool large = size > 0 && bytes[0] == FUZZ_LARGE;

	world_begin(large ? LARGE_RAM : SMALL_RAM);
	for (; size >= STEP_BYTES; bytes += STEP_BYTES, size -= STEP_BYTES)
		one_step(bytes);
	world_end();
}
