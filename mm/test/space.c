/*
 * space.c - address spaces for host tests (space.h).
 */
#include "mm/test/space.h"

/* ---- making and checking ---- */

#define MAX_WATCHED	16

static struct aspace *watched[MAX_WATCHED];

void watch(struct aspace *as)
{
	unsigned i = 0;

	while (watched[i])
		i++;
	watched[i] = as;
}

void unwatch(struct aspace *as)
{
	unsigned i;

	for (i = 0; i < MAX_WATCHED; i++)
		if (watched[i] == as)
			watched[i] = NULL;
}

void check_all(void)
{
	unsigned i;

	for (i = 0; i < MAX_WATCHED; i++)
		if (watched[i])
			aspace_check(watched[i]);
}

static void forget_zero_frame(void)
{
	if (frame_zero)
		frame_dec_ref(frame_zero);
	frame_zero = 0;
}

void begin(struct aspace *as, size_t ram, const char *name)
{
	test_case("%s", name);
	forget_zero_frame();
	test_ram(ram);
	test_set_hart(0);
	if (aspace_create(as, USER_BASE, USER_END - USER_BASE))
		abort();
	aspace_enter(as);
	watch(as);
	test_events_clear();
}

void destroy(struct aspace *as)
{
	unwatch(as);
	aspace_destroy(as);
	test_aspace_forget(as);
}

void end(struct aspace *as)
{
	if (as)
		destroy(as);
	forget_zero_frame();
	is(test_free_frames(), frame_total(), "nothing is leaked");
}

/* ---- the hardware: privileged specification, 4.3.2 and 4.4 ---- */

/* => the leaf and its level, or 0 where the walk ends. */
static uint64_t hardware_walk(const struct aspace *as, vaddr_t va, int *level)
{
	paddr_t table = aspace_page_table_root(as);
	int i;

	if ((va >> 38) != 0 && (va >> 38) != (1ul << 26) - 1)
		return 0;
	for (i = 2; i >= 0; i--) {
		uint64_t pte = ((uint64_t *)frame_va(table))[va >> (12 + 9 * i) & 511];

		*level = i;
		if (!(pte & 1))
			return 0;
		if ((pte >> 54) || (pte & 6) == 4)
			port_panic("reserved page-table entry %lx", pte);
		table = pte >> 10 << 12;
		if (pte & 14) {
			if (table & ((1ul << (12 + 9 * i)) - 1))
				port_panic("misaligned superpage %lx", pte);
			return pte;
		}
		if (pte & 0xd0)
			port_panic("A, D or U in a pointer %lx", pte);
	}
	port_panic("a pointer at level 0");
}

paddr_t translate(const struct aspace *as, vaddr_t va, unsigned access)
{
	int level = 0;
	uint64_t pte = hardware_walk(as, va, &level);
	uint64_t need = (access & 7) << 1 | 0x40;	/* A must be set (Svade) */

	if (access & AS_WRITE)
		need |= 0x80;	/* D */
	if (access & AS_USER)
		need |= 0x10;
	if (!pte || (pte & need) != need)
		return 0;
	return (pte >> 10 << 12) + (va & ((1ul << (12 + 9 * level)) - 1));
}

int touch(struct aspace *as, vaddr_t va, unsigned access, uint8_t **byte)
{
	unsigned tries;

	for (tries = 0; tries < 3; tries++) {
		paddr_t pa = translate(as, va, access);
		int err;

		if (pa) {
			*byte = frame_va(pa);
			return 0;
		}
		err = aspace_handle_page_fault(as, va, access);
		if (err)
			return err;
	}
	port_panic("a handled fault comes back at %lx", va);
}

int poke(struct aspace *as, vaddr_t va, uint8_t value)
{
	uint8_t *byte;
	int err = touch(as, va, AS_USER | AS_WRITE, &byte);

	if (!err)
		*byte = value;
	return err;
}

int peek(struct aspace *as, vaddr_t va)
{
	uint8_t *byte;
	int err = touch(as, va, AS_USER | AS_READ, &byte);

	return err ? err : *byte;
}

/* ---- looking ---- */

uint64_t leaf_at(const struct aspace *as, vaddr_t va)
{
	size_t size;

	return aspace_leaf(as, va, &size);
}

paddr_t frame_at_va(const struct aspace *as, vaddr_t va)
{
	size_t size;
	uint64_t leaf = aspace_leaf(as, va, &size);

	return leaf ? (leaf >> 10 << 12) + (va & (size - 1) & ~(PAGE_SIZE - 1)) : 0;
}

size_t leaf_size(const struct aspace *as, vaddr_t va)
{
	size_t size;

	return aspace_leaf(as, va, &size) ? size : 0;
}

const char *areas_text(const struct aspace *as, vaddr_t from, vaddr_t to)
{
	static char text[2000];
	struct area_info info;
	size_t used = 0;

	text[0] = '\0';
	for (; aspace_next_area(as, from, &info) && info.start < to; from = info.end) {
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%lx-%lx%s%s%s%s",
					 used ? " " : "", info.start >> PAGE_SHIFT,
					 info.end >> PAGE_SHIFT, info.flags & AS_READ ? "r" : "",
					 info.flags & AS_WRITE ? "w" : "",
					 info.flags & AS_EXEC ? "x" : "",
					 info.sharing == AS_SHARED ? "s" : "");
	}
	return text;
}

void areas_are(const struct aspace *as, vaddr_t from, vaddr_t to, const char *want,
	       const char *file, int line)
{
	const char *got = areas_text(as, from, to);

	if (!test_ok(!strcmp(got, want), "same text", file, line, "areas are \"%s\"", want))
		diag("  got:   \"%s\"", got);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * 0x9e3779b97f4a7c15ul + (hash >> 29);
}

static uint64_t mix_frame(uint64_t hash, paddr_t pa)
{
	const uint64_t *word = frame_va(pa);
	unsigned i;

	for (i = 0; i < PAGE_SIZE / 8; i++)
		hash = mix(hash, word[i]);
	return hash;
}

uint64_t fingerprint(const struct aspace *as)
{
	uint64_t hash = mix(as->mapped_bytes, as->area_count);
	struct area_info info;
	vaddr_t va = 0, page;

	for (; aspace_next_area(as, va, &info); va = info.end) {
		hash = mix(mix(mix(hash, info.start), info.end), info.flags);
		hash = mix(mix(hash, info.page_size), info.offset);
		if (info.end - info.start > 64 * MIB)
			continue;
		for (page = info.start; page < info.end; page += PAGE_SIZE) {
			paddr_t pa = translate(as, page, 0);

			if (pa && frame_is_ram(pa))
				hash = mix_frame(mix(hash, page), pa);
		}
	}
	return hash;
}

/* ---- failing allocations ---- */

/* A failed call has left something behind: say what, show the space. */
static void sweep_differs(const struct aspace *as, unsigned n, const char *what, long got,
			  long want, unsigned *bad)
{
	if (got == want || (*bad)++ > 0)
		return;
	diag("DIFFERENCE with allocation %u failing: %s: got %ld, want %ld; the space now:", n,
	     what, got, want);
	aspace_dump(as);
}

/* One try with the n-th allocation failing; => whether one failed. */
static bool sweep_step(const struct sweep *s, unsigned n, unsigned *bad)
{
	struct aspace as;
	uint64_t before;
	size_t frames;
	bool failed;
	int err;

	if (aspace_create(&as, USER_BASE, USER_END - USER_BASE))
		abort();
	aspace_enter(&as);
	watch(&as);
	s->prepare(&as);
	before = fingerprint(&as);
	frames = test_free_frames();
	test_fail_nth(n);
	err = s->call(&as);
	failed = test_allocations() >= n;
	test_fail_nth(0);
	check_all();
	if (failed) {
		sweep_differs(&as, n, "the result", err, -ENOMEM, bad);
		sweep_differs(&as, n, "areas, leaves and contents, hashed",
			      (long)fingerprint(&as), (long)before, bad);
		sweep_differs(&as, n, "free frames", (long)test_free_frames(), (long)frames, bad);
	} else {
		sweep_differs(&as, n, "the result without a failure", err, 0, bad);
	}
	destroy(&as);
	if (s->cleanup)
		s->cleanup();
	return failed;
}

void sweep(const char *name, const struct sweep *s)
{
	unsigned n = 1, bad = 0;
	size_t frames = test_free_frames();

	while (sweep_step(s, n, &bad) && n < 2000)
		n++;
	is(bad, 0, "%s: each of %u allocations failing changes nothing", name, n - 1);
	ok(n > 1, "%s: allocates at all", name);
	is(test_free_frames(), frames, "%s: nothing is leaked", name);
}
